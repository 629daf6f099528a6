//! Times as touch takes them: read into fields, and left without a clock, a zone or a current year.

use serde_json::{Value as Json, json};

/// A point in time as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Seconds and nanoseconds since 1970-01-01T00:00:00Z.
    Epoch {
        /// Seconds, negative before.
        seconds: i64,
        /// Nanoseconds, 0 to 999,999,999, always added.
        nanosecond: u32,
    },
    /// Calendar fields.
    Civil(Civil),
}

/// Calendar fields; absent ones are for the clock and zone of whoever carries it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// None: the current year.
    pub year: Option<i16>,
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31, as the month allows.
    pub day: i8,
    /// 0 to 23.
    pub hour: i8,
    /// 0 to 59.
    pub minute: i8,
    /// 0 to 60; 60 is the first second of the next minute.
    pub second: i8,
    /// 0 to 999,999,999.
    pub nanosecond: i32,
    /// Seconds east of Greenwich; none: the local zone.
    pub offset: Option<i32>,
}

impl Moment {
    /// Reads `[[CC]YY]MMDDhhmm[.ss]`.
    pub fn stamp(text: &str) -> Option<Self> {
        let (digits, second) = match text.split_once('.') {
            Some((digits, second)) if second.len() == 2 => (digits, fixed(second, 2)?),
            Some(_) => return None,
            None => (text, 0),
        };
        let (year, rest) = digits.split_at_checked(digits.len().checked_sub(8)?)?;
        let year = match year.len() {
            0 => None,
            2 => fixed(year, 2).map(|year| Some(if year >= 69 { 1900 + year } else { 2000 + year }))?,
            4 => Some(fixed(year, 4)?),
            _ => return None,
        };
        let (date, time) = rest.split_at_checked(4)?;
        let (month, day) = date.split_at_checked(2)?;
        let (hour, minute) = time.split_at_checked(2)?;
        let fields = [
            fixed(month, 2)?,
            fixed(day, 2)?,
            fixed(hour, 2)?,
            fixed(minute, 2)?,
            second,
        ];
        civil(year, fields, 0, None)
    }

    /// Reads RFC 3339, `YYYY-MM-DD`, `YYYY-MM-DD hh:mm[:ss[.fraction]]` with or without a zone, and `@SECONDS`.
    pub fn date(text: &str) -> Option<Self> {
        if let Some(epoch) = text.strip_prefix('@') {
            return epoch_seconds(epoch);
        }
        let (date, rest) = text.split_at_checked(10)?;
        let mut parts = date.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let (year, month, day) = (fixed(year, 4)?, fixed(month, 2)?, fixed(day, 2)?);
        if rest.is_empty() {
            return civil(Some(year), [month, day, 0, 0, 0], 0, None);
        }
        let rest = rest.strip_prefix(['T', 't', ' '])?;
        let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
        let (time, zone) = rest.split_at_checked(zone_at)?;
        let offset = if zone.is_empty() {
            None
        } else {
            Some(zone_offset(zone)?)
        };
        let (time, fraction) = time
            .trim_end_matches(' ')
            .split_once('.')
            .unwrap_or((time.trim_end(), "0"));
        let mut parts = time.split(':');
        let (hour, minute) = (fixed(parts.next()?, 2)?, fixed(parts.next()?, 2)?);
        let second = parts.next().map_or(Some(0), |second| fixed(second, 2))?;
        // Touch takes a 60th second in a stamp alone.
        if parts.next().is_some() || second > 59 {
            return None;
        }
        civil(
            Some(year),
            [month, day, hour, minute, second],
            nanoseconds(fraction)?,
            offset,
        )
    }

    /// The same as a parameter; absent fields are null.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Epoch { seconds, nanosecond } => json!({"seconds": seconds, "nanosecond": nanosecond}),
            Self::Civil(c) => json!({
                "year": c.year, "month": c.month, "day": c.day, "hour": c.hour, "minute": c.minute,
                "second": c.second, "nanosecond": c.nanosecond, "offset": c.offset,
            }),
        }
    }
}

