//! Timestamps of exactly 27 characters, as microseconds since 1970 in UTC. Reads no clock.

/// Length of a timestamp's text.
pub const TEXT_LEN: usize = 27;

/// Microseconds since 1970 in UTC.
pub type Micros = i64;

const SHAPE: &[u8; TEXT_LEN] = b"0000-00-00T00:00:00.000000Z";
const DAY: i64 = 86_400_000_000;
/// The first instant of the year 0 and the last of the year 9999.
const RANGE: (Micros, Micros) = (-719_528 * DAY, 2_932_897 * DAY - 1);
/// Days of 400 years, of which each has as many as the last.
const ERA: i64 = 146_097;

/// `YYYY-MM-DDTHH:MM:SS.ffffffZ`; years outside 0000 to 9999 become the nearest instant within.
pub fn text(micros: Micros) -> String {
    let micros = micros.clamp(RANGE.0, RANGE.1);
    let (year, month, day) = date(micros.div_euclid(DAY));
    let rest = micros.rem_euclid(DAY);
    let (second, fraction) = (rest / 1_000_000, rest % 1_000_000);
    let mut out = *SHAPE;
    for (start, count, mut value) in [
        (0, 4, year),
        (5, 2, month),
        (8, 2, day),
        (11, 2, second / 3600),
        (14, 2, second / 60 % 60),
        (17, 2, second % 60),
        (20, 6, fraction),
    ] {
        for slot in out.iter_mut().skip(start).take(count).rev() {
            *slot = b'0' + u8::try_from(value % 10).unwrap_or(0);
            value /= 10;
        }
    }
    out.iter().map(|&byte| char::from(byte)).collect()
}

/// Year, month and day of a day since 1970. Years are counted from March, so that the leap day is a year's last.
fn date(days: i64) -> (i64, i64, i64) {
    let since = days + 719_468;
    let (era, of_era) = (since.div_euclid(ERA), since.rem_euclid(ERA));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, early) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (year + era * 400 + early, month, day)
}

/// The day since 1970 of a date.
fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// Reads what [`text`] writes, nothing else.
pub fn parse(text: &str) -> Option<Micros> {
    let fits = text.len() == TEXT_LEN
        && text.bytes().zip(SHAPE).all(|(byte, &like)| {
            if like == b'0' {
                byte.is_ascii_digit()
            } else {
                byte == like
            }
        });
    if !fits {
        return None;
    }
    let number = |start: usize, count: usize| {
        let digits = text.bytes().skip(start).take(count);
        digits.fold(0, |n, byte| n * 10 + i64::from(byte - b'0'))
    };
    let days = day_of(number(0, 4), number(5, 2), number(8, 2));
    let seconds = number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2);
    let at = days * DAY + seconds * 1_000_000 + number(20, 6);
    // A date or a second that there is not would not write back.
    (self::text(at) == text).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::{RANGE, parse, text};
    use proptest::prelude::*;

    #[test]
    fn timestamps_have_27_characters_and_read_back() {
        for (micros, want) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_700_000_000_000_001, "2023-11-14T22:13:20.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (RANGE.0, "0000-01-01T00:00:00.000000Z"),
            (RANGE.1, "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(text(micros), want);
            assert_eq!(parse(want), Some(micros));
        }
        assert_eq!(text(i64::MIN), text(RANGE.0));
        assert_eq!(text(i64::MAX), text(RANGE.1));
    }

    #[test]
    fn other_spellings_of_an_instant_are_not_timestamps() {
        for bad in [
            "2023-11-14 22:13:20.000001Z",
            "2023-11-14T22:13:20.00001Z",
            "2023-11-14T22:13:20.000001z",
            "2023-11-14T22:13:60.000001Z",
            "2023-11-14T24:00:00.000000Z",
            "2023-02-29T22:13:20.000001Z",
            "2023-02-30T22:13:20.000001Z",
            "2023-13-01T22:13:20.000001Z",
            "2023-00-01T22:13:20.000001Z",
            "",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_calendar_is_everybodys(micros in RANGE.0..253_402_207_200_000_000) {
            let at = jiff::Timestamp::from_microsecond(micros).unwrap();
            prop_assert_eq!(text(micros), format!("{at:.6}"));
            prop_assert_eq!(parse(&text(micros)), Some(micros));
        }
    }
}
