//! Standard output of a reading command: buffered, and a reader that has gone ends the command without a word.

use crate::report::{Exit, Failure};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use std::{
    io::{self, BufWriter, IsTerminal, StdoutLock, Write},
    process::ExitCode,
    time::Duration,
};

/// Where a command writes what it shows.
pub(crate) struct Out {
    inner: BufWriter<StdoutLock<'static>>,
}

/// The reader of stdout has gone, or stdout cannot be written.
#[derive(Debug)]
pub(crate) struct Closed(io::Error);

impl Out {
    /// Takes stdout.
    pub(crate) fn stdout() -> Self {
        Self {
            inner: BufWriter::with_capacity(64 << 10, io::stdout().lock()),
        }
    }

    /// Writes text and a newline.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Closed> {
        self.inner
            .write_all(text.as_bytes())
            .and_then(|()| self.inner.write_all(b"\n"))
            .map_err(Closed)
    }

    /// Waits, but not for a reader that has gone.
    pub(crate) fn wait(&mut self, time: Duration) -> Result<(), Closed> {
        let stdout = io::stdout();
        let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
        let time = Timespec {
            tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(time.subsec_nanos()),
        };
        match poll(&mut fds, Some(&time)) {
            Ok(0) | Err(Errno::INTR) => Ok(()),
            Ok(_) => Err(Closed(io::ErrorKind::BrokenPipe.into())),
            Err(e) => Err(Closed(e.into())),
        }
    }

    /// Hands everything to the reader.
    pub(crate) fn flush(&mut self) -> Result<(), Closed> {
        self.inner.flush().map_err(Closed)
    }
}

/// Why a command that streams stops early.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// Nobody reads on.
    Closed(Closed),
    /// Something failed.
    Failed(Failure),
}

impl From<Closed> for Stopped {
    fn from(closed: Closed) -> Self {
        Self::Closed(closed)
    }
}

impl<E: Into<Failure>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Runs a command's output to its end: flushes, and takes a reader that has gone for success.
pub(crate) fn stream(work: impl FnOnce(&mut Out) -> Result<ExitCode, Stopped>) -> Result<ExitCode, Failure> {
    let mut out = Out::stdout();
    let done = work(&mut out).and_then(|code| out.flush().map(|()| code).map_err(Stopped::Closed));
    match done {
        Ok(code) => Ok(code),
        Err(Stopped::Failed(failure)) => Err(failure),
        Err(Stopped::Closed(Closed(e))) if e.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(Stopped::Closed(Closed(e))) => {
            Err(Failure::new(Exit::Ledger, format!("cannot write to stdout: {e}")))
        }
    }
}

/// Says to a person at a terminal that there is nothing to show. In a pipe an empty answer speaks for itself.
pub(crate) fn nothing(text: &str) {
    if io::stdout().is_terminal() {
        beside(text);
    }
}

/// Says something beside the output, as that there is none. A closed stderr leaves nobody to say it to.
pub(crate) fn beside(text: &str) {
    drop(io::stderr().lock().write_all(text.as_bytes()));
}