fn civil(year: Option<i16>, fields: [i16; 5], nanosecond: i32, offset: Option<i32>) -> Option<Moment> {
    let [month, day, hour, minute, second] = fields;
    let leap = year.is_none_or(|y| (y % 4 == 0 && y % 100 != 0) || y % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i16::from(leap),
        _ => return None,
    };
    let fits = (1..=days).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    fits.then(|| {
        Some(Moment::Civil(Civil {
            year,
            month: i8::try_from(month).ok()?,
            day: i8::try_from(day).ok()?,
            hour: i8::try_from(hour).ok()?,
            minute: i8::try_from(minute).ok()?,
            second: i8::try_from(second).ok()?,
            nanosecond,
            offset,
        }))
    })?
}

fn epoch_seconds(text: &str) -> Option<Moment> {
    const GREATEST: i64 = 253_402_300_799; // 9999-12-31T23:59:59Z
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = whole.parse().ok()?;
    let nanosecond = u32::try_from(nanoseconds(fraction)?).ok()?;
    (seconds.abs() <= GREATEST).then_some(())?;
    if whole.starts_with('-') && nanosecond > 0 {
        return Some(Moment::Epoch {
            seconds: seconds - 1,
            nanosecond: 1_000_000_000 - nanosecond,
        });
    }
    Some(Moment::Epoch { seconds, nanosecond })
}

/// `Z`, `+hh:mm`, `-hhmm` or `+hh`, in seconds.
fn zone_offset(zone: &str) -> Option<i32> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.len() {
        2 => (rest, "00"),
        4 => rest.split_at_checked(2)?,
        5 => rest.split_once(':')?,
        _ => return None,
    };
    let (hours, minutes) = (fixed(hours, 2)?, fixed(minutes, 2)?);
    (hours < 24 && minutes < 60).then(|| sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60))
}

fn nanoseconds(fraction: &str) -> Option<i32> {
    if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<9}").parse().ok()
}

/// A number of exactly this many digits.
fn fixed(text: &str, width: usize) -> Option<i16> {
    (text.len() == width && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::Moment;

    fn shown(moment: Option<Moment>) -> String {
        moment.map_or("none".to_owned(), |moment| moment.to_json().to_string())
    }

    #[test]
    fn stamps_take_two_four_or_no_digits_of_a_year() {
        for (text, year) in [
            ("202401311200", "2024"),
            ("2401311200", "2024"),
            ("6901311200", "1969"),
            ("01311200", "null"),
        ] {
            let json = shown(Moment::stamp(text));
            assert!(
                json.contains(&format!("\"year\":{year},\"month\":1,\"day\":31,\"hour\":12")),
                "{text}: {json}"
            );
        }
        assert!(shown(Moment::stamp("202401311200.07")).contains("\"second\":7"));
        assert!(shown(Moment::stamp("202401311200.60")).contains("\"second\":60"));
        for text in [
            "",
            "1",
            "202413011200",
            "202402301200",
            "202401312400",
            "2024013112001",
            "202401311200.7",
            "202401311200.61",
            "x2401311200",
        ] {
            assert_eq!(Moment::stamp(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_rfc_3339_or_a_shorter_common_form() {
        for (text, fields) in [
            (
                "2025-01-31",
                "\"hour\":0,\"minute\":0,\"second\":0,\"nanosecond\":0,\"offset\":null",
            ),
            ("2025-01-31 12:30", "\"hour\":12,\"minute\":30,\"second\":0"),
            (
                "2025-01-31T12:30:05Z",
                "\"second\":5,\"nanosecond\":0,\"offset\":0",
            ),
            (
                "2025-01-31T12:30:05.25+02:00",
                "\"nanosecond\":250000000,\"offset\":7200",
            ),
            ("2025-01-31 12:30:05 -0330", "\"offset\":-12600"),
            (
                "@1700000000.5",
                "{\"seconds\":1700000000,\"nanosecond\":500000000}",
            ),
            ("@-1.5", "{\"seconds\":-2,\"nanosecond\":500000000}"),
        ] {
            let json = shown(Moment::date(text));
            assert!(json.contains(fields), "{text}: {json}");
        }
        for text in [
            "",
            "now",
            "yesterday",
            "2025-02-29",
            "2025-13-01",
            "2025-01-31T25:00",
            "2025-01-31T12:60",
            "@",
            "@x",
            "@1.",
            "2025-01-31T",
            "2025-1-31",
            "2025-01-31T12:30:05+25:00",
            "2025-01-31T12:30:60Z",
            "2016-12-31 23:59:60",
            "2025-01-31T12:30:61Z",
            "@99999999999999",
            "2025-01-31T12:30:05.Z",
        ] {
            assert_eq!(Moment::date(text), None, "{text}");
        }
    }
}
