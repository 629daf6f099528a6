//! Tools that run a shell command: where and with what it runs, by every argument that a client may read.

use super::World;
use serde_json::{Value as Json, json};
use std::fs;

/// The decision and the reason for a tool of this client.
fn decided(world: &World, client: &str, tool: &str, input: &Json) -> (bool, String) {
    let here = world.workspace();
    let event = match client {
        "gemini" => {
            json!({"hook_event_name": "BeforeTool", "cwd": here, "tool_name": tool, "tool_input": input})
        }
        "opencode" => {
            json!({"event": "tool.execute.before", "cwd": here, "tool": tool, "args": input, "servers": {}})
        }
        "copilot" => json!({"cwd": here, "toolName": tool, "toolArgs": input.to_string()}),
        _ => json!({"hook_event_name": "PreToolUse", "cwd": here, "tool_name": tool, "tool_input": input}),
    };
    let (code, out) = world.wt(&["hook", client], event.to_string().as_bytes());
    assert_eq!(code, 0, "{client} {input}: {out}");
    (!out.contains("deny"), out)
}

#[test]
fn the_directory_counts_under_whatever_name_it_stands() {
    let world = World::new();
    let ssh = world.dir.path().join(".ssh");
    fs::create_dir(&ssh).unwrap();
    fs::write(ssh.join("id_rsa"), "secret").unwrap();
    fs::create_dir(world.workspace().join("sub")).unwrap();
    for name in [
        "workdir",
        "working_directory",
        "workingDirectory",
        "working_dir",
        "work_dir",
        "directory",
        "dir_path",
        "dir",
        "path",
        "cwd",
    ] {
        for (client, tool, key) in [
            ("claude-code", "Bash", "command"),
            ("codex", "exec_command", "cmd"),
        ] {
            let at = |dir: &Json| json!({key: "cat id_rsa", name: dir});
            let (allowed, out) = decided(&world, client, tool, &at(&json!(ssh)));
            assert!(!allowed, "{client} {name}: {out}");
            for harmless in [json!("sub"), json!(world.workspace()), json!(""), Json::Null] {
                let (allowed, out) = decided(&world, client, tool, &at(&harmless));
                assert!(allowed, "{client} {name} {harmless}: {out}");
            }
            let (allowed, _) = decided(&world, client, tool, &at(&json!([ssh])));
            assert!(!allowed, "{client} {name}: not text");
        }
    }
    let two = json!({"command": "ls", "workdir": "sub", "cwd": ssh});
    assert!(!decided(&world, "codex", "exec_command", &two).0);
}

#[test]
fn variables_and_the_shell_are_judged_as_if_they_stood_in_the_command() {
    let world = World::new();
    for (input, allowed) in [
        (
            json!({"command": "ls", "env": {"LD_PRELOAD": "/tmp/x.so"}}),
            false,
        ),
        (json!({"command": "ls", "env": ["LD_PRELOAD=/tmp/x.so"]}), false),
        (
            json!({"command": "ls", "environment": {"BASH_ENV": "/tmp/x"}}),
            false,
        ),
        (json!({"command": "ls", "env": {"-S rm -rf ~": "x"}}), false),
        (json!({"command": "ls", "env": "LD_PRELOAD=/tmp/x.so"}), false),
        (json!({"command": "ls", "env": {"A": {}}}), false),
        (json!({"command": "ls", "env": ["-C/", "-u"]}), false),
        (
            json!({"command": "ls", "env": {"CI": "1", "N": 3, "NAME": "a b'; rm -rf ~"}}),
            true,
        ),
        (json!({"command": "ls && git status", "env": {}}), true),
        (json!({"command": "rm -rf ~", "env": {"CI": "1"}}), false),
        (json!({"command": "ls", "shell": "/bin/bash"}), true),
        (
            json!({"command": "ls && git status", "shell": "zsh", "env": {"CI": "1"}}),
            true,
        ),
        (json!({"command": "rm -rf ~", "shell": "zsh"}), false),
        (json!({"command": "ls", "shell": "sudo"}), false),
        (json!({"command": "ls", "shell": 1}), false),
        (json!({"command": "ls", "shell": true}), true),
    ] {
        let (is, out) = decided(&world, "claude-code", "Bash", &input);
        assert_eq!(is, allowed, "{input}: {out}");
    }
}

