//! What this kernel lets Watchtower enforce.

use crate::sandbox::landlock;
use serde::Serialize;

/// What can be enforced here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Kernel {
    /// `uname -r`.
    pub(crate) release: String,
    /// Landlock ABI, 0 where absent.
    pub(crate) landlock_abi: u8,
}

impl Kernel {
    /// Asks the running kernel.
    pub(crate) fn ask() -> Self {
        let release = rustix::system::uname().release().to_string_lossy().into_owned();
        Self {
            release,
            landlock_abi: landlock::abi().unwrap_or(0),
        }
    }
}
