//! What a tool of an agent does, as intents: its name and arguments looked up in one table.
//! A tool that is not in it becomes a `tool:call` or `mcp:call` for policy to judge; none is let through unseen.

use super::event::{Client, Event};
use policy::{Intent, Target};
use serde_json::{Map, Value as Json};

/// What a tool does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// Runs a shell command, in a directory of its own where it names one.
    Shell {
        /// The command line.
        command: String,
        /// Its directory, relative to the event's.
        dir: Option<String>,
    },
    /// Does this.
    Intent(Box<Intent>),
    /// Touches nothing.
    Nothing,
    /// Calls Watchtower's own MCP server, which judges and records the call itself.
    Own,
}

#[derive(Clone, Copy)]
enum Effect {
    Shell,
    File(&'static str),
    Tree(&'static str),
    Search,
    Patch,
    Fetch,
    Nothing,
}

/// Tools by the names that the clients give them.
const TOOLS: &[(Effect, &[&str])] = &[
    (
        Effect::Shell,
        &[
            "Bash",
            "bash",
            "Shell",
            "shell",
            "local_shell",
            "shell_command",
            "exec_command",
            "run_shell_command",
            "run_terminal_cmd",
            "run_in_terminal",
            "Monitor",
        ],
    ),
    (
        Effect::File("write"),
        &[
            "Write",
            "write",
            "write_file",
            "create",
            "create_file",
            "Edit",
            "edit",
            "edit_file",
            "MultiEdit",
            "multiedit",
            "NotebookEdit",
            "replace",
            "str_replace",
            "str_replace_editor",
            "str_replace_based_edit_tool",
            "insert",
            "search_replace",
            "edit_notebook",
            "StrReplace",
            "EditNotebook",
        ],
    ),
    (Effect::File("delete"), &["Delete", "delete", "delete_file"]),
    (
        Effect::File("read"),
        &[
            "Read",
            "read",
            "read_file",
            "view",
            "view_image",
            "NotebookRead",
            "read_many_files",
            "ReadFile",
        ],
    ),
    (
        Effect::Tree("list"),
        &[
            "LS",
            "ls",
            "list",
            "list_dir",
            "list_directory",
            "Glob",
            "glob",
            "file_search",
            "find_files",
        ],
    ),
    (
        Effect::Search,
        &[
            "Grep",
            "grep",
            "grep_search",
            "search_file_content",
            "codebase_search",
            "ripgrep",
            "rg",
        ],
    ),
    (Effect::Patch, &["apply_patch", "patch", "ApplyPatch"]),
    (
        Effect::Fetch,
        &["WebFetch", "webfetch", "web_fetch", "fetch_webpage", "fetch_url"],
    ),
    (
        Effect::Nothing,
        &[
            "TodoWrite",
            "TodoRead",
            "todowrite",
            "todoread",
            "todo_write",
            "write_todos",
            "update_plan",
            "ExitPlanMode",
            "EnterPlanMode",
            "exit_plan_mode",
            "enter_plan_mode",
            "AskUserQuestion",
            "ask_user",
            "question",
            "Task",
            "Agent",
            "task",
            "BashOutput",
            "KillShell",
            "KillBash",
            "TaskOutput",
            "TaskStop",
            "ToolSearch",
            "Skill",
            "skill",
            "WebSearch",
            "websearch",
            "web_search",
            "google_web_search",
            "complete_task",
            "report_intent",
            "StructuredOutput",
            "TaskCreate",
            "TaskUpdate",
            "TaskGet",
            "TaskList",
            "read_bash",
            "stop_bash",
            "list_bash",
        ],
    ),
];

/// Where tools put a path.
const PATHS: &[&str] = &[
    "file_path",
    "filePath",
    "notebook_path",
    "absolute_path",
    "target_file",
    "target_notebook",
    "dir_path",
    "path",
];

/// The name under which `wt setup` enters Watchtower's own server.
const OWN_SERVER: &str = "watchtower";

/// What the event's tool does. The error is a reason to refuse.
pub(crate) fn of(event: &Event) -> Result<Action, String> {
    if let Some((server, tool)) = mcp(event) {
        let own = server == OWN_SERVER
            && (applets::find_tool(&tool).is_some() || super::OWN_TOOLS.contains(&tool.as_str()));
        return Ok(if own {
            Action::Own
        } else {
            Action::Intent(Box::new(mcp_call(&server, &tool, &event.input)))
        });
    }
    let known = TOOLS
        .iter()
        .find(|(_, names)| names.contains(&event.tool.as_str()));
    let intent = match known.map(|(effect, _)| *effect) {
        None => tool_call(event),
        Some(Effect::Nothing) => return Ok(Action::Nothing),
        Some(Effect::Shell) => return shell(event),
        Some(Effect::File(operation)) => files(event, operation)?,
        Some(Effect::Tree(operation)) => filesystem(event, [(operation, path(&event.input).unwrap_or("."))]),
        Some(Effect::Search) => search(event),
        Some(Effect::Patch) => patch(event)?,
        Some(Effect::Fetch) => fetch(event)?,
    };
    Ok(Action::Intent(Box::new(intent)))
}

/// Server and tool of a call to an MCP server, as the clients write them.
fn mcp(event: &Event) -> Option<(String, String)> {
    if let Some(server) = &event.server {
        let tool = event
            .tool
            .strip_prefix(&format!("{server}__"))
            .unwrap_or(&event.tool);
        return Some((server.clone(), tool.to_owned()));
    }
    let owned = |(server, tool): (&str, &str)| (server.to_owned(), tool.to_owned());
    if let Some(rest) = event.tool.strip_prefix("mcp__") {
        return Some(
            rest.split_once("__")
                .map_or_else(|| (rest.to_owned(), String::new()), owned),
        );
    }
    if event.name == "beforeMCPExecution" || event.name == "afterMCPExecution" {
        return Some((String::new(), event.tool.trim_start_matches("MCP:").to_owned()));
    }
    if let Some(tool) = event.tool.strip_prefix("MCP:") {
        return Some((String::new(), tool.to_owned()));
    }
    // Gemini, opencode and Copilot join the names; a tool of their own that is known is none of these.
    if !matches!(event.client, Client::Gemini | Client::OpenCode | Client::Copilot)
        || TOOLS
            .iter()
            .any(|(_, names)| names.contains(&event.tool.as_str()))
    {
        return None;
    }
    let joined = event.tool.strip_prefix("mcp_").unwrap_or(&event.tool);
    for separator in ["_", "-"] {
        if let Some(tool) = joined.strip_prefix(&format!("{OWN_SERVER}{separator}")) {
            return Some((OWN_SERVER.to_owned(), tool.trim_start_matches('_').to_owned()));
        }
    }
    joined
        .split_once("__")
        .or_else(|| joined.split_once(['_', '-']))
        .map(owned)
}

fn mcp_call(server: &str, tool: &str, arguments: &Map<String, Json>) -> Intent {
    let mut params = Map::new();
    params.insert("server".to_owned(), server.into());
    params.insert("tool".to_owned(), tool.into());
    params.insert("arguments".to_owned(), Json::Object(arguments.clone()));
    Intent {
        domain: "mcp".into(),
        operation: "call".into(),
        targets: vec![Target {
            role: "tool".into(),
            domain: "mcp".into(),
            operation: "call".into(),
            name: tool.to_owned(),
            resource: server.to_owned(),
            ..Target::default()
        }],
        params,
        tool: "mcp".into(),
    }
}

fn tool_call(event: &Event) -> Intent {
    let mut params = Map::new();
    params.insert("tool".to_owned(), event.tool.as_str().into());
    params.insert("arguments".to_owned(), Json::Object(event.input.clone()));
    Intent {
        domain: "tool".into(),
        operation: "call".into(),
        targets: vec![Target {
            role: "tool".into(),
            domain: "tool".into(),
            operation: "call".into(),
            name: event.tool.clone(),
            ..Target::default()
        }],
        params,
        tool: event.tool.clone().into(),
    }
}

fn shell(event: &Event) -> Result<Action, String> {
    let command = match ["command", "cmd", "script"]
        .iter()
        .find_map(|key| event.input.get(*key))
    {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(words)) => {
            let words: Option<Vec<&str>> = words.iter().map(Json::as_str).collect();
            shell_words::join(words.ok_or("the command is not a list of words")?)
        }
        _ => return Err(format!("the arguments of `{}` name no command", event.tool)),
    };
    let dir = ["workdir", "working_directory", "directory", "dir_path"]
        .iter()
        .find_map(|key| event.input.get(*key)?.as_str())
        .filter(|dir| !dir.is_empty())
        .map(str::to_owned);
    Ok(Action::Shell { command, dir })
}

fn path(input: &Map<String, Json>) -> Option<&str> {
    PATHS
        .iter()
        .find_map(|key| input.get(*key)?.as_str())
        .filter(|path| !path.is_empty())
}

/// An intent that another program carries out; the strictest of its operations names it.
fn filesystem<'a>(event: &Event, targets: impl IntoIterator<Item = (&'static str, &'a str)>) -> Intent {
    let targets: Vec<Target> = targets
        .into_iter()
        .map(|(operation, path)| Target::path("path", operation, path))
        .collect();
    let reads = targets
        .iter()
        .all(|target| matches!(&*target.operation, "read" | "list"));
    Intent {
        domain: "filesystem".into(),
        operation: if reads { "read".into() } else { "write".into() },
        targets,
        params: Map::new(),
        tool: event.tool.clone().into(),
    }
}

