//! The times that permissions are bound to. A clock that was set back makes nothing last longer: what has been
//! seen to be later stays later, and the kernel's own count since boot goes on from there.

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

/// The latest time that was seen, with the kernel's count at that moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub at: Micros,
    /// Seconds since boot.
    pub boot_s: u64,
}

impl Seen {
    /// What time it is at least, by a wall clock that may have been set back and a count that begins anew with each
    /// boot: since it was seen, at least as much has passed as was counted since then, or since the boot.
    fn by(self, wall: Micros, since_boot_s: u64) -> Micros {
        let passed = since_boot_s.checked_sub(self.boot_s).unwrap_or(since_boot_s);
        let passed = i64::try_from(passed.saturating_mul(1_000_000)).unwrap_or(i64::MAX);
        wall.max(self.at.saturating_add(passed))
    }

    /// What time it is at least.
    pub(super) fn now(self) -> Micros {
        self.by(now(), since_boot_s())
    }

    /// As seen now.
    pub(super) fn noted(self) -> Self {
        self.noted_at(Micros::MIN)
    }

    /// As seen now, when it was seen to be `at` too.
    pub(super) fn noted_at(self, at: Micros) -> Self {
        let boot_s = since_boot_s();
        Self {
            at: self.by(now(), boot_s).max(at),
            boot_s,
        }
    }
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
    /// From now on, when it is at least as late as `seen`.
    #[must_use]
    pub fn lasting(seconds: u64, seen: Micros) -> Self {
        let from = now().max(seen);
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
        let span = Span::lasting(60, 0);
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

    #[test]
    fn time_goes_on_by_the_kernels_count_when_the_clock_is_set_back_and_over_boots() {
        const S: Micros = 1_000_000;
        const NOON: Micros = 1_800_000_000 * S;
        let seen = Seen {
            at: NOON,
            boot_s: 5000,
        };
        for (wall, boot_s, is, what) in [
            (NOON + 60 * S, 5060, NOON + 60 * S, "both clocks agree"),
            (NOON - 9000 * S, 5060, NOON + 60 * S, "the clock was set back"),
            (
                NOON + 9000 * S,
                5060,
                NOON + 9000 * S,
                "the clock was set forward",
            ),
            (
                NOON - 9000 * S,
                40,
                NOON + 40 * S,
                "another boot, and the clock was set back",
            ),
            (NOON - 9000 * S, 5000, NOON, "not a second has passed for certain"),
        ] {
            assert_eq!(seen.by(wall, boot_s), is, "{what}");
        }
        // An hour that was granted at noon: however the clock is turned, the counted hour ends it.
        let hour = NOON + 3600 * S;
        assert!(seen.by(NOON - 86_400 * S, 5000 + 3599) < hour);
        assert!(seen.by(NOON - 86_400 * S, 5000 + 3600) >= hour);
        // Over a boot what was seen is kept, and the count begins anew.
        let before = Seen {
            at: seen.by(NOON - 86_400 * S, 5000 + 3000),
            boot_s: 8000,
        };
        assert!(before.by(NOON - 86_400 * S, 599) < hour);
        assert!(before.by(NOON - 86_400 * S, 600) >= hour);
        assert_eq!(Seen::default().by(NOON, 7), NOON, "nothing was seen yet");
    }
}
