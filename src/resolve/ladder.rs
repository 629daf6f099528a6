//! A path down into a tree as a stack of held directories, with few of them open at a time.
//! A rung that was closed is opened again through `..` and must be the same directory: nothing is trusted by name.

use super::object::{ObjectId, status_of};
use rustix::{
    fs::{Mode, OFlags, openat},
    io::Errno,
};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// How many rungs stay open; deeper trees reopen the others on the way back.
const OPEN_RUNGS: usize = 32;

#[derive(Debug)]
struct Rung {
    fd: Option<OwnedFd>,
    id: ObjectId,
}

/// Directories from a tree's root down to the current one.
#[derive(Debug, Default)]
pub struct Ladder {
    rungs: Vec<Rung>,
}

impl Ladder {
    /// Steps down into a directory.
    pub fn push(&mut self, fd: OwnedFd, id: ObjectId) {
        self.rungs.push(Rung { fd: Some(fd), id });
        if let Some(rung) = self
            .rungs
            .len()
            .checked_sub(OPEN_RUNGS + 1)
            .and_then(|far| self.rungs.get_mut(far))
        {
            rung.fd = None;
        }
    }

    /// Steps back up. The directory above is open afterwards.
    ///
    /// # Errors
    /// `ESTALE` where the directory above is no longer the one it was: the tree was moved meanwhile.
    pub fn pop(&mut self) -> Result<(), Errno> {
        let Some(below) = self.rungs.pop() else {
            return Ok(());
        };
        let Some(above) = self.rungs.last_mut() else {
            return Ok(());
        };
        if above.fd.is_none() {
            let below = below.fd.ok_or(Errno::BADF)?;
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let fd = openat(&below, c"..", flags, Mode::empty())?;
            if status_of(&fd)?.id != above.id {
                return Err(Errno::STALE);
            }
            above.fd = Some(fd);
        }
        Ok(())
    }

    /// The directory that the ladder stands on.
    ///
    /// # Errors
    /// `EBADF` where the ladder is empty.
    pub fn top(&self) -> Result<BorrowedFd<'_>, Errno> {
        self.rungs
            .last()
            .and_then(|rung| rung.fd.as_ref())
            .map(AsFd::as_fd)
            .ok_or(Errno::BADF)
    }

    /// How many directories down it stands.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.rungs.len()
    }
}
