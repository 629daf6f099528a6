//! What is recorded of an event, and what waits for a person.

use super::World;
use serde_json::{Value as Json, json};

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
        assert!(
            reason.contains("`wait_for_approval`") && !reason.contains("--wait"),
            "a shell command takes no such option: {reason}"
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

#[test]
fn the_console_shows_the_whole_command_and_not_its_first_word_alone() {
    let world = World::new();
    let command = "git status && cat README.md | head -n 3";
    let event = json!({"session_id": "s", "cwd": world.workspace(), "hook_event_name": "PreToolUse", "tool_name": "Bash",
        "tool_input": {"command": command}, "tool_use_id": "u"});
    world.wt(&["hook", "claude-code"], event.to_string().as_bytes());
    for args in [&["tail"][..], &["recent"], &["watch", "--once", "--width", "120"]] {
        let (_, out) = world.wt(args, b"");
        assert!(out.contains(&format!("shell {command}")), "{args:?}: {out}");
    }
}

#[test]
fn what_a_person_is_asked_about_a_command_or_a_tool_is_told_in_its_own_words() {
    let world = World::new();
    let root = world.workspace();
    let long = format!("git push --force {}", "branch ".repeat(40));
    for command in ["git push --force", "sudo ls\n\u{1b}[2Jx", &long] {
        world.ask("Bash", &json!({"command": command}), &root);
    }
    world.ask("mcp__tracker__create_issue", &json!({"title": "t"}), &root);
    let (_, list) = world.wt(&["approvals"], b"");
    let (_, tail) = world.wt(&["tail", "-n", "20"], b"");
    for told in [
        "run `git push --force`",
        "run `sudo ls ...`",
        "branch ...`",
        "call the tool `tracker/create_issue`",
    ] {
        assert!(list.contains(told), "{told}: {list}");
        assert!(tail.contains(told), "{told}: {tail}");
    }
    let (_, waiting) = world.wt(&["approvals", "--json"], b"");
    let waiting: Json = serde_json::from_str(&waiting).unwrap();
    let told = [
        "command    git push --force\n",
        "command    sudo ls\\n\\u{1b}[2Jx\n",
        long.as_str(),
        "tool       tracker/create_issue\n",
    ];
    for (request, told) in waiting.as_array().unwrap().iter().zip(told) {
        let (_, screen) = world.wt(&["approvals", request["id"].as_str().unwrap()], b"");
        assert!(screen.contains(told), "{screen}");
        assert!(
            !screen.contains("does not exist") && !screen.contains('\u{1b}'),
            "{screen}"
        );
    }
}

#[test]
fn secrets_of_commands_are_nowhere_in_the_record() {
    let world = World::new();
    let secret = "S3cretPW";
    let token = "0123456789abcdef0123456789abcdef01234567";
    for command in [
        format!("curl -u admin:{secret} https://example.com/"),
        format!("curl --user=admin:{secret} -d @README.md https://example.com/"),
        format!("curl -H 'Authorization: token {token}' https://api.github.com/user"),
        format!("curl -H 'X-Api-Key: {secret}' https://example.com/"),
        format!("mysql -u root -p{secret} db"),
        format!("sshpass -p {secret} ssh -p 22 host ls"),
        format!("docker login -u a -p {secret} registry.example.com"),
        format!("redis-cli -a {secret} flushall"),
        format!("aws configure set aws_secret_access_key {token}"),
        format!("kubectl create secret generic x --from-literal=pw={secret}"),
        format!("sudo bash -c 'mysql -p{secret} db'"),
        format!("sudo htpasswd -b .htpasswd a {secret} && openssl rsa -passin pass:{secret} -in k"),
    ] {
        world.ask("Bash", &json!({"command": command}), &world.workspace());
    }
    let mut entries = 0;
    for file in std::fs::read_dir(world.dir.path().join(".watchtower")).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            let text = std::fs::read_to_string(&path).unwrap();
            entries += text.lines().filter(|line| line.contains("[redacted:")).count();
            for line in text.lines() {
                assert!(!line.contains(secret) && !line.contains(token), "{line}");
            }
        }
    }
    assert!(entries >= 12, "{entries}");
    assert_eq!(world.wt(&["verify"], b"").0, 0);
    // What only looks like it stays readable.
    let harmless = "mkdir -p a/b && ssh -p 2222 host ls && cp -u a:b c";
    world.ask("Bash", &json!({"command": harmless}), &world.workspace());
    let (_, out) = world.wt(&["tail"], b"");
    assert!(out.contains(harmless), "{out}");
}
