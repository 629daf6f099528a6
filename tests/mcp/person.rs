//! Calls that wait for a person: what the client shows, and that nothing shown approves.

use super::server::{Server, World};
use crate::approvals::terminal::{PASSPHRASE, PERSON};
use crate::support::needs;
use serde_json::{Value as Json, json};
use std::{
    process::{Command, Stdio},
    time::Duration,
};

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
    let hint = result["structuredContent"]["hint"].as_str().unwrap();
    assert!(
        hint.contains(&format!("wt approve {id}`")) && hint.contains("`wait_for_approval`"),
        "{hint}"
    );
    assert!(!hint.contains("--wait"), "no tool takes that option: {hint}");
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

/// `wt ARGS...` with a person at a terminal, who answers the questions for secrets: the exit code and what was shown.
fn at_terminal(world: &World, answers: &[&str], args: &[&str]) -> Option<(i32, String)> {
    let mut command = Command::new("python3");
    command
        .args(["-c", PERSON, &answers.join("|"), env!("CARGO_BIN_EXE_wt")])
        .args(args)
        .current_dir(world.workspace())
        .env_clear()
        .env("HOME", world.dir.path())
        .env("PATH", "/usr/bin:/bin");
    let done = command.stdin(Stdio::null()).output();
    let done = needs::some(done.ok(), "python3, which makes a terminal")?;
    Some((
        done.status.code().unwrap(),
        String::from_utf8_lossy(&done.stdout).into_owned(),
    ))
}

/// A world with an approver's key; `approvals` are settings of the policy.
fn with_key(approvals: &str) -> Option<World> {
    let world = World::new();
    let policy = world.dir.path().join(".watchtower/policy.json");
    let document = std::fs::read_to_string(&policy).unwrap();
    let settings = format!("{{\"approvals\": {approvals},");
    std::fs::write(&policy, document.replacen('{', &settings, 1)).unwrap();
    let (code, shown) = at_terminal(&world, &[PASSPHRASE, PASSPHRASE], &["admin", "set"])?;
    assert_eq!(code, 0, "{shown}");
    Some(world)
}

/// What `wait_for_approval` answers once something happened meanwhile.
fn waited(server: &mut Server, id: &str, meanwhile: impl FnOnce()) -> Json {
    let arguments = json!({"id": id, "seconds": 15});
    let asked = server.start(
        "tools/call",
        json!({"name": "wait_for_approval", "arguments": arguments}),
    );
    std::thread::sleep(Duration::from_millis(300));
    meanwhile();
    server.await_answer(asked)["result"]["structuredContent"].clone()
}

#[test]
fn a_call_that_waits_over_the_server_goes_on_once_a_person_approves() {
    let Some(world) = with_key("{}") else { return };
    let mut server = world.greeted("2025-11-25", &json!({}));
    let id = pending(&escalated(&mut server));
    let answer = waited(&mut server, &id, || {
        let (code, shown) = at_terminal(&world, &[PASSPHRASE], &["approve", &id]).unwrap();
        assert_eq!(code, 0, "{shown}");
    });
    assert_eq!(
        (&answer["answer"], &answer["next"]),
        (&json!("no longer waiting"), &json!("repeat the call unchanged")),
        "{answer}"
    );
    let made = escalated(&mut server);
    assert_eq!(made["structuredContent"]["exit_code"], 0, "{made}");
    assert!(world.dir.path().join("elsewhere").is_dir());
    // The use is on record, by the grant and by who asked through which server.
    let entries = world.output(&[
        "query",
        "--json",
        "kind == 'decision' and decision.verdict == 'allow'",
    ]);
    let used: Json = serde_json::from_str(entries.lines().last().unwrap()).unwrap();
    assert_eq!(
        used["data"]["grant"],
        json!({"id": "g1", "of": 1, "use": 1}),
        "{used}"
    );
    assert_eq!(used["data"]["identity"]["agent"]["learnt"], "mcp", "{used}");
    // Once was approved, so that another call waits again.
    std::fs::remove_dir(world.dir.path().join("elsewhere")).unwrap();
    pending(&escalated(&mut server));
}

#[test]
fn a_call_that_waits_over_the_server_is_told_of_a_no_and_why() {
    let Some(world) = with_key("{}") else { return };
    let mut server = world.greeted("2025-11-25", &json!({}));
    let id = pending(&escalated(&mut server));
    let answer = waited(&mut server, &id, || {
        let told = world
            .wt(&["deny", &id, "--reason", "not in my home"])
            .status()
            .unwrap();
        assert!(told.success());
    });
    assert_eq!(
        (&answer["answer"], &answer["reason"]),
        (&json!("denied"), &json!("not in my home")),
        "{answer}"
    );
    let again = escalated(&mut server);
    let told = &again["structuredContent"];
    assert_eq!(
        (&told["verdict"], &told["exit_code"]),
        (&json!("deny"), &json!(77)),
        "{again}"
    );
    assert!(
        again["content"][0]["text"]
            .as_str()
            .unwrap()
            .contains("not in my home"),
        "{again}"
    );
}

#[test]
fn a_call_that_waits_over_the_server_is_told_that_nobody_answered() {
    let Some(world) = with_key(r#"{"expiry_s": 2}"#) else {
        return;
    };
    let mut server = world.greeted("2025-11-25", &json!({}));
    let id = pending(&escalated(&mut server));
    let answer = waited(&mut server, &id, || ());
    assert_eq!(answer["answer"], "expired", "{answer}");
    assert!(!world.dir.path().join("elsewhere").exists());
    let (code, shown) = at_terminal(&world, &[PASSPHRASE], &["approve", &id]).unwrap();
    assert_eq!(code, 64, "{shown}");
}
