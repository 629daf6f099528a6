//! A swapper that flips a directory and a symbolic link to somewhere else, or two files, while calls go on: nothing
//! outside is ever changed. `WT_TEST_RACE_CALLS` sets how many calls; tests/campaigns/race runs the long form.

use super::bench::{Bench, set_mode};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

const CALLS: usize = 400;

fn calls() -> usize {
    std::env::var("WT_TEST_RACE_CALLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(CALLS)
}

/// Lets two names change places again and again while `calls` runs.
fn while_swapping(one: &Path, other: &Path, calls: impl FnOnce()) {
    struct Ended<'a>(&'a AtomicBool);
    impl Drop for Ended<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let _ended = Ended(&done);
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).unwrap_or(());
            }
        });
        calls();
    });
}

/// What a call could change about a file: name, content, mode, owner, inode, links, time.
type Seen = (String, Vec<u8>, u32, u32, u64, u64, i64);

/// Everything about the files of a directory that a call could change.
fn state(dir: &Path) -> Vec<Seen> {
    let mut all: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let meta = entry.metadata().unwrap();
            let content = if meta.is_file() {
                fs::read(entry.path()).unwrap()
            } else {
                vec![]
            };
            let name = entry.file_name().into_string().unwrap();
            (
                name,
                content,
                meta.mode(),
                meta.uid(),
                meta.ino(),
                meta.nlink(),
                meta.mtime_nsec(),
            )
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_directory_and_a_link_that_change_places_never_let_a_call_out() {
    let mut bench = Bench::new();
    bench.only_inside = true;
    for name in ["victim", "keep", "t"] {
        fs::write(bench.outside.join(name), "outside").unwrap();
        set_mode(&bench.outside.join(name), 0o644);
    }
    bench.dir("dir");
    bench.symlink(&bench.outside, "swap");
    bench.file("new", "new");
    let before = state(&bench.outside);
    let lines: &[&[&str]] = &[
        &["safe-rm", "-f", "dir/victim"],
        &["safe-rm", "-r", "-f", "dir/victim"],
        &["safe-cp", "-f", "new", "dir/victim"],
        &["safe-cp", "-f", "new", "dir"],
        &["safe-mv", "dir/keep", "taken"],
        &["safe-mv", "new2", "dir/victim"],
        &["safe-chmod", "600", "dir/victim"],
        &["safe-chmod", "-R", "go-r", "dir"],
        &["safe-chown", "-R", "1234", "dir"],
        &["safe-touch", "-d", "@1", "dir/victim"],
        &["safe-touch", "dir/made"],
        &["safe-mkdir", "-p", "dir/a/b"],
        &["safe-ln", "-s", "-f", "x", "dir/victim"],
        &["safe-ln", "-f", "new", "dir/victim"],
    ];
    let (mut done, mut refused) = (0, 0);
    while_swapping(&bench.path("dir"), &bench.path("swap"), || {
        for n in 0..calls() {
            // The directory's own files come back from time to time, through the name that is real then.
            if n % lines.len() == 0 {
                fs::write(bench.path("new2"), "new2").unwrap();
            }
            match bench.run(lines[n % lines.len()]).exit {
                Some(_) => done += 1,
                None => refused += 1,
            }
        }
    });
    assert_eq!(state(&bench.outside), before);
    assert!(
        done > 0 && refused > 0,
        "done {done}, refused {refused}: the swapper did not meet the calls"
    );
}

#[test]
fn two_files_that_change_places_never_let_another_object_be_taken() {
    let bench = Bench::new();
    let (a, b) = (bench.file("a", "a"), bench.path("b"));
    fs::write(&b, "b").unwrap();
    let ino = |path: &Path| path.metadata().unwrap().ino();
    let (first, second) = (ino(&a), ino(&b));
    while_swapping(&a, &b, || {
        for _ in 0..calls() {
            let ran = bench.run(&["safe-mv", "a", "out"]);
            if ran.exit != Some(0) {
                continue;
            }
            // What came out is the object that was judged, whichever name it had at the time.
            let judged = ran.effects[0]["object"]["ino"].as_u64().unwrap();
            assert_eq!(ino(&bench.path("out")), judged);
            assert!([first, second].contains(&judged));
            bench.run(&["safe-mv", "-n", "out", "a"]);
            if bench.exists("out") {
                bench.run(&["safe-mv", "-n", "out", "b"]);
            }
        }
    });
    let mut left: Vec<u64> = ["a", "b", "out"]
        .iter()
        .filter(|name| bench.exists(name))
        .map(|name| ino(&bench.path(name)))
        .collect();
    left.sort_unstable();
    let mut made = [first, second];
    made.sort_unstable();
    assert_eq!(left, made, "{:?} {:?}", bench.names(), bench.kept());
}

#[test]
fn entries_of_a_tree_that_become_links_are_never_followed() {
    let bench = Bench::new();
    fs::write(bench.outside.join("victim"), "outside").unwrap();
    set_mode(&bench.outside.join("victim"), 0o644);
    for n in 0..20 {
        bench.file(format!("t/d{n}/victim"), "inside");
    }
    bench.symlink(&bench.outside, "link");
    bench.symlink(bench.outside.join("victim"), "flink");
    let before = state(&bench.outside);
    while_swapping(&bench.path("t/d7"), &bench.path("link"), || {
        while_swapping(&bench.path("t/d9/victim"), &bench.path("flink"), || {
            for n in 0..calls() / 16 {
                let modes = ["go-r", "go+r"];
                bench.run(&["safe-chmod", "-R", modes[n % 2], "t"]);
                bench.run(&["safe-chown", "-R", ["1234", "0"][n % 2], "t"]);
                bench.run(&["safe-cp", "-r", "t", "copy"]);
                // A link is copied as a link; what came as a file must be the tree's own.
                for (dir, leaked) in [("copy/d7", "copy/d7/victim"), ("copy/d9", "copy/d9/victim")] {
                    let real =
                        |name: &str| bench.path(name).symlink_metadata().is_ok_and(|m| !m.is_symlink());
                    if real(dir) && real(leaked) {
                        assert_eq!(bench.read(leaked), b"inside");
                    }
                }
                bench.run(&["safe-rm", "-rf", "copy"]);
            }
        });
    });
    assert_eq!(state(&bench.outside), before);
}
