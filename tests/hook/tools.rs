//! What the tools of a client become, tool by tool.

use super::World;
use serde_json::json;

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
        ("WebFetch", json!({"url": "http://2852039166/"}), "deny"),
        ("WebFetch", json!({"url": "http://0xA9FEA9FE:80/"}), "deny"),
        ("WebFetch", json!({"url": "http://[::ffff:a9fe:a9fe]/"}), "deny"),
        ("WebFetch", json!({"url": "http://[FD00:EC2::254]/"}), "deny"),
        ("WebFetch", json!({"url": "https://example.com/"}), "allow"),
        (
            "Bash",
            json!({"command": "curl -s http://0251.0376.43518/latest"}),
            "deny",
        ),
        (
            "Bash",
            json!({"command": "curl -s http://[fd00:ec2::254]/latest"}),
            "deny",
        ),
        ("Read", json!({"file_path": "\u{feff}/etc/shadow"}), "deny"),
        (
            "Write",
            json!({"file_path": here.join(".git/commondir"), "content": "../evil"}),
            "deny",
        ),
        (
            "Write",
            json!({"file_path": here.join(".git/modules/a/config"), "content": "x"}),
            "deny",
        ),
        (
            "Write",
            json!({"file_path": here.join(".git/HEAD"), "content": "x"}),
            "deny",
        ),
        ("Read", json!({"file_path": here.join(".git/HEAD")}), "allow"),
        ("Write", json!({"content": "x"}), "deny"),
    ] {
        let (decision, reason) = world.ask(tool, &input, &here);
        assert_eq!(decision, expected, "{tool} {input}: {reason}");
        assert_eq!(reason.is_empty(), expected == "allow", "{tool}: {reason}");
    }
    assert_eq!(world.wt(&["verify"], b"").0, 0);
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
        // What a client takes off a path, or puts in its place.
        (
            "gemini",
            "read_file",
            json!({"file_path": "~/.ssh/id_rsa"}),
            false,
        ),
        (
            "gemini",
            "read_file",
            json!({"file_path": " ~/.ssh/id_rsa\n"}),
            false,
        ),
        ("gemini", "read_file", json!({"file_path": "@/etc/shadow"}), false),
        (
            "gemini",
            "read_file",
            json!({"file_path": "file:///etc/shadow"}),
            false,
        ),
        ("gemini", "read_file", json!({"file_path": "@a"}), true),
        (
            "gemini",
            "write_file",
            json!({"file_path": "~/.bashrc", "content": ""}),
            false,
        ),
        (
            "gemini",
            "write_file",
            json!({"file_path": "\t/etc/x", "content": ""}),
            false,
        ),
        (
            "gemini",
            "grep_search",
            json!({"pattern": "x", "dir_path": "~/.ssh"}),
            false,
        ),
        ("gemini", "glob", json!({"pattern": "**/*.rs"}), true),
        ("gemini", "glob", json!({"pattern": "~/.ssh/*"}), false),
        (
            "opencode",
            "glob",
            json!({"pattern": "*", "glob_pattern": "/etc/ssl/*", "path": "."}),
            false,
        ),
        (
            "opencode",
            "list",
            json!({"path": ".", "target_directory": "/etc/ssl"}),
            false,
        ),
        ("gemini", "glob", json!({"pattern": "/etc/{ssl,x}/*"}), false),
        ("gemini", "glob", json!({"pattern": "../../../../etc/*"}), false),
        ("gemini", "glob", json!({"pattern": "{/etc,x}/ssl/*"}), false),
        (
            "gemini",
            "glob",
            json!({"pattern": "x*/../../../../etc/*"}),
            false,
        ),
        ("gemini", "glob", json!({"pattern": "{src,tests}/**"}), true),
        (
            "gemini",
            "read_many_files",
            json!({"include": ["src/**/*.rs"]}),
            true,
        ),
        (
            "gemini",
            "read_many_files",
            json!({"include": ["/et?/shadow"]}),
            false,
        ),
        (
            "gemini",
            "run_shell_command",
            json!({"command": "cat x", "dir_path": "~"}),
            false,
        ),
        (
            "codex",
            "apply_patch",
            json!({"input": "*** Begin Patch\n*** Add File: a2\n+x\n*** Add File:/etc/x\n+x\n"}),
            false,
        ),
        (
            "codex",
            "apply_patch",
            json!({"input": "*** Begin Patch\n*** Add File: a2\n+x\n*** Add File:   /etc/x\n+x\n"}),
            false,
        ),
        (
            "codex",
            "apply_patch",
            json!({"input": "*** Begin Patch\n*** Add File: a2\n+x\n*** Add File: ~/.bashrc\n+x\n"}),
            false,
        ),
        // Names that the client does not read hide nothing under those that it does.
        (
            "opencode",
            "write",
            json!({"file_path": "a", "filePath": "/etc/x", "content": ""}),
            false,
        ),
        (
            "opencode",
            "write",
            json!({"file_path": "a", "filePath": "./a", "content": ""}),
            true,
        ),
        (
            "copilot",
            "create",
            json!({"file_path": "a", "path": "/etc/x"}),
            false,
        ),
        (
            "copilot",
            "view",
            json!({"notebook_path": "a", "path": "/etc/shadow"}),
            false,
        ),
        (
            "opencode",
            "grep",
            json!({"file_path": "a", "path": "/etc", "pattern": "x"}),
            false,
        ),
        (
            "opencode",
            "glob",
            json!({"dir_path": ".", "path": "/etc/ssl/private", "pattern": "*"}),
            false,
        ),
        (
            "opencode",
            "apply_patch",
            json!({"input": patch("a")["input"], "patchText": patch("/etc/x")["input"]}),
            false,
        ),
        (
            "gemini",
            "read_many_files",
            json!({"paths": ["a"], "include": ["/etc/shadow"]}),
            false,
        ),
        (
            "gemini",
            "read_many_files",
            json!({"paths": ["a"], "include": "/etc/shadow"}),
            false,
        ),
        (
            "gemini",
            "read_many_files",
            json!({"paths": vec!["a"; 1001]}),
            false,
        ),
        (
            "gemini",
            "web_fetch",
            json!({"url": "https://example.com/", "prompt": "http://169.254.169.254/"}),
            false,
        ),
        (
            "gemini",
            "run_shell_command",
            json!({"command": "ls", "cmd": "rm -rf ~"}),
            false,
        ),
        (
            "gemini",
            "run_shell_command",
            json!({"command": "ls", "cmd": "ls"}),
            true,
        ),
        (
            "gemini",
            "run_shell_command",
            json!({"command": "rm -rf .", "workdir": "/tmp", "dir_path": "/"}),
            false,
        ),
        // What only the client itself keeps: its list of tasks, its topic, a tool that it does not know.
        ("gemini", "update_topic", json!({"title": "x"}), true),
        ("gemini", "tracker_create_task", json!({"title": "x"}), true),
        ("gemini", "save_memory", json!({"fact": "x"}), false),
        ("gemini", "update_topics", json!({}), false),
        ("opencode", "invalid", json!({"tool": "x", "error": "y"}), true),
        ("copilot", "update_todo", json!({"todos": ""}), true),
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
