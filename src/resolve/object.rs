//! What the kernel says about one object: identity, type, owner, links, mount.
//! Never follows a symbolic link in the last step.

use rustix::{
    fs::{AtFlags, FileType, Statx, StatxAttributes, StatxFlags, makedev, statx},
    io::Errno,
    path::Arg,
};
use serde::{Deserialize, Serialize};
use std::os::fd::{AsFd, BorrowedFd};

/// Which object it is, whatever its name: device and inode number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectId {
    /// Device of the file system.
    pub dev: u64,
    /// Inode number there.
    pub ino: u64,
}

/// The type of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Regular file.
    File,
    /// Directory.
    Dir,
    /// Symbolic link.
    Symlink,
    /// Named pipe.
    Fifo,
    /// Socket.
    Socket,
    /// Block device.
    Block,
    /// Character device.
    Char,
}

impl Kind {
    /// The word that policy and record use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Dir => "dir",
            Self::Symlink => "symlink",
            Self::Fifo => "fifo",
            Self::Socket => "socket",
            Self::Block => "block",
            Self::Char => "char",
        }
    }

    /// Neither file, directory nor symbolic link: nothing that an effect may touch on its own.
    #[must_use]
    pub fn is_special(self) -> bool {
        matches!(self, Self::Fifo | Self::Socket | Self::Block | Self::Char)
    }
}

/// A point in time as file systems keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stamp {
    /// Seconds since the epoch.
    pub sec: i64,
    /// Nanoseconds, below one thousand million.
    pub nsec: u32,
}

/// The state of an object when it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Which object.
    pub id: ObjectId,
    /// Its type.
    pub kind: Kind,
    /// Permission and special bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Names it has.
    pub links: u32,
    /// Size in bytes.
    pub size: u64,
    /// Blocks of 512 bytes that it occupies.
    pub blocks: u64,
    /// Mount it was reached through.
    pub mount: u64,
    /// Whether it is the root of that mount.
    pub mount_root: bool,
    /// Last access.
    pub accessed: Stamp,
    /// Last change of content.
    pub modified: Stamp,
    /// Last change of content, attributes or names; nobody can set it.
    pub changed: Stamp,
}

impl Status {
    /// A regular file with further names: changing it changes what they show.
    #[must_use]
    pub fn is_hard_linked(&self) -> bool {
        self.kind == Kind::File && self.links > 1
    }
}

/// Returns the state of the object behind a descriptor, `O_PATH` ones included.
///
/// # Errors
/// Whatever statx(2) gives.
pub fn status_of(fd: impl AsFd) -> Result<Status, Errno> {
    read(fd.as_fd(), c"", AtFlags::EMPTY_PATH)
}

/// Returns the state of what `name` in `dir` is now; a symbolic link is not followed.
///
/// # Errors
/// Whatever statx(2) gives.
pub fn status_at(dir: BorrowedFd<'_>, name: impl Arg) -> Result<Status, Errno> {
    read(dir, name, AtFlags::SYMLINK_NOFOLLOW)
}

fn read(fd: BorrowedFd<'_>, name: impl Arg, flags: AtFlags) -> Result<Status, Errno> {
    let wanted = StatxFlags::BASIC_STATS | StatxFlags::MNT_ID;
    from_statx(&statx(fd, name, flags | AtFlags::NO_AUTOMOUNT, wanted)?)
}

fn from_statx(x: &Statx) -> Result<Status, Errno> {
    let raw = u32::from(x.stx_mode);
    let kind = match FileType::from_raw_mode(raw) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Dir,
        FileType::Symlink => Kind::Symlink,
        FileType::Fifo => Kind::Fifo,
        FileType::Socket => Kind::Socket,
        FileType::BlockDevice => Kind::Block,
        FileType::CharacterDevice => Kind::Char,
        FileType::Unknown => return Err(Errno::OPNOTSUPP),
    };
    let dev = makedev(x.stx_dev_major, x.stx_dev_minor);
    let has_mount = StatxFlags::from_bits_retain(x.stx_mask).contains(StatxFlags::MNT_ID);
    Ok(Status {
        id: ObjectId { dev, ino: x.stx_ino },
        kind,
        mode: raw & 0o7777,
        uid: x.stx_uid,
        gid: x.stx_gid,
        links: x.stx_nlink,
        size: x.stx_size,
        blocks: x.stx_blocks,
        // Before Linux 5.8 the device is the best there is: it tells file systems apart, not bind mounts.
        mount: if has_mount { x.stx_mnt_id } else { dev },
        mount_root: x.stx_attributes.contains(StatxAttributes::MOUNT_ROOT),
        accessed: Stamp {
            sec: x.stx_atime.tv_sec,
            nsec: x.stx_atime.tv_nsec,
        },
        modified: Stamp {
            sec: x.stx_mtime.tv_sec,
            nsec: x.stx_mtime.tv_nsec,
        },
        changed: Stamp {
            sec: x.stx_ctime.tv_sec,
            nsec: x.stx_ctime.tv_nsec,
        },
    })
}
