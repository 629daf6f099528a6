//! `wt doctor` on what the record lies on.

use super::{
    desk::{Desk, text},
    standing::{finding, object},
};
use crate::support::{needs, within};
use serde_json::Value;
use std::process::Command;

#[test]
fn a_record_that_a_restart_would_empty_is_a_finding() {
    let there = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "/bin/true"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !needs::met(there, "`unshare` with user and mount namespaces") {
        return;
    }
    let desk = Desk::bare();
    let doctor = |script: &str| {
        let words = [
            "--user",
            "--map-root-user",
            "--mount",
            "/bin/sh",
            "-ec",
            script,
            "sh",
        ];
        let mut command = within("unshare", &words, &desk.wt(&["doctor", "--json"]));
        command.env("STATE", desk.state());
        let output = command.output().unwrap();
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
