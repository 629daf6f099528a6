//! Which MCP server a tool belongs to, and its name there, as each client writes the two.

use super::{
    super::event::{Client, Event},
    OWN_SERVER, tools,
};

/// A tool of an MCP server.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Called {
    /// The server's name in the client's settings, `` where the client does not tell it.
    pub(super) server: String,
    /// The tool's own name.
    pub(super) tool: String,
}

/// Server and tool of a call; none where the tool is the client's own.
pub(super) fn called(event: &Event) -> Option<Called> {
    if let Some(server) = &event.server {
        return Some(Called {
            tool: without_server(&event.tool, server).to_owned(),
            server: server.clone(),
        });
    }
    let named = |server: &str, tool: &str| {
        Some(Called {
            server: server.to_owned(),
            tool: tool.to_owned(),
        })
    };
    if let Some(rest) = event.tool.strip_prefix("mcp__") {
        let (server, tool) = rest.split_once("__").unwrap_or((rest, ""));
        return named(server, tool);
    }
    // Cursor: `MCP:TOOL`, `MCP:SERVER:TOOL`, or by the event alone.
    let marked = event.tool.strip_prefix("MCP:");
    if let Some(rest) = marked.or_else(|| event.name.ends_with("MCPExecution").then_some(&event.tool)) {
        let (server, tool) = rest.split_once(':').unwrap_or(("", rest));
        return named(server, tool);
    }
    // opencode, with the servers of its settings.
    if let Some(servers) = &event.servers {
        let fitting = servers
            .keys()
            .filter(|name| event.tool.starts_with(&format!("{}_", as_joined(name))));
        let longest = fitting.max_by_key(|name| name.len())?;
        return named(longest, without_server(&event.tool, &as_joined(longest)));
    }
    // Gemini, opencode and Copilot join the names; a tool of their own that is known is none of these.
    if !matches!(event.client, Client::Gemini | Client::OpenCode | Client::Copilot)
        || tools::effect_of(&event.tool).is_some()
    {
        return None;
    }
    let joined = event.tool.strip_prefix("mcp_").unwrap_or(&event.tool);
    let own = without_server(joined, OWN_SERVER);
    if own != joined {
        return named(OWN_SERVER, own);
    }
    joined
        .split_once("__")
        .or_else(|| joined.split_once(['_', '-']))
        .and_then(|(server, tool)| named(server, tool))
}

/// The tool's name without the server's that clients put before it.
fn without_server<'a>(tool: &'a str, server: &str) -> &'a str {
    let joined = tool.strip_prefix("mcp_").filter(|rest| rest.starts_with(server));
    let rest = joined.unwrap_or(tool).strip_prefix(server);
    match rest {
        Some(rest) if rest.starts_with(['_', '-']) => rest.trim_start_matches(['_', '-']),
        _ => tool,
    }
}

/// A server's name as opencode writes it before a tool's.
fn as_joined(name: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    name.chars().map(|c| if kept(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Client, called};
    use serde_json::{Value as Json, json};

    fn of(client: Client, event: Json) -> Option<(String, String)> {
        let event = client.read(event.to_string().as_bytes()).unwrap();
        called(&event).map(|called| (called.server, called.tool))
    }

    #[test]
    fn server_and_tool_are_told_apart_in_every_clients_spelling() {
        let servers = json!({"my.files": {}, "my": {}, "watchtower": {}});
        for (client, event, server, tool) in [
            (
                Client::ClaudeCode,
                json!({"hook_event_name": "PreToolUse", "tool_name": "mcp__git_hub__create_issue"}),
                "git_hub",
                "create_issue",
            ),
            (
                Client::Gemini,
                json!({"hook_event_name": "BeforeTool", "tool_name": "mcp_watchtower_safe_mkdir",
                    "mcp_context": {"server_name": "watchtower", "tool_name": "safe_mkdir"}}),
                "watchtower",
                "safe_mkdir",
            ),
            (
                Client::Gemini,
                json!({"hook_event_name": "BeforeTool", "tool_name": "mcp_watchtower_safe_mkdir"}),
                "watchtower",
                "safe_mkdir",
            ),
            (
                Client::Cursor,
                json!({"hook_event_name": "preToolUse", "tool_name": "MCP:files:read"}),
                "files",
                "read",
            ),
            (
                Client::Cursor,
                json!({"hook_event_name": "beforeMCPExecution", "tool_name": "safe_rm", "tool_input": "{}"}),
                "",
                "safe_rm",
            ),
            (
                Client::OpenCode,
                json!({"event": "tool.execute.before", "tool": "my_files_read", "servers": servers}),
                "my.files",
                "read",
            ),
            (
                Client::Copilot,
                json!({"toolName": "watchtower-safe_rm"}),
                "watchtower",
                "safe_rm",
            ),
        ] {
            assert_eq!(
                of(client, event.clone()),
                Some((server.to_owned(), tool.to_owned())),
                "{event}"
            );
        }
        let own = json!({"event": "tool.execute.before", "tool": "bash", "servers": servers, "args": {}});
        assert_eq!(of(Client::OpenCode, own), None);
    }
}
