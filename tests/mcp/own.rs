//! Watchtower's own files, its links and the settings that hold it in a client: no way that an agent has through us
//! changes them, whether they are there yet or not.

use super::server::{Server, World};
use serde_json::{Value as Json, json};
use std::{fs, io::Write, path::PathBuf, process::Stdio};

fn own(world: &World) -> Vec<PathBuf> {
    let home = world.dir.path();
    let mut paths: Vec<PathBuf> = [
        ".watchtower/policy.json",
        ".watchtower/not-there-yet",
        ".watchtower/agents/watchtower-opencode.js",
        ".watchtower/ledger-00000000000000000001.jsonl",
        ".claude/settings.json",
        ".claude.json",
        ".codex/config.toml",
        ".codex/hooks.json",
        ".gemini/settings.json",
        ".cursor/hooks.json",
        ".cursor/mcp.json",
        ".config/opencode/opencode.json",
        ".copilot/hooks/watchtower.json",
        ".copilot/mcp-config.json",
        "bin/safe-rm",
    ]
    .iter()
    .map(|name| home.join(name))
    .collect();
    let names = [
        ".mcp.json",
        ".claude/settings.json",
        ".codex/hooks.json",
        "opencode.json",
        ".github/hooks/watchtower.json",
        ".watchtower/policy.json",
    ];
    paths.extend(names.iter().map(|name| world.workspace().join(name)));
    paths
}

fn by_tool(server: &mut Server, path: &str) {
    for (tool, arguments) in [
        ("safe_touch", json!({"path": path})),
        ("safe_rm", json!({"path": path})),
        (
            "safe_cp",
            json!({"source": "mine", "dest": path, "mode": "force"}),
        ),
        (
            "safe_mv",
            json!({"source": "mine", "dest": path, "mode": "force"}),
        ),
        ("safe_mv", json!({"source": path, "dest": "taken"})),
        (
            "safe_ln",
            json!({"target": "mine", "linkpath": path, "mode": "force-soft"}),
        ),
        ("safe_chmod", json!({"path": path, "mode": "666"})),
        ("safe_mkdir", json!({"path": path, "mode": "parents"})),
    ] {
        let said = server.call(tool, arguments);
        assert_eq!(said["isError"], true, "{tool} {path}: {said}");
        // A file that is not there may also be said to be missing, by a call that changes nothing.
        let verdict = said["structuredContent"]["verdict"].as_str().unwrap();
        let missing = said["structuredContent"]["exit_code"] == 1;
        assert!(
            matches!(verdict, "deny" | "escalate") || missing,
            "{tool} {path}: {said}"
        );
    }
}

