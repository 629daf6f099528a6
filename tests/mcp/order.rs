//! Calls that are sent without waiting for the answers: what changes something keeps its order.

use super::server::World;
use serde_json::json;

#[test]
fn changes_that_are_sent_without_waiting_are_made_in_their_order() {
    let world = World::new();
    let mut server = world.greeted("2025-11-25", &json!({}));
    let mut text = String::new();
    let mut path = "d".to_owned();
    let calls = 24;
    for id in 0..calls {
        let request = json!({"jsonrpc": "2.0", "id": id + 100, "method": "tools/call",
            "params": {"name": "safe_mkdir", "arguments": {"path": path}}});
        text.push_str(&format!("{request}\n"));
        path.push_str("/d");
    }
    server.write(text.as_bytes());
    for id in 0..calls {
        let said = server.await_answer_of_any(id + 100);
        assert_eq!(said["result"]["structuredContent"]["exit_code"], 0, "{said}");
    }
}

#[test]
fn a_call_that_waits_for_its_turn_can_be_cancelled_and_does_nothing() {
    let world = World::new();
    let tree = world.workspace().join("tree");
    std::fs::create_dir(&tree).unwrap();
    for file in 0..8000 {
        std::fs::write(tree.join(file.to_string()), "content").unwrap();
    }
    let mut server = world.greeted("2025-11-25", &json!({}));
    let copy = server.start(
        "tools/call",
        json!({"name": "safe_cp", "arguments": {"source": "tree", "dest": "copy", "mode": "archive"}}),
    );
    let made = server.start(
        "tools/call",
        json!({"name": "safe_mkdir", "arguments": {"path": "made"}}),
    );
    server.tell("notifications/cancelled", json!({"requestId": made}));
    // Who only looks does not wait.
    let looked = server.call("list_approvals", json!({}));
    assert_eq!(looked["isError"], false, "{looked}");
    let said = server.await_answer(copy);
    assert_eq!(said["result"]["structuredContent"]["exit_code"], 0, "{said}");
    server.call("safe_mkdir", json!({"path": "next"}));
    assert!(!world.workspace().join("made").exists());
    assert!(world.workspace().join("next").is_dir());
}
