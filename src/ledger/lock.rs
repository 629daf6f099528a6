//! The lock that makes one writer of many processes. Its file is never renamed or replaced; it also holds the
//! tail cache. Waits for other writers with a limit and without polling.

use super::{LedgerError, segment, segment::Place};
use fd_lock::{RwLock, RwLockWriteGuard};
use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};
use std::{fs::File, io::ErrorKind, path::Path, sync::mpsc, time::Duration};

/// Name of the lock file.
pub(super) const NAME: &str = "ledger.lock";

/// Stack of the thread that waits: it makes one system call.
const WAIT_STACK: usize = 64 << 10;

/// The opened lock file.
#[derive(Debug)]
pub(super) struct Lock {
    file: RwLock<File>,
}

impl Lock {
    /// Opens the lock file of an existing ledger; it is never made here, since a second lock file would let two
    /// writers in.
    pub(super) fn open(place: Place<'_>) -> Result<Self, LedgerError> {
        match open_file(place, OFlags::empty()) {
            Err(e) if e.errno() == Some(Errno::NOENT) => {
                if segment::list(place)?.is_empty() {
                    return Err(LedgerError::Missing {
                        path: place.shown.to_path_buf(),
                    });
                }
                Err(LedgerError::Tampered {
                    path: place.path(NAME),
                    why: "is gone while the ledger is there".to_owned(),
                })
            }
            other => other.map(|file| Self {
                file: RwLock::new(file),
            }),
        }
    }

    /// Opens the lock file, made where it is missing.
    pub(super) fn create(place: Place<'_>) -> Result<Self, LedgerError> {
        open_file(place, OFlags::CREATE).map(|file| Self {
            file: RwLock::new(file),
        })
    }

    /// Opens the lock file once more, to read the tail cache beside other writers.
    pub(super) fn peek(place: Place<'_>) -> Result<File, LedgerError> {
        place.open(NAME, OFlags::RDONLY, Mode::empty())
    }

    /// Takes the lock; other writers are waited for up to `limit`.
    pub(super) fn take(
        &mut self,
        place: Place<'_>,
        limit: Duration,
    ) -> Result<RwLockWriteGuard<'_, File>, LedgerError> {
        let path = place.path(NAME);
        loop {
            // A guard cannot leave the loop that borrows the lock; taking a held lock again costs nothing.
            let taken = self.file.try_write().map(std::mem::forget);
            match taken {
                Ok(()) => break,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    self.file = wait(open_file(place, OFlags::empty())?, &path, limit)?;
                    break;
                }
                Err(e) => return Err(LedgerError::io("lock", &path, e)),
            }
        }
        let guard = self
            .file
            .try_write()
            .map_err(|e| LedgerError::io("lock", &path, e))?;
        if segment::shape(&guard, &path)?.unlinked {
            return Err(LedgerError::Tampered {
                path,
                why: "was removed while it was in use".to_owned(),
            });
        }
        Ok(guard)
    }
}

fn open_file(place: Place<'_>, create: OFlags) -> Result<File, LedgerError> {
    place.open(NAME, OFlags::RDWR | create, Mode::RUSR | Mode::WUSR)
}

/// Waits on a thread of its own with an open file of its own, so that giving up never lets go of a lock that
/// somebody else took meanwhile: an answer nobody waits for closes the file and with it the lock.
fn wait(file: File, path: &Path, limit: Duration) -> Result<RwLock<File>, LedgerError> {
    let (answer, answered) = mpsc::sync_channel(0);
    std::thread::Builder::new()
        .name("ledger-lock".to_owned())
        .stack_size(WAIT_STACK)
        .spawn(move || {
            let mut lock = RwLock::new(file);
            let result = loop {
                match lock.write() {
                    Ok(guard) => {
                        std::mem::forget(guard);
                        break Ok(());
                    }
                    Err(e) if e.kind() == ErrorKind::Interrupted => {}
                    Err(e) => break Err(e),
                }
            };
            drop(answer.send(result.map(|()| lock)));
        })
        .map_err(|e| LedgerError::io("wait for", path, e))?;
    match answered.recv_timeout(limit) {
        Ok(Ok(lock)) => Ok(lock),
        Ok(Err(e)) => Err(LedgerError::io("lock", path, e)),
        Err(_) => Err(LedgerError::Busy {
            path: path.to_path_buf(),
            seconds: limit.as_secs(),
        }),
    }
}
