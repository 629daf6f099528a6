//! The resource limits that `wt` is started with, made such that what they stop is told and recorded.

use crate::{
    effect::words::reason,
    report::{Exit, Failure},
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::sync::{Arc, atomic::AtomicBool};

/// Descriptors a call must have room for: walking and copying any tree takes fewer than 128, however deep it is.
const OPEN_FILES: u64 = 256;

/// Sees to both limits of this process. To be called before anything is opened.
///
/// # Errors
/// The hard limit on open files is below [`OPEN_FILES`], or SIGXFSZ cannot be handled.
pub(crate) fn prepare() -> Result<(), Failure> {
    hold_open_files()?;
    outlive_file_size()
}

/// Raises a soft limit on open files (`ulimit -n`) that is too low; a hard one is refused here, once, and not by
/// whatever comes upon it in the middle of a call.
fn hold_open_files() -> Result<(), Failure> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= OPEN_FILES) {
        return Ok(());
    }
    if let Some(hard) = limit.maximum.filter(|hard| *hard < OPEN_FILES) {
        let message = format!("only {hard} files may be open at a time, and `wt` needs {OPEN_FILES}");
        return Err(Failure::new(Exit::Sandbox, message)
            .hint("raise the hard limit, `ulimit -Hn`, of whoever starts it"));
    }
    let raised = Rlimit {
        current: Some(OPEN_FILES),
        ..limit
    };
    setrlimit(Resource::Nofile, raised).map_err(|e| {
        let why = format!(
            "cannot raise the limit on open files to {OPEN_FILES}: {}",
            reason(e)
        );
        Failure::new(Exit::Sandbox, why).hint("raise it, `ulimit -n`, for whoever starts `wt`")
    })
}

/// Lets a write beyond the limit on file sizes (`ulimit -f`) fail with EFBIG, so that it is told and recorded, where
/// SIGXFSZ would end this program without a word. A program that is started later is ended by it as ever: a handler
/// does not outlive execve(2), as an ignored signal would.
fn outlive_file_size() -> Result<(), Failure> {
    if getrlimit(Resource::Fsize).current.is_none() {
        return Ok(());
    }
    let unread = Arc::new(AtomicBool::new(false));
    let handled = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, unread);
    handled.map(drop).map_err(|e| {
        Failure::new(Exit::Sandbox, format!("cannot handle SIGXFSZ: {e}"))
            .hint("the kernel or a seccomp profile refuses `rt_sigaction`")
    })
}
