//! Whether a server of a client is ours: not by its name, which anybody can give, but by the program that the client
//! starts for it. What the event tells counts first, then the client's settings. Where neither says it, it is not
//! ours, and policy judges the call as one to any other server.

mod children;
mod settings;

use super::{super::event::Event, OWN_SERVER};
use serde_json::{Map, Value as Json};
use std::{
    ffi::OsStr,
    fs::Metadata,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// Settings of a server that change nothing about the program that runs.
const HARMLESS: &[&str] = &[
    "args",
    "command",
    "description",
    "disabled",
    "enabled",
    "env",
    "environment",
    "name",
    "timeout",
    "tools",
    "trust",
    "type",
    "alwaysAllow",
    "autoApprove",
    "excludeTools",
    "includeTools",
    "startup_timeout_sec",
    "tool_timeout_sec",
];

/// Whether the server of this name is this very program.
pub(super) fn is_ours(event: &Event, server: &str) -> bool {
    if let Some(start) = &event.start {
        // A client that tells the program without its arguments leaves those to its settings.
        let program = start
            .get("command")
            .and_then(Json::as_array)
            .filter(|_| start.len() == 1);
        match program.map(Vec::as_slice) {
            Some([Json::String(program)]) if is_program(Path::new(program)) => {}
            _ => return starts_us(start),
        }
    } else if let Some(servers) = &event.servers {
        let ours = servers.get(server).and_then(Json::as_object);
        return ours.is_some_and(starts_us);
    } else if server != OWN_SERVER {
        return false;
    }
    let Some(found) = settings::servers(event, OWN_SERVER) else {
        return false;
    };
    if found.is_empty() {
        // A server that was named on the client's command line alone.
        return children::run_us();
    }
    found.iter().all(starts_us)
}

/// Whether a server's settings start this program as a server, with the directory and home of this process.
fn starts_us(settings: &Map<String, Json>) -> bool {
    let set = |value: &Json| match value {
        Json::Null | Json::Bool(false) => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(fields) => !fields.is_empty(),
        Json::Bool(true) | Json::Number(_) => true,
    };
    let known = |(key, value): (&String, &Json)| HARMLESS.contains(&key.as_str()) || !set(value);
    if !settings.iter().all(known) {
        return false;
    }
    let environments = ["env", "environment"].iter().filter_map(|key| settings.get(*key));
    if !environments.flat_map(Json::as_object).flatten().all(same_here) {
        return false;
    }
    let words = |value: Option<&Json>| -> Option<Vec<String>> {
        match value {
            None | Some(Json::Null) => Some(Vec::new()),
            Some(Json::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect(),
            Some(_) => None,
        }
    };
    let command = match settings.get("command") {
        Some(Json::String(program)) => Some(vec![program.clone()]),
        other => words(other),
    };
    match (command, words(settings.get("args"))) {
        (Some(command), Some(args)) => is_us(&command.into_iter().chain(args).collect::<Vec<_>>()),
        _ => false,
    }
}

/// What would point the server at another home, or the client at another program of this name, is as it is here; the
/// loader is told nothing.
fn same_here((name, value): (&String, &Json)) -> bool {
    match name.as_str() {
        "HOME" | "PATH" | "WATCHTOWER_DIR" => {
            std::env::var_os(name).as_deref().map(OsStr::as_encoded_bytes)
                == value.as_str().map(str::as_bytes)
        }
        name => !name.starts_with("LD_"),
    }
}

/// Whether a command line is this program as a server over pipes.
fn is_us(command: &[String]) -> bool {
    let line: Vec<&str> = command.iter().map(String::as_str).collect();
    let program = match line.as_slice() {
        [program, "mcp"] => Path::new(program),
        [program] if Path::new(program).file_name() == Some(OsStr::new("wt_mcp")) => Path::new(program),
        _ => return false,
    };
    is_program(program)
}

/// Whether a path or a name on PATH leads to this very program.
fn is_program(program: &Path) -> bool {
    let Ok(here) = std::env::current_exe().and_then(std::fs::metadata) else {
        return false;
    };
    found(program)
        .and_then(|path| std::fs::metadata(path).ok())
        .is_some_and(|other| same_file(&here, &other))
}

/// A program by its path, or where the client would find it: on PATH.
fn found(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return program.is_absolute().then(|| program.to_owned());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|path| path.is_file())
}

fn same_file(a: &Metadata, b: &Metadata) -> bool {
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(test)]
mod tests {
    use super::starts_us;
    use serde_json::{Value as Json, json};

    fn ours(settings: &Json) -> bool {
        starts_us(settings.as_object().unwrap())
    }

    #[test]
    fn only_this_program_as_a_server_is_ours() {
        let here = std::env::current_exe().unwrap();
        for settings in [
            json!({"command": here, "args": ["mcp"]}),
            json!({"command": [here, "mcp"], "type": "local", "enabled": true, "timeout": 10000}),
            json!({"command": here, "args": ["mcp"], "env": {}, "url": ""}),
            json!({"command": here, "args": ["mcp"], "env": {"LANG": "C"}}),
            json!({"command": here, "args": ["mcp"], "cwd": ""}),
            json!({"command": here, "args": ["mcp"], "env": {"PATH": std::env::var("PATH").unwrap()}}),
        ] {
            assert!(ours(&settings), "{settings}");
        }
        for settings in [
            json!({"command": "/bin/sh", "args": ["mcp"]}),
            json!({"command": here, "args": ["mcp", "--http", "127.0.0.1:1"]}),
            json!({"command": here}),
            json!({"command": "/bin/sh", "args": ["-c", "exec wt mcp"]}),
            json!({"command": here, "args": ["mcp"], "url": "http://127.0.0.1:1/"}),
            json!({"command": here, "args": ["mcp"], "env": {"WATCHTOWER_DIR": "/tmp/other"}}),
            json!({"command": here, "args": ["mcp"], "cwd": "/srv/other"}),
            json!({"command": here, "args": ["mcp"], "env": {"PATH": "/tmp/other"}}),
            json!({"command": here, "args": ["mcp"], "env": {"LD_PRELOAD": "/tmp/x.so"}}),
            json!({"url": "http://127.0.0.1:1/"}),
            json!({}),
        ] {
            assert!(!ours(&settings), "{settings}");
        }
    }
}
