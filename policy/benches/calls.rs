//! One call of every kind that the default policy has rules for, with the facts that the engine gathers for it.
//! Values alone: what is measured or counted over them is the business of whoever includes this.

use policy::{Identity, Places, Scope, TargetFacts, Workspace};
use serde_json::{Map, Value as Json};

/// The domains and operations, as `domain:operation`.
pub(crate) const CALLS: [&str; 32] = [
    "filesystem:read",
    "filesystem:list",
    "filesystem:write",
    "filesystem:create_file",
    "filesystem:create_dir",
    "filesystem:copy",
    "filesystem:move",
    "filesystem:delete",
    "filesystem:chmod",
    "filesystem:chown",
    "filesystem:symlink",
    "filesystem:link",
    "search:rg",
    "search:jq",
    "ssh:list",
    "ssh:read",
    "ssh:ps",
    "ssh:look",
    "ssh:exec",
    "kubernetes:get",
    "kubernetes:logs",
    "kubernetes:exec",
    "kubernetes:change",
    "process:exec",
    "privilege:raise",
    "network:fetch",
    "network:upload",
    "mcp:call",
    "tool:call",
    "watchtower:setup",
    "watchtower:prune",
    "unheard:of",
];

const ROOT: &str = "/home/ann/work/repo";

/// The facts of a call: as many targets as the applet has, each judged in its own operation.
pub(crate) fn call(name: &str) -> Scope {
    let (domain, operation) = name.split_once(':').unwrap_or((name, ""));
    let target = |role: &str, operation: &str, name: &str| target(domain, role, operation, name);
    let targets = match (domain, operation) {
        ("filesystem", "copy") => vec![
            target("source", "read", "main.o"),
            target("destination", "copy", "main.bak"),
        ],
        ("filesystem", "move") => vec![
            target("source", "delete", "main.o"),
            target("destination", "move", "main.bak"),
        ],
        ("filesystem", "symlink" | "link") => vec![
            target("target", "read", "main.o"),
            target("link", operation, "main.bak"),
        ],
        ("filesystem", "chmod" | "chown" | "delete") => vec![target("path", operation, "main.o")],
        ("privilege" | "watchtower", _) => vec![target("name", operation, "sudo")],
        _ => vec![target("path", operation, "main.o")],
    };
    Scope {
        domain: domain.to_owned(),
        operation: operation.to_owned(),
        targets,
        identity: Identity {
            principal: "ann".to_owned(),
            uid: 1000,
            attestation: "kernel".to_owned(),
            capabilities: ["search:read", "ssh:read", "k8s:read"]
                .map(str::to_owned)
                .to_vec(),
            ..Identity::default()
        },
        params: params(domain, operation),
        burst: 4,
        workspace: Workspace {
            root: ROOT.to_owned(),
            branch: "main".to_owned(),
        },
        places: Places {
            homes: vec!["/home/ann".to_owned()],
            watchtower: [
                "/home/ann/.watchtower",
                "/home/ann/work/repo/.watchtower",
                "/home/ann/.local/bin/wt",
            ]
            .map(str::to_owned)
            .to_vec(),
        },
        ..Scope::default()
    }
}

fn target(domain: &str, role: &str, operation: &str, name: &str) -> TargetFacts {
    let local = matches!(domain, "filesystem" | "search");
    let parent = match domain {
        "filesystem" | "search" => format!("{ROOT}/target/debug"),
        "ssh" => "/var/log".to_owned(),
        _ => String::new(),
    };
    let only = |condition: bool, text: &str| if condition { text.to_owned() } else { String::new() };
    TargetFacts {
        role: role.to_owned(),
        domain: domain.to_owned(),
        operation: operation.to_owned(),
        path: only(!parent.is_empty(), &format!("{parent}/{name}")),
        name: name.to_owned(),
        ext: only(local, "o"),
        kind: only(local, "file"),
        size: 4096,
        owner: only(local, "ann"),
        mode: 0o644,
        links: 1,
        entries: 1,
        exists: local,
        host: only(matches!(domain, "ssh" | "network"), "web-1.example.com"),
        user: only(domain == "ssh", "deploy"),
        port: 22,
        namespace: only(domain == "kubernetes", "default"),
        resource: only(domain == "kubernetes", "pods"),
        url: only(domain == "network", "https://web-1.example.com/a.tgz"),
        parent,
        ..TargetFacts::default()
    }
}

/// Parameters as the applets give them.
fn params(domain: &str, operation: &str) -> Map<String, Json> {
    let names: &[&str] = match (domain, operation) {
        ("filesystem", "read" | "list") => &[],
        ("filesystem", _) => &[
            "archive",
            "backup",
            "force",
            "no_clobber",
            "preserve",
            "recursive",
            "verbose",
        ],
        ("search", _) => &[
            "count",
            "fixed_strings",
            "ignore_case",
            "json",
            "line_number",
            "word_regexp",
        ],
        ("kubernetes", _) => &["previous"],
        _ => &[],
    };
    let mut params: Map<String, Json> = names
        .iter()
        .map(|name| ((*name).to_owned(), Json::Bool(false)))
        .collect();
    let (key, value) = match domain {
        "filesystem" => ("mode", "file"),
        "search" => ("pattern", "fn main"),
        "process" => ("class", ""),
        "mcp" => ("server", "github"),
        _ => return params,
    };
    params.insert(key.to_owned(), value.into());
    params
}
