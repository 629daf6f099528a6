//! The lock that makes one writer of many processes. Its file is never renamed or replaced; it also holds the
//! tail cache. Waits for other writers with a limit; but for a few tries at first, without polling.

use super::{LedgerError, segment, segment::Place};
use fd_lock::RwLock;
use rustix::{
    fs::{FlockOperation, Mode, OFlags, flock},
    io::Errno,
};
use std::{
    fs::File,
    io::{self, ErrorKind},
    ops::Deref,
    path::Path,
    sync::{Arc, mpsc},
    time::Duration,
};

/// Name of the lock file.
pub(super) const NAME: &str = "ledger.lock";

/// How often a busy lock is tried before a thread waits for it.
const TRIES: u32 = 128;

/// Stack of the thread that waits: it makes one system call.
const WAIT_STACK: usize = 64 << 10;

/// The opened lock file.
#[derive(Debug)]
pub(super) struct Lock {
    lock: RwLock<Arc<File>>,
    file: Arc<File>,
}

/// The lock file while the lock is held; dropping this lets go of it.
#[derive(Debug)]
pub(super) struct Held<'a> {
    file: &'a File,
}

impl Deref for Held<'_> {
    type Target = File;

    fn deref(&self) -> &File {
        self.file
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        flock(self.file, FlockOperation::Unlock).ok();
    }
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
            other => other.map(Self::of),
        }
    }

    fn of(file: File) -> Self {
        let file = Arc::new(file);
        Self {
            lock: RwLock::new(Arc::clone(&file)),
            file,
        }
    }

    /// Opens the lock file, made where it is missing.
    pub(super) fn create(place: Place<'_>) -> Result<Self, LedgerError> {
        open_file(place, OFlags::CREATE).map(Self::of)
    }

    /// The file without the lock, to read the tail cache beside other writers.
    pub(super) fn unlocked(&self) -> &File {
        &self.file
    }

    /// Takes the lock; other writers are waited for up to `limit`.
    pub(super) fn take(&mut self, place: Place<'_>, limit: Duration) -> Result<Held<'_>, LedgerError> {
        let failed = |e| LedgerError::io("lock", &place.path(NAME), e);
        if !self.try_briefly().map_err(failed)? {
            *self = wait(open_file(place, OFlags::empty())?, &place.path(NAME), limit)?;
        }
        let held = Held { file: &self.file };
        if segment::shape_of(&held, || place.path(NAME))?.unlinked {
            return Err(LedgerError::Tampered {
                path: place.path(NAME),
                why: "was removed while it was in use".to_owned(),
            });
        }
        Ok(held)
    }

    fn try_now(&mut self) -> io::Result<bool> {
        loop {
            // The guard borrows the lock for as long as it lives; [`Held`] unlocks in its place.
            match self.lock.try_write().map(std::mem::forget) {
                Ok(()) => return Ok(true),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(e) => return Err(e),
            }
        }
    }

    /// Lets others run a few times where they hold it: a writer is done in less time than a thread takes to begin.
    fn try_briefly(&mut self) -> io::Result<bool> {
        for _ in 0..TRIES {
            if self.try_now()? {
                return Ok(true);
            }
            rustix::thread::sched_yield();
        }
        self.try_now()
    }
}

fn open_file(place: Place<'_>, create: OFlags) -> Result<File, LedgerError> {
    place.open(NAME, OFlags::RDWR | create, Mode::RUSR | Mode::WUSR)
}

/// Waits on a thread of its own with an open file of its own, so that giving up never lets go of a lock that
/// somebody else took meanwhile: an answer nobody waits for closes the file and with it the lock.
fn wait(file: File, path: &Path, limit: Duration) -> Result<Lock, LedgerError> {
    let (answer, answered) = mpsc::sync_channel(0);
    std::thread::Builder::new()
        .name("ledger-lock".to_owned())
        .stack_size(WAIT_STACK)
        .spawn(move || {
            let mut lock = Lock::of(file);
            let result = loop {
                match lock.lock.write() {
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
