//! `wt hook` as a client runs it: an event on standard input, the answer on standard output.

use serde_json::{Value as Json, json};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::in_dir(tempfile::tempdir().unwrap())
    }

    fn in_dir(dir: tempfile::TempDir) -> Self {
        let world = Self { dir };
        std::fs::create_dir(world.workspace()).unwrap();
        assert!(
            Command::new("git")
                .args(["init", "-q"])
                .arg(world.workspace())
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(world.wt(&["init"], b"").0, 0);
        world
    }

    pub(crate) fn workspace(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    pub(crate) fn wt(&self, args: &[&str], stdin: &[u8]) -> (i32, String) {
        self.wt_with(&[], args, stdin)
    }

    pub(crate) fn wt_with(&self, env: &[(&str, &str)], args: &[&str], stdin: &[u8]) -> (i32, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wt"))
            .args(args)
            .current_dir(if self.workspace().is_dir() {
                self.workspace()
            } else {
                PathBuf::from("/")
            })
            .env_clear()
            .env("HOME", self.dir.path())
            .env("PATH", "/usr/bin:/bin")
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Who refuses early reads no further.
        let _closed = child.stdin.take().unwrap().write_all(stdin);
        let output = child.wait_with_output().unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
        )
    }

    /// The decision of Claude Code's hook, and its reason.
    pub(crate) fn ask(&self, tool: &str, input: &Json, cwd: &Path) -> (String, String) {
        let event = json!({"session_id": "s", "cwd": cwd, "permission_mode": "default", "hook_event_name": "PreToolUse",
            "tool_name": tool, "tool_input": input, "tool_use_id": "u"});
        let (code, out) = self.wt(&["hook", "claude-code"], event.to_string().as_bytes());
        assert_eq!(code, 0, "{out}");
        let answer: Json = serde_json::from_str(&out).unwrap();
        let part = |key: &str| {
            answer["hookSpecificOutput"][key]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        (part("permissionDecision"), part("permissionDecisionReason"))
    }
}

#[test]
fn tools_are_judged_by_what_they_do() {
    let world = World::new();
    let here = world.workspace();
    let policy = world.dir.path().join(".watchtower/policy.json");
    let settings = here.join(".claude/settings.json");
    for (tool, input, expected) in [
        ("Bash", json!({"command": "ls -la"}), "allow"),
        ("Bash", json!({"command": "rm -rf ~"}), "deny"),
        ("Bash", json!({"command": "sudo ls"}), "deny"),
        (
            "Write",
            json!({"file_path": here.join("a.txt"), "content": "x"}),
            "allow",
        ),
        ("Write", json!({"file_path": policy, "content": "x"}), "deny"),
        ("Write", json!({"file_path": settings, "content": "x"}), "deny"),
        ("Read", json!({"file_path": "/etc/shadow"}), "deny"),
        ("mcp__github__create_issue", json!({"title": "x"}), "deny"),
        ("Frobnicate", json!({}), "deny"),
        ("WebFetch", json!({"url": "http://169.254.169.254/"}), "deny"),
        ("Write", json!({"content": "x"}), "deny"),
    ] {
        let (decision, reason) = world.ask(tool, &input, &here);
        assert_eq!(decision, expected, "{tool} {input}: {reason}");
        assert_eq!(reason.is_empty(), expected == "allow", "{tool}: {reason}");
    }
    assert_eq!(world.wt(&["verify"], b"").0, 0);
}

/// The answer of Claude Code's hook to a call of `safe_mkdir` on a server of our name.
fn to_our_name(world: &World) -> String {
    let input = json!({"path": "x"});
    world
        .ask("mcp__watchtower__safe_mkdir", &input, &world.workspace())
        .0
}

#[test]
fn a_session_holds_to_the_workspace_of_its_first_call() {
    // Outside of `/tmp`, where the rules for that say nothing.
    let world = World::in_dir(tempfile::tempdir_in(crate::support::base()).unwrap());
    let other = world.dir.path().join("other");
    assert!(
        Command::new("git")
            .args(["init", "-q"])
            .arg(&other)
            .status()
            .unwrap()
            .success()
    );
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
    let other = world.dir.path().join("other");
    assert!(
        Command::new("git")
            .args(["init", "-q"])
            .arg(&other)
            .status()
            .unwrap()
            .success()
    );
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

#[test]
fn an_event_that_is_not_understood_is_refused_in_every_clients_form() {
    let world = World::new();
    for client in ["claude-code", "codex", "gemini", "cursor", "opencode", "copilot"] {
        for event in [&b"{"[..], b"[]", b"\xff", b"{\"hook_event_name\":\"Surprise\"}"] {
            let (code, out) = world.wt(&["hook", client], event);
            assert!(out.contains("deny"), "{client}: {out}");
            assert!(client == "copilot" || code == 2, "{client}: {code} {out}");
        }
    }
}

#[test]
fn what_ran_is_recorded_as_the_outcome_of_its_decision() {
    let world = World::new();
    world.ask("Bash", &json!({"command": "ls"}), &world.workspace());
    let event = json!({"session_id": "s", "hook_event_name": "PostToolUse", "tool_name": "Bash",
        "tool_input": {"command": "ls"}, "tool_use_id": "u", "tool_response": {"stdout": "a", "exit_code": 3}});
    assert_eq!(
        world.wt(&["hook", "claude-code"], event.to_string().as_bytes()),
        (0, "{}\n".to_owned())
    );
    let (_, out) = world.wt(&["recent", "--json"], b"");
    let call: Json = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(call["outcome"]["exit_code"], 3, "{call}");
    assert_eq!(
        (call["agent"].as_str(), call["session"].as_str()),
        (Some("claude-code"), Some("s"))
    );
}

#[test]
fn a_client_that_leaves_the_pipe_open_is_answered_all_the_same() {
    let world = World::new();
    for (event, expected) in [
        (json!({"hook_event_name": "SessionStart"}).to_string(), "{}\n"),
        (
            "{\"hook_event_name\": nonsense".to_owned(),
            "the event is not JSON",
        ),
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wt"))
            .args(["hook", "claude-code"])
            .env_clear()
            .env("HOME", world.dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(event.as_bytes()).unwrap();
        let started = std::time::Instant::now();
        let output = child.wait_with_output().unwrap();
        assert!(started.elapsed().as_millis() < 1500, "it waited for more");
        drop(stdin);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn an_event_that_is_too_large_is_refused() {
    let world = World::new();
    let event = json!({"hook_event_name": "PreToolUse", "tool_name": "Write",
        "tool_input": {"file_path": "a", "content": "x".repeat(17 << 20)}});
    let (code, out) = world.wt(&["hook", "claude-code"], event.to_string().as_bytes());
    assert_eq!(code, 2, "{out}");
    assert!(out.contains("larger than 16777216 bytes"), "{out}");
}

#[test]
fn in_modes_where_nobody_is_asked_an_escalation_denies_with_its_pending_id() {
    let world = World::new();
    for mode in ["default", "bypassPermissions", "dontAsk", "acceptEdits"] {
        let event = json!({"session_id": "s", "cwd": world.workspace(), "permission_mode": mode,
            "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": "sudo ls"}, "tool_use_id": "u"});
        let (_, out) = world.wt(&["hook", "claude-code"], event.to_string().as_bytes());
        let answer: Json = serde_json::from_str(&out).unwrap();
        let said = &answer["hookSpecificOutput"];
        assert_eq!(said["permissionDecision"], "deny", "{mode}: {out}");
        let reason = said["permissionDecisionReason"].as_str().unwrap();
        let id = reason.split('`').nth(1).unwrap();
        let (_, waiting) = world.wt(&["approvals", "--json"], b"");
        assert!(
            reason.contains("waiting for a person") && waiting.contains(id),
            "{reason} {waiting}"
        );
    }
}

#[test]
fn each_clients_own_tools_are_judged() {
    let world = World::new();
    let here = world.workspace();
    std::fs::write(here.join("a"), "x").unwrap();
    let patch = |path: &str| json!({"input": format!("*** Begin Patch\n*** Update File: {path}\n@@\n-x\n+y\n*** End Patch")});
    for (client, tool, input, allowed) in [
        ("codex", "apply_patch", patch("a"), true),
        ("codex", "apply_patch", patch(".git/hooks/pre-commit"), false),
        ("codex", "apply_patch", patch("../../../etc/passwd"), false),
        ("codex", "apply_patch", json!({"input": "no patch"}), false),
        (
            "gemini",
            "write_file",
            json!({"file_path": here.join("b"), "content": ""}),
            true,
        ),
        (
            "gemini",
            "read_many_files",
            json!({"include": ["a", "/etc/shadow"]}),
            false,
        ),
        (
            "gemini",
            "web_fetch",
            json!({"prompt": "read http://169.254.169.254/latest please"}),
            false,
        ),
        (
            "gemini",
            "web_fetch",
            json!({"prompt": "what is the weather"}),
            false,
        ),
        ("opencode", "read", json!({"filePath": here.join("a")}), true),
        (
            "opencode",
            "edit",
            json!({"filePath": world.dir.path().join(".bashrc")}),
            false,
        ),
        (
            "opencode",
            "webfetch",
            json!({"url": "file:///etc/passwd"}),
            false,
        ),
        ("copilot", "bash", json!({"command": "ls"}), true),
        ("copilot", "bash", json!({"command": "rm -rf ~"}), false),
        (
            "copilot",
            "create",
            json!({"path": here.join(".github/copilot-instructions.md")}),
            false,
        ),
        ("copilot", "github-mcp-server-create_issue", json!({}), false),
    ] {
        let event = match client {
            "gemini" => {
                json!({"hook_event_name": "BeforeTool", "cwd": here, "tool_name": tool, "tool_input": input})
            }
            "opencode" => {
                json!({"event": "tool.execute.before", "cwd": here, "tool": tool, "args": input, "servers": {}})
            }
            "copilot" => json!({"cwd": here, "toolName": tool, "toolArgs": input.to_string()}),
            _ => {
                json!({"hook_event_name": "PreToolUse", "cwd": here, "tool_name": tool, "tool_input": input})
            }
        };
        let (code, out) = world.wt(&["hook", client], event.to_string().as_bytes());
        assert_eq!(
            (code, out.contains("deny")),
            (0, !allowed),
            "{client} {tool} {input}: {out}"
        );
    }
}

#[test]
fn who_acts_is_recorded_with_how_that_was_learnt() {
    let world = World::new();
    let event = json!({"conversation_id": "c1", "generation_id": "g", "hook_event_name": "beforeShellExecution",
        "cursor_version": "2.0.77", "command": "ls", "workspace_roots": [world.workspace()]});
    assert_eq!(world.wt(&["hook", "cursor"], event.to_string().as_bytes()).0, 0);
    let event = json!({"session_id": "c2", "cwd": world.workspace(), "hook_event_name": "PreToolUse", "tool_name": "Bash",
        "tool_input": {"command": "ls"}, "tool_use_id": "u"});
    let env = [("AI_AGENT", "claude-code_2.1.197_agent")];
    assert_eq!(
        world
            .wt_with(&env, &["hook", "claude-code"], event.to_string().as_bytes())
            .0,
        0
    );
    let env = [("CLAUDECODE", "1"), ("CLAUDE_CODE_SESSION_ID", "c3")];
    assert_eq!(world.wt_with(&env, &["safe-mkdir", "made"], b"").0, 0);
    let (_, out) = world.wt(&["query", "--json", "--where", "kind == 'decision'"], b"");
    let entries: Vec<Json> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (agent, learnt, session, version) in [
        ("cursor", "hook", "c1", json!("2.0.77")),
        ("claude-code", "hook", "c2", json!("2.1.197")),
        ("claude-code", "environment", "c3", Json::Null),
    ] {
        let entry = entries
            .iter()
            .find(|entry| entry["data"]["identity"]["session"] == session)
            .unwrap();
        let identity = &entry["data"]["identity"];
        assert_eq!(
            identity["agent"],
            json!({"value": agent, "learnt": learnt}),
            "{identity}"
        );
        assert_eq!(identity["session_learnt"], learnt, "{identity}");
        assert_eq!(entry["data"]["event"]["version"], version, "{entry}");
        let (_, listed) = world.wt(&["tail", "--json", "--session", session], b"");
        assert_eq!(
            listed.lines().filter(|line| line.contains("decision")).count(),
            1,
            "{listed}"
        );
    }
}