fn files(event: &Event, operation: &'static str) -> Result<Intent, String> {
    let lists = ["paths", "include", "file_paths"];
    let listed = lists.iter().find_map(|key| event.input.get(*key)?.as_array());
    let mut paths: Vec<&str> = path(&event.input).into_iter().collect();
    for item in listed.into_iter().flatten() {
        paths.push(item.as_str().ok_or("a path is not text")?);
    }
    if paths.is_empty() {
        return Err(format!("the arguments of `{}` name no file", event.tool));
    }
    Ok(filesystem(event, paths.into_iter().map(|path| (operation, path))))
}

/// Searching is reading what is below the path.
fn search(event: &Event) -> Intent {
    let pattern = event
        .input
        .get("pattern")
        .or_else(|| event.input.get("query"))
        .cloned();
    let mut intent = filesystem(event, [("read", path(&event.input).unwrap_or("."))]);
    intent
        .params
        .insert("pattern".to_owned(), pattern.unwrap_or_default());
    intent
}

/// The files of a patch in the form that Codex and its kin write.
fn patch(event: &Event) -> Result<Intent, String> {
    let keys = ["input", "patch", "patchText", "patch_text", "command"];
    let text = keys.iter().find_map(|key| match event.input.get(*key)? {
        Json::String(text) => Some(text.clone()),
        // `["apply_patch", "*** Begin Patch ..."]`
        Json::Array(words) => words.last()?.as_str().map(str::to_owned),
        _ => None,
    });
    let text = text.ok_or("the patch is missing")?;
    let mut targets = Vec::new();
    for line in text.lines() {
        let Some(header) = line.trim_start().strip_prefix("*** ") else {
            continue;
        };
        for (start, operation) in [
            ("Add File: ", "create_file"),
            ("Update File: ", "write"),
            ("Delete File: ", "delete"),
            ("Move to: ", "write"),
        ] {
            if let Some(path) = header.strip_prefix(start) {
                targets.push((operation, path.trim_end()));
            }
        }
    }
    if targets.is_empty() {
        return Err("the patch names no file".to_owned());
    }
    Ok(filesystem(event, targets))
}

