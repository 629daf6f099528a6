//! Each command of approvals over each front end: the command line without a terminal, the tools of the server, and
//! the hooks of every client. Only who knows the passphrase answers, and that nobody does is said and recorded.

use crate::{hook::World, support::text};
use serde_json::{Value as Json, json};
use std::{fs, process::Command};

/// Commands that need the approver's signature.
const SIGNED: &[&str] = &[
    "approve ID",
    "grants revoke --all",
    "grants revoke g1",
    "thaw",
    "admin passphrase",
    "admin recover",
    "admin replace",
];
/// Commands that only show.
const SHOWN: &[&str] = &[
    "approvals",
    "approvals ID",
    "grants",
    "grants --all",
    "admin show",
    "trash",
    "status",
];
/// Commands that take something from the asker alone, or change something: judged as any other call.
const JUDGED: &[&str] = &["deny ID", "freeze", "undo --last", "trash empty --all"];

/// The event with which each client tells of a command that its agent wants to run.
fn event(client: &str, command: &str, world: &World) -> Json {
    let here = world.workspace();
    match client {
        "gemini" => json!({"hook_event_name": "BeforeTool", "cwd": here, "session_id": "s",
            "tool_name": "run_shell_command", "tool_input": {"command": command}}),
        "opencode" => json!({"event": "tool.execute.before", "cwd": here, "tool": "bash", "session": "s",
            "args": {"command": command}, "servers": {}}),
        "copilot" => {
            json!({"cwd": here, "toolName": "bash", "toolArgs": json!({"command": command}).to_string()})
        }
        "cursor" => {
            json!({"conversation_id": "s", "generation_id": "g", "hook_event_name": "beforeShellExecution",
            "cursor_version": "2.0.77", "command": command, "workspace_roots": [here]})
        }
        _ => {
            json!({"session_id": "s", "cwd": here, "permission_mode": "default", "hook_event_name": "PreToolUse",
            "tool_name": "Bash", "tool_input": {"command": command}, "tool_use_id": "u"})
        }
    }
}

const CLIENTS: &[&str] = &["claude-code", "codex", "gemini", "cursor", "opencode", "copilot"];

/// What a client's hook answers.
fn asked(world: &World, client: &str, command: &str) -> String {
    let event = event(client, command, world).to_string();
    world.wt(&["hook", client], event.as_bytes()).1
}

/// A world in which something waits; its id.
fn waiting() -> (World, String) {
    let world = World::new();
    let diary = world.dir.path().join("diary.txt");
    fs::write(&diary, "private").unwrap();
    assert_eq!(world.wt(&["safe-rm", diary.to_str().unwrap()], b"").0, 75);
    let (_, listed) = world.wt(&["approvals", "--json"], b"");
    let listed: Json = serde_json::from_str(&listed).unwrap();
    (world, listed[0]["id"].as_str().unwrap().to_owned())
}

fn with(command: &str, id: &str) -> String {
    format!("wt {}", command.replace("ID", id))
}

