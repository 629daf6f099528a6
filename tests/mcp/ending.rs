//! Calls that are taken back while they run: by the client, by its end, by a signal. What they did until then is on
//! record, and the server does not stay behind.

use super::{
    calls::{ENDLESS, gone},
    server::{Server, World},
};
use crate::support::running::{all_below, computes, until};
use rustix::process::Signal;
use serde_json::{Value as Json, json};
use std::{
    fs,
    net::TcpListener,
    process::Command,
    time::{Duration, Instant},
};

impl World {
    /// The recorded outcomes, oldest first.
    fn outcomes(&self) -> Vec<Json> {
        let text = self.output(&["query", "--json", "--where", "kind == 'outcome'"]);
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Sets one member of the user's policy.
    fn policy(&self, member: &str, value: Json) {
        let file = self.dir.path().join(".watchtower/policy.json");
        let mut policy: Json = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        policy[member] = value;
        fs::write(&file, policy.to_string()).unwrap();
    }

    /// All that is below a name in the workspace, one path a line.
    fn names(&self, name: &str) -> String {
        let found = Command::new("find").arg(self.workspace().join(name)).output();
        String::from_utf8(found.unwrap().stdout).unwrap()
    }

    fn awaits_outcome(&self) -> Json {
        until("an outcome is recorded", || !self.outcomes().is_empty());
        self.outcomes().pop().unwrap()
    }
}

/// A server with a call of jq that says nothing and does not end by itself, and the processes of that.
fn busy(world: &World) -> (Server, u64, Vec<u32>) {
    fs::write(world.workspace().join("one"), "1").unwrap();
    let mut server = world.greeted("2025-11-25", &json!({}));
    let id = server.start(
        "tools/call",
        json!({"name": "jq_query", "arguments": {"query": ENDLESS, "file": "one"}}),
    );
    until("the tool computes", || computes(server.child.id()));
    let children = all_below(server.child.id());
    (server, id, children)
}

fn is_stopped(outcome: &Json) {
    let data = &outcome["data"];
    assert_eq!(data["execution"]["exit_code"], 143, "{outcome}");
    assert!(
        outcome.to_string().contains("took it back"),
        "the record says why: {outcome}"
    );
}

#[test]
fn a_silent_tool_ends_when_its_call_is_cancelled_and_its_outcome_is_recorded() {
    let world = World::new();
    let (mut server, id, children) = busy(&world);
    for child in &children {
        let status = fs::read_to_string(format!("/proc/{child}/status")).unwrap();
        assert!(status.contains("SigBlk:\t0000000000000000"), "{status}");
    }
    server.tell("notifications/cancelled", json!({"requestId": id}));
    gone(&children);
    is_stopped(&world.awaits_outcome());
    server.ask("ping", json!({}));
    assert!(world.wt(&["verify"]).status().unwrap().success());
}

#[test]
fn when_the_client_goes_its_call_is_stopped_and_recorded_and_the_server_ends() {
    let world = World::new();
    let (server, _, children) = busy(&world);
    let left = Instant::now();
    assert_eq!(server.leave(), Some(0));
    assert!(left.elapsed() < Duration::from_secs(4), "{:?}", left.elapsed());
    gone(&children);
    is_stopped(&world.outcomes()[0]);
    assert!(world.wt(&["verify"]).status().unwrap().success());
}

#[test]
fn a_signal_that_ends_the_server_lets_it_record_what_it_stopped() {
    let world = World::new();
    for (signal, number) in [(Signal::TERM, 15), (Signal::INT, 2), (Signal::HUP, 1)] {
        let before = world.outcomes().len();
        let (mut server, _, children) = busy(&world);
        let code = server.is_sent(signal);
        assert_eq!(code, Some(128 + number), "{signal:?}");
        gone(&children);
        let outcomes = world.outcomes();
        assert_eq!(outcomes.len(), before + 1, "{signal:?}");
        is_stopped(outcomes.last().unwrap());
    }
    assert!(world.wt(&["verify"]).status().unwrap().success());
}

#[test]
fn a_signal_that_the_caller_ignores_is_ignored_by_the_server() {
    let world = World::new();
    let mut server = world.server_by(&["nohup", "setsid"]);
    server.greet("2025-11-25", &json!({}));
    server.kill(Signal::HUP);
    std::thread::sleep(Duration::from_millis(200));
    server.ask("ping", json!({}));
}

/// Takes a copy of a tree back in its middle; its outcome.
fn stopped_copy(world: &World) -> Json {
    let tree = world.workspace().join("tree");
    for dir in 0..40 {
        let dir = tree.join(dir.to_string());
        fs::create_dir_all(&dir).unwrap();
        for file in 0..250 {
            fs::write(dir.join(file.to_string()), "content").unwrap();
        }
    }
    // On a busy machine the test comes first, and the copy is not done before it is taken back.
    let mut server = world.server_by(&["nice", "-n", "5"]);
    server.greet("2025-11-25", &json!({}));
    let id = server.start(
        "tools/call",
        json!({"name": "safe_cp", "arguments": {"source": "tree", "dest": "copy", "mode": "archive"}}),
    );
    until("the copy begins", || world.workspace().join("copy").exists());
    server.tell("notifications/cancelled", json!({"requestId": id}));
    let outcome = world.awaits_outcome();
    assert_eq!(outcome["data"]["execution"]["exit_code"], 143, "{outcome}");
    assert!(world.names("copy").lines().count() < world.names("tree").lines().count());
    outcome
}

/// What was done until then can be undone, and nothing unfinished stays.
fn can_be_undone(world: &World, outcome: &Json) {
    let effects = outcome["data"]["execution"]["effects"].to_string();
    assert!(effects.contains(r#""op":"copy""#), "{outcome}");
    assert!(!world.names("copy").contains(".tmp"), "nothing unfinished stays");
    let planned = world.output(&["undo", "--last", "--dry-run", "--json"]);
    let copy = world.workspace().join("copy");
    assert!(planned.contains(copy.to_str().unwrap()), "{planned}");
}

#[test]
fn a_copy_that_is_taken_back_leaves_nothing_unfinished_and_can_be_undone() {
    let world = World::new();
    let outcome = stopped_copy(&world);
    can_be_undone(&world, &outcome);
}

#[test]
fn a_copy_in_a_process_of_its_own_is_taken_back_too() {
    let world = World::new();
    world.policy("sandbox", json!({"native": "process"}));
    let outcome = stopped_copy(&world);
    can_be_undone(&world, &outcome);
}

#[test]
fn a_call_that_waits_for_a_person_does_not_hold_the_server_up() {
    let world = World::new();
    let mut server = world.greeted("2025-11-25", &json!({}));
    let outside = world.repository("other").join("made");
    let asked = server.call("safe_mkdir", json!({"path": outside}));
    let pending = asked["structuredContent"]["pending"].as_str().unwrap().to_owned();
    server.start(
        "tools/call",
        json!({"name": "wait_for_approval", "arguments": {"id": pending, "seconds": 300}}),
    );
    std::thread::sleep(Duration::from_millis(300));
    let left = Instant::now();
    assert_eq!(server.leave(), Some(0));
    assert!(left.elapsed() < Duration::from_secs(5), "{:?}", left.elapsed());
}

#[test]
fn a_conversation_with_a_host_that_says_nothing_ends_when_its_call_is_cancelled() {
    let world = World::new();
    let host = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = host.local_addr().unwrap().port();
    let known = world.dir.path().join("known");
    fs::write(&known, format!("[127.0.0.1]:{port} ssh-ed25519 AAAA\n")).unwrap();
    world.policy("ssh", json!({"known_hosts": [known]}));
    let mut server = world.greeted("2025-11-25", &json!({}));
    let id = server.start(
        "tools/call",
        json!({"name": "ssh_ls", "arguments": {"host": "127.0.0.1", "port": port, "path": "/tmp"}}),
    );
    // Only the tool connects.
    let _silent = host.accept().unwrap();
    let children = all_below(server.child.id());
    assert!(!children.is_empty(), "the tool runs");
    server.tell("notifications/cancelled", json!({"requestId": id}));
    gone(&children);
    is_stopped(&world.awaits_outcome());
}
