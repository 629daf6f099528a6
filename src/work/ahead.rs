//! What a call will be confined in, started while the call is still judged: a thread for an effect of `wt`'s own, a
//! child for a tool. It is told nothing of the call before policy has spoken; a call that is refused drops it.

use crate::{
    exec,
    sandbox::{self, SandboxError, native},
};
use policy::Intent;
use rustix::thread::{SecureComputingMode, secure_computing_mode};

/// The beginning of a confinement.
#[derive(Debug)]
pub enum Ahead {
    /// For an effect of `wt` itself.
    Thread(native::Ahead),
    /// For a tool.
    Child(sandbox::Ahead),
}

impl Ahead {
    /// Starts what a call of this intent will need, if it is allowed. Where none can be started, whoever begins the
    /// work says so.
    #[must_use]
    pub fn start(intent: &Intent) -> Option<Self> {
        if intent.domain == "filesystem" {
            // A filter that is in force may end whoever takes on another: a refusal is recorded before that.
            let free = secure_computing_mode() == Ok(SecureComputingMode::Disabled);
            free.then(native::start)?.ok().map(Self::Thread)
        } else {
            exec::ahead(intent).map(Self::Child)
        }
    }

    /// The thread that was started ahead, or a new one.
    pub(super) fn or_thread(ahead: Option<Self>) -> Result<native::Ahead, SandboxError> {
        match ahead {
            Some(Self::Thread(thread)) => Ok(thread),
            Some(Self::Child(_)) | None => native::start(),
        }
    }

    /// The child that was started ahead.
    pub(super) fn child(ahead: Option<Self>) -> Option<sandbox::Ahead> {
        match ahead {
            Some(Self::Child(child)) => Some(child),
            Some(Self::Thread(_)) | None => None,
        }
    }
}
