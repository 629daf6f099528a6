//! The pause after a wrong passphrase: 1, 2, 4, 8 ... seconds, counted over all processes and kept across them.
//! Time is counted since boot, so that setting the clock shortens nothing.

use crate::{
    report::{Exit, Failure},
    state::files,
};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use std::{os::fd::BorrowedFd, time::Duration};

const FILE: &str = "state/backoff";
/// No pause is longer.
const MAX_PAUSE_S: u64 = 3600;

/// Wrong passphrases in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backoff {
    /// How many.
    pub failures: u32,
    boot: String,
    until_s: u64,
}

impl Backoff {
    /// Reads the count; a file that says nothing sensible counts as one wrong passphrase just now.
    ///
    /// # Errors
    /// 78 where it cannot be read.
    pub fn read(dir: BorrowedFd<'_>) -> Result<Self, Failure> {
        let bytes = files::read(dir, FILE, 4096).map_err(|e| unreadable(&e.to_string()))?;
        Ok(match bytes {
            None => Self::default(),
            Some(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|_| Self::default().after_wrong()),
        })
    }

    /// How long to wait before the next try.
    #[must_use]
    pub fn pause(&self) -> Duration {
        if self.failures == 0 {
            return Duration::ZERO;
        }
        let left = if self.boot == boot_id() {
            self.until_s.saturating_sub(since_boot_s())
        } else {
            0
        };
        Duration::from_secs(left.min(MAX_PAUSE_S))
    }

    /// The count after one more wrong passphrase.
    #[must_use]
    pub fn after_wrong(&self) -> Self {
        let failures = self.failures.saturating_add(1);
        let pause = 1_u64
            .checked_shl(failures - 1)
            .unwrap_or(MAX_PAUSE_S)
            .min(MAX_PAUSE_S);
        Self {
            failures,
            boot: boot_id(),
            until_s: since_boot_s().saturating_add(pause),
        }
    }

    /// Stores the count, before the next try is possible.
    ///
    /// # Errors
    /// 78 where it cannot be written: then no passphrase is tried.
    pub fn store(&self, dir: BorrowedFd<'_>) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(self).map_err(|e| unreadable(&e.to_string()))?;
        files::replace(dir, FILE, &bytes, files::Sync::Lazy).map_err(|e| unreadable(&e.to_string()))
    }
}

fn unreadable(why: &str) -> Failure {
    Failure::new(
        Exit::Config,
        format!("cannot keep count of wrong passphrases in `{FILE}`: {why}"),
    )
}

/// Names this boot of the machine, `` where the kernel does not tell.
pub(crate) fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// Seconds since boot, sleep included.
pub(crate) fn since_boot_s() -> u64 {
    u64::try_from(clock_gettime(ClockId::Boottime).tv_sec).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double() {
        let mut backoff = Backoff::default();
        let mut pauses = Vec::new();
        for _ in 0..5 {
            backoff = backoff.after_wrong();
            pauses.push(backoff.pause().as_secs());
        }
        for (pause, want) in pauses.iter().zip([1, 2, 4, 8, 16]) {
            assert!((want - 1..=want).contains(pause), "{pauses:?}");
        }
        let long = (0..80).fold(Backoff::default(), |b, _| b.after_wrong());
        assert!(long.pause().as_secs() <= MAX_PAUSE_S);
    }
}
