//! `wt policy explain`: a refusal that somebody understands who never saw the policy.

use crate::support::Scratch;
use serde_json::Value as Json;

/// A policy whose rules fail each in its own way for `/PROJECT/notes.txt`.
const POLICY: &str = r#"{
 "version": "2.0.0",
 "policies": [
  {"name": "logs", "priority": 900, "match": {"domain": "filesystem"}, "action": "allow",
   "condition": "target.kind == 'file' and target.name.endswith('.log')"},
  {"name": "old", "priority": 800, "expires": "2020-01-01T00:00:00Z", "action": "allow"},
  {"name": "elsewhere", "priority": 700, "paths": ["/srv/**"], "action": "allow"},
  {"name": "remote", "priority": 650, "match": {"domain": "ssh"}, "action": "allow"},
  {"name": "broken", "priority": 600, "condition": "target.path[10 ** 6] == 'x'", "action": "allow"},
  {"name": "keep", "priority": 500, "action": "deny", "reason": "notes are kept", "hint": "write another file"},
  {"name": "never", "priority": 400, "action": "allow", "condition": "operation == 'read'"}
 ]
}"#;

fn world() -> Scratch {
    let world = Scratch::new();
    world.write("notes.txt", "x");
    world
}

#[test]
fn the_terminal_shows_each_rule_in_order_with_the_false_part_and_its_values() {
    let world = world();
    world.policy(
        &POLICY
            .replace("10 ** 6", "0")
            .replace("== 'x'", "== '/' and target.size > 5"),
    );
    let shown = world.expect(0, &["policy", "explain", "--", "safe-rm", "notes.txt"]);
    let path = world.file("notes.txt").display().to_string();
    let expected = [
        &format!("filesystem:delete `{path}`"),
        "  user policy: deny",
        "      900 logs: no match, since this is false:",
        "          target.name.endswith('.log')",
        "          target.name is 'notes.txt'",
        "      800 old: no match: it has expired",
        "      700 elsewhere: no match, since the path is none of these:",
        "          paths: /srv/**",
        &format!("          target.path is {path}"),
        "      600 broken: no match, since this is false:",
        "          target.size > 5",
        "          target.size is 1",
        "      500 keep: matches: deny",
    ];
    let lines: Vec<&str> = shown.lines().collect();
    for (n, expected) in expected.iter().enumerate() {
        let found = lines.get(n).copied().unwrap_or_default();
        assert!(
            found.starts_with(*expected),
            "line {n} is `{found}`, not `{expected}`\n{shown}"
        );
    }
    for line in [
        "verdict: deny",
        "because: notes are kept",
        "hint: write another file",
    ] {
        assert!(lines.contains(&line), "`{line}` is missing:\n{shown}");
    }
    assert!(!shown.contains("never"), "{shown}");
    let all = world.expect(0, &["policy", "explain", "--all", "--", "safe-rm", "notes.txt"]);
    assert!(all.contains("      400 never: not reached"), "{all}");
}

#[test]
fn the_json_is_complete_for_every_target_and_layer() {
    let world = world();
    world.policy(POLICY);
    world.write(
        ".watchtower/policy.json",
        r#"{"version": "2.0.0", "policies": [{"name": "local", "action": "escalate"}]}"#,
    );
    let answer = world.expect(
        0,
        &[
            "policy",
            "explain",
            "--json",
            "--",
            "safe-mv",
            "notes.txt",
            "moved.txt",
        ],
    );
    let answer: Json = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["decision"]["verdict"], "deny");
    let targets = answer["targets"].as_array().unwrap();
    let operations: Vec<&str> = targets.iter().map(|t| t["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["delete", "move"]);
    for target in targets {
        let layers: Vec<&str> = target["layers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| l["layer"].as_str().unwrap())
            .collect();
        assert_eq!(layers, ["user", "project"]);
        let rules = target["layers"][0]["rules"].as_array().unwrap();
        let told: Vec<(&str, &str)> = rules
            .iter()
            .map(|r| (r["rule"].as_str().unwrap(), r["result"].as_str().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                ("logs", "condition-false"),
                ("old", "expired"),
                ("elsewhere", "other-path"),
                ("broken", "error"),
                ("keep", "not-reached"),
                ("never", "not-reached"),
            ]
        );
        assert_eq!(target["layers"][0]["verdict"], "deny");
        assert_eq!(target["layers"][1]["verdict"], "escalate");
    }
    let logs = &targets[0]["layers"][0]["rules"][0];
    assert_eq!(logs["part"], "target.name.endswith('.log')");
    assert_eq!(
        logs["values"],
        serde_json::json!([["target.name", "'notes.txt'"]])
    );
    assert_eq!(
        targets[0]["layers"][0]["rules"][3]["note"],
        "the index is out of range"
    );
    assert_eq!(answer["scope"]["targets"].as_array().unwrap().len(), 2);
    assert!(answer["risk"]["score"].is_u64());
    assert!(
        answer["decision"]["reasons"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
    );
    // Nothing is recorded and nothing is done.
    assert!(world.entries_of("decision").is_empty() && world.file("notes.txt").exists());
}

#[test]
fn what_cannot_be_explained_is_said() {
    let world = world();
    let error = world.refused(64, &["policy", "explain", "--", "rm", "x"]);
    assert!(
        error.contains("`rm` is not an applet") && error.contains("hint: "),
        "{error}"
    );
    let error = world.refused(64, &["policy", "explain", "--", "safe-rm", "--no-such"]);
    assert!(error.contains("unknown option `--no-such`"), "{error}");
}
