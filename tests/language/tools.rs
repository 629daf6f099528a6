//! `wt policy test`, `replay`, `diff` and `suggest`, over calls that really happened.

use crate::support::{Scratch, text};
use serde_json::{Value as Json, json};
use std::fs;

fn json_of(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

fn document(rules: &Json) -> String {
    json!({"version": "2.0.0", "policies": rules}).to_string()
}

/// Work below `a/`, nothing else; three files.
fn world() -> Scratch {
    let world = Scratch::new();
    world.policy(&document(&json!([
        {"name": "area", "priority": 10, "paths": ["$WORKSPACE/a/**"], "action": "allow"},
    ])));
    for name in ["a/one", "b/two", "b/three"] {
        world.write(name, "x");
    }
    world
}

#[test]
fn test_runs_examples_and_the_test_file_beside_a_policy() {
    let world = Scratch::bare();
    let rules = json!([
        {"name": "tmp", "priority": 5, "paths": ["/tmp/**"], "action": "allow", "examples": [
            {"argv": ["safe-rm", "/tmp/x"], "expect": "allow"},
            {"intent": {"domain": "filesystem", "operation": "delete", "target": {"path": "/srv/x"}}, "expect": "deny"}]},
    ]);
    let policy = world.write("policy.json", document(&rules)).display().to_string();
    assert_eq!(
        world.expect(0, &["policy", "test", &policy]).lines().last(),
        Some("2 tests: 2 passed, 0 failed")
    );
    let tests = json!({"policy": "policy.json", "tests": [
        {"name": "tmp is open", "argv": ["safe-mkdir", "/tmp/dir"], "expect": "allow", "rule": "tmp"},
        {"name": "etc is closed", "argv": ["safe-rm", "/etc/hosts"], "expect": "deny"},
    ]});
    let file = world
        .write("policy.test.json", tests.to_string())
        .display()
        .to_string();
    let shown = world.expect(0, &["policy", "test", &policy]);
    assert_eq!(
        shown.lines().last(),
        Some("4 tests: 4 passed, 0 failed"),
        "{shown}"
    );
    let alone = world.expect(0, &["policy", "test", &file]);
    assert!(alone.contains("ok   tmp is open: allow by tmp"), "{alone}");
    assert_eq!(alone.lines().last(), Some("2 tests: 2 passed, 0 failed"));
}

#[test]
fn a_failing_test_is_shown_at_its_place_and_exits_1() {
    let world = Scratch::bare();
    world.write(
        "policy.json",
        document(&json!([{"name": "none", "action": "deny"}])),
    );
    let tests = "{\"policy\": \"policy.json\", \"tests\": [\n  {\"name\": \"opens\", \"argv\": [\"safe-rm\", \"x\"], \"expect\": \"allow\"}]}";
    let file = world.write("own.test.json", tests).display().to_string();
    let shown = world.expect(1, &["policy", "test", &file]);
    assert!(shown.contains("FAIL opens: deny by none"), "{shown}");
    assert!(shown.contains(&format!("{file}:2:")), "{shown}");
    assert_eq!(shown.lines().last(), Some("1 test: 0 passed, 1 failed"));
    let answer = json_of(&world.expect(1, &["policy", "test", "--json", &file]));
    assert_eq!((&answer["passed"], &answer["failed"]), (&json!(0), &json!(1)));
    assert_eq!(
        answer["tests"][0],
        json!({"name": "opens", "expected": "allow", "found": "deny", "rule": "none", "passed": false})
    );
    assert_eq!(answer["problems"][0]["line"], 2);
    // A test file without its policy, and one that is broken.
    let lonely = world
        .write("lonely.test.json", "{\"tests\": []}")
        .display()
        .to_string();
    let error = world.refused(64, &["policy", "test", &lonely]);
    assert!(
        error.contains("names no policy") && error.contains("hint: "),
        "{error}"
    );
    let broken = world
        .write("broken.test.json", "{\"policy\": \"policy.json\", \"testz\": []}")
        .display()
        .to_string();
    let shown = world.expect(1, &["policy", "test", &broken]);
    assert!(shown.contains("unknown key `testz`"), "{shown}");
}

#[test]
fn replay_says_what_a_candidate_would_change_grouped_by_rule() {
    let world = world();
    world.expect(0, &["safe-rm", "a/one"]);
    world.refused(77, &["safe-rm", "b/two"]);
    world.refused(77, &["safe-rm", "b/three"]);
    let candidate = document(&json!([
        {"name": "area", "priority": 10, "paths": ["$WORKSPACE/a/**"], "action": "escalate"},
        {"name": "wide", "priority": 5, "paths": ["$WORKSPACE/b/**"], "action": "allow"},
    ]));
    let file = world.write("candidate.json", candidate).display().to_string();
    let answer = json_of(&world.expect(0, &["policy", "replay", "--json", &file]));
    assert_eq!((&answer["replayed"], &answer["changed"]), (&json!(3), &json!(3)));
    let changes: Vec<_> = answer["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (&c["was"], &c["now"], &c["rule"], &c["count"]))
        .collect();
    assert_eq!(
        changes,
        [
            (&json!("allow"), &json!("escalate"), &json!("area"), &json!(1)),
            (&json!("deny"), &json!("allow"), &json!("wide"), &json!(2)),
        ]
    );
    let shown = world.expect(0, &["policy", "replay", &file]);
    assert!(shown.contains("deny -> allow by rule `wide`: 2 calls"), "{shown}");
    assert_eq!(shown.lines().last(), Some("3 recorded calls, 3 would change"));
    let some = json_of(&world.expect(
        0,
        &[
            "policy",
            "replay",
            "--json",
            "--where",
            "decision.verdict == 'deny'",
            &file,
        ],
    ));
    assert_eq!(some["replayed"], 2);
    let none = json_of(&world.expect(
        0,
        &[
            "policy",
            "replay",
            "--json",
            "--since",
            "2999-01-01T00:00:00Z",
            &file,
        ],
    ));
    assert_eq!(none["replayed"], 0);
    let same = json_of(&world.expect(
        0,
        &[
            "policy",
            "replay",
            "--json",
            &world.state().join("policy.json").display().to_string(),
        ],
    ));
    assert_eq!(same["changed"], 0);
}

#[test]
fn diff_compares_two_policies_over_recorded_and_example_calls() {
    let world = world();
    world.refused(77, &["safe-rm", "b/two"]);
    let old = world.state().join("policy.json").display().to_string();
    let new = document(&json!([
        {"name": "wide", "priority": 5, "paths": ["$WORKSPACE/**"], "action": "allow",
         "examples": [{"argv": ["safe-touch", "new-file"], "expect": "allow"}]},
    ]));
    let new = world.write("new.json", new).display().to_string();
    let answer = json_of(&world.expect(0, &["policy", "diff", "--json", &old, &new]));
    assert_eq!(answer["ledger"], true);
    let changes = answer["changes"].as_array().unwrap();
    let recorded = changes
        .iter()
        .find(|c| c["from"].as_str().unwrap().starts_with("entry "))
        .unwrap();
    assert_eq!(
        (
            &recorded["old"],
            &recorded["new"],
            &recorded["old_rule"],
            &recorded["new_rule"]
        ),
        (
            &json!("deny"),
            &json!("allow"),
            &json!("default-deny"),
            &json!("wide")
        )
    );
    assert!(
        changes.iter().any(|c| c["from"] == "example of `wide`"),
        "{answer}"
    );
    let same = json_of(&world.expect(0, &["policy", "diff", "--json", &old, &old]));
    assert_eq!(same["changes"], json!([]));
    // Where there is no ledger the examples alone are compared.
    let elsewhere = Scratch::bare();
    let answer = json_of(&elsewhere.expect(0, &["policy", "diff", "--json", &old, &new]));
    assert_eq!(answer["ledger"], false);
}

#[test]
fn suggest_proposes_the_narrowest_rules_and_applies_nothing() {
    let world = world();
    world.refused(77, &["safe-rm", "b/two"]);
    world.refused(77, &["safe-rm", "b/three"]);
    // No rule opens a protected path, so none is proposed for it.
    world.refused(77, &["safe-touch", ".git/hooks/pre-commit"]);
    let before = fs::read(world.state().join("policy.json")).unwrap();
    let proposed = world.expect(0, &["policy", "suggest"]);
    assert_eq!(fs::read(world.state().join("policy.json")).unwrap(), before);
    let answer = json_of(&proposed);
    let rules = answer["policies"].as_array().unwrap();
    assert_eq!(rules.len(), 1, "{proposed}");
    assert_eq!(
        rules[0]["match"],
        json!({"domain": "filesystem", "operation": "delete"})
    );
    assert_eq!(
        rules[0]["paths"],
        json!([
            world.file("b/two").display().to_string(),
            world.file("b/three").display().to_string()
        ])
    );
    assert!(
        answer["description"]
            .as_str()
            .unwrap()
            .contains("1 kinds of refused calls are beyond any rule"),
        "{proposed}"
    );
    // What is proposed is a policy that loads, opens what was refused, and nothing beside it.
    let file = world.write("suggested.json", &proposed).display().to_string();
    world.expect(0, &["policy", "check", &file]);
    let replay = json_of(&world.expect(0, &["policy", "replay", "--json", &file]));
    assert_eq!(replay["changes"][0]["count"], 2, "{replay}");
    world.policy(&proposed);
    world.expect(0, &["safe-rm", "b/two"]);
    let other = world.write("b/four", "x");
    let output = world.run(&["safe-rm", "b/four"]);
    assert_eq!(output.status.code(), Some(77), "{}", text(&output.stderr));
    assert!(other.exists());
}

#[test]
fn what_was_allowed_of_a_refused_call_needs_no_rule() {
    let world = world();
    world.refused(77, &["safe-cp", "a/one", "b/two"]);
    let answer = json_of(&world.expect(0, &["policy", "suggest"]));
    let rules = answer["policies"].as_array().unwrap();
    let matched: Vec<&Json> = rules.iter().map(|rule| &rule["match"]["operation"]).collect();
    assert_eq!(matched, ["copy", "write"], "{answer}");
}

#[test]
fn check_names_every_problem_of_a_file_with_its_place() {
    let world = Scratch::bare();
    let bad = "{\"version\": \"2.0.0\", \"policies\": [\n {\"name\": \"a\", \"condition\": \"taget.path == 'x'\"},\n {\"name\": \"b\", \"action\": \"no\", \"examples\": [{\"argv\": [\"safe-rm\", \"x\"], \"expect\": \"deny\"}]}]}";
    let file = world.write("bad.json", bad).display().to_string();
    let shown = world.expect(78, &["policy", "check", &file]);
    for part in [
        &format!("{file}:2:30: unknown name `taget`"),
        "hint: did you mean `target`?",
        &format!("{file}:3:26: unknown value `no` for `action`"),
        "^^^^^",
        "2 problems; 1 example is judged when they are mended",
    ] {
        assert!(shown.contains(part), "`{part}` is missing:\n{shown}");
    }
    let answer = json_of(&world.expect(78, &["policy", "check", "--json", &file]));
    assert_eq!((&answer["ok"], &answer["unjudged"]), (&json!(false), &json!(1)));
    let lines: Vec<_> = answer["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["line"].clone())
        .collect();
    assert_eq!(lines, [2, 3]);
    // What a name in the document holds never reaches the terminal as it is.
    let file = world
        .write("sly.json", "{\"\\u001b[2J\\u202e\": 1}")
        .display()
        .to_string();
    let shown = world.expect(78, &["policy", "check", &file]);
    assert!(
        shown.contains("unknown key `\\u{1b}[2J\\u{202e}`") && !shown.contains('\u{1b}'),
        "{shown}"
    );
}

#[test]
fn what_one_file_lacks_keeps_no_answer_about_the_others_back() {
    let world = Scratch::bare();
    let rule = json!([{"name": "a", "action": "allow", "examples": [
        {"intent": {"domain": "ssh", "operation": "ps"}, "expect": "allow"}]}]);
    let good = world.write("good.json", document(&rule)).display().to_string();
    let bad = world
        .write("bad.json", "{\"version\": \"2.0.0\", \"polices\": []}")
        .display()
        .to_string();
    let output = world.run(&["policy", "check", "none.json", &bad, &good]);
    assert_eq!(output.status.code(), Some(78));
    let shown = text(&output.stdout);
    assert!(shown.contains("hint: did you mean `policies`?"), "{shown}");
    assert!(shown.contains("good.json: ok, 1 example holds"), "{shown}");
    assert!(
        text(&output.stderr).contains("cannot read `none.json`"),
        "{output:?}"
    );
    let output = world.run(&["policy", "test", &bad, &good]);
    assert_eq!(output.status.code(), Some(78));
    let shown = text(&output.stdout);
    assert!(shown.contains("ok   a: allow by a"), "{shown}");
    assert!(
        shown.contains("  | {\"version\": \"2.0.0\", \"polices\": []}\n  | "),
        "{shown}"
    );
    assert!(
        shown.ends_with("1 test: 1 passed, 0 failed; 2 problems\n"),
        "{shown}"
    );
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[test]
fn every_command_that_needs_a_policy_shows_the_place_of_what_is_wrong_with_it() {
    let world = world();
    let bad = document(&json!([{"name": "a", "action": "alow"}, {"name": "b", "priority": "x"}]));
    let file = world.write("bad.json", &bad).display().to_string();
    world.policy(&bad);
    let kept = world.write("kept", "x");
    let place = |path: &str, line: &str, more: &str| {
        format!(
            "{path}:{line}\n  | {bad}\n  | {}^^^^^^\nhint: did you mean `allow`?; `wt policy check{more}` shows at least one more problem\n",
            " ".repeat(bad.find("\"alow\"").unwrap())
        )
    };
    let column = bad.find("\"alow\"").unwrap() + 1;
    let line = format!("1:{column}: unknown value `alow` for `action`");
    let own = world.state().join("policy.json").display().to_string();
    let (in_force, given) = (place(&own, &line, ""), place(&file, &line, &format!(" {file}")));
    for (args, said) in [
        (vec!["safe-rm", "kept"], format!("safe-rm: {in_force}")),
        (
            vec!["check", "--", "safe-rm", "kept"],
            format!("wt check: {in_force}"),
        ),
        (vec!["policy", "replay", &file], format!("wt policy: {given}")),
        (
            vec!["policy", "diff", &file, &file],
            format!("wt policy: {given}"),
        ),
    ] {
        let output = world.run(&args);
        assert_eq!(output.status.code(), Some(78), "{args:?}");
        assert_eq!(text(&output.stderr), said, "{args:?}");
    }
    let mut call = world.wt(&["safe-rm", "kept"]);
    let output = call.env("WT_ERRORS", "json").output().unwrap();
    let answer = json_of(&text(&output.stderr));
    assert_eq!(answer["error"], format!("{own}:{line}"));
    let status = text(&world.run(&["status"]).stdout);
    assert!(status.contains(&format!("{own}:{line}\n")), "{status}");
    assert!(kept.exists());
}
