//! Goes through a tree on held descriptors, without recursion and with bounded memory and descriptors.
//! Opens every directory `O_NOFOLLOW`, checks that it is the one it saw, and never enters another mount unasked.

use super::{
    ladder::Ladder,
    object::{Kind, Status, status_at, status_of},
};
use rustix::{
    fs::{FileType, Mode, OFlags, RawDir, openat},
    io::Errno,
};
use std::{
    ffi::{OsStr, OsString},
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
};

/// Room for one getdents64(2) call.
const LISTING_BYTES: usize = 32 << 10;

/// Whether to go down into a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go through its entries.
    Descend,
    /// Leave it out.
    Skip,
}

/// What is done with each object of a tree. `path` is relative to the tree's root, `` for the root itself.
pub trait Visitor {
    /// What ends the walk early.
    type Stop;
    /// A directory before its entries; `dir` is the directory itself, opened `O_PATH`.
    ///
    /// # Errors
    /// Ends the walk.
    fn enter(&mut self, dir: BorrowedFd<'_>, path: &[u8], status: &Status) -> Result<Flow, Self::Stop>;
    /// Anything but a directory: `name` in `dir`.
    ///
    /// # Errors
    /// Ends the walk.
    fn entry(
        &mut self,
        dir: BorrowedFd<'_>,
        name: &OsStr,
        path: &[u8],
        status: &Status,
    ) -> Result<(), Self::Stop>;
    /// A directory that was entered, after its entries or after they could not be read.
    ///
    /// # Errors
    /// Ends the walk.
    fn leave(&mut self, path: &[u8], status: &Status) -> Result<(), Self::Stop>;
    /// A directory below the root once the walk is back in the one above it: its name there.
    ///
    /// # Errors
    /// Ends the walk.
    fn left(&mut self, _above: BorrowedFd<'_>, _name: &OsStr) -> Result<(), Self::Stop> {
        Ok(())
    }
    /// A directory or entry that could not be looked at.
    ///
    /// # Errors
    /// Ends the walk.
    fn trouble(&mut self, path: &[u8], errno: Errno) -> Result<(), Self::Stop>;
}

struct Level {
    status: Status,
    /// Directories still to be entered.
    dirs: Vec<OsString>,
    /// Length of the path down to here.
    path_len: usize,
}

/// Goes through the tree below `root`, a directory opened in any way, in pre-order.
///
/// # Errors
/// Whatever the visitor stops with.
pub fn walk<V: Visitor>(root: BorrowedFd<'_>, visitor: &mut V) -> Result<(), V::Stop> {
    let mut path = Vec::with_capacity(256);
    let mut ladder = Ladder::default();
    let mut levels: Vec<Level> = Vec::new();
    let mut listing: Vec<u8> = Vec::with_capacity(LISTING_BYTES);
    let status = match status_of(root) {
        Ok(status) => status,
        Err(errno) => return visitor.trouble(&path, errno),
    };
    if visitor.enter(root, &path, &status)? == Flow::Descend {
        match open_listing(root) {
            Ok(fd) => {
                ladder.push(fd, status.id);
                let dirs = list(&ladder, &mut listing, &mut path, visitor)?;
                levels.push(Level {
                    status,
                    dirs,
                    path_len: 0,
                });
            }
            Err(errno) => {
                visitor.trouble(&path, errno)?;
                visitor.leave(&path, &status)?;
            }
        }
    }
    while let Some(level) = levels.last_mut() {
        path.truncate(level.path_len);
        let Some(name) = level.dirs.pop() else {
            visitor.leave(&path, &level.status)?;
            levels.pop();
            if let Err(errno) = ladder.pop() {
                return visitor.trouble(&path, errno);
            }
            if let Ok(above) = ladder.top() {
                let name = path.rsplit(|b| *b == b'/').next().unwrap_or_default();
                visitor.left(above, OsStr::from_bytes(name))?;
            }
            continue;
        };
        push_name(&mut path, name.as_bytes());
        let (dir, status) = match open_dir(&ladder, &name) {
            Ok(found) => found,
            Err(errno) => {
                visitor.trouble(&path, errno)?;
                continue;
            }
        };
        if visitor.enter(dir.as_fd(), &path, &status)? == Flow::Skip {
            continue;
        }
        match open_listing(dir.as_fd()) {
            Ok(fd) => {
                ladder.push(fd, status.id);
                let path_len = path.len();
                let dirs = list(&ladder, &mut listing, &mut path, visitor)?;
                levels.push(Level {
                    status,
                    dirs,
                    path_len,
                });
            }
            Err(errno) => {
                visitor.trouble(&path, errno)?;
                visitor.leave(&path, &status)?;
            }
        }
    }
    Ok(())
}

/// Hands every entry that is no directory to the visitor, and returns the directories.
fn list<V: Visitor>(
    ladder: &Ladder,
    listing: &mut Vec<u8>,
    path: &mut Vec<u8>,
    visitor: &mut V,
) -> Result<Vec<OsString>, V::Stop> {
    let mut dirs = Vec::new();
    let top = match ladder.top() {
        Ok(top) => top,
        Err(errno) => return visitor.trouble(path, errno).map(|()| dirs),
    };
    let base = path.len();
    listing.clear();
    let mut entries = RawDir::new(top, listing.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(errno) => {
                visitor.trouble(path, errno)?;
                break;
            }
        };
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        if entry.file_type() == FileType::Directory {
            dirs.push(OsStr::from_bytes(name).to_owned());
            continue;
        }
        push_name(path, name);
        let seen = match status_at(top, entry.file_name()) {
            Ok(status) if status.kind == Kind::Dir => {
                dirs.push(OsStr::from_bytes(name).to_owned());
                Ok(())
            }
            Ok(status) => visitor.entry(top, OsStr::from_bytes(name), path, &status),
            Err(errno) => visitor.trouble(path, errno),
        };
        path.truncate(base);
        seen?;
    }
    Ok(dirs)
}

fn push_name(path: &mut Vec<u8>, name: &[u8]) {
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
}

fn open_dir(ladder: &Ladder, name: &OsStr) -> Result<(OwnedFd, Status), Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = openat(ladder.top()?, name, flags, Mode::empty())?;
    let status = status_of(&fd)?;
    Ok((fd, status))
}

/// Opens the same directory for listing: `.` of a held descriptor cannot be swapped.
fn open_listing(dir: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(dir, c".", flags, Mode::empty())
}
