//! A tool that starts programs is the first process of a PID namespace, so that nothing it started outlives it. The
//! process that made the namespace cannot be in it: it stays outside, waits, and ends as the tool ended.

use super::{Enforcement, SandboxError, wire::Channel};
use rustix::{
    fs::{CWD, Mode, OFlags, openat},
    io::{Errno, fcntl_dupfd_cloexec},
    process::{Signal, getpid, kill_process, set_parent_process_death_signal},
};
use std::{
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Child, Command, ExitCode, ExitStatus, Stdio},
};

/// The word that tells a child that its namespaces are made.
pub(super) const INSIDE: &str = "inside";

/// Starts the first process, lets go of everything that it has now, and waits for its end.
pub(super) fn stand_by(
    channel: Channel,
    enforced: &Enforcement,
) -> Result<ExitCode, (Channel, SandboxError)> {
    let mut first = match start(&channel, enforced) {
        Ok(first) => first,
        Err(error) => return Err((channel, error)),
    };
    // The other end must see the socket close when the tool begins.
    drop(channel);
    let ended = silence()
        .map_err(std::io::Error::from)
        .and_then(|()| first.wait());
    Ok(ended.map_or(ExitCode::FAILURE, end_as))
}

fn start(channel: &Channel, enforced: &Enforcement) -> Result<Child, SandboxError> {
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|errno| SandboxError::kernel("tying it to its parent", errno))?;
    let socket = fcntl_dupfd_cloexec(channel, 3)
        .map_err(|errno| SandboxError::kernel("handing the socket on", errno))?;
    Command::new("/proc/self/exe")
        .arg0("wt")
        .args(["__confine", INSIDE])
        .args(&enforced.namespaces)
        .env_clear()
        .stdin(Stdio::from(socket))
        .spawn()
        .map_err(|error| SandboxError::io("starting the first process", &error))
}

fn silence() -> Result<(), Errno> {
    let null = openat(CWD, "/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    rustix::stdio::dup2_stderr(&null)
}

/// The tool's own code, or the signal that ended it.
fn end_as(status: ExitStatus) -> ExitCode {
    if let Some(signal) = status.signal().and_then(Signal::from_named_raw) {
        // Where this returns, the signal is one that does not end a process.
        kill_process(getpid(), signal).unwrap_or(());
    }
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}