#[test]
fn what_an_argument_does_that_is_not_known_a_person_decides() {
    let world = World::new();
    for input in [
        json!({"command": "cat", "stdin": "rm -rf ~"}),
        json!({"command": "ls", "user": "root"}),
        json!({"command": "ls", "_simulatedSedEdit": {"filePath": "/etc/passwd", "newContent": ""}}),
    ] {
        let (allowed, out) = decided(&world, "claude-code", "Bash", &input);
        assert!(!allowed && out.contains("unknown-argument"), "{input}: {out}");
    }
    let (_, waiting) = world.wt(&["approvals", "--json"], b"");
    assert!(waiting.contains("rm -rf ~"), "who decides sees it: {waiting}");
    // What is denied stays so.
    let denied = json!({"command": "rm -rf ~", "stdin": "x"});
    assert!(
        decided(&world, "claude-code", "Bash", &denied)
            .1
            .contains("denied")
    );
}

#[test]
fn what_the_clients_own_tools_tell_beside_the_command_stops_nothing() {
    let world = World::new();
    for (client, tool, input) in [
        (
            "claude-code",
            "Bash",
            json!({"command": "ls", "timeout": 1000, "description": "lists", "run_in_background": false,
                "dangerouslyDisableSandbox": false}),
        ),
        (
            "claude-code",
            "Monitor",
            json!({"command": "ls", "description": "lists", "timeout_ms": 1000, "persistent": false}),
        ),
        (
            "codex",
            "shell",
            json!({"command": ["ls", "-l"], "workdir": ".", "timeout_ms": 1000, "justification": "x",
                "with_escalated_permissions": false}),
        ),
        (
            "codex",
            "exec_command",
            json!({"cmd": "ls", "workdir": ".", "shell": "/bin/bash", "login": true, "tty": false,
                "yield_time_ms": 1000, "max_output_tokens": 1000, "sandbox_permissions": "use_default",
                "justification": "x", "prefix_rule": ["ls"]}),
        ),
        (
            "codex",
            "local_shell",
            json!({"type": "exec", "command": ["ls"], "env": {}, "timeout_ms": 1, "user": null,
                "working_directory": null}),
        ),
        (
            "gemini",
            "run_shell_command",
            json!({"command": "ls", "description": "lists", "dir_path": ".", "is_background": false}),
        ),
        (
            "opencode",
            "bash",
            json!({"command": "ls", "timeout": 1000, "workdir": ".", "description": "lists"}),
        ),
        (
            "copilot",
            "bash",
            json!({"command": "ls", "description": "lists", "mode": "sync", "initial_wait": 30,
                "sessionId": "main"}),
        ),
    ] {
        let (allowed, out) = decided(&world, client, tool, &input);
        assert!(allowed, "{client} {tool}: {out}");
    }
    // Cursor tells the command among everything else of its event.
    let event = json!({"conversation_id": "c1", "generation_id": "g", "hook_event_name": "beforeShellExecution",
        "cursor_version": "2.0.77", "command": "ls", "cwd": "", "sandbox": false, "user_email": "a@b",
        "workspace_roots": [world.workspace()], "transcript_path": null});
    let (_, out) = world.wt(&["hook", "cursor"], event.to_string().as_bytes());
    assert!(out.contains("allow"), "{out}");
}

#[test]
fn a_path_longer_than_linux_has_them_is_refused_and_recorded() {
    let world = World::new();
    for path in ["a/", "*/", "?/", "[a]/", "**/"] {
        for program in ["cat", "rm", "ls", "cp x", "echo x >"] {
            let command = format!(
                "{program} {}x; cat ~/.ssh/id_rsa",
                path.repeat(32_000 / path.len())
            );
            let (decision, reason) = world.ask("Bash", &json!({"command": command}), &world.workspace());
            assert!(
                decision == "deny" && reason.contains("(rule `limit`"),
                "{program} {path}: {reason}"
            );
        }
    }
    let deep = format!("cat {}x", "a/".repeat(2000));
    assert_eq!(
        world.ask("Bash", &json!({"command": deep}), &world.workspace()).0,
        "allow"
    );
    assert_eq!(world.wt(&["verify"], b"").0, 0);
}
