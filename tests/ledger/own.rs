//! `wt clean`, `wt redact`, `wt import` and `wt export FILE` as calls: judged, recorded, done with the permit alone.

use super::forge::raw_line;
use crate::support::Scratch;
use serde_json::{Value, json};
use std::fs;

/// Lets the person at this test, who has no terminal, do what the default policy lets a person at one do.
fn scratch(settings: &str) -> Scratch {
    let scratch = Scratch::new();
    let document = fs::read_to_string(scratch.state().join("policy.json")).unwrap();
    let document = document
        .replace(
            "identity.interactive and identity.agent == ''",
            "identity.agent == ''",
        )
        .replacen(
            "\"version\": \"2.0.0\",",
            &format!("\"version\": \"2.0.0\", \"ledger\": {settings},"),
            1,
        );
    scratch.policy(&document);
    scratch
}

/// The last decision, and the outcome that names it.
fn last_call(scratch: &Scratch) -> (Value, Value) {
    let decision = scratch.entries_of("decision").pop().unwrap();
    let outcomes = scratch.entries_of("outcome");
    let outcome = outcomes
        .into_iter()
        .rfind(|outcome| outcome["data"]["of"] == decision["seq"]);
    (
        decision["data"].clone(),
        outcome.map_or(Value::Null, |entry| entry["data"].clone()),
    )
}

/// Moves the newest segment's entries to another year, and forgets the cache.
fn age(scratch: &Scratch, year: &str, prev: &str) -> String {
    let mut names: Vec<_> = fs::read_dir(scratch.state())
        .unwrap()
        .map(|item| item.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "jsonl"))
        .collect();
    names.sort();
    let newest = names.pop().unwrap();
    let mut prev = prev.to_owned();
    let mut out = String::new();
    for entry in fs::read_to_string(&newest).unwrap().lines() {
        let value: Value = serde_json::from_str(entry).unwrap();
        let data = entry
            .split_once("\"data\":")
            .unwrap()
            .1
            .rsplit_once(",\"prev_hash\":")
            .unwrap()
            .0;
        let time = format!(
            "{year}{}",
            &value["timestamp"].as_str().unwrap().get(4..).unwrap()
        );
        let (line, hash) = raw_line(value["seq"].as_u64().unwrap(), &time, data, &prev);
        out.push_str(&line);
        prev = hash;
    }
    fs::write(newest, out).unwrap();
    fs::write(scratch.state().join("ledger.lock"), "").unwrap();
    prev
}

#[test]
fn without_a_person_at_a_terminal_they_wait_for_one_and_do_nothing() {
    let scratch = Scratch::new();
    scratch.run(&["safe-touch", "a"]);
    let other = scratch.write("old/ledger-1.jsonl", "");
    let out = scratch.file("out.jsonl");
    let calls: [&[&str]; 3] = [
        &["redact", "2", "--reason", "test"],
        &["import", other.to_str().unwrap()],
        &["export", out.to_str().unwrap()],
    ];
    for (nth, args) in (1..).zip(calls) {
        let said = scratch.refused(75, args);
        assert!(
            said.contains("a person decides about Watchtower's own housekeeping"),
            "{said}"
        );
        let requests = scratch.entries_of("request");
        assert_eq!(requests.len(), nth, "{args:?}");
        let (decision, outcome) = last_call(&scratch);
        assert_eq!(decision["intent"]["operation"], args[0]);
        assert_eq!(
            (&decision["decision"]["verdict"], outcome),
            (&json!("escalate"), Value::Null)
        );
    }
    assert!(!out.exists());
    for kind in ["redact", "import", "prune"] {
        assert_eq!(scratch.entries_of(kind).len(), 0, "{kind}");
    }
}

#[test]
fn an_agent_never_takes_anything_out_of_the_record_whatever_policy_says() {
    let scratch = Scratch::new();
    scratch.policy(
        r#"{"version": "2.0.0", "policies": [{"name": "all", "priority": 1, "match": {"domain": "*"}, "action": "allow"}]}"#,
    );
    for args in [&["redact", "1", "--reason", "test"][..], &["import", "."]] {
        let out = scratch.wt(args).env("CLAUDECODE", "1").output().unwrap();
        let said = crate::support::text(&out.stderr);
        assert_eq!(out.status.code(), Some(77), "{args:?}: {said}");
        let (decision, _) = last_call(&scratch);
        assert_eq!(
            decision["decision"]["matched_rules"][0]["rule"], "by-a-person",
            "{args:?}"
        );
    }
}

