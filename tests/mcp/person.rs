//! Calls that wait for a person: what the client shows, and that nothing shown approves.

use super::server::{Server, World};
use serde_json::{Value as Json, json};

/// Something that the default policy escalates: a change in the home, outside of the workspace.
fn escalated(server: &mut Server) -> Json {
    server.call("safe_mkdir", json!({"path": "../elsewhere"}))
}

fn pending(result: &Json) -> String {
    let told = &result["structuredContent"];
    assert_eq!(
        (&told["verdict"], &told["exit_code"]),
        (&json!("escalate"), &json!(75)),
        "{told}"
    );
    told["pending"].as_str().unwrap().to_owned()
}

#[test]
fn an_escalation_gives_the_pending_id_and_how_to_wait() {
    let world = World::new();
    let mut server = world.greeted("2025-11-25", &json!({}));
    let result = escalated(&mut server);
    let id = pending(&result);
    assert!(
        result["content"][0]["text"].as_str().unwrap().contains(&id),
        "{result}"
    );
    let listed = server.call("list_approvals", json!({}));
    assert!(listed["structuredContent"].to_string().contains(&id), "{listed}");
    let waited = server.call("wait_for_approval", json!({"id": id, "seconds": 1}));
    assert_eq!(waited["structuredContent"]["answer"], "none yet", "{waited}");
    let seq = result["structuredContent"]["seq"].as_u64().unwrap();
    let why = server.call("explain_refusal", json!({"seq": seq}));
    assert_eq!(
        why["structuredContent"]["decision"]["verdict"], "escalate",
        "{why}"
    );
    let checked = server.call("check_command", json!({"command": "rm -rf /etc"}));
    assert_eq!(checked["structuredContent"]["verdict"], "deny", "{checked}");
    assert!(server.beside.is_empty(), "{:?}", server.beside);
}

#[test]
fn a_question_that_the_client_shows_approves_nothing() {
    let world = World::new();
    let mut server = world.greeted("2025-11-25", &json!({"elicitation": {}}));
    for answer in [
        json!({"action": "accept", "content": {}}),
        json!({"action": "decline"}),
        json!({"action": "cancel"}),
    ] {
        server.answer = Some(answer.clone());
        server.beside.clear();
        let id = pending(&escalated(&mut server));
        let shown = &server.beside[0];
        assert_eq!(shown["method"], "elicitation/create", "{shown}");
        let message = shown["params"]["message"].as_str().unwrap();
        assert!(message.contains(&format!("wt approve {id}")), "{message}");
        assert_eq!(
            shown["params"]["requestedSchema"]["properties"],
            json!({}),
            "{shown}"
        );
        assert!(!world.dir.path().join("elsewhere").exists(), "{answer}");
    }
}

#[test]
fn without_a_session_the_question_comes_as_a_result_and_the_repeated_call_is_judged_anew() {
    let world = World::new();
    let mut server = world.stateless(&json!({"elicitation": {"form": {}}}));
    let asked = escalated(&mut server);
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    let question = &asked["inputRequests"]["approval"];
    assert_eq!(question["method"], "elicitation/create", "{asked}");
    let said = server.ask(
        "tools/call",
        json!({"name": "safe_mkdir", "arguments": {"path": "../elsewhere"}, "requestState": asked["requestState"],
            "inputResponses": {"approval": {"action": "accept", "content": {}}}}),
    );
    let id = pending(&said["result"]);
    assert!(
        question["params"]["message"].as_str().unwrap().contains(&id),
        "{asked}"
    );
    assert!(!world.dir.path().join("elsewhere").exists());
    // A client that shows nothing gets the refusal at once.
    let mut plain = world.stateless(&json!({}));
    pending(&escalated(&mut plain));
}