fn fetch(event: &Event) -> Result<Intent, String> {
    let mut urls: Vec<String> = Vec::new();
    if let Some(url) = event.input.get("url").and_then(Json::as_str) {
        urls.push(url.to_owned());
    }
    for item in event
        .input
        .get("urls")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        urls.push(item.as_str().ok_or("a URL is not text")?.to_owned());
    }
    // Gemini puts the addresses into the prompt.
    if let Some(prompt) = event
        .input
        .get("prompt")
        .and_then(Json::as_str)
        .filter(|_| urls.is_empty())
    {
        let words = prompt
            .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '(' | ')' | ','));
        urls.extend(words.filter(|word| word.contains("://")).map(str::to_owned));
    }
    if urls.is_empty() {
        return Err(format!("the arguments of `{}` name no URL", event.tool));
    }
    let targets = urls.into_iter().map(page).collect::<Result<Vec<_>, _>>()?;
    Ok(Intent {
        domain: "network".into(),
        operation: "fetch".into(),
        targets,
        params: Map::new(),
        tool: event.tool.clone().into(),
    })
}

fn page(url: String) -> Result<Target, String> {
    let (host, port) =
        host_of(&url).ok_or_else(|| format!("`{}` is not a URL that can be judged", shown(&url)))?;
    Ok(Target {
        role: "url".into(),
        domain: "network".into(),
        operation: "fetch".into(),
        host,
        port,
        url,
        ..Target::default()
    })
}

/// Host and port of a URL with an authority. User information, backslashes and control characters, by which
/// parsers differ about the host, are refused.
fn host_of(url: &str) -> Option<(String, Option<u16>)> {
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    if url.chars().any(|c| c.is_control() || c == '\\' || c == ' ') || authority.contains('@') {
        return None;
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(six) => {
            let (host, rest) = six.split_once(']')?;
            (host, rest.strip_prefix(':'))
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let port = match port {
        Some(port) => Some(port.parse().ok()?),
        None => None,
    };
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    (!host.is_empty() && host.chars().all(known)).then_some((host, port))
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}
