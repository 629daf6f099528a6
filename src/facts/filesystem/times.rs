//! The times that touch sets: none means now, calendar fields are read in the caller's zone.

use super::gathering::Gathering;
use crate::{
    effect::plan::Time,
    report::{Exit, Failure},
    resolve::Stamp,
};
use jiff::{
    Timestamp, ToSpan,
    civil::DateTime,
    tz::{Offset, TimeZone},
};
use serde_json::Value as Json;
use std::ffi::OsStr;

/// Where the machine's zone is described (localtime(5)).
const LOCAL_ZONE: &str = "/etc/localtime";
/// Years after which the calendar repeats to the day of the week.
const CYCLE_YEARS: i64 = 400;
/// Their 146,097 days.
const CYCLE_SECONDS: i64 = 146_097 * 86_400;

/// The times of last access and last change that the call asks for.
pub(super) fn wanted(g: &Gathering<'_>) -> Result<(Time, Time), Failure> {
    let time = match g.intent.params.get("time") {
        None | Some(Json::Null) => Time::Now,
        Some(fields) => Time::At(stamp(g, fields).ok_or_else(|| {
            let given = g.text("timestamp").unwrap_or_default();
            Failure::new(Exit::Usage, format!("no such time in this zone: `{given}`"))
                .hint("name the zone, as in `2025-01-31T12:00:00Z`, or another time")
        })?),
    };
    let (access, modify) = (g.flag("access"), g.flag("modify"));
    let pick = |asked: bool| {
        if asked || access == modify {
            time
        } else {
            Time::Keep
        }
    };
    Ok((pick(access), pick(modify)))
}

fn stamp(g: &Gathering<'_>, fields: &Json) -> Option<Stamp> {
    let number = |name: &str| fields.get(name).and_then(Json::as_i64);
    if let Some(sec) = number("seconds") {
        return Some(Stamp {
            sec,
            nsec: u32::try_from(number("nanosecond")?).ok()?,
        });
    }
    let small = |name: &str| number(name).and_then(|n| i8::try_from(n).ok());
    let zone = match number("offset") {
        Some(offset) => TimeZone::fixed(Offset::from_seconds(i32::try_from(offset).ok()?).ok()?),
        None => local_zone(g),
    };
    let year = match number("year") {
        Some(year) => i16::try_from(year).ok()?,
        None => Timestamp::now().to_zoned(zone.clone()).year(),
    };
    let second = small("second")?;
    let civil = DateTime::new(
        year,
        small("month")?,
        small("day")?,
        small("hour")?,
        small("minute")?,
        second.min(59),
        i32::try_from(number("nanosecond")?).ok()?,
    )
    .ok()?;
    let stamp = at(civil, zone)?;
    // A 60th second is the first of the next minute.
    Some(Stamp {
        sec: stamp.sec + i64::from(second.max(59)) - 59,
        ..stamp
    })
}

/// A time of a calendar in a zone, none where the zone has no such time.
fn at(civil: DateTime, zone: TimeZone) -> Option<Stamp> {
    // At the end of the year 9999 no zone is counted for any more; the calendar and the rules of a zone repeat.
    let (civil, later) = match civil.checked_sub(CYCLE_YEARS.years()) {
        Ok(earlier) if civil.year() == 9999 => (earlier, CYCLE_SECONDS),
        _ => (civil, 0),
    };
    let at = civil.to_zoned(zone).ok()?.timestamp();
    // Nanoseconds count forward from the second below, before 1970 too.
    let (mut sec, mut nsec) = (at.as_second(), at.subsec_nanosecond());
    if nsec < 0 {
        (sec, nsec) = (sec - 1, nsec + 1_000_000_000);
    }
    Some(Stamp {
        sec: sec + later,
        nsec: u32::try_from(nsec).ok()?,
    })
}

/// The caller's zone: what `TZ` says in POSIX form, else the machine's, else UTC.
fn local_zone(g: &Gathering<'_>) -> TimeZone {
    let named = g
        .around
        .caller
        .env
        .get(OsStr::new("TZ"))
        .and_then(|tz| tz.to_str());
    if let Some(zone) = named.and_then(|tz| TimeZone::posix(tz.trim_start_matches(':')).ok()) {
        return zone;
    }
    std::fs::read(LOCAL_ZONE)
        .ok()
        .and_then(|data| TimeZone::tzif("Local", &data).ok())
        .unwrap_or(TimeZone::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_time_of_four_digits_of_a_year_is_one_as_gnu_touch_has_it() {
        let zone = |text: &str| TimeZone::posix(text).unwrap();
        for (civil, name, sec) in [
            (date(9999, 12, 31).at(23, 59, 59, 0), "UTC0", 253_402_300_799),
            (date(9999, 12, 31).at(0, 0, 0, 0), "EST5", 253_402_232_400),
            (
                date(9999, 7, 1).at(0, 0, 0, 0),
                "CET-1CEST,M3.5.0,M10.5.0/3",
                253_386_396_000,
            ),
            (
                date(2024, 7, 1).at(0, 0, 0, 0),
                "CET-1CEST,M3.5.0,M10.5.0/3",
                1_719_784_800,
            ),
            (date(1, 1, 1).at(0, 0, 0, 0), "UTC0", -62_135_596_800),
        ] {
            let stamp = at(civil, zone(name)).unwrap();
            assert_eq!((stamp.sec, stamp.nsec), (sec, 0), "{civil} {name}");
        }
    }
}
