//! The whole of it as a new user would try it, and the same on a full disk and across mounts.

use super::{
    swaps::asking,
    terminal::PASSPHRASE,
    world::{seen, world},
};
use crate::support::{Scratch, WT, needs, text};
use serde_json::Value as Json;
use std::{fs, os::unix::fs::MetadataExt, path::Path, process::Command};

/// `wt ARGS...`, so many seconds later by the count that the kernel keeps since boot; the clock stands as it is, so that
/// it is as if it had been set back by as much.
pub(crate) fn later(scratch: &Scratch, seconds: i64, args: &[&str]) -> Option<(i32, String)> {
    let template = scratch.wt::<&str>(&[]);
    let mut command = Command::new("unshare");
    command
        .args(["--time", "--boottime", &seconds.to_string(), "--fork", WT])
        .args(args);
    command
        .current_dir(scratch.project())
        .env_clear()
        .env("PATH", "/usr/bin:/bin");
    for (name, value) in template.get_envs() {
        command.env(name, value.unwrap());
    }
    let done = needs::some(command.output().ok(), "`unshare`")?;
    let said = text(&done.stderr);
    needs::met(!said.contains("unshare"), format!("a time namespace: {said}"))
        .then(|| (done.status.code().unwrap(), said))
}

#[test]
fn refused_approved_continued_granted_for_an_hour_refused_again_and_taken_back() {
    let Some(scratch) = asking() else { return };
    scratch.write("tree/a", "one");
    scratch.write("tree/deep/b", "two");
    let before = seen(&scratch.project());
    let call = ["safe-rm", "-r", "tree"];
    // Refused with a pending id.
    let id = scratch.asks(&call).unwrap();
    assert_eq!(seen(&scratch.project()), before);
    // The waiting call goes on when a person approves with one command in another terminal.
    let mut waiting = scratch
        .wt(&["safe-rm", "--wait", "60", "-r", "tree"])
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(waiting.try_wait().unwrap().is_none(), "it waits");
    scratch.approves(&id, &["--for", "1h"]);
    assert_eq!(waiting.wait().unwrap().code(), Some(0));
    assert!(!scratch.file("tree").exists());
    // A deleted tree comes back.
    assert_eq!(scratch.undo(&["--last"]).0, 0);
    assert_eq!(seen(&scratch.project()), before);
    // The same call passes for the granted hour.
    assert_eq!(scratch.asks(&call), None);
    assert_eq!(scratch.undo(&["--last"]).0, 0);
    if let Some((code, err)) = later(&scratch, 3500, &call) {
        assert_eq!((code, err.as_str()), (0, ""), "58 minutes later");
        assert_eq!(scratch.undo(&["--last"]).0, 0);
        // And is refused again after.
        let (code, err) = later(&scratch, 3700, &call).unwrap();
        assert_eq!(code, 75, "{err}");
        assert_eq!(seen(&scratch.project()), before);
        let ended = scratch.entries_of("event").pop().unwrap();
        assert_eq!(ended["data"]["type"], "expired");
        // What has been seen to be over stays over, wherever the clock goes.
        assert!(scratch.asks(&call).is_some());
    }
    assert_eq!(scratch.run(&["verify", "--deep"]).status.code(), Some(0));
}

