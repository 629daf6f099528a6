//! Lines that are no message, messages that ask for nothing that there is, and the last line.

use super::server::World;
use crate::support::running::forgo_huge_pages;
use serde_json::{Value as Json, json};
use std::time::{Duration, Instant};

#[test]
fn a_line_that_is_no_request_is_answered_and_the_connection_goes_on() {
    let world = World::new();
    let mut server = world.greeted("2025-11-25", &json!({}));
    for (line, code, id) in [
        ("{\"jsonrpc\":", -32700, Json::Null),
        ("hello", -32700, Json::Null),
        ("[]", -32600, Json::Null),
        ("{\"jsonrpc\":\"2.0\",\"id\":77}", -32600, json!(77)),
        ("{\"id\":\"a\",\"method\":\"ping\"}", -32600, json!("a")),
    ] {
        server.write(format!("{line}\n").as_bytes());
        let said = server.next();
        assert_eq!(
            (&said["error"]["code"], said.get("id")),
            (&json!(code), Some(&id)),
            "{line}: {said}"
        );
    }
    server.ask("ping", json!({}));
    assert_eq!(server.beside, Vec::<Json>::new());
}

#[test]
fn an_id_that_is_in_use_is_refused_and_free_again_once_it_was_answered() {
    let world = World::new();
    let mut server = world.greeted("2025-11-25", &json!({}));
    let call = |name: &str| {
        let params = json!({"name": "safe_mkdir", "arguments": {"path": name}});
        format!(
            "{}\n",
            json!({"jsonrpc": "2.0", "id": 777, "method": "tools/call", "params": params})
        )
    };
    server.write((call("first") + &call("second")).as_bytes());
    let mut said = [server.next(), server.next()];
    said.sort_by_key(|said| said.get("error").is_some());
    assert_eq!(said[0]["id"], 777, "{said:?}");
    assert_eq!(
        (&said[1]["error"]["code"], &said[1]["id"]),
        (&json!(-32600), &Json::Null),
        "{said:?}"
    );
    assert!(world.workspace().join("first").is_dir() && !world.workspace().join("second").exists());
    server.write(call("second").as_bytes());
    assert_eq!(server.next()["id"], 777);
    assert!(world.workspace().join("second").is_dir());
}

/// Its late answer would be taken for that of the other.
#[test]
fn the_id_of_a_cancelled_call_serves_no_other() {
    let world = World::new();
    std::fs::write(world.workspace().join("one"), "1").unwrap();
    let mut server = world.greeted("2025-11-25", &json!({}));
    let id = server.start(
        "tools/call",
        json!({"name": "jq_query", "arguments": {"query": super::calls::ENDLESS, "file": "one"}}),
    );
    server.tell("notifications/cancelled", json!({"requestId": id}));
    let again = json!({"jsonrpc": "2.0", "id": id, "method": "ping"});
    server.write(format!("{again}\n").as_bytes());
    let said = server.next();
    assert_eq!(
        (&said["error"]["code"], &said["id"]),
        (&json!(-32600), &Json::Null),
        "{said}"
    );
    server.ask("ping", json!({}));
}

#[test]
fn what_comes_before_the_first_request_ends_nothing() {
    let world = World::new();
    let mut server = world.server();
    server.write(b"no json\n\n{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n");
    assert_eq!(server.next()["error"]["code"], -32700);
    server.greet("2025-11-25", &json!({}));
}

#[test]
fn a_line_beyond_the_limit_is_refused_by_name_and_takes_no_memory() {
    forgo_huge_pages();
    let world = World::new();
    let mut server = world.greeted("2025-11-25", &json!({}));
    let part = vec![b'x'; 1 << 20];
    for _ in 0..64 {
        server.write(&part);
    }
    let said = server.next();
    assert_eq!(
        (&said["error"]["code"], &said["id"]),
        (&json!(-32600), &Json::Null)
    );
    let why = said["error"]["message"].as_str().unwrap();
    assert!(why.contains("4194304 bytes"), "{why}");
    server.write(b"\n");
    server.ask("ping", json!({}));
    assert_eq!(server.beside, Vec::<Json>::new(), "it is said once");
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 64 << 10, "{peak} KiB");
}

#[test]
fn parameters_that_a_method_does_not_take_are_said_to_be_wrong() {
    let world = World::new();
    let mut server = world.greeted("2025-11-25", &json!({}));
    for (method, params, what) in [
        ("tools/call", Json::Null, "missing"),
        ("tools/call", json!({}), "name"),
        ("tools/call", json!({"name": 7}), "string"),
        ("tools/call", json!({"name": "safe_rm", "arguments": []}), "map"),
        ("tools/call", json!([]), "object"),
        ("tools/call", json!("safe_rm"), "object"),
        ("resources/read", json!({}), "uri"),
    ] {
        let mut request = json!({"jsonrpc": "2.0", "id": 99, "method": method});
        if !params.is_null() {
            request["params"] = params.clone();
        }
        server.send(&request);
        let said = server.await_answer(99);
        assert_eq!(said["error"]["code"], -32602, "{method} {params}: {said}");
        let why = said["error"]["message"].as_str().unwrap();
        assert!(why.contains(what) && why.contains(method), "{params}: {why}");
    }
    let said = server.ask("no/such", json!({}));
    assert_eq!(said["error"]["code"], -32601, "{said}");
}

#[test]
fn the_last_line_is_answered_with_or_without_its_end() {
    let world = World::new();
    // Calls that still run are given two seconds. None does; but a machine may stand still for as long.
    let took = (0..3).map(|n| {
        let mut server = world.greeted("2025-11-25", &json!({}));
        let params = json!({"name": "safe_mkdir", "arguments": {"path": format!("d{n}")}});
        let call = json!({"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": params});
        server.write(call.to_string().as_bytes());
        server.close();
        let said = server.await_answer(5);
        assert_eq!(said["result"]["structuredContent"]["verdict"], "allow", "{said}");
        let left = Instant::now();
        assert_eq!(server.leave(), Some(0));
        assert!(world.workspace().join(format!("d{n}")).is_dir());
        left.elapsed()
    });
    assert!(took.min().unwrap() < Duration::from_secs(2));
}
