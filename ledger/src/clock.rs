//! The clocks that a writer looks at. How times are written, the `record` crate knows.

pub(super) use record::time::{Micros, parse, text};
use std::time::{SystemTime, UNIX_EPOCH};

/// The wall clock.
pub(super) fn now() -> Micros {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |t| -t),
    }
}

/// Nanoseconds since boot, sleep included; tells one boot from another.
pub(super) fn since_boot() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}