#[test]
fn every_command_speaks_json_and_is_in_the_ledger() {
    let Some(scratch) = asking() else { return };
    let json = |args: &[&str]| -> Json {
        let out = scratch.expect(0, args);
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("{args:?}: {e}: {out}"))
    };
    let signed = |args: &[&str]| -> Json {
        let (code, out) = scratch.person(PASSPHRASE, &[&[WT], args].concat()).unwrap();
        assert_eq!(code, 0, "{args:?}: {out}");
        let json = out.split_once('{').unwrap().1;
        serde_json::from_str(&format!("{{{}", json.trim())).unwrap_or_else(|e| panic!("{args:?}: {e}: {out}"))
    };
    scratch.write("a", "text");
    let id = scratch.asks(&["safe-rm", "a"]).unwrap();
    assert_eq!(json(&["approvals", "--json"])[0]["id"], id.as_str());
    assert_eq!(json(&["approvals", &id, "--json"])["id"], id.as_str());
    assert_eq!(
        json(&["status", "--json"])["approvals"]["pending"][0]["id"],
        id.as_str()
    );
    assert_eq!(signed(&["approve", &id, "--json"])["id"], "g1");
    assert_eq!(json(&["grants", "--json"])[0]["state"], "open");
    assert_eq!(scratch.asks(&["safe-rm", "a"]), None);
    assert_eq!(json(&["trash", "--json"]).as_array().unwrap().len(), 1);
    assert_eq!(
        json(&["undo", "--last", "--json"])["effects"][0]["what"],
        "restore"
    );
    let other = scratch.asks(&["safe-rm", "a"]).unwrap();
    assert_eq!(
        json(&["deny", &other, "--reason", "no", "--json"])["denied"],
        "no"
    );
    assert_eq!(signed(&["grants", "revoke", "--all", "--json"])["count"], 1);
    assert_eq!(json(&["freeze", "--reason", "look", "--json"])["frozen"], true);
    assert_eq!(
        json(&["status", "--json"])["approvals"]["frozen"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(signed(&["thaw", "--json"])["thawed"].as_array().unwrap().len(), 1);
    assert!(json(&["admin", "show", "--json"])["ledger"].is_string());
    let kinds: Vec<String> = scratch
        .entries()
        .iter()
        .map(|entry| entry["data"]["kind"].as_str().unwrap().to_owned())
        .filter(|kind| !matches!(kind.as_str(), "decision" | "outcome" | "open"))
        .collect();
    let wanted = [
        "genesis", "admin", "request", "approval", "grant", "undo", "request", "approval", "revoke",
        "freeze", "thaw",
    ];
    assert_eq!(kinds, wanted);
}

#[test]
fn no_tool_of_the_server_approves_thaws_or_revokes() {
    let Some(scratch) = asking() else { return };
    scratch.write("a", "text");
    let id = scratch.asks(&["safe-rm", "a"]).unwrap();
    let mut server = scratch.wt(&["mcp"]);
    server
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    let mut server = server.spawn().unwrap();
    let say = |name: &str| {
        format!(
            r#"{{"jsonrpc":"2.0","id":"{name}","method":"tools/call","params":{{"name":"{name}","arguments":{{"id":"{id}"}}}}}}"#
        )
    };
    let begin = concat!(
        r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"#,
        r#""clientInfo":{"name":"t","version":"1"}}}"#,
        "\n",
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        "\n",
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#,
        "\n"
    );
    let mut lines = begin.to_owned();
    let attempts = [
        "approve",
        "wt_approve",
        "grant",
        "thaw",
        "admin",
        "grants_revoke",
        "deny",
    ];
    for name in attempts {
        lines.push_str(&say(name));
        lines.push('\n');
    }
    std::io::Write::write_all(&mut server.stdin.take().unwrap(), lines.as_bytes()).unwrap();
    let said = text(&server.wait_with_output().unwrap().stdout);
    let answers: Vec<Json> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let tools = &answers.iter().find(|answer| answer["id"] == 1).unwrap()["result"]["tools"];
    for tool in tools.as_array().unwrap() {
        let name = tool["name"].as_str().unwrap();
        assert!(
            !["approve", "thaw", "grant", "admin", "revoke"]
                .iter()
                .any(|word| name.split('_').any(|part| part == *word)),
            "{name}"
        );
    }
    for name in attempts {
        let answer = answers.iter().find(|answer| answer["id"] == name);
        let refused =
            answer.is_none_or(|answer| !answer["error"].is_null() || answer["result"]["isError"] == true);
        assert!(refused, "{name}: {answer:?}");
    }
    assert_eq!(scratch.asks(&["safe-rm", "a"]), Some(id));
    assert_eq!(scratch.entries_of("grant").len(), 0);
    for applet in ["approve", "thaw", "admin"] {
        let done = scratch.run(&["check", "--shell", &format!("wt {applet} x"), "--json"]);
        let judged: Json = serde_json::from_str(&text(&done.stdout)).unwrap();
        assert_ne!(judged["verdict"], "allow", "wt {applet} in an agent's shell");
    }
}

fn tmpfs(on: &Path, size: &str) {
    fs::create_dir_all(on).unwrap();
    let options = std::ffi::CString::new(format!("size={size},mode=0755")).unwrap();
    rustix::mount::mount(
        "none",
        on,
        "tmpfs",
        rustix::mount::MountFlags::empty(),
        options.as_c_str(),
    )
    .unwrap();
}

/// Fills a file system to its last byte.
fn fill(dir: &Path) {
    let mut file = fs::File::create(dir.join("ballast")).unwrap();
    while std::io::Write::write_all(&mut file, &[0; 4096]).is_ok() {}
}

#[test]
fn a_full_disk_keeps_what_cannot_come_back_until_there_is_room() {
    if !needs::private_mounts() {
        return;
    }
    let scratch = world();
    let other = scratch.file("other");
    tmpfs(&other, "2m");
    // By a rename: that needs no room.
    scratch.write("other/small", vec![b's'; 5000]);
    let ino = scratch.file("other/small").metadata().unwrap().ino();
    scratch.expect(0, &["safe-rm", "other/small"]);
    fill(&other);
    let done = scratch.undo(&["--last"]);
    assert_eq!(done.0, 0, "{done:?}");
    assert_eq!(scratch.file("other/small").metadata().unwrap().ino(), ino);
    fs::remove_file(other.join("ballast")).unwrap();
    // By a copy, where no quarantine can be had on that file system.
    let trash = other.join(format!(
        ".watchtower-trash-{}",
        rustix::process::getuid().as_raw()
    ));
    fs::remove_dir_all(&trash).unwrap();
    fs::write(&trash, "in the way").unwrap();
    scratch.write("other/t/big", vec![b'b'; 600_000]);
    scratch.write("other/t/deep/x", "x");
    scratch.expect(0, &["safe-rm", "-r", "other/t"]);
    let seq = scratch.last_decision().to_string();
    let kept = scratch.kept();
    assert_eq!(kept.len(), 1);
    fill(&other);
    let before = seen(&other);
    let (code, _, err) = scratch.undo(&[&seq]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("No space left on device"), "{err}");
    assert_eq!(seen(&other), before, "nothing half-way stays");
    assert_eq!(scratch.kept(), kept);
    fs::remove_file(other.join("ballast")).unwrap();
    assert_eq!(scratch.undo(&[&seq]).0, 0);
    assert_eq!(fs::read(other.join("t/big")).unwrap(), vec![b'b'; 600_000]);
    assert_eq!(fs::read(other.join("t/deep/x")).unwrap(), b"x");
    assert_eq!(scratch.kept(), Vec::<String>::new());
}

#[test]
fn a_move_to_another_mount_and_over_something_there_is_taken_back() {
    if !needs::private_mounts() {
        return;
    }
    let scratch = world();
    tmpfs(&scratch.file("other"), "4m");
    scratch.write("a", "from here");
    scratch.write("other/b", "was there");
    scratch.write("tree/x", "x");
    let before = seen(&scratch.project());
    for change in [
        &["safe-mv", "a", "other/b"][..],
        &["safe-mv", "tree", "other"],
        &["safe-cp", "a", "other/b"],
    ] {
        scratch.expect(0, change);
        let done = scratch.undo(&["--last"]);
        assert_eq!(done.0, 0, "{change:?} {done:?}");
        let mut after = seen(&scratch.project());
        after.retain(|path, _| !path.to_str().unwrap().contains(".watchtower-trash-"));
        assert_eq!(after, before, "{change:?}");
    }
}

#[test]
fn a_move_whose_source_cannot_be_removed_is_a_copy_on_record_that_is_taken_back() {
    if !needs::private_mounts() {
        return;
    }
    let scratch = world();
    let other = scratch.file("other");
    tmpfs(&other, "4m");
    scratch.write("other/f", "new");
    scratch.write("other/tree/x", "x");
    scratch.write("b", "was there");
    rustix::mount::mount_remount(&other, rustix::mount::MountFlags::RDONLY, c"").unwrap();
    let before = seen(&scratch.project());
    for (change, made) in [
        (&["safe-mv", "other/f", "b"][..], "b"),
        (&["safe-mv", "other/f", "fresh"], "fresh"),
        (&["safe-mv", "other/tree", "grove"], "grove/x"),
    ] {
        let output = scratch.run(change);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{change:?}: {said}");
        let shown = format!("safe-mv: cannot remove '{}', of which", change[1]);
        assert!(said.starts_with(&shown), "{said}");
        assert!(scratch.file(made).exists(), "{change:?}");
        let outcome = scratch.entries_of("outcome").pop().unwrap();
        let effects = &outcome["data"]["execution"]["effects"];
        assert_eq!(effects[0]["op"], "copy", "{effects}");
        assert_eq!(effects[1]["op"], "failed", "{effects}");
        let done = scratch.undo(&["--last"]);
        assert_eq!(done.0, 0, "{change:?} {done:?}");
        assert_eq!(seen(&scratch.project()), before, "{change:?}");
    }
}

#[test]
fn what_persons_answered_holds_in_a_replay_of_the_policy_in_force() {
    let Some(scratch) = asking() else { return };
    for name in ["yes/a", "no/a"] {
        scratch.write(name, "x");
    }
    let (yes, no) = (["safe-rm", "-r", "yes"], ["safe-rm", "-r", "no"]);
    let id = scratch.asks(&yes).unwrap();
    scratch.approves(&id, &[]);
    assert_eq!(scratch.asks(&yes), None);
    let id = scratch.asks(&no).unwrap();
    scratch.expect(0, &["deny", &id]);
    let said = scratch.refused(77, &no);
    assert!(said.contains("denied-by-person"), "{said}");
    let replayed = |policy: &Path| -> Json {
        let policy = policy.display().to_string();
        serde_json::from_str(&scratch.expect(0, &["policy", "replay", "--json", &policy])).unwrap()
    };
    let same = replayed(&scratch.state().join("policy.json"));
    assert_eq!(
        (&same["replayed"], &same["changed"]),
        (&4.into(), &0.into()),
        "{same}"
    );
    // No grant opens what a policy denies, and no policy what a person denied.
    let rule = |action: &str| {
        let document =
            serde_json::json!({"version": "2.0.0", "policies": [{"name": "all", "action": action}]});
        scratch.write(format!("{action}.json"), document.to_string())
    };
    let denied = replayed(&rule("deny"));
    assert_eq!(denied["changed"], 3, "{denied}");
    let allowed = replayed(&rule("allow"));
    let from: Vec<&Json> = allowed["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["was"])
        .collect();
    assert_eq!(from, ["escalate"], "{allowed}");
}
