//! The times that touch sets: none means now, calendar fields are read in the caller's zone.

use super::gathering::Gathering;
use crate::{
    effect::plan::Time,
    report::{Exit, Failure},
    resolve::Stamp,
};
use jiff::{
    Timestamp, Zoned,
    civil::DateTime,
    tz::{Offset, TimeZone},
};
use serde_json::Value as Json;
use std::ffi::OsStr;

/// Where the machine's zone is described (localtime(5)).
const LOCAL_ZONE: &str = "/etc/localtime";

/// The times of last access and last change that the call asks for.
pub(super) fn wanted(g: &Gathering<'_>) -> Result<(Time, Time), Failure> {
    let time = match g.intent.params.get("time") {
        None | Some(Json::Null) => Time::Now,
        Some(fields) => Time::At(stamp(g, fields).ok_or_else(|| {
            let given = g.text("timestamp").unwrap_or_default();
            Failure::new(Exit::Usage, format!("no such time in this zone: `{given}`"))
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
    let civil = DateTime::new(
        year,
        small("month")?,
        small("day")?,
        small("hour")?,
        small("minute")?,
        small("second")?,
        i32::try_from(number("nanosecond")?).ok()?,
    )
    .ok()?;
    let zoned: Zoned = civil.to_zoned(zone).ok()?;
    let at = zoned.timestamp();
    // Nanoseconds count forward from the second below, before 1970 too.
    let (mut sec, mut nsec) = (at.as_second(), at.subsec_nanosecond());
    if nsec < 0 {
        (sec, nsec) = (sec - 1, nsec + 1_000_000_000);
    }
    Some(Stamp {
        sec,
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
