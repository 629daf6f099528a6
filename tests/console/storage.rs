//! `wt doctor` on what the record lies on.

use super::{
    desk::{Desk, text},
    standing::{finding, object},
};
use crate::support::{needs, within};
use serde_json::Value;
use std::process::{Command, Output};

/// Whether file systems can be mounted for a test.
fn can_mount() -> bool {
    let there = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "/bin/true"])
        .output()
        .is_ok_and(|output| output.status.success());
    needs::met(there, "`unshare` with user and mount namespaces")
}

/// A script among mounts of its own, which knows the state directory as `$STATE` and `wt` as `$@`.
fn among_mounts(desk: &Desk, script: &str, words: &[&str]) -> Output {
    let shell = [
        "--user",
        "--map-root-user",
        "--mount",
        "/bin/sh",
        "-ec",
        script,
        "sh",
    ];
    let mut command = within("unshare", &shell, &desk.wt(words));
    command.env("STATE", desk.state());
    command.output().unwrap()
}

#[test]
fn a_record_that_a_restart_would_empty_is_a_finding() {
    if !can_mount() {
        return;
    }
    let desk = Desk::bare();
    let doctor = |script: &str| {
        let output = among_mounts(&desk, script, &["doctor", "--json"]);
        let shown = text(&output.stdout);
        assert!(shown.starts_with('{'), "{}", text(&output.stderr));
        object(&shown)
    };
    let on_disk = doctor("exec \"$@\"");
    let in_memory = doctor("/bin/mount -t tmpfs -o mode=700 none \"$STATE\"; exec \"$@\"");
    let kinds = |doctor: &Value| -> Vec<Value> {
        let findings = doctor["findings"].as_array().unwrap().iter();
        let storage = findings.filter(|finding| finding["check"] == "storage");
        storage.map(|finding| finding["what"].clone()).collect()
    };
    let said = "the record lies on tmpfs: a restart of the machine empties it";
    assert_eq!(kinds(&in_memory), [said]);
    assert_eq!(finding(&in_memory, "storage")["state"], "warning");
    // ext4 and overlayfs are disks of this machine.
    let kind = rustix::fs::statfs(desk.state()).unwrap().f_type;
    if kind == 0xef53 || kind == 0x794c_7630 {
        assert_eq!(kinds(&on_disk), [] as [Value; 0]);
    }
}

#[test]
fn a_record_that_cannot_be_written_is_a_problem_with_a_way_out() {
    if !can_mount() {
        return;
    }
    const MOUNTED: &str =
        "/bin/mount -t tmpfs -o mode=700,size=3m none \"$STATE\"; \"$1\" init >\"$STATE/log\"; ";
    const FULL: &str = "dd if=/dev/zero of=\"$STATE/fill\" bs=4k 2>\"$STATE/../log\" || true; ";
    const FIXED: &str = "/bin/mount -o remount,ro \"$STATE\"; ";
    for (spoilt, why, fix) in [
        (FULL, "No space left on device", "free space, or inodes"),
        (FIXED, "Read-only file system", "`mount -o remount,rw`"),
    ] {
        let desk = Desk::bare();
        let seen = |spoilt: &str, words: &[&str]| {
            let output = among_mounts(&desk, &format!("{MOUNTED}{spoilt}exec \"$@\""), words);
            (output.status.code(), text(&output.stdout), text(&output.stderr))
        };
        let (code, shown, errors) = seen(spoilt, &["doctor", "--json"]);
        assert_eq!(code, Some(1), "{shown}{errors}");
        let doctor = object(&shown);
        let found = finding(&doctor, "writing");
        assert_eq!(
            (&doctor["sound"], &found["state"]),
            (&Value::from(false), &Value::from("problem"))
        );
        assert!(found["what"].as_str().unwrap().ends_with(why), "{found}");
        assert!(found["fix"].as_str().unwrap().contains(fix), "{found}");
        for finding in doctor["findings"].as_array().unwrap() {
            let fix = finding["fix"].as_str().unwrap();
            assert_eq!(fix.is_empty(), finding["state"] == "ok", "{finding}");
            assert!(!fix.contains("`wt doctor`"), "{finding}");
        }
        let (code, shown, _) = seen(spoilt, &["status"]);
        assert_eq!(code, Some(74), "{shown}");
        assert!(shown.contains(why) && shown.contains(fix), "{shown}");
        // What is found is so, and only then: the call ends with 74, or waits where nothing is found.
        assert_eq!(seen(spoilt, &["safe-mkdir", "made"]).0, Some(74));
        assert_eq!(seen("", &["safe-mkdir", "made"]).0, Some(75));
        let (_, shown, _) = seen("", &["doctor", "--json"]);
        assert!(!shown.contains("nothing can be recorded"), "{shown}");
    }
}
