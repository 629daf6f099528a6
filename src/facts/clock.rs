//! The wall clock as rules read it: local time, from the machine's own zone. Read only where a rule asks for it.

use jiff::Zoned;
use policy::Time;

/// The time now.
pub(super) fn now() -> Time {
    of(&Zoned::now())
}

fn of(now: &Zoned) -> Time {
    Time {
        hour: i64::from(now.hour()),
        weekday: i64::from(now.weekday().to_monday_zero_offset()),
        iso: now.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{Timestamp, tz::TimeZone};

    #[test]
    fn hour_weekday_and_text_are_those_of_python() {
        let at: Timestamp = "2026-11-22T23:30:05Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let time = of(&at.to_zoned(zone));
        assert_eq!((time.hour, time.weekday), (0, 0));
        assert_eq!(time.iso, "2026-11-23T00:30:05+01:00");
    }
}
