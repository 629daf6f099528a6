//! New directories and files, and times.

use super::bench::Bench;
use policy::Verdict;
use std::{fs, os::unix::fs::MetadataExt};

#[test]
fn directories_are_made_with_the_mode_asked_for() {
    let bench = Bench::new();
    let ran = bench.run(&["safe-mkdir", "-v", "a"]).ok();
    assert_eq!(ran.stdout, "mkdir: created directory 'a'\n");
    assert_eq!(bench.mode("a"), 0o755);
    bench.run(&["safe-mkdir", "-m", "700", "b"]).ok();
    assert_eq!(bench.mode("b"), 0o700);
    bench.run(&["safe-mkdir", "-m", "u=rwx,g=rx,o=", "c"]).ok();
    assert_eq!(bench.mode("c"), 0o750);
}

#[test]
fn directories_on_the_way_are_made_and_judged() {
    let bench = Bench::new();
    let ran = bench.run(&["safe-mkdir", "-p", "-v", "x/y/z"]).ok();
    assert_eq!(
        ran.stdout,
        "mkdir: created directory 'x'\nmkdir: created directory 'x/y'\nmkdir: created directory 'x/y/z'\n"
    );
    let judged: Vec<String> = ran.judged(&bench).into_iter().map(|(_, _, path)| path).collect();
    assert_eq!(judged, ["x", "x/y", "x/y/z"]);
    bench.run(&["safe-mkdir", "-p", "x/y"]).ok();
    bench
        .run(&["safe-mkdir", "x"])
        .fails("safe-mkdir: cannot create directory 'x': File exists\n");
    bench
        .run(&["safe-mkdir", "n/o"])
        .fails("safe-mkdir: cannot create directory 'n/o': No such file or directory\n");
    bench.file("f", "");
    bench
        .run(&["safe-mkdir", "-p", "f/x"])
        .fails("safe-mkdir: cannot create directory 'f': Not a directory\n");
    bench
        .run(&["safe-mkdir", "-p", "no/../x"])
        .fails("safe-mkdir: cannot create directory 'no/../x': No such file or directory\n");
}

#[test]
fn dangerous_modes_are_refused() {
    let bench = Bench::new();
    for mode in ["6777", "4755", "2755", "777", "u+s", "o+w"] {
        bench
            .run(&["safe-mkdir", "-m", mode, "d"])
            .refused("special-mode", Verdict::Deny);
    }
    assert!(!bench.exists("d"));
    bench.run(&["safe-mkdir", "-m", "1777", "d"]).ok();
}

#[test]
fn touch_creates_and_sets_times() {
    let bench = Bench::new();
    bench.run(&["safe-touch", "new"]).ok();
    assert_eq!((bench.read("new"), bench.mode("new")), (Vec::new(), 0o644));
    bench
        .run(&["safe-touch", "-d", "2001-09-09T01:46:40Z", "new"])
        .ok();
    let new = bench.path("new").metadata().unwrap();
    assert_eq!((new.mtime(), new.atime()), (1_000_000_000, 1_000_000_000));
    // As GNU touch: a 60th second in a stamp is the next minute, and in a date it is none.
    bench.run(&["safe-touch", "-t", "202401011000.60", "other"]).ok();
    bench.run(&["safe-touch", "-t", "202401011001", "same"]).ok();
    let at = |name: &str| fs::metadata(bench.path(name)).unwrap().modified().unwrap();
    assert_eq!(at("other"), at("same"));
    bench.run(&["safe-touch", "-m", "-d", "@1.5", "new"]).ok();
    let new = bench.path("new").metadata().unwrap();
    assert_eq!(
        (new.mtime(), new.mtime_nsec(), new.atime()),
        (1, 500_000_000, 1_000_000_000)
    );
    let ran = bench.run(&["safe-touch", "-a", "-d", "@2", "new"]).ok();
    assert_eq!(bench.path("new").metadata().unwrap().atime(), 2);
    assert_eq!(ran.effects[0]["before"]["modified"]["sec"], 1);
    bench.run(&["safe-touch", "-c", "absent"]).ok();
    assert!(!bench.exists("absent"));
    bench
        .run(&["safe-touch", "no/dir"])
        .fails("safe-touch: cannot touch 'no/dir': No such file or directory\n");
    bench
        .run(&["safe-touch", "no/"])
        .fails("safe-touch: setting times of 'no/': No such file or directory\n");
}

#[test]
fn a_dangling_link_is_not_created_through() {
    let bench = Bench::new();
    bench.symlink(bench.outside.join("made"), "dangling");
    bench
        .run(&["safe-touch", "dangling"])
        .fails("safe-touch: cannot touch 'dangling': dangling symbolic link\n");
    assert!(!bench.outside.join("made").exists());
}

#[test]
fn a_name_that_appears_meanwhile_is_left_alone() {
    let bench = Bench::new();
    let ran = bench.run_with(&["safe-touch", "a"], Verdict::Shadow, || {
        rustix::fs::symlink(bench.outside.join("victim"), bench.path("a")).unwrap();
    });
    ran.fails("safe-touch: cannot touch 'a': File exists\n");
    assert!(!bench.outside.join("victim").exists());
    assert!(fs::read_dir(&bench.outside).unwrap().next().is_none());
}
