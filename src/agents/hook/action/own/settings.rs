//! Where each client keeps its servers, and how a server of one name is started there. Every file that the client may
//! read counts, since the client's own order between them is not known here.

use super::super::super::event::{Client, Event};
use crate::agents::setup::jsonc::Document;
use serde_json::{Map, Value as Json};
use std::{
    fs::File,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

/// No settings file is read beyond this.
const MAX_BYTES: u64 = 16 << 20;
/// How many directories above the event's are looked at.
const MAX_ABOVE: usize = 32;

type Server = Map<String, Json>;

/// Every server of this name in the client's settings; none where a file cannot be understood.
pub(super) fn servers(event: &Event, name: &str) -> Option<Vec<Server>> {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let named = |variable: &str, usual: &str| {
        let set = std::env::var_os(variable).filter(|value| !value.is_empty());
        set.map_or_else(|| home.join(usual), PathBuf::from)
    };
    let above: Vec<&Path> = event
        .cwd
        .iter()
        .flat_map(|cwd| cwd.ancestors())
        .take(MAX_ABOVE)
        .collect();
    let project = |files: &[&str]| -> Vec<PathBuf> {
        above
            .iter()
            .flat_map(|dir| files.iter().map(|file| dir.join(file)))
            .collect()
    };
    let mut found = Vec::new();
    match event.client {
        Client::ClaudeCode => {
            let dir = std::env::var_os("CLAUDE_CONFIG_DIR").filter(|dir| !dir.is_empty());
            let own = dir
                .map_or_else(|| home.clone(), PathBuf::from)
                .join(".claude.json");
            let own = read(&own)?;
            found.extend(below(&own, &["mcpServers", name])?);
            for dir in &above {
                let dir = dir.to_str()?;
                found.extend(below(&own, &["projects", dir, "mcpServers", name])?);
            }
            let mut files = project(&[".mcp.json"]);
            files.push(PathBuf::from("/etc/claude-code/managed-mcp.json"));
            collect(&mut found, &files, &["mcpServers", name])?;
        }
        Client::Codex => {
            let mut files = project(&[".codex/config.toml"]);
            files.push(named("CODEX_HOME", ".codex").join("config.toml"));
            files.sort_unstable();
            files.dedup();
            for file in &files {
                found.extend(toml_server(&text(file)?.unwrap_or_default(), name)?);
            }
        }
        Client::Gemini => {
            let mut files = project(&[".gemini/settings.json"]);
            files.push(named("GEMINI_CLI_HOME", "").join(".gemini/settings.json"));
            collect(&mut found, &files, &["mcpServers", name])?;
        }
        Client::Cursor => {
            let mut files = project(&[".cursor/mcp.json"]);
            files.push(home.join(".cursor/mcp.json"));
            collect(&mut found, &files, &["mcpServers", name])?;
        }
        Client::OpenCode => {
            let names = ["opencode.json", "opencode.jsonc"];
            let own = named("XDG_CONFIG_HOME", ".config").join("opencode");
            let mut files = project(&names);
            files.extend(project(&[".opencode/opencode.json", ".opencode/opencode.jsonc"]));
            files.extend(names.iter().chain(&["config.json"]).map(|file| own.join(file)));
            files.extend(std::env::var_os("OPENCODE_CONFIG").map(PathBuf::from));
            collect(&mut found, &files, &["mcp", name])?;
        }
        Client::Copilot => {
            let own = named("COPILOT_HOME", ".copilot").join("mcp-config.json");
            let mut files = project(&[".mcp.json", ".github/mcp.json", ".vscode/mcp.json"]);
            files.push(own);
            collect(&mut found, &files, &["mcpServers", name])?;
            collect(&mut found, &files, &["servers", name])?;
        }
    }
    Some(found)
}

fn collect(found: &mut Vec<Server>, files: &[PathBuf], path: &[&str]) -> Option<()> {
    for file in files {
        found.extend(below(&read(file)?, path)?);
    }
    Some(())
}

/// The text of a file; an absent one is none, one that cannot be read is an error.
fn text(path: &Path) -> Option<Option<String>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Some(None),
        Err(_) => return None,
    };
    let mut text = String::new();
    let length = file.take(MAX_BYTES + 1).read_to_string(&mut text).ok()?;
    (length as u64 <= MAX_BYTES).then_some(Some(text))
}

fn read(path: &Path) -> Option<Json> {
    match text(path)? {
        None => Some(Json::Null),
        Some(text) => serde_json::from_str(&text)
            .ok()
            .or_else(|| Document::parse(&text).ok()?.get(&[])),
    }
}

/// The object at a path: none where nothing is there, an error where something else is.
fn below(root: &Json, path: &[&str]) -> Option<Option<Server>> {
    match path.iter().try_fold(root, |value, key| value.get(key)) {
        None | Some(Json::Null) => Some(None),
        Some(Json::Object(server)) => Some(Some(server.clone())),
        Some(_) => None,
    }
}

/// A server's table in TOML, in the plain form that `wt setup` and `codex mcp add` write: a header of its own and a
/// key a line. Any other mention of the name is an error.
fn toml_server(text: &str, name: &str) -> Option<Option<Server>> {
    let mut server: Option<Server> = None;
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('#') || line.is_empty() {
            continue;
        }
        if line.starts_with('[') {
            let quoted = format!("[mcp_servers.\"{name}\"]");
            inside = line == format!("[mcp_servers.{name}]") || line == quoted;
            if inside && server.replace(Server::new()).is_some() {
                return None;
            }
            if !inside && line.contains("mcp_servers") && line.contains(name) {
                return None;
            }
            continue;
        }
        if inside {
            let (key, value) = line.split_once('=')?;
            let value = serde_json::from_str(value.trim()).ok()?;
            server.as_mut()?.insert(key.trim().to_owned(), value);
        } else if line.contains("mcp_servers") && line.contains(name) {
            return None;
        }
    }
    Some(server)
}

#[cfg(test)]
mod tests {
    use super::toml_server;
    use serde_json::json;

    #[test]
    fn a_server_is_read_from_the_plain_form_of_toml_and_from_no_other() {
        let plain = "model = \"x\"\n[mcp_servers.watchtower]\ncommand = \"/b/wt\"\nargs = [\"mcp\"]\n\n[other]\na = 1\n";
        let server = toml_server(plain, "watchtower").unwrap().unwrap();
        assert_eq!(json!(server), json!({"command": "/b/wt", "args": ["mcp"]}));
        assert_eq!(toml_server("model = \"x\"\n", "watchtower"), Some(None));
        for other in [
            "mcp_servers.watchtower = { command = \"x\" }\n",
            "mcp_servers = { watchtower = { command = \"x\" } }\n",
            "[mcp_servers.watchtower]\ncommand = 'x'\n",
            "[mcp_servers.watchtower.env]\nHOME = \"/tmp\"\n",
            "[mcp_servers.watchtower]\ncommand = \"/b/wt\"\n[mcp_servers.\"watchtower\"]\ncommand = \"x\"\n",
        ] {
            assert_eq!(toml_server(other, "watchtower"), None, "{other}");
        }
    }
}
