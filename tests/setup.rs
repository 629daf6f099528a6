//! `wt setup` as a person runs it: what it writes, what it leaves, what it takes back, and that it is on record.

use crate::hook::World;
use serde_json::{Value as Json, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const CLIENTS: [&str; 6] = ["opencode", "claude-code", "codex", "gemini", "cursor", "copilot"];

/// The files that a set-up of this client names.
fn files(world: &World, client: &str, scope: &str) -> Vec<PathBuf> {
    let (code, out) = world.wt(&["setup", client, "--scope", scope, "--print", "--json"], b"");
    assert_eq!(code, 0, "{out}");
    let told: Json = serde_json::from_str(&out).unwrap();
    assert_eq!(told["written"], false);
    let files = told["files"].as_array().unwrap().iter();
    let paths = files.map(|file| PathBuf::from(file["path"].as_str().unwrap()));
    // The policy that protects them is changed with them.
    paths.filter(|path| !path.ends_with("policy.json")).collect()
}

fn read(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

fn calls(world: &World) -> Vec<Json> {
    let (_, out) = world.wt(&["recent", "--json"], b"");
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_client_is_set_up_once_and_taken_out_again() {
    for scope in ["user", "project"] {
        let world = World::new();
        let policy = world.dir.path().join(".watchtower/policy.json");
        let before = read(&policy);
        for client in CLIENTS {
            let files = files(&world, client, scope);
            assert!(
                files.iter().all(|file| !file.exists()),
                "`--print` writes nothing"
            );
            assert_eq!(world.wt(&["setup", client, "--scope", scope], b"").0, 0);
            let once: Vec<_> = files.iter().map(|file| read(file)).collect();
            assert!(once.iter().all(Option::is_some), "{client}");
            let (code, out) = world.wt(&["setup", client, "--scope", scope], b"");
            assert_eq!((code, out.contains("\n+ ")), (0, false), "{client}: {out}");
            assert_eq!(files.iter().map(|file| read(file)).collect::<Vec<_>>(), once);
            assert_eq!(
                world.wt(&["setup", client, "--scope", scope, "--remove"], b"").0,
                0
            );
            assert!(files.iter().all(|file| !file.exists()), "{client}");
            assert_eq!(read(&policy), before, "{client}");
        }
        assert_eq!(world.wt(&["verify"], b"").0, 0);
    }
}

#[test]
fn what_a_person_wrote_stays_to_the_byte() {
    let world = World::new();
    let home = world.dir.path();
    let hooks = r#"{ "hooks": { "PreToolUse": [ { "matcher": "Bash", "hooks": [ { "type": "command", "command": "/x/mine" } ] } ] } }"#;
    for (client, file, before) in [
        (
            "claude-code",
            ".claude/settings.json",
            "{\n  // mine\n  \"theme\": \"dark\",\n}\n",
        ),
        (
            "claude-code",
            ".claude.json",
            "{\"mcpServers\": {\"other\": {\"command\": \"x\"}}, \"n\": 1}",
        ),
        (
            "opencode",
            ".config/opencode/opencode.jsonc",
            "{\n  /* mine */\n  \"permission\": {\"bash\": \"deny\"}\n}\n",
        ),
        (
            "codex",
            ".codex/config.toml",
            "# mine\nmodel = \"x\"\n\n[mcp_servers.other]\ncommand = \"y\"\n",
        ),
        ("codex", ".codex/config.toml", "model = \"x\"\r\n[a]\r\nb = 1"),
        ("codex", ".codex/hooks.json", hooks),
        (
            "claude-code",
            ".claude/settings.json",
            "\u{feff}{\r\n  \"theme\": \"dark\"\r\n}\r\n",
        ),
        (
            "gemini",
            ".gemini/settings.json",
            "{\n\t\"general\": {\"vimMode\": true} // yes\n}\n",
        ),
        (
            "cursor",
            ".cursor/hooks.json",
            "{\"version\": 1, \"hooks\": {\"stop\": [{\"command\": \"x\"}]}}\n",
        ),
    ] {
        let path = home.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, before).unwrap();
        let (code, out) = world.wt(&["setup", client], b"");
        assert_eq!(code, 0, "{out}");
        assert!(
            out.contains("\n+ ") && out.contains(file),
            "the change is shown: {out}"
        );
        let after = read(&path).unwrap();
        assert!(
            after.contains("watchtower") || after.contains("wt hook"),
            "{after}"
        );
        for word in before.split_whitespace() {
            assert!(
                after.contains(word.trim_end_matches([',', '}', ']'])),
                "{file} lost `{word}`:\n{after}"
            );
        }
        let backup = path.with_file_name(format!(
            "{}.watchtower-backup",
            path.file_name().unwrap().display()
        ));
        assert_eq!(read(&backup).as_deref(), Some(before), "{file}");
        assert_eq!(world.wt(&["setup", client, "--remove"], b"").0, 0);
        assert_eq!(read(&path).as_deref(), Some(before), "{file}");
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_set_up_is_judged_and_recorded_with_what_it_wrote() {
    let world = World::new();
    assert_eq!(world.wt(&["setup", "claude-code"], b"").0, 0);
    let call = &calls(&world)[0];
    assert_eq!(
        (
            &call["domain"],
            &call["operation"],
            &call["verdict"],
            &call["rule"]
        ),
        (
            &json!("watchtower"),
            &json!("setup"),
            &json!("allow"),
            &json!("own-setup")
        ),
        "{call}"
    );
    let (_, out) = world.wt(&["query", "--json", "--where", "kind == 'outcome'"], b"");
    assert!(
        out.contains(".claude/settings.json") && out.contains("after_sha256"),
        "{out}"
    );
    // Nothing to do is no call.
    assert_eq!(world.wt(&["setup", "claude-code"], b"").0, 0);
    assert_eq!(calls(&world).len(), 1);
}

#[test]
fn an_agent_waits_for_a_person_before_it_touches_its_own_settings() {
    let world = World::new();
    assert_eq!(world.wt(&["setup", "claude-code"], b"").0, 0);
    let settings = world.dir.path().join(".claude/settings.json");
    let before = read(&settings);
    let env = [("CLAUDECODE", "1")];
    assert_eq!(
        world.wt_with(&env, &["setup", "claude-code", "--remove"], b"").0,
        75
    );
    assert_eq!(world.wt_with(&env, &["setup", "codex"], b"").0, 75);
    assert_eq!(read(&settings), before);
    assert!(!world.dir.path().join(".codex").exists());
    assert_eq!(calls(&world)[0]["verdict"], "escalate");
}

#[test]
fn settings_that_no_name_protects_are_protected_by_the_policy_while_they_are_ours() {
    let world = World::new();
    let elsewhere = world.workspace().join("tool");
    fs::create_dir(&elsewhere).unwrap();
    let env = [("CODEX_HOME", elsewhere.to_str().unwrap())];
    let policy = world.dir.path().join(".watchtower/policy.json");
    let before = read(&policy);
    let hooks = elsewhere.join("hooks.json");
    let write = || {
        world.ask(
            "Write",
            &json!({"file_path": hooks, "content": "{}"}),
            &world.workspace(),
        )
    };
    assert_eq!(write().0, "allow");
    assert_eq!(world.wt_with(&env, &["setup", "codex"], b"").0, 0);
    assert!(hooks.is_file());
    let (decision, reason) = write();
    assert_eq!(decision, "deny", "{reason}");
    assert_eq!(world.wt(&["policy", "check"], b"").0, 0);
    let (_, again) = world.wt_with(&env, &["setup", "codex"], b"");
    assert!(!again.contains("\n+ "), "{again}");
    assert_eq!(world.wt_with(&env, &["setup", "codex", "--remove"], b"").0, 0);
    assert_eq!(write().0, "allow");
    assert_eq!(read(&policy), before);
}

#[test]
fn a_link_to_settings_stays_a_link_and_what_it_leads_to_is_protected() {
    let world = World::new();
    let real = world.workspace().join("dotfiles.json");
    fs::write(&real, "{}\n").unwrap();
    let link = world.dir.path().join(".claude/settings.json");
    fs::create_dir(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    assert_eq!(world.wt(&["setup", "claude-code"], b"").0, 0);
    assert!(link.is_symlink());
    assert!(read(&real).unwrap().contains("hook claude-code"));
    let (decision, reason) = world.ask("Edit", &json!({"file_path": real}), &world.workspace());
    assert_eq!(decision, "deny", "{reason}");
    let (decision, _) = world.ask(
        "Bash",
        &json!({"command": "rm dotfiles.json"}),
        &world.workspace(),
    );
    assert_eq!(decision, "deny");
}

#[test]
fn a_file_that_is_not_understood_or_would_not_take_effect_is_left_as_it_is() {
    let world = World::new();
    for (client, file, text) in [
        ("gemini", ".gemini/settings.json", "{"),
        ("gemini", ".gemini/settings.json", "[]"),
        (
            "gemini",
            ".gemini/settings.json",
            "{\"hooks\": {\"BeforeTool\": 1}}",
        ),
        // Clients take the last entry of a name.
        (
            "gemini",
            ".gemini/settings.json",
            "{\"hooks\": {}, \"hooks\": {\"x\": []}}",
        ),
        (
            "gemini",
            ".gemini/settings.json",
            "{\"hooksConfig\": {\"enabled\": false}}",
        ),
        (
            "gemini",
            ".gemini/settings.json",
            "{\"hooksConfig\": {\"disabled\": [\"watchtower\"]}}",
        ),
        (
            "claude-code",
            ".claude/settings.json",
            "{\"disableAllHooks\": true}",
        ),
        (
            "codex",
            ".codex/config.toml",
            "[mcp_servers.watchtower]\ncommand = \"mine\"\n",
        ),
        (
            "codex",
            ".codex/config.toml",
            "mcp_servers = { x = { command = \"y\" } }\n",
        ),
    ] {
        let file = world.dir.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        assert_eq!(world.wt(&["setup", client], b"").0, 78, "{text}");
        assert_eq!(read(&file).as_deref(), Some(text));
        fs::remove_file(&file).unwrap();
    }
    assert!(calls(&world).is_empty());
}

#[test]
fn a_link_that_leads_nowhere_and_what_is_no_file_are_left_as_they_are() {
    let world = World::new();
    let settings = world.dir.path().join(".claude/settings.json");
    fs::create_dir(settings.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink("../dotfiles/settings.json", &settings).unwrap();
    assert_eq!(world.wt(&["setup", "claude-code"], b"").0, 78);
    assert!(settings.is_symlink());
    fs::remove_file(&settings).unwrap();
    let made = Command::new("mkfifo").arg(&settings).status();
    assert!(made.unwrap().success());
    assert_eq!(world.wt(&["setup", "claude-code"], b"").0, 78);
    assert!(!settings.is_file() && settings.exists());
    assert!(
        !world.dir.path().join(".claude.json").exists(),
        "nothing was changed"
    );
    assert!(calls(&world).is_empty());
}

#[test]
fn a_hook_that_dies_stops_the_tool() {
    let world = World::new();
    // The program that the settings name: it can be taken away, and one that dies put in its place.
    let program = world.dir.path().join("wt");
    fs::copy(env!("CARGO_BIN_EXE_wt"), &program).unwrap();
    let set_up = |client: &str| {
        let done = Command::new(&program)
            .args(["setup", client])
            .current_dir(world.workspace())
            .env_clear()
            .env("HOME", world.dir.path())
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        assert!(done.status.success(), "{client}: {done:?}");
    };
    let ran = |command: &str| {
        let done = Command::new("sh")
            .args(["-c", command])
            .env_clear()
            .env("HOME", world.dir.path())
            .env("PATH", "/usr/bin:/bin")
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap())
    };
    let mut guards = Vec::new();
    for (client, file, before, after) in [
        (
            "claude-code",
            ".claude/settings.json",
            "PreToolUse",
            "PostToolUse",
        ),
        ("codex", ".codex/hooks.json", "PreToolUse", "PostToolUse"),
        ("gemini", ".gemini/settings.json", "BeforeTool", "AfterTool"),
        (
            "copilot",
            ".copilot/hooks/watchtower.json",
            "preToolUse",
            "postToolUse",
        ),
    ] {
        set_up(client);
        let settings: Json = serde_json::from_str(&read(&world.dir.path().join(file)).unwrap()).unwrap();
        let command = |event: &str| {
            let hook = &settings["hooks"][event][0];
            let of = if hook["bash"].is_string() {
                &hook["bash"]
            } else {
                &hook["hooks"][0]["command"]
            };
            of.as_str().unwrap().to_owned()
        };
        assert!(
            !command(after).contains("||"),
            "{client}: what ran is not stopped any more"
        );
        // An event that is not understood is refused as before, and answered once.
        let (code, answer) = ran(&command(before));
        assert_eq!(
            (code, answer.lines().count()),
            (Some(if client == "copilot" { 0 } else { 2 }), 1)
        );
        guards.push((client, command(before)));
    }
    for death in ["kill -ABRT $$", "kill -SEGV $$", "exit 1"] {
        fs::remove_file(&program).unwrap();
        fs::write(&program, format!("#!/bin/sh\n{death}\n")).unwrap();
        fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        for (client, guard) in &guards {
            let (code, answer) = ran(guard);
            if *client == "copilot" {
                let answer: Json = serde_json::from_str(&answer).unwrap();
                assert_eq!(
                    (code, answer["permissionDecision"].as_str()),
                    (Some(0), Some("deny"))
                );
            } else {
                assert_eq!(code, Some(2), "{client} after {death}");
            }
        }
    }
}
