//! Calls: values stay values, results are capped, progress is told, a cancelled call ends, nothing outlives the client.

use super::server::World;
use crate::support::running::{all_below, computes, until};
use serde_json::json;
use std::{
    fs,
    time::{Duration, Instant},
};

/// A program that would run for ever, bounded by its limits alone.
pub(super) const ENDLESS: &str = "last(range(1e12))";

#[test]
fn arguments_stay_values_whatever_is_in_them() {
    let world = World::new();
    let mut server = world.greeted("2025-11-25", &json!({}));
    for value in [
        "; touch created",
        "$(touch created)",
        "`touch created`",
        "'\"\n touch created",
    ] {
        let made = server.call("safe_mkdir", json!({"path": value}));
        assert_eq!(made["structuredContent"]["verdict"], "allow", "{made}");
        assert!(world.workspace().join(value).is_dir());
    }
    let given = server.call("safe_rm", json!({"path": "--mode=dir-recursive"}));
    assert_eq!(given["isError"], true, "{given}");
    for (arguments, reason) in [
        (json!({"path": "x", "shell": "sh"}), "shell"),
        (json!({"mode": "file"}), "path"),
        (json!({"path": "x", "mode": "all"}), "all"),
        (json!({"path": {"x": 1}}), "path"),
    ] {
        let said = server.call("safe_rm", arguments.clone());
        assert_eq!(said["structuredContent"]["exit_code"], 64, "{said}");
        assert!(
            said["structuredContent"]["reason"]
                .as_str()
                .unwrap()
                .contains(reason),
            "{said}"
        );
    }
    assert!(!world.workspace().join("created").exists());
}

#[test]
fn arguments_that_the_listed_schema_does_not_admit_are_refused_by_name() {
    let world = World::new();
    let mut server = world.greeted("2025-11-25", &json!({}));
    let before = world.calls().len();
    for (tool, arguments, reason) in [
        (
            "safe_mkdir",
            json!({"path": 7}),
            "argument `path` is a number, not a string",
        ),
        (
            "safe_mkdir",
            json!({"path": "d", "paths": "e"}),
            "argument `paths` is a string, not an array",
        ),
        (
            "safe_rm",
            json!({"path": "d", "force": "yes"}),
            "argument `force` is a string, not a boolean",
        ),
        (
            "ssh_ls",
            json!({"host": "h", "path": "/", "port": "22"}),
            "argument `port` is a string, not an integer",
        ),
        (
            "check_command",
            json!({"command": ["ls"]}),
            "argument `command` is an array, not a string",
        ),
        ("explain_refusal", json!({}), "argument `seq` is missing"),
        ("list_approvals", json!({"all": true}), "unknown argument `all`"),
        (
            "recent_activity",
            json!({"limit": "5"}),
            "argument `limit` is a string, not an integer",
        ),
    ] {
        let said = server.call(tool, arguments.clone());
        assert_eq!(said["isError"], true, "{tool} {arguments}: {said}");
        let told = &said["structuredContent"];
        assert_eq!(
            (&told["exit_code"], &told["reason"]),
            (&json!(64), &json!(reason)),
            "{said}"
        );
    }
    assert!(!world.workspace().join("7").exists() && !world.workspace().join("d").exists());
    assert_eq!(world.calls().len(), before, "nothing of it was judged");
}

