//! The settings of each client that `wt setup` knows.

use super::{Edit, Scope, Settings, plugin};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// The clients, by the names of the command line.
pub(crate) const NAMES: [&str; 6] = ["opencode", "claude-code", "codex", "gemini", "cursor", "copilot"];

/// The program that the settings name.
#[derive(Clone, Debug)]
pub(crate) struct Installed {
    /// `wt`, by its absolute path.
    pub(crate) program: PathBuf,
    /// Watchtower's own directory.
    pub(crate) home: PathBuf,
}

impl Installed {
    fn program(&self) -> String {
        self.program.display().to_string()
    }

    fn hook(&self, client: &str) -> String {
        format!("{} hook {client}", shell_words::quote(&self.program()))
    }

    /// The hook before a tool. A client takes a hook that died for one that has nothing against the tool: then
    /// `otherwise` stops it, in the way that the client honours.
    fn guard(&self, client: &str, otherwise: &str) -> String {
        format!("{} || {otherwise}", self.hook(client))
    }

    fn server(&self) -> Json {
        json!({"command": self.program(), "args": ["mcp"]})
    }
}

/// The exit code that blocks a tool, where a client honours one.
const BLOCKED: &str = "exit 2";
/// What blocks a tool of Copilot, which goes on after a hook that fails.
const COPILOT_BLOCKED: &str = r#"echo '{"permissionDecision":"deny","permissionDecisionReason":"watchtower: the hook failed; nothing was done"}'"#;

/// The settings of a client; none for a name that is not known.
pub(crate) fn settings_of(client: &str, scope: Scope<'_>, wt: &Installed) -> Option<Vec<Settings>> {
    Some(match client {
        "opencode" => opencode(scope, wt),
        "claude-code" => claude_code(scope, wt),
        "codex" => codex(scope, wt),
        "gemini" => gemini(scope, wt),
        "cursor" => cursor(scope, wt),
        "copilot" => copilot(scope, wt),
        _ => return None,
    })
}

fn below(scope: Scope<'_>, user: &str, project: &str) -> PathBuf {
    match scope {
        Scope::User(home) => home.join(user),
        Scope::Project(dir) => dir.join(project),
    }
}

/// As [`below`], where a variable may give the client's own directory instead of the usual one below the home.
fn moved(scope: Scope<'_>, variable: &str, usual: &str, file: &str, project: &str) -> PathBuf {
    let set = std::env::var_os(variable).map(PathBuf::from);
    match (scope, set.filter(|dir| dir.is_absolute())) {
        (Scope::User(_), Some(dir)) => dir.join(file),
        (scope, _) => below(scope, &format!("{usual}{file}"), project),
    }
}

fn claude_code(scope: Scope<'_>, wt: &Installed) -> Vec<Settings> {
    let hook = |command: String| json!({"matcher": "*", "hooks": [{"type": "command", "command": command, "timeout": 10}]});
    let mut server = wt.server();
    if let Some(fields) = server.as_object_mut() {
        fields.insert("type".to_owned(), "stdio".into());
    }
    vec![
        Settings {
            path: moved(
                scope,
                "CLAUDE_CONFIG_DIR",
                ".claude/",
                "settings.json",
                ".claude/settings.json",
            ),
            edits: vec![
                Edit::Unless(&["disableAllHooks"], true.into()),
                Edit::Element(&["hooks", "PreToolUse"], hook(wt.guard("claude-code", BLOCKED))),
                Edit::Element(&["hooks", "PostToolUse"], hook(wt.hook("claude-code"))),
            ],
        },
        Settings {
            path: moved(scope, "CLAUDE_CONFIG_DIR", "", ".claude.json", ".mcp.json"),
            edits: vec![Edit::Value(&["mcpServers", "watchtower"], server)],
        },
    ]
}

fn codex(scope: Scope<'_>, wt: &Installed) -> Vec<Settings> {
    let hook = |command: String| json!({"matcher": ".*", "hooks": [{"type": "command", "command": command, "timeout": 10}]});
    // A JSON string is a basic string of TOML too.
    let block = format!(
        "[mcp_servers.watchtower]\ncommand = {}\nargs = [\"mcp\"]\n",
        Json::from(wt.program())
    );
    vec![
        Settings {
            path: moved(
                scope,
                "CODEX_HOME",
                ".codex/",
                "config.toml",
                ".codex/config.toml",
            ),
            edits: vec![Edit::Block(block)],
        },
        Settings {
            path: moved(scope, "CODEX_HOME", ".codex/", "hooks.json", ".codex/hooks.json"),
            edits: vec![
                Edit::Element(&["hooks", "PreToolUse"], hook(wt.guard("codex", BLOCKED))),
                Edit::Element(&["hooks", "PostToolUse"], hook(wt.hook("codex"))),
            ],
        },
    ]
}

