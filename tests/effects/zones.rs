//! Times of a calendar in the zone that `TZ` names, beside GNU touch.

use crate::support::{Scratch, needs, text};
use std::{os::unix::fs::MetadataExt, path::Path, process::Command};

/// The time of a file that a `touch` made, none where it refused.
fn made(mut touch: Command, zone: &str, file: &Path) -> Option<i64> {
    let done = touch.env("TZ", zone).output().unwrap().status.success();
    let time = done.then(|| file.symlink_metadata().unwrap().mtime());
    drop(std::fs::remove_file(file));
    time
}

#[test]
fn a_time_in_a_zone_is_the_one_that_gnu_touch_has() {
    let there = Path::new("/usr/share/zoneinfo/America/New_York").exists();
    if !needs::met(there, "the zones of tzdata") {
        return;
    }
    let desk = Scratch::new();
    for zone in [
        "America/New_York",
        ":America/New_York",
        "US/Eastern",
        "EST5EDT",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Pacific/Apia",
        "UTC",
        "",
        ":",
        ":/etc/localtime",
        "JST-9",
        ":JST-9",
        "<+0330>-3:30",
        "CET-1CEST,M3.5.0,M10.5.0/3",
    ] {
        for words in [
            ["-d", "2025-01-31T12:00"],
            ["-d", "2025-07-31T12:00"],
            ["-t", "202507311200.30"],
            ["-d", "1900-01-01T00:00"],
            // Put forward and back; a day that Samoa left out.
            ["-d", "2025-03-09T02:30"],
            ["-d", "2025-11-02T01:30"],
            ["-d", "2011-12-30T10:00"],
        ] {
            let ours = desk.wt(&["safe-touch", words[0], words[1], "ours"]);
            let mut theirs = Command::new("touch");
            theirs.args(words).arg("theirs").current_dir(desk.project());
            assert_eq!(
                made(ours, zone, &desk.file("ours")),
                made(theirs, zone, &desk.file("theirs")),
                "TZ={zone} {words:?}"
            );
        }
    }
}

#[test]
fn a_zone_that_is_not_known_is_a_usage_error_and_no_file_elsewhere_is_read() {
    let desk = Scratch::new();
    for zone in [
        "Nowhere/City",
        "America",
        "../../../etc/localtime",
        "America/../Asia/Tokyo",
        "/usr/share/zoneinfo/Asia/Tokyo",
        "\u{1b}[2J",
    ] {
        let output = desk
            .wt(&["safe-touch", "-d", "2025-01-31T12:00", "new"])
            .env("TZ", zone)
            .output()
            .unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{zone}: {said}");
        assert!(
            said.contains("`TZ` names no zone") && said.contains("hint: ") && !said.contains('\u{1b}'),
            "{said}"
        );
        assert!(!desk.file("new").exists());
        // A time that names its zone needs no other.
        let mut named = desk.wt(&["safe-touch", "-d", "2025-01-31T12:00:00Z", "new"]);
        assert!(named.env("TZ", zone).output().unwrap().status.success());
        std::fs::remove_file(desk.file("new")).unwrap();
    }
}
