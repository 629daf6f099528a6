//! Tools that run a shell command: the command, where and with what it runs. Whatever else their arguments say is
//! handed on as not known.

use super::{
    super::{event::Event, limits},
    ShellCall, files,
};
use crate::report::visible;
use serde_json::Value as Json;

/// Where tools put the command.
const COMMANDS: &[&str] = &["command", "cmd", "script"];
/// Where tools put its directory.
const DIRS: &[&str] = &[
    "workdir",
    "working_directory",
    "workingDirectory",
    "working_dir",
    "work_dir",
    "directory",
    "dir_path",
    "dir",
    "path",
    "cwd",
];
/// Where tools put variables.
const ENVIRONMENTS: &[&str] = &["env", "environment", "env_vars"];
/// Where tools put the shell.
const SHELL: &str = "shell";
/// What changes neither what runs nor where, by the names that the clients' own tools have for it: what is told of the
/// call, how long it is waited for, how much of its output is kept, and what the client's own sandbox lets it do.
const PASSING: &[&str] = &[
    "description",
    "explanation",
    "goal",
    "justification",
    "timeout",
    "timeout_ms",
    "yield_time_ms",
    "delay_ms",
    "block_until_ms",
    "initial_wait",
    "max_output_tokens",
    "max_output_length",
    "run_in_background",
    "is_background",
    "isBackground",
    "persistent",
    "notify_on_output",
    "async",
    "detach",
    "mode",
    "tty",
    "login",
    "type",
    "sessionId",
    "shellId",
    "prefix_rule",
    "sandbox_permissions",
    "additional_permissions",
    "required_permissions",
    "with_escalated_permissions",
    "dangerouslyDisableSandbox",
    "requires_approval",
    "require_user_approval",
];

/// What the event's tool runs. The error is a reason to refuse.
pub(super) fn call(event: &Event) -> Result<ShellCall, String> {
    let command = one_of(event, COMMANDS, |value| match value {
        Json::String(text) => Ok(Some(text.clone())),
        Json::Array(words) => {
            let words: Option<Vec<&str>> = words.iter().map(Json::as_str).collect();
            Ok(Some(shell_words::join(
                words.ok_or("the command is not a list of words")?,
            )))
        }
        _ => Err("the command is not text".to_owned()),
    })?;
    let dir = one_of(event, DIRS, |value| match value {
        Json::String(dir) if dir.is_empty() => Ok(None),
        Json::String(dir) => limits::name("directory", dir).map(|dir| Some(dir.to_owned())),
        _ => Err("the directory is not text".to_owned()),
    })?;
    let command = command.ok_or_else(|| format!("the arguments of `{}` name no command", event.tool))?;
    let known = |name: &str| {
        [COMMANDS, DIRS, ENVIRONMENTS, PASSING]
            .iter()
            .any(|names| names.contains(&name))
            || name == SHELL
    };
    let unknown = event
        .input
        .iter()
        .filter(|(name, value)| !value.is_null() && !known(name));
    Ok(ShellCall {
        command: surrounded(event, command)?,
        dir: dir.map(files::directory).transpose()?,
        unknown: unknown
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    })
}

/// The command with the variables and the shell that the arguments give it, as a command line that does the same.
fn surrounded(event: &Event, command: String) -> Result<String, String> {
    let mut variables = Vec::new();
    for given in ENVIRONMENTS.iter().filter_map(|name| event.input.get(*name)) {
        variables.extend(assignments(given)?);
    }
    let shell = match event.input.get(SHELL) {
        // `true`, as Node has it, is the usual one.
        None | Some(Json::Null | Json::Bool(true)) => "",
        Some(Json::String(shell)) => shell,
        Some(_) => return Err("the shell is not text".to_owned()),
    };
    if variables.is_empty() && shell.is_empty() {
        return Ok(command);
    }
    let mut words = Vec::new();
    if !variables.is_empty() {
        words.push("env");
        words.extend(variables.iter().map(String::as_str));
    }
    words.extend([if shell.is_empty() { "bash" } else { shell }, "-c", &command]);
    Ok(shell_words::join(words))
}

/// Variables as an object, or as a list of `NAME=value`; what is neither is refused.
fn assignments(given: &Json) -> Result<Vec<String>, String> {
    let assigned: Option<Vec<String>> = match given {
        Json::Null => Some(Vec::new()),
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| assignment(name, value))
            .collect(),
        Json::Array(items) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect(),
        Json::String(_) | Json::Number(_) | Json::Bool(_) => None,
    };
    let assigned = assigned.ok_or("the environment is not one of names and texts")?;
    for text in &assigned {
        let name = text.split_once('=').map_or("", |(name, _)| name);
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(plain) {
            return Err(format!("`{}` is no assignment to a variable", visible(text)));
        }
    }
    Ok(assigned)
}

fn assignment(name: &str, value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(format!("{name}={text}")),
        Json::Number(_) | Json::Bool(_) => Some(format!("{name}={value}")),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
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
        let Some(value) = event.input.get(*name).filter(|value| !value.is_null()) else {
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
