//! The times that touch sets: none means now, calendar fields are read in the caller's zone. Of what `TZ` names only
//! files of the zone directories are ever read.

use super::gathering::Gathering;
use crate::{
    effect::plan::Time,
    report::{Exit, Failure},
    resolve::Stamp,
};
use jiff::{
    Timestamp, ToSpan,
    civil::DateTime,
    tz::{AmbiguousOffset, Offset, TimeZone},
};
use policy::text::escape;
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};
use serde_json::Value as Json;
use std::{ffi::OsStr, fs::File, io::Read, os::unix::ffi::OsStrExt};

/// Where the machine's zone is described (localtime(5)).
const LOCAL_ZONE: &str = "/etc/localtime";
/// Where zones are described by name.
const ZONES: [&str; 2] = ["/usr/share/zoneinfo", "/etc/zoneinfo"];
/// The largest zones have some 4 KiB.
const MAX_ZONE_BYTES: u64 = 1 << 20;
/// Years after which the calendar repeats to the day of the week.
const CYCLE_YEARS: i64 = 400;
/// Their 146,097 days.
const CYCLE_SECONDS: i64 = 146_097 * 86_400;

/// The times of last access and last change that the call asks for.
pub(super) fn wanted(g: &Gathering<'_>) -> Result<(Time, Time), Failure> {
    let time = match g.intent.params.get("time") {
        None | Some(Json::Null) => Time::Now,
        Some(fields) => {
            let is_local = ["seconds", "offset"]
                .iter()
                .all(|name| fields.get(*name).is_none_or(Json::is_null));
            let local = if is_local { local_zone(g)? } else { TimeZone::UTC };
            Time::At(stamp(fields, local).ok_or_else(|| {
                let given = g.text("timestamp").unwrap_or_default();
                Failure::new(Exit::Usage, format!("no such time in this zone: `{given}`"))
                    .hint("name the zone, as in `2025-01-31T12:00:00Z`, or another time")
            })?)
        }
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

fn stamp(fields: &Json, local: TimeZone) -> Option<Stamp> {
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
        None => local,
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
    let at = zone.to_ambiguous_timestamp(civil);
    // Clocks that were put forward never showed it.
    if matches!(at.offset(), AmbiguousOffset::Gap { .. }) {
        return None;
    }
    let at = at.compatible().ok()?;
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

/// The caller's zone: what `TZ` says, as glibc reads it (tzset(3)), else the machine's. A zone that is not known is
/// an error, where glibc would take UTC without a word.
fn local_zone(g: &Gathering<'_>) -> Result<TimeZone, Failure> {
    let Some(given) = g.around.caller.env.get(OsStr::new("TZ")) else {
        return Ok(machines_zone());
    };
    let text = given.to_str().map(|text| text.strip_prefix(':').unwrap_or(text));
    let zone = match text {
        Some("") => Some(TimeZone::UTC),
        Some(LOCAL_ZONE) => Some(machines_zone()),
        Some(text) => named(text).or_else(|| TimeZone::posix(text).ok()),
        None => None,
    };
    zone.ok_or_else(|| {
        let shown = escape(given.as_bytes());
        Failure::new(
            Exit::Usage,
            format!("`TZ` names no zone that is known here: `{shown}`"),
        )
        .hint("unset it, or name one as in `TZ=Europe/Berlin` or `TZ=CET-1CEST,M3.5.0,M10.5.0/3`")
    })
}

fn machines_zone() -> TimeZone {
    std::fs::read(LOCAL_ZONE)
        .ok()
        .and_then(|data| TimeZone::tzif("Local", &data).ok())
        .unwrap_or(TimeZone::UTC)
}

/// A zone of the zone directories; none where they have none of that name.
fn named(name: &str) -> Option<TimeZone> {
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return None;
    }
    ZONES.iter().find_map(|dir| {
        let dir = openat(
            CWD,
            *dir,
            OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .ok()?;
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat2(dir, name, flags, Mode::empty(), ResolveFlags::BENEATH).ok()?;
        let mut data = Vec::new();
        File::from(file)
            .take(MAX_ZONE_BYTES)
            .read_to_end(&mut data)
            .ok()?;
        TimeZone::tzif(name, &data).ok()
    })
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
