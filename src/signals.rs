//! Signals that end what runs on, which has something to put in order first. One that the caller had ignored, as
//! nohup(1) and shells in the background have it, stays ignored.

use nix::sys::{
    signal::{SigSet, Signal},
    signalfd::{SfdFlags, SignalFd},
};
use rustix::event::{PollFd, PollFlags, poll};
use std::process::ExitCode;

/// The signals that end what runs on.
pub(crate) const ENDING: [Signal; 4] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT];

/// The signals that were asked to wait: they arrive on a descriptor.
#[derive(Debug)]
pub(crate) struct Signals(SignalFd);

impl Signals {
    /// From now on SIGTERM, SIGHUP, SIGINT and SIGQUIT wait to be asked for. Called before any thread exists.
    ///
    /// # Errors
    /// The kernel refuses.
    pub(crate) fn hold() -> nix::Result<Self> {
        let mut set = SigSet::empty();
        for signal in heard() {
            set.add(signal);
        }
        set.thread_block()?;
        SignalFd::with_flags(&set, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC).map(Self)
    }

    /// Waits for a signal; the exit code that it asks for.
    pub(crate) fn wait(&self) -> ExitCode {
        loop {
            if let Some(code) = self.came() {
                return code;
            }
            // Whatever else wakes it, it looks again.
            let _woken = poll(&mut [PollFd::new(&self.0, PollFlags::IN)], None);
        }
    }

    /// The exit code that a signal which came asks for.
    pub(crate) fn came(&self) -> Option<ExitCode> {
        let signal = self.0.read_signal().ok().flatten()?;
        Some(ExitCode::from(
            128_u8.saturating_add(u8::try_from(signal.ssi_signo).unwrap_or(0)),
        ))
    }
}

/// Those of [`ENDING`] that the caller did not leave ignored (proc_pid_status(5), `SigIgn`).
pub(crate) fn heard() -> impl Iterator<Item = Signal> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let mask = mask.unwrap_or(0);
    ENDING
        .into_iter()
        .filter(move |signal| mask & (1 << (*signal as i32 - 1)) == 0)
}
