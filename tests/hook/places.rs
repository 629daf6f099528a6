//! Workspaces and servers: which are the caller's own.

use super::World;
use serde_json::{Value as Json, json};
use std::path::Path;

#[test]
fn a_session_holds_to_the_workspace_of_its_first_call() {
    // Outside of `/tmp`, where the rules for that say nothing.
    let world = World::in_dir(tempfile::tempdir_in(crate::support::base()).unwrap());
    let other = world.repository("other");
    let write = |session: &str, cwd: &Path, path: &Path| {
        let event = json!({"session_id": session, "cwd": cwd, "permission_mode": "default", "hook_event_name": "PreToolUse",
            "tool_name": "Write", "tool_input": {"file_path": path, "content": "x"}, "tool_use_id": "u"});
        let (_, out) = world.wt(&["hook", "claude-code"], event.to_string().as_bytes());
        serde_json::from_str::<Json>(&out).unwrap()["hookSpecificOutput"].clone()
    };
    let here = world.workspace();
    assert_eq!(
        write("one", &here, &here.join("a"))["permissionDecision"],
        "allow"
    );
    let gone_elsewhere = write("one", &other, &other.join("a"));
    assert_eq!(gone_elsewhere["permissionDecision"], "deny");
    let reason = gone_elsewhere["permissionDecisionReason"].as_str().unwrap();
    assert!(reason.contains("waiting for a person as"), "{reason}");
    assert_eq!(
        write("one", &other, &here.join("a"))["permissionDecision"],
        "allow"
    );
    assert_eq!(
        write("two", &other, &other.join("a"))["permissionDecision"],
        "allow"
    );
    assert_eq!(write("two", &here, &here.join("a"))["permissionDecision"], "deny");
}

#[test]
fn a_directory_that_the_model_names_is_no_workspace() {
    let world = World::in_dir(tempfile::tempdir_in(crate::support::base()).unwrap());
    let other = world.repository("other");
    for (session, expected) in [("", "deny"), ("one", "deny")] {
        let event = json!({"session_id": session, "cwd": world.workspace(), "hook_event_name": "PreToolUse",
            "tool_name": "shell", "tool_input": {"command": "touch a", "workdir": other}, "tool_use_id": "u"});
        let (_, out) = world.wt(&["hook", "codex"], event.to_string().as_bytes());
        let answer: Json = serde_json::from_str(&out).unwrap();
        assert_eq!(
            answer["hookSpecificOutput"]["permissionDecision"], expected,
            "{out}"
        );
    }
}

/// The answer of Claude Code's hook to a call of `safe_mkdir` on a server of our name.
fn to_our_name(world: &World) -> String {
    let input = json!({"path": "x"});
    world
        .ask("mcp__watchtower__safe_mkdir", &input, &world.workspace())
        .0
}

#[test]
fn a_server_is_ours_by_its_program_and_not_by_its_name() {
    let world = World::new();
    assert_eq!(to_our_name(&world), "deny", "no server of that name is known");
    assert_eq!(world.wt(&["setup", "claude-code"], b"").0, 0);
    assert_eq!(to_our_name(&world), "allow", "`wt setup` entered it");
    let other = json!({"mcpServers": {"watchtower": {"command": "/bin/cat", "args": ["mcp"]}}});
    let project = world.workspace().join(".mcp.json");
    std::fs::write(&project, other.to_string()).unwrap();
    assert_eq!(
        to_our_name(&world),
        "deny",
        "the project gives the name to another program"
    );
    std::fs::write(&project, "{").unwrap();
    assert_eq!(to_our_name(&world), "deny", "a file that cannot be understood");
    std::fs::remove_file(&project).unwrap();
    assert_eq!(to_our_name(&world), "allow");
    let (decision, reason) = world.ask("mcp__watchtower__drop_tables", &json!({}), &world.workspace());
    assert_eq!(decision, "deny", "no tool of ours");
    assert!(reason.contains("tools of other servers"), "{reason}");
}

#[test]
fn a_server_that_the_event_itself_tells_of_is_ours_by_its_program() {
    let world = World::new();
    let ours = env!("CARGO_BIN_EXE_wt");
    let gemini = |command: &str| {
        json!({"session_id": "s", "cwd": world.workspace(), "hook_event_name": "BeforeTool",
            "tool_name": "mcp_watchtower_safe_mkdir", "tool_input": {"path": "x"},
            "mcp_context": {"server_name": "watchtower", "tool_name": "safe_mkdir", "command": command, "args": ["mcp"]}})
    };
    let cursor = |command: String| {
        json!({"conversation_id": "s", "generation_id": "g", "hook_event_name": "beforeMCPExecution",
            "workspace_roots": [world.workspace()], "tool_name": "safe_mkdir", "tool_input": "{\"path\": \"x\"}",
            "command": command})
    };
    let opencode = |command: &str| {
        json!({"event": "tool.execute.before", "tool": "watchtower_safe_mkdir", "sessionID": "s", "callID": "c",
            "cwd": world.workspace(), "args": {"path": "x"}, "servers": {"watchtower": {"command": [command, "mcp"]}}})
    };
    for (client, event, expected) in [
        ("gemini", gemini(ours), "allow"),
        ("gemini", gemini("/bin/cat"), "deny"),
        ("cursor", cursor(format!("{ours} mcp")), "allow"),
        ("cursor", cursor("/bin/cat mcp".to_owned()), "deny"),
        ("cursor", cursor(format!("sh -c '{ours} mcp'")), "deny"),
        ("opencode", opencode(ours), "allow"),
        ("opencode", opencode("/bin/cat"), "deny"),
    ] {
        let (code, out) = world.wt(&["hook", client], event.to_string().as_bytes());
        assert_eq!(code, 0, "{out}");
        let answer: Json = serde_json::from_str(&out).unwrap();
        let word = answer["decision"]
            .as_str()
            .or_else(|| answer["permission"].as_str());
        assert_eq!(word, Some(expected), "{client}: {event}");
    }
}

#[test]
fn a_directory_that_does_not_exist_is_stood_in_for() {
    let world = World::new();
    let (decision, reason) = world.ask("Bash", &json!({"command": "ls"}), Path::new("/does/not/exist"));
    assert_eq!(decision, "allow", "{reason}");
}
