//! What a tool of an agent does, as intents: its name and arguments looked up in one table.
//! A tool that is not in it becomes a `tool:call` or `mcp:call` for policy to judge; none is let through unseen.

mod files;
mod own;
mod server;
mod tools;
mod web;

use super::{event::Event, limits};
use policy::{Intent, Target};
use serde_json::{Map, Value as Json};
use server::Called;
use tools::Effect;

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

/// The name under which `wt setup` enters Watchtower's own server.
const OWN_SERVER: &str = "watchtower";

/// What the event's tool does. The error is a reason to refuse.
pub(crate) fn of(event: &Event) -> Result<Action, String> {
    if let Some(Called { server, tool }) = server::called(event) {
        let known = applets::find_tool(&tool).is_some() || super::OWN_TOOLS.contains(&tool.as_str());
        // A server can call itself anything: ours is known by the program that the client starts.
        return Ok(if known && own::is_ours(event, &server) {
            Action::Own
        } else {
            Action::Intent(Box::new(mcp_call(&server, &tool, &event.input)))
        });
    }
    let intent = match tools::effect_of(&event.tool) {
        None => tool_call(event),
        Some(Effect::Nothing) => return Ok(Action::Nothing),
        Some(Effect::Shell) => return shell(event),
        Some(Effect::File(operation)) => files::files(event, operation)?,
        Some(Effect::Tree(operation)) => files::trees(event, operation)?,
        Some(Effect::Search) => files::search(event)?,
        Some(Effect::Patch) => files::patch(event)?,
        Some(Effect::Fetch) => web::fetch(event)?,
    };
    Ok(Action::Intent(Box::new(intent)))
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
    let commands = one_of(event, &["command", "cmd", "script"], |value| match value {
        Json::String(text) => Ok(Some(text.clone())),
        Json::Array(words) => {
            let words: Option<Vec<&str>> = words.iter().map(Json::as_str).collect();
            Ok(Some(shell_words::join(
                words.ok_or("the command is not a list of words")?,
            )))
        }
        _ => Ok(None),
    })?;
    let dirs = ["workdir", "working_directory", "directory", "dir_path"];
    let dir = one_of(event, &dirs, |value| {
        let dir = value.as_str().filter(|dir| !dir.is_empty());
        Ok(dir
            .map(|dir| limits::name("directory", dir))
            .transpose()?
            .map(str::to_owned))
    })?;
    match commands {
        Some(command) => Ok(Action::Shell {
            command,
            dir: dir.map(files::directory).transpose()?,
        }),
        None => Err(format!("the arguments of `{}` name no command", event.tool)),
    }
}

/// What stands under one of these names. Which of them the client reads is not known here, so two that differ are
/// refused.
fn one_of(
    event: &Event,
    names: &[&str],
    read: impl Fn(&Json) -> Result<Option<String>, String>,
) -> Result<Option<String>, String> {
    let mut found: Option<(&str, String)> = None;
    for name in names {
        let Some(value) = event.input.get(*name) else {
            continue;
        };
        match (read(value)?, &found) {
            (Some(text), Some((other, known))) if text != *known => {
                return Err(format!(
                    "the arguments of `{}` differ between `{other}` and `{name}`",
                    event.tool
                ));
            }
            (Some(text), None) => found = Some((name, text)),
            (Some(_) | None, _) => {}
        }
    }
    Ok(found.map(|(_, text)| text))
}