fn gemini(scope: Scope<'_>, wt: &Installed) -> Vec<Settings> {
    let hook = |command: String| {
        json!({"matcher": ".*", "hooks": [{"name": "watchtower", "type": "command",
        "command": command, "timeout": 10_000}]})
    };
    vec![Settings {
        path: moved(
            scope,
            "GEMINI_CLI_HOME",
            "",
            ".gemini/settings.json",
            ".gemini/settings.json",
        ),
        edits: vec![
            Edit::Unless(&["hooksConfig", "enabled"], false.into()),
            Edit::Unless(&["hooksConfig", "disabled"], "watchtower".into()),
            Edit::Value(&["mcpServers", "watchtower"], wt.server()),
            Edit::Element(&["hooks", "BeforeTool"], hook(wt.guard("gemini", BLOCKED))),
            Edit::Element(&["hooks", "AfterTool"], hook(wt.hook("gemini"))),
        ],
    }]
}

fn cursor(scope: Scope<'_>, wt: &Installed) -> Vec<Settings> {
    let hook = json!({"command": wt.hook("cursor"), "timeout": 10, "failClosed": true});
    let mut write = hook.clone();
    if let Some(fields) = write.as_object_mut() {
        fields.insert("matcher".to_owned(), "Write|Edit|Delete|WebFetch".into());
    }
    let mut edits = vec![Edit::Frame(&["version"], json!(1))];
    for event in [
        &["hooks", "beforeShellExecution"][..],
        &["hooks", "beforeMCPExecution"],
        &["hooks", "beforeReadFile"],
        &["hooks", "afterShellExecution"],
        &["hooks", "afterMCPExecution"],
        &["hooks", "afterFileEdit"],
    ] {
        edits.push(Edit::Element(event, hook.clone()));
    }
    edits.push(Edit::Element(&["hooks", "preToolUse"], write));
    vec![
        Settings {
            path: below(scope, ".cursor/mcp.json", ".cursor/mcp.json"),
            edits: vec![Edit::Value(&["mcpServers", "watchtower"], wt.server())],
        },
        Settings {
            path: below(scope, ".cursor/hooks.json", ".cursor/hooks.json"),
            edits,
        },
    ]
}

fn copilot(scope: Scope<'_>, wt: &Installed) -> Vec<Settings> {
    // Copilot goes on when a hook takes longer than this; ours answers before.
    let hook = |command: String| json!({"type": "command", "bash": command, "timeoutSec": 10});
    let mut server = wt.server();
    if let Some(fields) = server.as_object_mut() {
        fields.insert("type".to_owned(), "local".into());
        fields.insert("tools".to_owned(), json!(["*"]));
    }
    let hooks = "hooks/watchtower.json";
    vec![
        Settings {
            path: moved(
                scope,
                "COPILOT_HOME",
                ".copilot/",
                hooks,
                ".github/hooks/watchtower.json",
            ),
            edits: vec![
                Edit::Frame(&["version"], json!(1)),
                Edit::Element(
                    &["hooks", "preToolUse"],
                    hook(wt.guard("copilot", COPILOT_BLOCKED)),
                ),
                Edit::Element(&["hooks", "postToolUse"], hook(wt.hook("copilot"))),
            ],
        },
        Settings {
            path: moved(scope, "COPILOT_HOME", ".copilot/", "mcp-config.json", ".mcp.json"),
            edits: vec![Edit::Value(&["mcpServers", "watchtower"], server)],
        },
    ]
}

fn opencode(scope: Scope<'_>, wt: &Installed) -> Vec<Settings> {
    let path = moved(
        scope,
        "XDG_CONFIG_HOME",
        ".config/",
        "opencode/opencode.json",
        "opencode.json",
    );
    let with_comments = path.with_extension("jsonc");
    let path = if with_comments.is_file() {
        with_comments
    } else {
        path
    };
    let plugin_path = plugin_path(&wt.home);
    // The applets are judged by themselves; every other command line is shown to the person as well.
    let mut shell = serde_json::Map::new();
    shell.insert("*".to_owned(), "ask".into());
    for applet in applets::all() {
        shell.insert(format!("{} *", applet.name), "allow".into());
    }
    vec![
        Settings {
            path: plugin_path.clone(),
            edits: vec![Edit::File(plugin::opencode(&wt.program()))],
        },
        Settings {
            path,
            edits: vec![
                Edit::Frame(&["$schema"], "https://opencode.ai/config.json".into()),
                Edit::Value(
                    &["mcp", "watchtower"],
                    json!({"type": "local", "command": [wt.program(), "mcp"], "enabled": true, "timeout": 10_000}),
                ),
                Edit::Element(&["plugin"], format!("file://{}", plugin_path.display()).into()),
                Edit::Default(&["permission", "bash"], Json::Object(shell)),
            ],
        },
    ]
}

/// The plugin lies in Watchtower's own directory, which no agent may write to.
fn plugin_path(home: &Path) -> PathBuf {
    home.join("agents/watchtower-opencode.js")
}
