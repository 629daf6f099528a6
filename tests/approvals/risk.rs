//! The risk of a call: the same however it is spelled, each part with its reasons, in the record and in `wt check`;
//! and what policy makes of it.

use super::world::world;
use crate::support::{Scratch, text};
use serde_json::{Value as Json, json};

/// Spellings of one deletion.
const SPELLINGS: &[&str] = &[
    "rm -rf tree",
    "rm -fr tree",
    "rm -r -f tree",
    "rm -f -R tree",
    "rm tree -rf",
    "rm --recursive --force tree",
    "rm --force --recursive -- tree",
    "rm -rf ./tree",
    "rm -rf tree/",
    "rm  -rf\ttree",
    "'rm' -r\"f\" 'tree'",
    "\\rm -rf tree",
    "rm -rf tr\"e\"e",
    "rm -rf $'\\x74ree'",
    "rm -rf tree # nothing to see",
    "# first\nrm -rf tree",
    "command rm -rf tree",
    "/bin/rm -rf tree",
    "rm \\\n -rf tree",
];

fn checked(scratch: &Scratch, args: &[&str]) -> Json {
    let done = scratch.run(&[&["check", "--json"], args].concat());
    serde_json::from_str(&text(&done.stdout))
        .unwrap_or_else(|e| panic!("{args:?}: {e}: {}", text(&done.stderr)))
}

#[test]
fn no_spelling_changes_the_risk_or_its_reasons() {
    let scratch = world();
    scratch.write("tree/deep/a", "text");
    let why = json!([
        "tool 35: it changes files",
        "args 15: it deletes",
        "args 10: with everything below"
    ]);
    for spelled in SPELLINGS {
        let answer = checked(&scratch, &["--shell", spelled]);
        let risk = &answer["risk"];
        assert_eq!(
            (&risk["tool"], &risk["args"], &risk["score"]),
            (&json!(35), &json!(25), &json!(60)),
            "{spelled:?}: {risk}"
        );
        assert_eq!(risk["why"], why, "{spelled:?}");
        assert_eq!(answer["risk_score"], json!(0.6), "{spelled:?}");
    }
    for spelled in [
        &["safe-rm", "-rf", "tree"][..],
        &["safe-rm", "-fr", "tree"],
        &["safe-rm", "-r", "-f", "tree"],
        &["safe-rm", "--recursive", "--force", "tree"],
        &["safe-rm", "-r", "-f", "--", "./tree/"],
        &["safe-rm", "tree", "--mode=dir-recursive"],
    ] {
        let answer = checked(&scratch, &[&["--"], spelled].concat());
        assert_eq!(answer["risk"]["why"], why, "{spelled:?}");
        assert_eq!(answer["risk"]["score"], 60, "{spelled:?}");
    }
    let shown = text(&scratch.run(&["check", "--shell", "rm -fr tree"]).stdout);
    assert!(
        shown.contains("risk: it changes files 35, it deletes 15, with everything below 10"),
        "{shown}"
    );
}

#[test]
fn the_record_says_what_the_risk_is_made_of_and_bursts_are_counted_into_it() {
    let scratch = world();
    for n in 0..8 {
        let name = format!("f{n}");
        scratch.write(&name, "text");
        scratch.expect(0, &["safe-rm", &name]);
    }
    let risks: Vec<Json> = scratch
        .entries_of("decision")
        .iter()
        .map(|entry| entry["data"]["decision"]["risk"].clone())
        .collect();
    assert_eq!(
        risks[0],
        json!({"score": 50, "tool": 35, "args": 15, "burst": 0,
            "why": ["tool 35: it changes files", "args 15: it deletes"]})
    );
    assert_eq!(
        risks[7],
        json!({"score": 52, "tool": 35, "args": 15, "burst": 2,
            "why": ["tool 35: it changes files", "args 15: it deletes", "burst 2: calls in the last minute"]})
    );
    // Looking counts nothing.
    let before = checked(&scratch, &["--", "safe-mkdir", "x"])["risk"]["burst"].clone();
    for _ in 0..6 {
        let answer = checked(&scratch, &["--", "safe-mkdir", "x"]);
        assert_eq!(answer["risk"]["burst"], before);
    }
    let shown = scratch.expect(
        0,
        &[
            "query",
            "kind == 'decision' and decision.risk.burst == 2",
            "--json",
        ],
    );
    assert_eq!(shown.lines().count(), 2);
}

#[test]
fn policy_gates_on_the_risk_as_it_was_counted() {
    let scratch = Scratch::new();
    scratch.policy(
        r#"{"version": "2.0.0", "policies": [
            {"name": "too-risky", "priority": 9, "match": {"domain": "filesystem"},
             "condition": "risk.score >= 60", "action": "escalate"},
            {"name": "files", "priority": 1, "match": {"domain": "filesystem"}, "action": "allow"}]}"#,
    );
    scratch.write("tree/a", "text");
    scratch.write("b", "text");
    assert_eq!(scratch.run(&["safe-rm", "b"]).status.code(), Some(0), "50");
    for spelled in [&["-r"][..], &["-fr"], &["-r", "-f"], &["--recursive"]] {
        let done = scratch.run(&[&["safe-rm"], spelled, &["tree"]].concat());
        assert_eq!(done.status.code(), Some(75), "60, {spelled:?}");
    }
    let waiting: Json = serde_json::from_str(&scratch.expect(0, &["approvals", "--json"])).unwrap();
    let why = &waiting[0]["risk"]["why"];
    assert_eq!(why[2], "args 10: with everything below", "{why}");
    let id = waiting[0]["id"].as_str().unwrap();
    let shown = scratch.expect(0, &["approvals", id]);
    assert!(
        shown.contains("it deletes 15, with everything below 10"),
        "{shown}"
    );
}
