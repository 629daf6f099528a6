//! What an agent's hook tells: the event as the client wrote it, read into one shape.
//! Reads and names; judges nothing. What it cannot read it says so, and the caller refuses.

use super::limits;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::path::PathBuf;

/// The clients whose events are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    ClaudeCode,
    Codex,
    Gemini,
    Cursor,
    OpenCode,
    Copilot,
}

/// When the event comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// A tool is about to run: the answer decides.
    Before,
    /// A tool has run: its outcome is recorded.
    After,
    /// The session itself: nothing runs by it.
    Session,
}

/// One event.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) client: Client,
    pub(crate) phase: Phase,
    /// The client's own name for the event, as an answer has to repeat it.
    pub(crate) name: String,
    pub(crate) tool: String,
    pub(crate) input: Map<String, Json>,
    /// The MCP server, where the client names it apart from the tool.
    pub(crate) server: Option<String>,
    /// How the client starts that server, where it tells: `command`, `args`, `url`, ...
    pub(crate) start: Option<Map<String, Json>>,
    /// The client's servers by their names, each with how it is started, where our plugin tells them.
    pub(crate) servers: Option<Map<String, Json>>,
    pub(crate) cwd: Option<PathBuf>,
    pub(crate) session: String,
    /// The client's version, `` where neither the event nor the environment tells it.
    pub(crate) version: String,
    /// The client's name for this very call, by which its outcome is found again.
    pub(crate) request_id: String,
    /// Whether nobody can be asked: headless, bypass and yolo modes.
    pub(crate) unattended: bool,
    /// What the tool answered, after it ran.
    pub(crate) response: Option<Json>,
}

/// What an event calls itself.
#[derive(Deserialize)]
struct Head {
    #[serde(alias = "hookEventName")]
    hook_event_name: Option<String>,
    event: Option<String>,
}

impl Client {
    /// Every client, for the command line.
    pub(crate) const ALL: [Self; 6] = [
        Self::ClaudeCode,
        Self::Codex,
        Self::Gemini,
        Self::Cursor,
        Self::OpenCode,
        Self::Copilot,
    ];

