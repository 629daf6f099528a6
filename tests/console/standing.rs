//! `wt status` and `wt doctor`.

use super::desk::{Call, Desk, text};
use serde_json::{Value, json};
use std::{os::unix::fs::PermissionsExt, path::Path};

pub(super) fn object(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub(super) fn finding<'a>(doctor: &'a Value, check: &str) -> &'a Value {
    doctor["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["check"] == check)
        .unwrap()
}

#[test]
fn status_names_the_ledger_its_last_entry_and_its_integrity() {
    let desk = Desk::new();
    desk.call(&mut desk.ledger(), &Call::removing("x"));
    let status = object(&desk.says(&["status", "--json"]));
    let ledger = &status["ledger"];
    assert_eq!(ledger["last"]["seq"], 3);
    assert_eq!(ledger["last"]["kind"], "outcome");
    assert_eq!(ledger["segments"], 1);
    assert_eq!(ledger["integrity"]["state"], "whole");
    assert_eq!(status["directory"]["chosen"], "environment");
    let shown = desk.says(&["status"]);
    assert!(shown.contains("3 entries in 1 segment"), "{shown}");
    assert!(shown.contains("level       B: "), "{shown}");
    assert!(shown.contains("not promised: a hostile process"), "{shown}");
}

#[test]
fn status_and_doctor_have_their_documented_members() {
    let desk = Desk::new();
    let members = |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let status = object(&desk.says(&["status", "--json"]));
    assert_eq!(
        members(&status),
        [
            "version",
            "directory",
            "level",
            "links",
            "agents",
            "policy",
            "ledger",
            "kernel",
            "approver",
            "approvals",
            "problems"
        ]
    );
    assert_eq!(
        members(&status["approver"]),
        ["ledger", "policy", "key_file", "problem", "fix", "means"]
    );
    assert_eq!(
        members(&status["level"]),
        ["level", "setup", "promise", "not_promised"]
    );
    assert_eq!(
        members(&status["ledger"]),
        [
            "first",
            "last",
            "segments",
            "bytes",
            "poisoned",
            "integrity",
            "last_check"
        ]
    );
    let doctor = object(&desk.says(&["doctor", "--json"]));
    assert_eq!(members(&doctor), ["sound", "findings"]);
    assert_eq!(members(&doctor["findings"][0]), ["check", "state", "what", "fix"]);
}

#[test]
fn a_changed_entry_is_named_by_status_and_doctor() {
    let desk = Desk::new();
    desk.call(&mut desk.ledger(), &Call::removing("innocent"));
    let path = desk.segment(1);
    let forged = std::fs::read_to_string(&path)
        .unwrap()
        .replace("innocent", "harmless");
    std::fs::write(&path, forged).unwrap();
    for args in [&["status"][..], &["status", "--json"]] {
        assert_eq!(desk.run(args).status.code(), Some(74), "{args:?}");
    }
    let status = object(&text(&desk.run(&["status", "--json"]).stdout));
    assert_eq!(status["ledger"]["integrity"]["state"], "tampered");
    assert_eq!(status["problems"], json!([]));
    let output = desk.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stdout).contains("tampered: entry 2: "),
        "{}",
        text(&output.stdout)
    );
}

/// A record that is cut, lengthened or changed ends `wt status` in one way; what a crash leaves does not.
#[test]
fn a_record_that_does_not_hold_ends_status_with_one_code_whatever_is_wrong_with_it() {
    let spoilt = |spoil: fn(&str) -> String| {
        let desk = Desk::new();
        let mut ledger = desk.ledger();
        for _ in 0..3 {
            desk.call(&mut ledger, &Call::removing("innocent"));
        }
        let path = desk.segment(1);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, spoil(&whole)).unwrap();
        let output = desk.run(&["status"]);
        (output.status.code(), text(&output.stdout))
    };
    for (spoil, says) in [
        (
            (|whole: &str| whole.replacen("innocent", "harmless", 1)) as fn(&str) -> String,
            "tampered: entry 2",
        ),
        (
            |whole| whole.replacen("innocent", "longer name", 1),
            "tampered: entry 2",
        ),
        (
            |whole| whole.lines().take(3).map(|line| format!("{line}\n")).collect(),
            "truncated: ",
        ),
    ] {
        let (code, shown) = spoilt(spoil);
        assert_eq!(code, Some(74), "{shown}");
        assert!(shown.contains(says), "{shown}");
    }
    let (code, shown) = spoilt(|whole| format!("{whole}{{\"seq\":"));
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("torn: ") && shown.contains("the next call records this"),
        "{shown}"
    );
}

