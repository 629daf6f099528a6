//! Small files below Watchtower's directory: read through a held directory, replaced as a whole. No link is
//! followed anywhere on the way, and a file that somebody else could have written is not read.

use rustix::{
    fs::{
        AtFlags, Dir, FileType, Mode, OFlags, RenameFlags, ResolveFlags, Stat, mkdirat, openat2,
        renameat_with, unlinkat,
    },
    io::Errno,
};
use std::{
    fs::File,
    io::{Read, Write},
    os::fd::BorrowedFd,
    sync::atomic::{AtomicU64, Ordering},
};

/// Whether a written file must be on stable storage before the call returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// It can be made anew from the ledger.
    Lazy,
    /// It cannot.
    Durable,
}

const WITHIN: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_SYMLINKS);

/// Opens a file below `dir`; a missing directory on the way counts as a missing file.
pub(crate) fn open(dir: BorrowedFd<'_>, name: &str, flags: OFlags) -> Result<Option<File>, Errno> {
    Ok(opened(dir, name, flags)?.map(|(file, _)| file))
}

fn opened(dir: BorrowedFd<'_>, name: &str, flags: OFlags) -> Result<Option<(File, Stat)>, Errno> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mode = if flags.contains(OFlags::CREATE) {
        Mode::RUSR | Mode::WUSR
    } else {
        Mode::empty()
    };
    let file = match openat2(dir, name, flags, mode, WITHIN) {
        Ok(fd) => File::from(fd),
        Err(Errno::NOENT) => return Ok(None),
        Err(e) => return Err(e),
    };
    let stat = rustix::fs::fstat(&file)?;
    let own = stat.st_uid == 0 || stat.st_uid == rustix::process::geteuid().as_raw();
    let fit = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile && stat.st_mode & 0o022 == 0;
    if own && fit {
        Ok(Some((file, stat)))
    } else {
        Err(Errno::PERM)
    }
}

/// Reads a whole file of at most `max` bytes.
pub fn read(dir: BorrowedFd<'_>, name: &str, max: u64) -> Result<Option<Vec<u8>>, Errno> {
    let Some((file, stat)) = opened(dir, name, OFlags::RDONLY)? else {
        return Ok(None);
    };
    let size = u64::try_from(stat.st_size).unwrap_or(u64::MAX);
    if size > max {
        return Err(Errno::FBIG);
    }
    // As long as it was when it was opened: a file that ends where it should is not asked for more.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(size).read_to_end(&mut bytes).map_err(of_io)?;
    Ok(Some(bytes))
}

/// Replaces a file as a whole: whoever reads it sees the old bytes or the new ones.
pub fn replace(dir: BorrowedFd<'_>, name: &str, bytes: &[u8], sync: Sync) -> Result<(), Errno> {
    // Threads of one process may replace the same file.
    static TURN: AtomicU64 = AtomicU64::new(0);
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    let temporary = format!("{name}.{}-{turn}.tmp", std::process::id());
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC;
    let mut file = match open(dir, &temporary, flags)? {
        Some(file) => file,
        None => {
            make_parents(dir, name)?;
            open(dir, &temporary, flags)?.ok_or(Errno::NOENT)?
        }
    };
    let written = file.write_all(bytes).map_err(of_io).and_then(|()| match sync {
        Sync::Lazy => Ok(()),
        Sync::Durable => rustix::fs::fsync(&file),
    });
    let done = written.and_then(|()| renameat_with(dir, &temporary, dir, name, RenameFlags::empty()));
    if let Err(e) = done {
        unlinkat(dir, &temporary, AtFlags::empty()).ok();
        return Err(e);
    }
    match sync {
        Sync::Lazy => Ok(()),
        Sync::Durable => rustix::fs::fsync(parent(dir, name)?),
    }
}

/// Takes a file away; one that is not there is gone already.
pub fn remove(dir: BorrowedFd<'_>, name: &str) -> Result<(), Errno> {
    match unlinkat(dir, name, AtFlags::empty()) {
        Err(Errno::NOENT) => Ok(()),
        other => other,
    }
}

/// The names in a directory below `dir`, temporary ones left out; none where it is missing.
pub fn list(dir: BorrowedFd<'_>, name: &str) -> Result<Vec<String>, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let opened = match openat2(dir, name, flags, Mode::empty(), WITHIN) {
        Ok(fd) => fd,
        Err(Errno::NOENT) => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    let mut names = Vec::new();
    for item in Dir::new(opened)? {
        let item = item?;
        let name = item.file_name().to_str().ok();
        names.extend(
            name.filter(|name| !name.starts_with('.') && !name.contains(".tmp"))
                .map(str::to_owned),
        );
    }
    names.sort_unstable();
    Ok(names)
}

/// Makes the directories above `name`, private.
pub(crate) fn make_parents(dir: BorrowedFd<'_>, name: &str) -> Result<(), Errno> {
    for (at, _) in name.match_indices('/') {
        match mkdirat(dir, name.get(..at).unwrap_or_default(), Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

fn parent(dir: BorrowedFd<'_>, name: &str) -> Result<File, Errno> {
    let above = name.rsplit_once('/').map_or(".", |(above, _)| above);
    openat2(
        dir,
        above,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
        WITHIN,
    )
    .map(File::from)
}

pub(crate) fn of_io(e: std::io::Error) -> Errno {
    Errno::from_io_error(&e).unwrap_or(Errno::IO)
}
