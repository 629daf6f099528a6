//! What a writer is told from outside: limits, durability and rotation. Holds values only.

use super::redact::Pattern;
use std::time::Duration;

/// When an entry must be on stable storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// Never waited for.
    Relaxed,
    /// A decision before its effect; what else is written becomes durable with the next sync.
    #[default]
    Intent,
    /// Every entry before the call returns.
    Strict,
}

/// How a ledger is written.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A segment of this size is closed before the next entry.
    pub rotate_bytes: u64,
    /// A segment whose first entry is this old is closed before the next entry.
    pub rotate_after: Duration,
    /// Longest wait for other writers.
    pub lock_timeout: Duration,
    /// Whether policy demands that entries are sealed; a ledger without a seal is then not written.
    pub require_seal: bool,
    /// What policy wants taken out of records besides well-known secrets.
    pub redact: Vec<Pattern>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rotate_bytes: 64 << 20,
            rotate_after: Duration::from_secs(24 * 60 * 60),
            lock_timeout: Duration::from_secs(5),
            require_seal: false,
            redact: Vec::new(),
        }
    }
}
