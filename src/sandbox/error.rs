//! Why an effect could not be confined, and the way out.

use crate::report::{Exit, Failure};
use rustix::io::Errno;

/// Confinement failed: nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SandboxError {
    /// A kernel call failed while confining.
    Kernel {
        /// What was being done.
        step: &'static str,
        /// The kernel's answer.
        errno: Errno,
    },
    /// A layer was refused in a way that has no errno.
    Refused {
        /// What was being done.
        step: &'static str,
        /// What was said.
        why: String,
    },
    /// Less is enforced than policy's `min_sandbox` demands.
    BelowMinimum {
        /// The demand that is not met.
        wanted: String,
        /// Why not, as far as known.
        why: String,
    },
    /// The confined side ended without an answer.
    Lost {
        /// What was awaited.
        step: &'static str,
    },
}

impl SandboxError {
    /// A failed kernel call.
    pub(crate) fn kernel(step: &'static str, errno: Errno) -> Self {
        Self::Kernel { step, errno }
    }

    /// A failure of `std` or of a crate that speaks `io::Error`.
    pub(crate) fn io(step: &'static str, error: &std::io::Error) -> Self {
        match Errno::from_io_error(error) {
            Some(errno) => Self::Kernel { step, errno },
            None => Self::Refused {
                step,
                why: error.to_string(),
            },
        }
    }
}

/// How every failure to confine begins, when it is shown.
pub(crate) const PREFIX: &str = "cannot confine the effect: ";

impl std::fmt::Display for SandboxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Kernel { step, errno } => write!(f, "{PREFIX}{step}: {errno}"),
            Self::Refused { step, why } => write!(f, "{PREFIX}{step}: {why}"),
            Self::BelowMinimum { wanted, why } if why.is_empty() => {
                write!(f, "policy demands {wanted}, which this machine does not enforce")
            }
            Self::BelowMinimum { wanted, why } => {
                write!(
                    f,
                    "policy demands {wanted}, which this machine does not enforce: {why}"
                )
            }
            Self::Lost { step } => write!(f, "the confined process ended before {step}"),
        }
    }
}

impl std::error::Error for SandboxError {}

impl From<SandboxError> for Failure {
    fn from(error: SandboxError) -> Self {
        let hint = match &error {
            SandboxError::BelowMinimum { .. } => {
                "`wt doctor` shows what the kernel offers; the policy's `sandbox.min_sandbox` says what it must"
            }
            SandboxError::Kernel {
                errno: Errno::MFILE | Errno::NFILE,
                ..
            } => "too many files are open; raise `ulimit -n`",
            SandboxError::Kernel { .. } | SandboxError::Refused { .. } | SandboxError::Lost { .. } => {
                "`wt doctor` shows what the kernel offers"
            }
        };
        Self::new(Exit::Sandbox, error.to_string()).hint(hint)
    }
}
