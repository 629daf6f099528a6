//! What a tool of an agent does, as intents: its name and arguments looked up in one table.
//! A tool that is not in it becomes a `tool:call` or `mcp:call` for policy to judge; none is let through unseen.

mod files;
mod own;
mod server;
mod shell;
mod tools;
mod web;

use super::event::Event;
use crate::{record::hex, state::CONTENT};
use policy::{Intent, Target};
use serde_json::{Map, Value as Json};
use server::Called;
use sha2::{Digest, Sha256};
use tools::Effect;

/// What a tool does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// Runs a shell command.
    Shell(ShellCall),
    /// Does this.
    Intent(Box<Intent>),
    /// Touches nothing.
    Nothing,
    /// Calls Watchtower's own MCP server, which judges and records the call itself.
    Own,
}

/// A shell command that a tool runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ShellCall {
    /// The command line, with the environment and the shell that the arguments give it.
    pub(crate) command: String,
    /// Its directory, relative to the event's, where the arguments name one.
    pub(crate) dir: Option<String>,
    /// Arguments of which it is not known what they do to it.
    pub(crate) unknown: Map<String, Json>,
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
    let mut intent = match tools::effect_of(&event.tool) {
        None => return Ok(Action::Intent(Box::new(tool_call(event)))),
        Some(Effect::Nothing) => return Ok(Action::Nothing),
        Some(Effect::Shell) => return shell::call(event).map(Action::Shell),
        Some(Effect::File(operation)) => files::files(event, operation)?,
        Some(Effect::Tree(operation)) => files::trees(event, operation)?,
        Some(Effect::Search) => files::search(event)?,
        Some(Effect::Patch) => files::patch(event)?,
        Some(Effect::Fetch) => web::fetch(event)?,
    };
    // What is written is part of the call that a person says yes to, though it is not kept.
    let looks = |target: &Target| matches!(&*target.operation, "read" | "list" | "search");
    if !intent.targets.iter().all(looks) {
        let arguments = Json::Object(event.input.clone()).to_string();
        intent
            .params
            .insert(CONTENT.to_owned(), hex(&Sha256::digest(arguments)).into());
    }
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
