//! Trees that are deep or wide: bounded memory, few descriptors, no recursion on the stack.

use super::bench::Bench;
use crate::support::running::forgo_huge_pages;
use rustix::{
    fs::{Mode, OFlags, openat},
    process::{Resource, Rlimit, getrlimit, setrlimit},
};
use std::{fs::File, os::fd::OwnedFd};

/// Leaves this process so many descriptors, as a soft limit.
fn limit_descriptors(most: u64) {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(most),
            maximum,
        },
    )
    .unwrap();
}

/// Most resident memory of this process so far, in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
}

fn deep(bench: &Bench, name: &str, depth: usize) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    bench.dir(name);
    let mut dir: OwnedFd = File::open(bench.path(name)).unwrap().into();
    for _ in 0..depth {
        rustix::fs::mkdirat(&dir, "d", Mode::RWXU).unwrap();
        dir = openat(&dir, "d", flags, Mode::empty()).unwrap();
    }
    openat(&dir, "leaf", OFlags::WRONLY | OFlags::CREATE, Mode::RUSR).unwrap();
}

#[test]
fn a_tree_4096_deep_is_removed_within_bounded_memory() {
    forgo_huge_pages();
    let bench = Bench::new();
    deep(&bench, "t", 4096);
    limit_descriptors(64);
    let before = peak_kib();
    let ran = bench.run(&["safe-rm", "-r", "t"]).ok();
    assert_eq!(ran.targets[0].entries, 4098);
    assert!(bench.names().is_empty());
    assert!(peak_kib() - before < 16 << 10, "{} KiB more", peak_kib() - before);
}

#[test]
fn a_deep_tree_is_copied_changed_and_moved_with_few_descriptors() {
    let bench = Bench::new();
    deep(&bench, "t", 500);
    limit_descriptors(128);
    bench.run(&["safe-chmod", "-R", "go-rwx", "t"]).ok();
    bench.run(&["safe-cp", "-a", "t", "u"]).ok();
    let ran = bench.run(&["safe-mv", "u", "v"]).ok();
    assert_eq!(ran.targets[0].entries, 502);
    let leaf: String = ["v"]
        .into_iter()
        .chain(std::iter::repeat_n("d", 500))
        .chain(["leaf"])
        .collect::<Vec<_>>()
        .join("/");
    assert!(bench.exists(leaf));
}

#[test]
fn a_directory_of_100_000_files_is_removed_within_bounded_memory() {
    forgo_huge_pages();
    let bench = Bench::new();
    let dir: OwnedFd = File::open(bench.dir("wide")).unwrap().into();
    for n in 0..100_000 {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        openat(&dir, format!("f{n}"), flags, Mode::RUSR).unwrap();
    }
    let before = peak_kib();
    let ran = bench.run(&["safe-rm", "-r", "wide"]).ok();
    assert_eq!(ran.targets[0].entries, 100_001);
    assert!(!bench.exists("wide"));
    assert!(peak_kib() - before < 16 << 10, "{} KiB more", peak_kib() - before);
}

#[test]
fn as_many_operands_as_a_call_may_have_need_no_more_descriptors_than_there_are() {
    let bench = Bench::new();
    let names: Vec<String> = (1..applets::grammar::MAX_OPERANDS)
        .map(|n| format!("f{n}"))
        .collect();
    for name in &names {
        bench.file(name, "");
    }
    limit_descriptors(512);
    let line = |words: &[&str]| -> Vec<String> {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .chain(names.iter().cloned())
            .collect()
    };
    bench.run(&line(&["safe-chmod", "600"])).ok();
    bench.run(&line(&["safe-touch"])).ok();
    assert_eq!(bench.mode("f999"), 0o600);
    bench.run(&line(&["safe-rm"])).ok();
    assert!(bench.names().is_empty());
}
