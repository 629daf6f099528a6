//! The lock over the state: whoever decides from it and changes it holds it. Waiting for it has a limit.

use super::files;
use crate::report::{Exit, Failure};
use fd_lock::RwLock;
use rustix::{fs::OFlags, io::Errno};
use std::{
    fs::File,
    io::ErrorKind,
    os::fd::BorrowedFd,
    thread::sleep,
    time::{Duration, Instant},
};

const FILE: &str = "state/lock";
/// Longest wait for other processes.
const LIMIT: Duration = Duration::from_secs(5);

/// The lock, held until this is dropped.
#[derive(Debug)]
pub struct Held {
    _file: RwLock<File>,
}

impl Held {
    /// Takes the lock.
    ///
    /// # Errors
    /// 74 where it cannot be had: then nothing is decided from the state.
    pub fn take(home: BorrowedFd<'_>) -> Result<Self, Failure> {
        Self::take_at(home, FILE)
    }

    /// Takes the lock of another file where nobody holds it.
    ///
    /// # Errors
    /// 74 where it cannot be opened.
    pub fn try_take_at(home: BorrowedFd<'_>, name: &'static str) -> Result<Option<Self>, Failure> {
        let mut lock = RwLock::new(open(home, name).map_err(|e| failed(name, &e.to_string()))?);
        // The guard borrows the lock; the kernel keeps the lock as long as the file is open.
        match lock.try_write().map(std::mem::forget) {
            Ok(()) => Ok(Some(Self { _file: lock })),
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(None),
            Err(e) => Err(failed(name, &e.to_string())),
        }
    }

    /// Takes the lock of another file.
    ///
    /// # Errors
    /// As [`Held::take`].
    pub fn take_at(home: BorrowedFd<'_>, name: &'static str) -> Result<Self, Failure> {
        let failed = |why: &str| failed(name, why);
        let mut lock = RwLock::new(open(home, name).map_err(|e| failed(&e.to_string()))?);
        let since = Instant::now();
        loop {
            // The guard borrows the lock; the kernel keeps the lock as long as the file is open.
            match lock.try_write().map(std::mem::forget) {
                Ok(()) => return Ok(Self { _file: lock }),
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(e) => return Err(failed(&e.to_string())),
            }
            if since.elapsed() >= LIMIT {
                return Err(failed("another process held it for 5 s"));
            }
            sleep(Duration::from_millis(1));
        }
    }
}

fn open(home: BorrowedFd<'_>, name: &str) -> Result<File, Errno> {
    let flags = OFlags::RDWR | OFlags::CREATE;
    if let Some(file) = files::open(home, name, flags)? {
        return Ok(file);
    }
    files::make_parents(home, name)?;
    files::open(home, name, flags)?.ok_or(Errno::NOENT)
}

fn failed(name: &str, why: &str) -> Failure {
    Failure::new(Exit::Ledger, format!("cannot take the lock `{name}`: {why}")).hint("run `wt doctor`")
}
