//! Signals that end a command that runs on: they arrive on a descriptor, so that it can end in order.

use nix::sys::{
    signal::{SigSet, Signal},
    signalfd::{SfdFlags, SignalFd},
};
use std::process::ExitCode;

/// The signals that were asked to wait.
#[derive(Debug)]
pub(crate) struct Signals(SignalFd);

impl Signals {
    /// From now on SIGTERM, SIGHUP, SIGINT and SIGQUIT wait to be asked for. Called before any thread exists.
    ///
    /// # Errors
    /// The kernel refuses.
    pub(crate) fn hold() -> nix::Result<Self> {
        let mut set = SigSet::empty();
        for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT] {
            set.add(signal);
        }
        set.thread_block()?;
        SignalFd::with_flags(&set, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC).map(Self)
    }

    /// The exit code that a signal which came asks for.
    pub(crate) fn came(&self) -> Option<ExitCode> {
        let signal = self.0.read_signal().ok().flatten()?;
        Some(ExitCode::from(
            128_u8.saturating_add(u8::try_from(signal.ssi_signo).unwrap_or(0)),
        ))
    }
}