#[test]
fn what_is_not_set_up_is_said_with_the_way_to_set_it_up() {
    let desk = Desk::bare();
    desk.policy(policy::default_document(policy::PROFILES[0]).unwrap());
    let output = desk.run(&["status"]);
    assert_eq!(output.status.code(), Some(74));
    assert!(
        text(&output.stdout).contains("no ledger in"),
        "{}",
        text(&output.stdout)
    );
    let output = desk.run(&["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let doctor = object(&text(&output.stdout));
    assert_eq!(doctor["sound"], false);
    assert_ne!(finding(&doctor, "ledger")["fix"], "");
}

#[test]
fn a_directory_that_others_can_write_is_a_finding_with_its_fix() {
    let desk = Desk::new();
    chmod(&desk.state(), 0o777);
    let output = desk.run(&["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let doctor = object(&text(&output.stdout));
    let found = finding(&doctor, "directory");
    assert_eq!(found["state"], "problem");
    assert_eq!(
        found["fix"],
        json!(format!("chmod 700 {}", desk.state().display()))
    );
    assert_eq!(desk.run(&["status"]).status.code(), Some(78));
}

#[test]
fn another_program_that_comes_first_on_path_is_named() {
    let desk = Desk::new();
    let (ours, theirs) = (desk.home().join("ours"), desk.home().join("theirs"));
    for dir in [&ours, &theirs] {
        std::fs::create_dir(dir).unwrap();
    }
    let made = desk.run(&["links", ours.to_str().unwrap()]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    rustix::fs::symlink("/bin/true", theirs.join("safe-rm")).unwrap();
    let with_path = |path: &str, args: &[&str]| {
        let output = desk.wt(args).env("PATH", path).output().unwrap();
        object(&text(&output.stdout))
    };
    let both = format!("{}:{}", theirs.display(), ours.display());
    let doctor = with_path(&both, &["doctor", "--json"]);
    let what = finding(&doctor, "links")["what"].as_str().unwrap();
    assert_eq!(
        what,
        format!("`safe-rm` is {}/safe-rm instead of Watchtower", theirs.display())
    );
    let status = with_path(&ours.display().to_string(), &["status", "--json"]);
    assert_eq!(status["links"]["first_on_path"], status["links"]["known"]);
    assert_eq!(status["links"]["shadowed"], json!([]));
}

fn chmod(path: &Path, mode: u32) {
    let file = std::fs::File::open(path).unwrap();
    file.set_permissions(PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn a_policy_that_does_not_load_is_a_problem_with_its_place() {
    let desk = Desk::new();
    desk.policy("{\"version\": \"2.0.0\", \"polices\": []}");
    let output = desk.run(&["doctor", "--json"]);
    let doctor = object(&text(&output.stdout));
    let found = finding(&doctor, "policy");
    assert_eq!(found["state"], "problem");
    assert!(
        found["what"].as_str().unwrap().contains("policy.json:1:"),
        "{found}"
    );
    desk.policy("{\"version\": \"2.0.0\",");
    let doctor = object(&text(&desk.run(&["doctor", "--json"]).stdout));
    let found = finding(&doctor, "policy");
    assert!(
        found["fix"].as_str().unwrap().contains("`wt policy check`"),
        "{found}"
    );
    let output = desk.run(&["status"]);
    assert_eq!(output.status.code(), Some(78));
    assert!(
        text(&output.stdout).contains("policy.json:"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn status_names_each_layer_with_its_digest() {
    let desk = Desk::new();
    let status = object(&desk.says(&["status", "--json"]));
    let layer = &status["policy"]["layers"][0];
    assert_eq!(layer["layer"], "user");
    assert_eq!(layer["path"], desk.state().join("policy.json").to_str().unwrap());
    assert_eq!(layer["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(status["policy"]["problem"], "");
}

#[test]
fn a_failed_sync_is_a_problem_with_its_way_out() {
    let desk = Desk::new();
    std::fs::write(desk.state().join("ledger.poisoned"), "").unwrap();
    let output = desk.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stdout);
    assert!(
        shown.contains("fix: look at the disk, then `wt clean --recover --reason TEXT`"),
        "{shown}"
    );
}

#[test]
fn a_line_gone_from_the_middle_leads_to_a_new_record_and_not_in_a_circle() {
    let world = crate::support::Scratch::new();
    for name in ["a", "b", "c"] {
        world.write(name, "x");
        world.expect(0, &["safe-rm", name]);
    }
    let segment = world.state().join("ledger-00000000000000000001.jsonl");
    let whole = std::fs::read_to_string(&segment).unwrap();
    let mut lines: Vec<&str> = whole.lines().collect();
    lines.remove(3);
    std::fs::write(&segment, format!("{}\n", lines.join("\n"))).unwrap();
    world.write("d", "x");
    let aside = "move Watchtower's directory aside and keep it; `wt init` makes a new record, and `wt verify` with \
                 `WATCHTOWER_DIR` set to the old one says what of it holds";
    let said = world.refused(74, &["safe-rm", "d"]);
    assert!(said.contains(aside), "{said}");
    let said = world.refused(74, &["clean", "--recover", "--reason", "a line is gone"]);
    assert!(
        said.contains("goes on after it\n") && !said.contains("--recover"),
        "{said}"
    );
    assert!(said.ends_with(&format!("hint: {aside}\n")), "{said}");
    let said = world.refused(74, &["safe-rm", "d"]);
    assert!(said.contains(aside), "{said}");
    assert!(world.expect(1, &["doctor", "--json"]).contains(aside));
    let old = world.home().join("damaged");
    std::fs::rename(world.state(), &old).unwrap();
    world.expect(0, &["init"]);
    world.expect(0, &["safe-rm", "d"]);
    let verified = world
        .wt(&["verify"])
        .env("WATCHTOWER_DIR", &old)
        .output()
        .unwrap();
    assert_eq!(verified.status.code(), Some(1), "{}", text(&verified.stdout));
}

#[test]
fn what_waits_for_a_person_is_shown() {
    let world = crate::support::Scratch::new();
    std::fs::write(world.home().join("diary.txt"), "private").unwrap();
    let diary = world.home().join("diary.txt").display().to_string();
    let refused = world.run(&["safe-rm", &diary]);
    assert_eq!(refused.status.code(), Some(75));
    let status = object(&world.expect(0, &["status", "--json"]));
    let pending = &status["approvals"]["pending"];
    assert_eq!(pending.as_array().map(Vec::len), Some(1), "{status}");
    assert!(
        pending[0]["what"].as_str().unwrap().contains("diary.txt"),
        "{pending}"
    );
    let id = pending[0]["id"].as_str().unwrap();
    assert!(
        world
            .expect(0, &["watch", "--once", "--tab", "approvals"])
            .contains(id)
    );
    assert_eq!(status["approvals"]["frozen"], json!([]));
}

/// With a policy that does not load, nobody can say that nothing waits.
#[test]
fn what_cannot_be_told_is_not_called_nothing() {
    let world = crate::support::Scratch::new();
    let diary = world.home().join("diary.txt").display().to_string();
    assert_eq!(world.run(&["safe-rm", &diary]).status.code(), Some(75));
    std::fs::write(world.state().join("policy.json"), "{\"colour\": 1}").unwrap();
    let status = text(&world.run(&["status"]).stdout);
    assert!(
        status.contains("approvals   what waits, and who is stopped, cannot be told"),
        "{status}"
    );
    assert!(status.contains("workspace   cannot be told"), "{status}");
    assert!(!status.contains("nothing waits"), "{status}");
    let told = object(&text(&world.run(&["status", "--json"]).stdout));
    assert_eq!(told["approvals"], json!(null));
    let page = text(&world.run(&["watch", "--once", "--tab", "approvals"]).stdout);
    assert!(
        page.contains("cannot be told") && !page.contains("nothing waits"),
        "{page}"
    );
}

#[test]
fn agents_that_are_set_up_are_named_with_how_much_of_it_stands() {
    let world = crate::support::Scratch::new();
    world.policy(&crate::approvals::world::open_policy(""));
    let agents = || object(&world.expect(0, &["status", "--json"]))["agents"].clone();
    assert_eq!(agents(), json!([]));
    assert!(world.expect(0, &["status"]).contains("none is set up"));
    world.expect(0, &["setup", "claude-code"]);
    let files = json!([
        world.home().join(".claude/settings.json"),
        world.home().join(".claude.json")
    ]);
    assert_eq!(
        agents(),
        json!([{"client": "claude-code", "scope": "user", "complete": true, "files": files}])
    );
    std::fs::write(world.home().join(".claude.json"), "{}").unwrap();
    let part = agents();
    assert_eq!(
        (&part[0]["complete"], part[0]["files"].as_array().map(Vec::len)),
        (&json!(false), Some(1))
    );
    assert!(world.expect(0, &["status"]).contains("claude-code (in part)"));
    world.expect(0, &["setup", "claude-code", "--remove"]);
    assert_eq!(agents(), json!([]));
}