/// Entries of a kind.
fn of_kind(world: &World, kind: &str) -> Vec<Json> {
    let (_, out) = world.wt(&["query", "--json", &format!("kind == '{kind}'")], b"");
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn no_hook_lets_an_agent_answer_and_each_says_why() {
    let (world, id) = waiting();
    for client in CLIENTS {
        for command in SIGNED {
            let answer = asked(&world, client, &with(command, &id));
            assert!(
                answer.contains("deny") && answer.contains("only the approver runs"),
                "{client} {command}: {answer}"
            );
        }
        for command in JUDGED {
            let answer = asked(&world, client, &with(command, &id));
            assert!(
                answer.contains("deny") && answer.contains("waiting for a person"),
                "{client} {command}: {answer}"
            );
        }
        for command in SHOWN {
            let answer = asked(&world, client, &with(command, &id));
            assert!(!answer.contains("deny"), "{client} {command}: {answer}");
        }
    }
    // Each is in the record, judged by the same rule whoever asked.
    let decided = of_kind(&world, "decision");
    let denied = |client: &str| {
        let by = |entry: &&Json| {
            let data = &entry["data"];
            data["identity"]["agent"]["value"] == client
                && data["decision"]["verdict"] == "deny"
                && data["decision"]["matched_rules"][0]["rule"] == "approver"
        };
        decided.iter().filter(by).count()
    };
    for client in CLIENTS {
        assert_eq!(denied(client), SIGNED.len(), "{client}");
    }
    for kind in ["approval", "grant", "revoke", "freeze", "thaw", "admin"] {
        assert_eq!(of_kind(&world, kind).len(), 0, "{kind}");
    }
    assert_eq!(world.wt(&["verify", "--deep"], b"").0, 0);
}

#[test]
fn no_spelling_of_it_is_let_through_by_a_hook() {
    let (world, id) = waiting();
    let wt = env!("CARGO_BIN_EXE_wt");
    for command in [
        format!("wt_approve {id}"),
        format!("{wt} approve {id}"),
        format!("w't' \"approve\" {id}"),
        format!("\\wt approve {id}"),
        format!("wt approve --for 30d --scope rule {id}"),
        format!("wt --json approve {id}"),
        format!("echo 'four words for testing' | wt approve {id}"),
        format!("wt approve {id} < /tmp/answer"),
        format!("env WATCHTOWER_DIR=/tmp/x wt approve {id}"),
        format!("sh -c 'wt approve {id}'"),
        format!("script -qc 'wt approve {id}' /dev/null"),
        format!("setsid -c wt approve {id}"),
        format!("tmux new -d 'wt approve {id}'"),
        format!("tmux send-keys 'wt approve {id}' Enter"),
        format!("expect -c 'spawn wt approve {id}'"),
        format!("python3 -c 'import pty; pty.spawn([\"wt\", \"approve\", \"{id}\"])'"),
        format!("true; wt approve {id} # it is fine"),
        format!("echo {id} | xargs wt approve"),
        format!("timeout 9 nohup wt approve {id} &"),
        format!("c=approve; wt $c {id}"),
        format!("wt $(echo approve) {id}"),
        "wt admin set".to_owned(),
        "wt_admin recover".to_owned(),
        "wt_thaw".to_owned(),
        "wt_grants revoke --all".to_owned(),
    ] {
        let answer = asked(&world, "claude-code", &command);
        let answer: Json = serde_json::from_str(&answer).unwrap();
        let said = &answer["hookSpecificOutput"];
        assert_eq!(said["permissionDecision"], "deny", "{command}: {said}");
    }
}

#[test]
fn without_a_terminal_no_command_answers_and_the_others_do_what_they_do_in_json() {
    let (world, id) = waiting();
    let run = |command: &str| {
        let words: Vec<String> = with(command, &id).split(' ').skip(1).map(str::to_owned).collect();
        let done = Command::new("setsid")
            .args(["--wait", env!("CARGO_BIN_EXE_wt")])
            .args(&words)
            .arg("--json")
            .current_dir(world.workspace())
            .env_clear()
            .env("HOME", world.dir.path())
            .env("PATH", "/usr/bin:/bin")
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        (
            done.status.code().unwrap(),
            text(&done.stdout),
            text(&done.stderr),
        )
    };
    for command in SHOWN {
        let (code, out, err) = run(command);
        assert_eq!(code, 0, "{command}: {err}");
        serde_json::from_str::<Json>(&out).unwrap_or_else(|e| panic!("{command}: {e}: {out}"));
    }
    // Without a key nothing can be answered; a key cannot be set without a terminal either.
    for command in SIGNED.iter().filter(|command| !command.starts_with("thaw")) {
        let (code, _, err) = run(command);
        assert_eq!(code, 78, "{command}: {err}");
        let said: Json = serde_json::from_str(err.trim()).unwrap_or_else(|e| panic!("{command}: {e}: {err}"));
        assert!(
            said["hint"].as_str().unwrap().contains("wt admin set"),
            "{command}: {err}"
        );
    }
    let (code, _, err) = run("admin set");
    assert_eq!(code, 77, "{err}");
    assert!(err.contains("no terminal"), "{err}");
    fs::write(world.workspace().join("a"), "text").unwrap();
    assert_eq!(world.wt(&["safe-rm", "a"], b"").0, 0);
    // What is judged is judged by policy, which asks a person about housekeeping that nobody at a terminal does.
    for command in ["undo --last", "trash empty --all"] {
        let (code, _, err) = run(command);
        assert_eq!(code, 75, "{command}: {err}");
        let said: Json = serde_json::from_str(err.trim()).unwrap();
        assert!(said["pending"].is_string(), "{command}: {err}");
    }
    let (code, out, err) = run("deny ID");
    assert_eq!(code, 0, "{err}");
    let said: Json = serde_json::from_str(&out).unwrap();
    assert_eq!(said["denied"], "a person said no");
    let (code, out, err) = run("freeze");
    assert_eq!(code, 0, "{err}");
    let said: Json = serde_json::from_str(&out).unwrap();
    assert_eq!(said["frozen"], true);
    let (code, _, err) = run("thaw");
    assert_eq!(code, 78, "{err}");
    let kinds = ["approval", "freeze", "grant", "revoke", "thaw", "admin"];
    let counts: Vec<usize> = kinds.iter().map(|kind| of_kind(&world, kind).len()).collect();
    assert_eq!(counts, [1, 1, 0, 0, 0, 0]);
}

#[test]
fn no_applet_reaches_what_approvals_are_made_of() {
    let (world, _) = waiting();
    let state = world.dir.path().join(".watchtower");
    let at = |name: &str| state.join(name).to_str().unwrap().to_owned();
    fs::create_dir_all(at("keys")).unwrap();
    fs::write(at("keys/approver"), "{}").unwrap();
    fs::create_dir_all(at("state/grants")).unwrap();
    fs::write(world.workspace().join("forged"), "[]").unwrap();
    let (key, table, grant) = (at("keys/approver"), at("state/table"), at("state/grants/forged"));
    let policy = at("policy.json");
    let calls: Vec<Vec<&str>> = vec![
        vec!["safe-rm", &table],
        vec!["safe-rm", "-r", state.to_str().unwrap()],
        vec!["safe-cp", "forged", &grant],
        vec!["safe-cp", &key, "stolen"],
        vec!["safe-cp", "-f", "forged", &policy],
        vec!["safe-mv", "forged", &grant],
        vec!["safe-mv", &key, "stolen"],
        vec!["safe-mkdir", &grant],
        vec!["safe-touch", &grant],
        vec!["safe-chmod", "666", &key],
        vec!["safe-chown", "0", &key],
        vec!["safe-ln", "-s", &key, "stolen"],
        vec!["safe-ln", &key, "stolen"],
        vec!["rg-search", "public_key", &key],
        vec!["jq-query", ".", &key],
        vec!["ssh-cat", "localhost", &key],
        vec!["ssh-ls", "localhost", &key],
    ];
    for call in &calls {
        let done = Command::new(env!("CARGO_BIN_EXE_wt"))
            .args([call[0], "--json"])
            .args(&call[1..])
            .current_dir(world.workspace())
            .env_clear()
            .env("HOME", world.dir.path())
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(77), "{call:?}: {}", text(&done.stderr));
    }
    assert_eq!(fs::read_to_string(&key).unwrap(), "{}");
    assert!(!state.join("state/grants/forged").exists() && !world.workspace().join("stolen").exists());
}