#[test]
fn a_redaction_is_judged_and_its_outcome_names_the_entry_that_says_so() {
    let scratch = scratch("{}");
    scratch.run(&["safe-touch", "a"]);
    scratch.expect(0, &["redact", "2", "--reason", "a name"]);
    let (decision, outcome) = last_call(&scratch);
    assert_eq!(
        decision["intent"]["params"],
        json!({"reason": "a name", "seq": 2})
    );
    let told = scratch.entries_of("redact").pop().unwrap();
    assert_eq!(outcome["execution"]["effects"][0]["by"], told["seq"]);
    assert_eq!(scratch.entries()[1]["data"]["kind"], "redacted");
    scratch.expect(0, &["verify", "--deep"]);
}

/// Under the default policy a person would be asked to allow each of these.
#[test]
fn nobody_is_asked_for_what_cannot_be_done() {
    let allowing = scratch("{}");
    allowing.run(&["safe-touch", "a"]);
    allowing.expect(0, &["redact", "2", "--reason", "a name"]);
    let said = allowing.refused(64, &["redact", "2", "--reason", "again"]);
    assert!(said.contains("was taken out before"), "{said}");
    let asking = Scratch::new();
    asking.write("there", "x");
    fs::create_dir(asking.file("empty")).unwrap();
    let before = asking.entries().len();
    for (args, why) in [
        (
            &["redact", "9999", "--reason", "x"][..],
            "there is no entry 9999\n",
        ),
        (
            &["redact", "1", "--reason", "x"],
            "entry 1 is a `genesis` entry, which verification needs\n",
        ),
        (&["export", "there"], "cannot make `there`: "),
        (&["export", "empty"], "cannot make `empty`: "),
        (&["import", "empty"], "no ledger of the Python predecessor in `"),
    ] {
        let said = asking.refused(64, args);
        assert!(
            said.contains(why) && said.contains("\nhint: "),
            "{args:?}: {said}"
        );
        assert_eq!(said.lines().count(), 2, "{said}");
    }
    assert_eq!(asking.entries().len(), before);
    assert_eq!(
        asking.expect(0, &["approvals"]),
        Scratch::new().expect(0, &["approvals"])
    );
    asking.write("old/ledger-20240101-000000.jsonl", "");
    for args in [
        &["redact", "2", "--reason", "x"][..],
        &["export", "new"],
        &["import", "old"],
    ] {
        // What can be done is still asked.
        asking.run(&["safe-touch", "a"]);
        let done = asking.run(args);
        assert!(
            matches!(done.status.code(), Some(0 | 75)),
            "{args:?}: {}",
            crate::support::text(&done.stderr)
        );
    }
}

#[test]
fn an_export_is_judged_by_the_file_it_makes() {
    let scratch = scratch("{}");
    scratch.expect(0, &["export", "out.jsonl"]);
    let made = scratch.file("out.jsonl");
    let (decision, outcome) = last_call(&scratch);
    let target = &decision["scope"]["targets"][1];
    assert_eq!(
        (&target["path"], &target["operation"]),
        (&json!(made), &json!("write"))
    );
    let lines = fs::read_to_string(&made).unwrap().lines().count();
    assert_eq!(outcome["execution"]["effects"][0]["entries"], lines);
    let said = scratch.refused(64, &["export", "out.jsonl"]);
    assert!(said.contains("File exists") || said.contains("exist"), "{said}");
    // A protected name and a system directory are refused as they are to everybody.
    for name in [".envrc", "/etc/wt-export-test.jsonl"] {
        scratch.refused(77, &["export", name]);
        let (decision, outcome) = last_call(&scratch);
        assert_eq!(
            (&decision["decision"]["verdict"], outcome),
            (&json!("deny"), Value::Null),
            "{name}"
        );
        assert!(!scratch.file(name).exists(), "{name}");
    }
    // Reading to stdout changes nothing and is no call.
    let before = scratch.entries().len();
    scratch.expect(0, &["export", "-"]);
    assert_eq!(scratch.entries().len(), before);
}