fn by_hook(world: &World, client: &str, event: &Json) -> String {
    let mut child = world
        .wt(&["hook", client])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(event.to_string().as_bytes())
        .unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

fn by_clients_own_tools(world: &World, path: &str) {
    for (tool, input) in [
        ("Write", json!({"file_path": path, "content": "x"})),
        (
            "Edit",
            json!({"file_path": path, "old_string": "a", "new_string": "b"}),
        ),
        ("Bash", json!({"command": format!("echo x > {path}")})),
        ("Bash", json!({"command": format!("echo x | tee -a {path}")})),
        ("Bash", json!({"command": format!("rm -f {path}")})),
        ("Bash", json!({"command": format!("cp mine {path}")})),
        ("Bash", json!({"command": format!("mv mine {path}")})),
        ("Bash", json!({"command": format!("ln -sf mine {path}")})),
        ("Bash", json!({"command": format!("sed -i s/a/b/ {path}")})),
        ("Bash", json!({"command": format!("chmod 666 {path}")})),
        ("Bash", json!({"command": format!("truncate -s 0 {path}")})),
        (
            "Bash",
            json!({"command": format!("touch ok; (cd / && dd if=/dev/null of={path})")}),
        ),
    ] {
        let event = json!({"session_id": "s", "cwd": world.workspace(), "permission_mode": "bypassPermissions",
            "hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": input, "tool_use_id": "u"});
        let said = by_hook(world, "claude-code", &event);
        assert!(said.contains(r#""permissionDecision":"deny""#), "{input}: {said}");
    }
    let patch = format!("*** Begin Patch\n*** Add File: {path}\n+x\n*** End Patch\n");
    let event = json!({"session_id": "s", "cwd": world.workspace(), "hook_event_name": "PreToolUse",
        "tool_name": "apply_patch", "tool_input": {"command": patch}, "tool_use_id": "u"});
    let said = by_hook(world, "codex", &event);
    assert!(said.contains(r#""permissionDecision":"deny""#), "{path}: {said}");
}

#[test]
fn no_way_through_us_changes_what_holds_the_agent() {
    let world = World::new();
    fs::write(world.workspace().join("mine"), "a").unwrap();
    let bin = world.dir.path().join("bin");
    fs::create_dir(&bin).unwrap();
    assert!(
        world
            .wt(&["links", bin.to_str().unwrap()])
            .status()
            .unwrap()
            .success()
    );
    // Every client is set up, in the home and in the project.
    for client in ["opencode", "claude-code", "codex", "gemini", "cursor", "copilot"] {
        for scope in ["user", "project"] {
            assert!(
                world
                    .wt(&["setup", client, "--scope", scope])
                    .status()
                    .unwrap()
                    .success()
            );
        }
    }
    fs::create_dir(world.workspace().join(".watchtower")).unwrap();
    fs::write(
        world.workspace().join(".watchtower/policy.json"),
        r#"{"version": "2.0.0", "policies": []}"#,
    )
    .unwrap();
    let before = |path: &PathBuf| {
        fs::symlink_metadata(path)
            .ok()
            .map(|meta| (meta.len(), meta.modified().unwrap()))
    };
    let ledger = world
        .dir
        .path()
        .join(".watchtower/ledger-00000000000000000001.jsonl");
    let mut server = world.greeted("2025-11-25", &json!({}));
    for path in own(&world) {
        let then = before(&path);
        by_tool(&mut server, path.to_str().unwrap());
        by_clients_own_tools(&world, path.to_str().unwrap());
        assert!(path == ledger || before(&path) == then, "{}", path.display());
    }
    assert!(world.wt(&["verify"]).status().unwrap().success());
    assert!(world.workspace().join("mine").is_file());
}

#[test]
fn settings_that_are_not_there_yet_are_not_made() {
    let world = World::new();
    fs::write(world.workspace().join("mine"), "a").unwrap();
    let mut server = world.greeted("2025-11-25", &json!({}));
    for path in own(&world)
        .into_iter()
        .filter(|path| !path.exists() && !path.ends_with("bin/safe-rm"))
    {
        let shown = path.to_str().unwrap();
        for (tool, arguments) in [
            ("safe_touch", json!({"path": shown})),
            (
                "safe_cp",
                json!({"source": "mine", "dest": shown, "mode": "force"}),
            ),
            (
                "safe_ln",
                json!({"target": "mine", "linkpath": shown, "mode": "soft"}),
            ),
        ] {
            let said = server.call(tool, arguments);
            assert_eq!(
                said["structuredContent"]["exit_code"], 77,
                "{tool} {shown}: {said}"
            );
        }
        for (tool, input) in [
            ("Write", json!({"file_path": shown, "content": "x"})),
            (
                "Bash",
                json!({"command": format!("mkdir -p $(dirname {shown}); echo x > {shown}")}),
            ),
        ] {
            let event = json!({"session_id": "s", "cwd": world.workspace(), "hook_event_name": "PreToolUse",
                "tool_name": tool, "tool_input": input, "tool_use_id": "u"});
            let said = by_hook(&world, "claude-code", &event);
            assert!(said.contains(r#""permissionDecision":"deny""#), "{input}: {said}");
        }
        assert!(!path.exists());
    }
}