#[test]
fn an_agent_that_is_denied_too_often_is_stopped_by_itself_over_every_front_end() {
    let world = World::new();
    let policy = world.dir.path().join(".watchtower/policy.json");
    let document = fs::read_to_string(&policy).unwrap();
    let settings = r#"{"approvals": {"freeze_after": 3, "freeze_minutes": 10},"#;
    fs::write(&policy, document.replacen('{', settings, 1)).unwrap();
    let agent = [("CLAUDECODE", "1")];
    let touch = |name: &str| world.wt_with(&agent, &["safe-touch", name], b"").0;
    // Two by the hook, and an applet in the agent's shell in between.
    assert!(asked(&world, "claude-code", "rm -rf /etc").contains("deny"));
    assert_eq!(touch("before"), 0);
    assert!(asked(&world, "claude-code", "cat /etc/shadow").contains("deny"));
    assert_eq!(of_kind(&world, "freeze").len(), 0);
    // The third comes from the shell.
    assert_eq!(world.wt_with(&agent, &["safe-rm", "/etc/hostname"], b"").0, 77);
    let frozen = of_kind(&world, "freeze");
    assert_eq!(frozen.len(), 1);
    assert_eq!(
        (&frozen[0]["data"]["agent"], &frozen[0]["data"]["reason"]),
        (&json!("claude-code"), &json!("3 denials within 10 minutes"))
    );
    assert_eq!(touch("after"), 77);
    let answer = asked(&world, "claude-code", "touch after");
    assert!(
        answer.contains("deny") && answer.contains("3 denials within 10 minutes"),
        "{answer}"
    );
    // Reads go on, and so does everybody else. A command of a shell is stopped whatever it would do.
    let here = world.workspace();
    let (read, why) = world.ask("Read", &json!({"file_path": here.join("before")}), &here);
    assert_eq!(read, "allow", "{why}");
    assert!(!asked(&world, "codex", "touch other").contains("deny"));
    assert_eq!(world.wt(&["safe-touch", "own"], b"").0, 0);
}