#[test]
fn an_import_is_judged_by_what_it_reads() {
    let scratch = scratch("{}");
    let legacy = scratch.write("old/ledger-1.jsonl", "");
    scratch.expect(0, &["import", legacy.to_str().unwrap()]);
    let (decision, outcome) = last_call(&scratch);
    assert_eq!(decision["scope"]["targets"][1]["path"], json!(legacy));
    assert_eq!(outcome["execution"]["effects"][0]["state"], "whole");
    let key = scratch.home().join(".ssh/id_ed25519");
    fs::create_dir_all(key.parent().unwrap()).unwrap();
    fs::write(&key, "secret").unwrap();
    scratch.refused(77, &["import", key.to_str().unwrap()]);
}

/// A ledger with two segments that are older than the 30 days that policy keeps: of years that had a 29 February, in
/// case that is today.
fn aged() -> Scratch {
    let scratch = scratch(r#"{"retention_days": 30}"#);
    let prev = age(&scratch, "2016", &"0".repeat(64));
    scratch.run(&["safe-touch", "a"]);
    age(&scratch, "2020", &prev);
    scratch.run(&["safe-touch", "b"]);
    scratch.expect(0, &["verify"]);
    scratch
}

#[test]
fn cleaning_is_judged_by_the_archive_it_writes_and_takes_only_what_is_old() {
    let scratch = aged();
    scratch.refused(77, &["clean", "--yes", "--archive", "/etc"]);
    scratch.expect(0, &["verify"]);
    fs::create_dir(scratch.file("kept")).unwrap();
    let before = scratch.entries().len();
    let said = scratch.expect(0, &["clean", "--archive", "kept", "--reason", "yearly"]);
    assert!(
        said.contains(": would go\nnothing is done without `--yes`"),
        "{said}"
    );
    assert_eq!(scratch.entries().len(), before);
    assert_eq!(fs::read_dir(scratch.file("kept")).unwrap().count(), 0);
    let said = scratch.expect(0, &["clean", "--yes", "--archive", "kept", "--reason", "yearly"]);
    assert!(said.starts_with("1 segment up to entry "), "{said}");
    let (decision, outcome) = last_call(&scratch);
    assert_eq!(
        decision["scope"]["targets"][1]["path"],
        json!(scratch.file("kept"))
    );
    assert_eq!(outcome["execution"]["effects"][0]["op"], "prune");
    let archived = fs::read_dir(scratch.file("kept")).unwrap().count();
    assert_eq!(archived, 1);
    scratch.expect(0, &["verify", "--deep"]);
    assert_eq!(scratch.expect(0, &["clean"]), "nothing is old enough\n");
}

#[test]
fn where_an_approver_is_set_cleaning_asks_for_the_passphrase() {
    const PASSPHRASE: &str = "correct horse battery staple";
    let scratch = aged();
    let wt = crate::support::WT;
    let twice = format!("{PASSPHRASE}|{PASSPHRASE}");
    let Some((code, said)) = scratch.person(&twice, &[wt, "admin", "set"]) else {
        return;
    };
    assert_eq!(code, 0, "{said}");
    let oldest = scratch.state().join(format!("ledger-{:020}.jsonl", 1));
    let wrong = "not it at all|nor this one|and not this";
    let (code, said) = scratch.person(wrong, &[wt, "clean", "--yes"]).unwrap();
    assert_eq!(code, 77, "{said}");
    assert!(said.contains("take entries up to "), "{said}");
    assert!(oldest.exists());
    // An agent is not asked, and its try is on record.
    let mut agent = scratch.wt(&["clean", "--yes"]);
    let refused = agent.env("CLAUDECODE", "1").output().unwrap();
    assert_eq!(refused.status.code(), Some(77), "{refused:?}");
    assert_eq!(last_call(&scratch).0["decision"]["verdict"], "deny");
    assert!(oldest.exists());
    let (code, said) = scratch.person(PASSPHRASE, &[wt, "clean", "--yes"]).unwrap();
    assert_eq!(code, 0, "{said}");
    assert!(!oldest.exists());
    scratch.expect(0, &["verify"]);
}
