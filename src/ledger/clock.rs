//! Timestamps of exactly 27 characters, as microseconds since 1970 in UTC.

use jiff::{Timestamp, tz::Offset};
use std::time::{SystemTime, UNIX_EPOCH};

/// Length of a timestamp's text.
pub(super) const TEXT_LEN: usize = 27;

/// Microseconds since 1970 in UTC.
pub(super) type Micros = i64;

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

/// `YYYY-MM-DDTHH:MM:SS.ffffffZ`; years outside 0000 to 9999 become the nearest instant within.
pub(super) fn text(micros: Micros) -> String {
    let at = Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 {
        Timestamp::UNIX_EPOCH
    } else {
        Timestamp::MAX
    });
    let t = Offset::UTC.to_datetime(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        t.year().max(0),
        t.month(),
        t.day(),
        t.hour(),
        t.minute(),
        t.second(),
        t.subsec_nanosecond() / 1000
    )
}

/// Reads what [`text`] writes, nothing else.
pub(super) fn parse(text: &str) -> Option<Micros> {
    let shape = b"0000-00-00T00:00:00.000000Z";
    let fits = text.len() == TEXT_LEN
        && text.bytes().zip(shape).all(|(byte, &like)| {
            if like == b'0' {
                byte.is_ascii_digit()
            } else {
                byte == like
            }
        });
    // A leap second's `:60` would be read as `:59`, which would not write back.
    let at = fits
        .then(|| text.parse::<Timestamp>().ok())
        .flatten()?
        .as_microsecond();
    (self::text(at) == text).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::{now, parse, text};

    #[test]
    fn timestamps_have_27_characters_and_read_back() {
        for (micros, want) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_700_000_000_000_001, "2023-11-14T22:13:20.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(text(micros), want);
            assert_eq!(parse(want), Some(micros));
        }
        assert_eq!(text(now()).len(), 27);
    }

    #[test]
    fn other_spellings_of_an_instant_are_not_timestamps() {
        for bad in [
            "2023-11-14 22:13:20.000001Z",
            "2023-11-14T22:13:20.00001Z",
            "2023-11-14T22:13:20.000001z",
            "2023-11-14T22:13:60.000001Z",
            "2023-02-30T22:13:20.000001Z",
            "",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
