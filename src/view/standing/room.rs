//! Whether the next entries can be written: tried on a file without a name, which leaves nothing behind.

use crate::{effect::words::reason, home::Home};
use rustix::{
    fs::{Access, AtFlags, Mode, OFlags, StatVfsMountFlags, accessat, fstatvfs, openat},
    io::{Errno, pwrite},
};

/// What the next entries and the reserve for the last word may need.
const NEEDED: usize = 128 << 10;
/// Files that every call writes.
const WRITTEN: [&str; 2] = ["ledger.lock", "ledger.reserve"];

/// Why nothing can be recorded, so that every call ends with 74.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unwritable {
    /// What keeps it from being written.
    pub(crate) what: String,
    /// What to do about that.
    pub(crate) fix: String,
}

impl Unwritable {
    /// Tries it; none where entries can be written.
    pub(crate) fn look(home: &Home) -> Option<Self> {
        let errno = tried(home).err()?;
        let path = home.path.display();
        Some(Self {
            what: format!(
                "nothing can be recorded, so every call ends with 74: `{path}`: {}",
                reason(errno)
            ),
            fix: fix(errno, &path.to_string()),
        })
    }
}

fn tried(home: &Home) -> Result<(), Errno> {
    accessat(&home.dir, ".", Access::WRITE_OK, AtFlags::EACCESS)?;
    for name in WRITTEN {
        match accessat(&home.dir, name, Access::WRITE_OK, AtFlags::EACCESS) {
            // That of a record not begun, or one that the next call makes anew.
            Ok(()) | Err(Errno::NOENT) => {}
            Err(errno) => return Err(errno),
        }
    }
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    match openat(&home.dir, ".", flags, Mode::RUSR | Mode::WUSR) {
        Ok(file) => {
            let (block, mut written) = (vec![0; NEEDED], 0);
            while let Some(rest) = block.get(written..).filter(|rest| !rest.is_empty()) {
                match pwrite(&file, rest, written as u64)? {
                    0 => return Err(Errno::NOSPC),
                    more => written += more,
                }
            }
            Ok(())
        }
        // A file system that has no such files; what it says of its room must do.
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => {
            let found = fstatvfs(&home.dir)?;
            if found.f_flag.contains(StatVfsMountFlags::RDONLY) {
                return Err(Errno::ROFS);
            }
            let free = found.f_bavail.saturating_mul(found.f_frsize);
            if free < NEEDED as u64 {
                Err(Errno::NOSPC)
            } else {
                Ok(())
            }
        }
        Err(errno) => Err(errno),
    }
}

fn fix(errno: Errno, path: &str) -> String {
    let path = shell_words::quote(path);
    match errno {
        Errno::NOSPC => {
            format!("free space, or inodes, on its file system: `df {path}` and `df -i {path}` say which")
        }
        Errno::DQUOT => {
            "free space that counts towards your quota, or have it raised: `quota` shows it".to_owned()
        }
        Errno::FBIG => "raise the limit on file sizes of whoever calls: `ulimit -f unlimited`".to_owned(),
        Errno::ROFS => format!(
            "mount it so that it can be written: `mount -o remount,rw` and the mount point that `findmnt -T {path}` \
             shows; where a fault of the disk made it read-only, `dmesg` says so"
        ),
        Errno::ACCESS | Errno::PERM => {
            format!(
                "let its owner write: `chmod u+rwx {path}`, `chmod u+rw` for its files, and no `chattr +i` on them"
            )
        }
        _ => "look at the disk it lies on: `dmesg` says what happened to it".to_owned(),
    }
}
