//! Events as each client writes them.

use super::{Client, Phase};
use serde_json::json;

#[test]
fn each_clients_event_is_read_into_one_shape() {
    for (client, event, phase, tool, command) in [
        (
            Client::ClaudeCode,
            json!({"session_id": "s", "transcript_path": "t", "cwd": "/w", "prompt_id": "p", "permission_mode": "default",
                "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": "ls", "description": "d"},
                "tool_use_id": "u"}),
            Phase::Before,
            "Bash",
            "ls",
        ),
        (
            Client::Gemini,
            json!({"session_id": "s", "cwd": "/w", "hook_event_name": "BeforeTool", "tool_name": "run_shell_command",
                "tool_input": {"command": "ls"}}),
            Phase::Before,
            "run_shell_command",
            "ls",
        ),
        (
            Client::Cursor,
            json!({"conversation_id": "s", "generation_id": "u", "hook_event_name": "beforeShellExecution",
                "command": "ls", "cwd": "", "workspace_roots": ["/w"]}),
            Phase::Before,
            "Shell",
            "ls",
        ),
        (
            Client::Copilot,
            json!({"timestamp": 1, "cwd": "/w", "toolName": "bash", "toolArgs": "{\"command\":\"ls\"}"}),
            Phase::Before,
            "bash",
            "ls",
        ),
        (
            Client::OpenCode,
            json!({"event": "tool.execute.after", "tool": "bash", "sessionID": "s", "callID": "u", "cwd": "/w",
                "args": {"command": "ls"}, "output": "x"}),
            Phase::After,
            "bash",
            "ls",
        ),
    ] {
        let read = client.read(event.to_string().as_bytes()).unwrap();
        assert_eq!((read.phase, read.tool.as_str()), (phase, tool), "{event}");
        assert_eq!(read.input["command"], command, "{event}");
        assert_eq!(read.cwd.as_deref(), Some("/w".as_ref()), "{event}");
    }
}

#[test]
fn what_cannot_be_read_is_a_reason_to_refuse() {
    for (bytes, reason) in [
        (&b""[..], "the event is not JSON"),
        (b"[]", "the event is not a JSON object"),
        (b"{\"hook_event_name\":\"PreToolUse\"", "the event is not JSON"),
        (b"{}", "`` is not an event of claude-code that is known here"),
        (
            b"{\"hook_event_name\":\"Surprise\"}",
            "`Surprise` is not an event of claude-code",
        ),
        (b"{\"hook_event_name\":\"PreToolUse\"}", "the event names no tool"),
        (
            b"{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Bash\",\"tool_input\":[1]}",
            "the tool's arguments",
        ),
        (b"\xff\xfe", "the event is not JSON"),
    ] {
        let error = Client::ClaudeCode.read(bytes).unwrap_err();
        assert!(error.starts_with(reason), "{error}");
    }
}
