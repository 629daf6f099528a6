//! What a call opens: nothing that its judgement, its effect or its record does not need.

use crate::support::{Scratch, WT, needs, text};
use std::{fs, path::Path, process::Command};

/// The names that an applet call may open, besides its operands and what lies in Watchtower's directory.
const MAY_OPEN: &[&str] = &[
    // The Rust runtime looks for its stack's guard page.
    "/proc/self/maps",
    // Descriptors that the caller left open.
    "/proc/self/fd",
    // Who calls: the name and home of the uid.
    "/etc/passwd",
    // The working directory, also as the place that operands start from.
    ".",
];

#[test]
fn a_call_opens_no_file_it_does_not_need() {
    if !needs::program("strace") {
        return;
    }
    let scratch = Scratch::new();
    scratch.write("warm", "x");
    scratch.expect(0, &["safe-rm", "warm"]);
    scratch.write("victim", "x");
    // A file for each process, so that no line is cut in two by that of another.
    let traces = tempfile::tempdir().unwrap();
    let output = Command::new("strace")
        .args(["-ff", "-qq", "-e", "trace=open,openat,openat2,creat", "-o"])
        .arg(traces.path().join("of"))
        .args([WT, "safe-rm", "victim"])
        .current_dir(scratch.project())
        .env_clear()
        .env("HOME", scratch.home())
        .env("WATCHTOWER_DIR", scratch.state())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let trace: String = fs::read_dir(traces.path())
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let homes = [scratch.home(), scratch.state(), "/root".into()];
    let mut opened = 0;
    for line in trace
        .lines()
        .filter(|line| line.contains("open") && !line.contains(" = -1 "))
    {
        let name = line.split('"').nth(1).unwrap();
        let of_a_parent = name.starts_with("/proc/") && name.ends_with("/stat");
        let own = ["policy.json", "state/", "ledger", "trash"]
            .iter()
            .any(|own| name.starts_with(own));
        let known = MAY_OPEN.contains(&name) || homes.iter().any(|home| Path::new(name) == home);
        assert!(name == "victim" || of_a_parent || own || known, "{line}");
        opened += 1;
    }
    assert!(
        (10..=40).contains(&opened),
        "{opened} files were opened:\n{trace}"
    );
}