    /// The name on the command line and in the record.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::Codex => "codex",
            Self::Gemini => "gemini",
            Self::Cursor => "cursor",
            Self::OpenCode => "opencode",
            Self::Copilot => "copilot",
        }
    }

    /// The client of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|client| client.name() == name)
    }

    /// The phase of an event by the client's name for it; none for a name that is not known.
    fn phase(self, event: &str) -> Option<Phase> {
        let (before, after, session): (&[&str], &[&str], &[&str]) = match self {
            Self::ClaudeCode | Self::Codex => (
                &["PreToolUse", "PermissionRequest"],
                &["PostToolUse", "PostToolUseFailure"],
                &[
                    "SessionStart",
                    "SessionEnd",
                    "UserPromptSubmit",
                    "Stop",
                    "StopFailure",
                    "SubagentStart",
                    "SubagentStop",
                    "PreCompact",
                    "PostCompact",
                    "Notification",
                    "Setup",
                ],
            ),
            Self::Gemini => (
                &["BeforeTool"],
                &["AfterTool"],
                &[
                    "SessionStart",
                    "SessionEnd",
                    "BeforeAgent",
                    "AfterAgent",
                    "BeforeModel",
                    "AfterModel",
                    "BeforeToolSelection",
                    "PreCompress",
                    "Notification",
                ],
            ),
            Self::Cursor => (
                &[
                    "preToolUse",
                    "beforeShellExecution",
                    "beforeMCPExecution",
                    "beforeReadFile",
                    "beforeTabFileRead",
                ],
                &[
                    "postToolUse",
                    "postToolUseFailure",
                    "afterShellExecution",
                    "afterMCPExecution",
                    "afterFileEdit",
                ],
                &[
                    "sessionStart",
                    "sessionEnd",
                    "beforeSubmitPrompt",
                    "afterAgentResponse",
                    "afterAgentThought",
                    "stop",
                ],
            ),
            Self::OpenCode => (&["tool.execute.before"], &["tool.execute.after"], &[]),
            Self::Copilot => (
                &["preToolUse"],
                &["postToolUse"],
                &[
                    "sessionStart",
                    "sessionEnd",
                    "userPromptSubmitted",
                    "errorOccurred",
                    "agentStop",
                    "subagentStop",
                ],
            ),
        };
        [
            (before, Phase::Before),
            (after, Phase::After),
            (session, Phase::Session),
        ]
        .into_iter()
        .find(|(names, _)| names.contains(&event))
        .map(|(_, phase)| phase)
    }

    /// The phase and name of an event that cannot be read as a whole; none where not even they can be had soon.
    pub(crate) fn glance(self, bytes: &[u8]) -> Option<(Phase, String)> {
        let small = Some(bytes).filter(|bytes| bytes.len() <= limits::MAX_GLANCE_BYTES)?;
        let head: Head = serde_json::from_slice(small).ok()?;
        let name = head.hook_event_name.or(head.event)?;
        Some((self.phase(&name)?, name))
    }

    /// Reads an event of this client. The error is a reason to refuse.
    pub(crate) fn read(self, bytes: &[u8]) -> Result<Event, String> {
        limits::values(bytes)?;
        let value: Json = serde_json::from_slice(bytes).map_err(|e| format!("the event is not JSON: {e}"))?;
        let Json::Object(fields) = value else {
            return Err("the event is not a JSON object".to_owned());
        };
        let mut name = word(&fields, &["hook_event_name", "hookEventName", "event"])?;
        if name.is_empty() && self == Self::Copilot {
            // Copilot does not name its events: an outcome has a result.
            let ran = fields.contains_key("toolResult");
            name = if ran { "postToolUse" } else { "preToolUse" }.to_owned();
        }
        let Some(phase) = self.phase(&name) else {
            return Err(format!(
                "`{name}` is not an event of {} that is known here",
                self.name()
            ));
        };
        limits::event(phase, bytes)?;
        let context = fields.get("mcp_context").and_then(Json::as_object);
        let server = context
            .map(|context| word(context, &["server_name"]))
            .transpose()?;
        let start = match context {
            Some(context) => Some(started(context)),
            None if name.ends_with("MCPExecution") => cursor_start(&fields)?,
            None => None,
        };
        let (tool, input) = if phase == Phase::Session {
            (String::new(), Map::new())
        } else {
            self.tool(&name, &fields)?
        };
        let roots = fields.get("workspace_roots").and_then(Json::as_array);
        let first_root = roots.and_then(|roots| roots.first()?.as_str());
        let first_root = first_root
            .map(|root| limits::name("workspace_roots", root))
            .transpose()?;
        let cwd = match fields.get("cwd") {
            None | Some(Json::Null) => None,
            Some(Json::String(cwd)) => Some(limits::name("cwd", cwd)?).filter(|cwd| !cwd.is_empty()),
            Some(_) => return Err("the event's `cwd` is not text".to_owned()),
        };
        let version = word(&fields, &["cursor_version", "client_version", "cli_version"])?;
        let mode = word(&fields, &["permission_mode", "permissionMode"])?;
        Ok(Event {
            client: self,
            phase,
            tool,
            input,
            server,
            start,
            servers: fields.get("servers").and_then(Json::as_object).cloned(),
            cwd: cwd.or(first_root).map(PathBuf::from),
            session: word(
                &fields,
                &["session_id", "sessionId", "sessionID", "conversation_id"],
            )?,
            version: if version.is_empty() {
                self.version()
            } else {
                version
            },
            request_id: word(
                &fields,
                &["tool_use_id", "toolUseId", "call_id", "callID", "generation_id"],
            )?,
            unattended: self.unattended(&mode),
            response: [
                "tool_response",
                "toolResult",
                "result_json",
                "tool_output",
                "output",
            ]
            .iter()
            .find_map(|key| fields.get(*key).cloned()),
            name,
        })
    }

    /// The version in the environment that clients give their hooks, as `NAME/VERSION` or `NAME_VERSION_MORE`.
    fn version(self) -> String {
        let told = std::env::var("AI_AGENT").unwrap_or_default();
        let rest = told.strip_prefix(self.name()).unwrap_or_default();
        let mut parts = rest.split(['/', '_', '@']).skip(1);
        parts
            .next()
            .unwrap_or_default()
            .chars()
            .filter(|c| !c.is_control())
            .take(32)
            .collect()
    }

    /// Whether nobody can answer a question in this mode. Only Claude Code honours one at all, and only where a
    /// person sits before it.
    fn unattended(self, mode: &str) -> bool {
        let attended = self == Self::ClaudeCode
            && matches!(mode, "default" | "plan" | "acceptEdits")
            && std::env::var_os("CLAUDE_CODE_ENTRYPOINT").is_some_and(|entry| entry == "cli");
        !attended
    }

    fn tool(self, event: &str, fields: &Map<String, Json>) -> Result<(String, Map<String, Json>), String> {
        if self == Self::Cursor
            && let Some(found) = cursor_tool(event, fields)
        {
            return Ok(found);
        }
        let name = word(fields, &["tool_name", "toolName", "tool"])?;
        if name.is_empty() {
            return Err("the event names no tool".to_owned());
        }
        let input = ["tool_input", "toolArgs", "args", "input"]
            .iter()
            .find_map(|key| fields.get(*key));
        Ok((name, object(input)?))
    }
}