#[test]
fn a_large_result_is_cut_and_says_so() {
    let world = World::new();
    fs::write(
        world.workspace().join("large"),
        "a line with needle in it\n".repeat(40_000),
    )
    .unwrap();
    let mut server = world.greeted("2025-11-25", &json!({}));
    let found = server.call("rg_search", json!({"pattern": "needle", "path": "large"}));
    let told = &found["structuredContent"];
    assert_eq!(
        (&told["exit_code"], &told["truncated"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(told["stdout"].as_str().unwrap().len(), 256 << 10);
    let shown = found["content"][0]["text"].as_str().unwrap();
    assert!(shown.ends_with("bytes in all)"));
}

#[test]
fn a_client_that_asks_for_progress_hears_of_it() {
    let world = World::new();
    fs::write(world.workspace().join("one"), "1").unwrap();
    let mut server = world.greeted("2025-11-25", &json!({}));
    let id = server.start(
        "tools/call",
        json!({"name": "jq_query", "arguments": {"query": ENDLESS, "file": "one"}, "_meta": {"progressToken": "t"}}),
    );
    server.await_told("notifications/progress", 2);
    server.tell("notifications/cancelled", json!({"requestId": id}));
    server.ask("ping", json!({}));
    let told: Vec<&serde_json::Value> = server
        .beside
        .iter()
        .filter(|message| message["method"] == "notifications/progress")
        .collect();
    assert!(told.len() >= 2, "{:?}", server.beside);
    assert!(
        told.iter()
            .all(|message| message["params"]["progressToken"] == "t")
    );
}

#[test]
fn a_cancelled_call_gets_no_answer_and_its_tool_ends() {
    let world = World::new();
    fs::write(world.workspace().join("one"), "1").unwrap();
    let mut server = world.greeted("2025-11-25", &json!({}));
    let id = server.start(
        "tools/call",
        json!({"name": "jq_query", "arguments": {"query": "range(1e12)", "file": "one"}}),
    );
    until("the tool computes", || computes(server.child.id()));
    let children = all_below(server.child.id());
    server.tell("notifications/cancelled", json!({"requestId": id}));
    gone(&children);
    server.ask("ping", json!({}));
    assert!(
        !server.beside.iter().any(|message| message["id"] == id),
        "{:?}",
        server.beside
    );
}

#[test]
fn nothing_outlives_the_client() {
    let world = World::new();
    fs::write(world.workspace().join("one"), "1").unwrap();
    for killed in [false, true] {
        let mut server = world.greeted("2025-11-25", &json!({}));
        server.start(
            "tools/call",
            json!({"name": "jq_query", "arguments": {"query": ENDLESS, "file": "one"}}),
        );
        until("the tool computes", || computes(server.child.id()));
        let children = all_below(server.child.id());
        if killed {
            server.child.kill().unwrap();
        } else {
            assert_eq!(server.leave(), Some(0));
        }
        gone(&children);
    }
    assert!(world.wt(&["verify"]).status().unwrap().success());
}

/// Waits for the end of them all, for less time than they may take by themselves.
pub(super) fn gone(pids: &[u32]) {
    let until = Instant::now() + Duration::from_secs(20);
    let alive = |pid: &u32| {
        fs::read_to_string(format!("/proc/{pid}/stat"))
            .is_ok_and(|stat| !stat.rsplit(')').next().unwrap().trim_start().starts_with('Z'))
    };
    while pids.iter().any(alive) {
        assert!(Instant::now() < until, "{pids:?} are still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_session_and_an_agent_can_be_listed_by_themselves() {
    let world = World::new();
    let mut server = world.greeted("2025-11-25", &json!({}));
    server.call("safe_mkdir", json!({"path": "made"}));
    let calls = server.call("recent_activity", json!({}));
    let call = &calls["structuredContent"]["calls"][0];
    let session = call["session"].as_str().unwrap();
    assert!(session.starts_with("mcp-"), "{call}");
    let decision = world.output(&["query", "--json", "--where", "kind == 'decision'"]);
    assert!(decision.contains(r#""learnt":"mcp""#), "{decision}");
    for filter in [["--session", session], ["--agent", "tester/7"]] {
        let listed = world.output(&["tail", "--json", filter[0], filter[1]]);
        assert!(listed.contains("safe-mkdir"), "{filter:?}: {listed}");
        let other = world.output(&["tail", "--json", filter[0], "another"]);
        assert!(!other.contains("safe-mkdir"), "{other}");
    }
}

#[test]
fn the_workspace_is_the_one_of_the_first_call_whatever_the_client_says_of_roots() {
    let world = World::new();
    let other = world.repository("other");
    let mut server = world.greeted("2025-11-25", &json!({"roots": {"listChanged": true}}));
    server.call("safe_mkdir", json!({"path": "made"}));
    server.tell("notifications/roots/list_changed", json!({}));
    let outside = server.call("safe_mkdir", json!({"path": other.join("made")}));
    assert_eq!(outside["structuredContent"]["verdict"], "escalate", "{outside}");
    assert!(!other.join("made").exists());
    // A repository above that was not there at the first call.
    world.repository(".");
    let outside = server.call("safe_mkdir", json!({"path": "../beside"}));
    assert_eq!(outside["structuredContent"]["verdict"], "escalate", "{outside}");
    let call = &world.output(&["query", "--json", "--where", "kind == 'decision'"]);
    assert!(
        call.contains(&format!(r#""root":"{}""#, world.workspace().display())),
        "{call}"
    );
}
