//! Points in time as a person names them, and how long ago something was. Entries carry UTC text of 27
//! characters, which compares as the instants do; bounds are brought into that form once.

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};

/// A timestamp in the form entries have.
pub(crate) fn entry_text(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

/// Reads `2h`, `1h30m`, `today`, `yesterday`, a date, a date and time, a time of today, or RFC 3339.
///
/// # Errors
/// What forms there are.
pub(crate) fn parse(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    let wrong = || {
        format!(
            "`{text}` is not a time: try `2h`, `7d`, `today`, `2026-01-31`, `2026-01-31T12:00` or RFC 3339"
        )
    };
    let midnight = |days_back: i64| {
        let today = now.to_zoned(zone.clone()).date();
        let day = today.saturating_sub(jiff::Span::new().days(days_back));
        day.to_zoned(zone.clone())
            .map(|at| at.timestamp())
            .map_err(|_| wrong())
    };
    let of_civil = |at: civil::DateTime| {
        at.to_zoned(zone.clone())
            .map(|at| at.timestamp())
            .map_err(|_| wrong())
    };
    match text {
        "now" => return Ok(now),
        "today" => return midnight(0),
        "yesterday" => return midnight(1),
        _ => {}
    }
    if let Some(back) = duration(text) {
        return now.checked_sub(back).map_err(|_| wrong());
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(at) = text.parse::<civil::DateTime>() {
        return of_civil(at);
    }
    if let Ok(time) = text.parse::<civil::Time>() {
        return of_civil(now.to_zoned(zone.clone()).date().to_datetime(time));
    }
    Err(wrong())
}

/// Reads `90s`, `15m`, `2h`, `7d`, `2w` and sums of them such as `1h30m`.
pub(crate) fn duration(text: &str) -> Option<SignedDuration> {
    let mut total: i64 = 0;
    let mut number: Option<i64> = None;
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            number = Some(
                number
                    .unwrap_or(0)
                    .checked_mul(10)?
                    .checked_add(i64::from(digit))?,
            );
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    (number.is_none() && !text.is_empty()).then(|| SignedDuration::from_secs(total))
}

/// How long ago, in the largest unit that fits: `3s`, `12m`, `5h`, `6d`; `now` for less than a second and for
/// times ahead of this clock.
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    match now.duration_since(then).as_secs() {
        ..=0 => "now".to_owned(),
        seconds => whole(seconds),
    }
}

/// A number of seconds in the largest unit that fits.
pub(crate) fn whole(seconds: i64) -> String {
    match seconds {
        ..=59 => format!("{seconds}s"),
        60..=3599 => format!("{}m", seconds / 60),
        3600..=86_399 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// A duration in microseconds for a person: `640us`, `1.2ms`, `3.4s`, `2m05s`.
pub(crate) fn took(us: u64) -> String {
    match us {
        0..=999 => format!("{us}us"),
        1000..=999_999 => format!("{}.{}ms", us / 1000, us % 1000 / 100),
        1_000_000..=59_999_999 => format!("{}.{}s", us / 1_000_000, us % 1_000_000 / 100_000),
        _ => format!("{}m{:02}s", us / 60_000_000, us % 60_000_000 / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::{ago, duration, entry_text, parse, took};
    use jiff::{SignedDuration, Timestamp, tz::TimeZone};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_way_to_name_a_time_gives_the_instant_meant() {
        let now = at("2026-03-04T05:06:07.5Z");
        for (text, want) in [
            ("now", "2026-03-04T05:06:07.5Z"),
            ("2h", "2026-03-04T03:06:07.5Z"),
            ("1h30m", "2026-03-04T03:36:07.5Z"),
            ("7d", "2026-02-25T05:06:07.5Z"),
            ("2w", "2026-02-18T05:06:07.5Z"),
            ("today", "2026-03-04T00:00:00Z"),
            ("yesterday", "2026-03-03T00:00:00Z"),
            ("2026-01-31", "2026-01-31T00:00:00Z"),
            ("2026-01-31T12:30", "2026-01-31T12:30:00Z"),
            ("2026-01-31 12:30:01", "2026-01-31T12:30:01Z"),
            ("04:00", "2026-03-04T04:00:00Z"),
            ("2026-01-31T12:30:00+02:00", "2026-01-31T10:30:00Z"),
        ] {
            assert_eq!(parse(text, now, &TimeZone::UTC), Ok(at(want)), "{text}");
        }
        for text in [
            "",
            "2x",
            "h",
            "2h3",
            "tomorrow",
            "99999999999999999999s",
            "2026-13-01",
        ] {
            assert!(parse(text, now, &TimeZone::UTC).is_err(), "{text}");
        }
    }

    #[test]
    fn bounds_have_the_form_of_entries() {
        assert_eq!(
            entry_text(at("2023-11-14T22:13:20.000001Z")),
            "2023-11-14T22:13:20.000001Z"
        );
        assert_eq!(
            entry_text(at("2023-11-14T22:13:20Z")),
            "2023-11-14T22:13:20.000000Z"
        );
    }

    #[test]
    fn durations_read_as_a_person_says_them() {
        assert_eq!(duration("1h30m"), Some(SignedDuration::from_secs(5400)));
        assert_eq!(duration("5"), None);
        for (us, text) in [
            (999, "999us"),
            (1250, "1.2ms"),
            (3_450_000, "3.4s"),
            (125_000_000, "2m05s"),
        ] {
            assert_eq!(took(us), text);
        }
        let now = at("2026-03-04T05:06:07Z");
        for (then, text) in [
            ("2026-03-04T05:06:07Z", "now"),
            ("2026-03-04T05:07:07Z", "now"),
            ("2026-03-04T05:06:04Z", "3s"),
            ("2026-03-04T04:06:08Z", "59m"),
            ("2026-03-03T05:06:08Z", "23h"),
            ("2026-02-01T05:06:08Z", "30d"),
        ] {
            assert_eq!(ago(at(then), now), text, "{then}");
        }
    }
}