/// The text of the first of these fields that has one; `` where none has.
fn word(fields: &Map<String, Json>, keys: &[&str]) -> Result<String, String> {
    let told = keys
        .iter()
        .find_map(|key| Some((key, fields.get(*key)?.as_str()?)));
    let told = told.map(|(key, text)| limits::name(key, text)).transpose()?;
    Ok(told.unwrap_or_default().to_owned())
}

/// Cursor's older events name the tool by the event, and hold its arguments among what the event itself tells.
fn cursor_tool(event: &str, fields: &Map<String, Json>) -> Option<(String, Map<String, Json>)> {
    let (tool, own): (&str, &[&str]) = match event {
        "beforeShellExecution" | "afterShellExecution" => ("Shell", &["command"]),
        "beforeReadFile" | "beforeTabFileRead" => ("Read", &["file_path"]),
        "afterFileEdit" => ("Edit", &["file_path", "edits"]),
        _ => return None,
    };
    let input = fields.iter().filter(|(key, _)| own.contains(&key.as_str()));
    Some((
        tool.to_owned(),
        input.map(|(key, value)| (key.clone(), value.clone())).collect(),
    ))
}

/// How Gemini starts a server: its context without the names.
fn started(context: &Map<String, Json>) -> Map<String, Json> {
    let names = ["server_name", "tool_name"];
    let told = context.iter().filter(|(key, _)| !names.contains(&key.as_str()));
    told.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// How Cursor starts a server: a URL, or a command as one line; none where it tells neither.
fn cursor_start(fields: &Map<String, Json>) -> Result<Option<Map<String, Json>>, String> {
    let mut start = Map::new();
    let told = |key: &str| {
        fields
            .get(key)
            .and_then(Json::as_str)
            .filter(|text| !text.is_empty())
    };
    if let Some(url) = told("url") {
        start.insert("url".to_owned(), url.into());
    }
    if let Some(line) = told("command") {
        // A line that cannot be split starts nothing of ours.
        let words = shell_words::split(limits::name("command", line)?).unwrap_or_default();
        start.insert("command".to_owned(), words.into());
    }
    Ok(Some(start).filter(|start| !start.is_empty()))
}

/// The arguments: an object, or a string that holds one.
fn object(input: Option<&Json>) -> Result<Map<String, Json>, String> {
    match input {
        None | Some(Json::Null) => Ok(Map::new()),
        Some(Json::Object(fields)) => Ok(fields.clone()),
        Some(Json::String(text)) if text.trim().is_empty() => Ok(Map::new()),
        Some(Json::String(text)) => {
            limits::arguments(text)?;
            match serde_json::from_str(text) {
                Ok(Json::Object(fields)) => Ok(fields),
                _ => Err("the tool's arguments are not a JSON object".to_owned()),
            }
        }
        Some(_) => Err("the tool's arguments are not a JSON object".to_owned()),
    }
}

#[cfg(test)]
mod tests;
