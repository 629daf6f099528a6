//! The times that permissions are bound to. A clock that was set back makes nothing last longer: what has been
//! seen to be later stays later, and within one boot the kernel's own count is asked too.

use crate::approver::{boot_id, since_boot_s};
use serde::{Deserialize, Serialize};
use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since 1970.
pub type Micros = i64;

/// Now, by the wall clock.
#[must_use]
pub fn now() -> Micros {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// A span of validity, by both clocks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// When it began.
    pub from: Micros,
    /// When it ends.
    pub to: Micros,
    /// The boot it began in.
    pub boot: String,
    /// Seconds since that boot when it ends.
    pub boot_s: u64,
}

impl Span {
    /// From now on.
    #[must_use]
    pub fn lasting(seconds: u64) -> Self {
        let from = now();
        let long = i64::try_from(seconds.saturating_mul(1_000_000)).unwrap_or(i64::MAX);
        Self {
            from,
            to: from.saturating_add(long),
            boot: boot_id(),
            boot_s: since_boot_s().saturating_add(seconds),
        }
    }

    /// Whether it is over, when time has been seen to be `latest` already.
    #[must_use]
    pub fn is_over(&self, latest: Micros) -> bool {
        // Which boot this is costs a file to read, so it is asked only where it decides.
        now().max(latest) >= self.to || (since_boot_s() >= self.boot_s && self.boot == boot_id())
    }

    /// Whole seconds left, by the wall clock.
    #[must_use]
    pub fn left_s(&self, latest: Micros) -> i64 {
        (self.to - now().max(latest)).max(0) / 1_000_000
    }
}

/// A time in words: RFC 3339, seconds.
#[must_use]
pub fn text(at: Micros) -> String {
    jiff::Timestamp::from_second(at.div_euclid(1_000_000))
        .map(|at| at.to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_set_back_makes_nothing_last_longer() {
        let span = Span::lasting(60);
        assert!(!span.is_over(0));
        assert!(span.is_over(span.to), "later was seen before");
        let far = Span {
            to: i64::MAX,
            boot_s: since_boot_s(),
            ..span.clone()
        };
        assert!(far.is_over(0), "the kernel counted on");
        let other_boot = Span {
            boot: "another".into(),
            boot_s: 0,
            ..span
        };
        assert!(!other_boot.is_over(0));
    }
}
