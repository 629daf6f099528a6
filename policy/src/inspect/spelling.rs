//! Words of `match` that no call has.

use crate::{json::Node, nearest, problem::Report};

/// Domains of calls. There may be others: only a slip of the finger is told.
const DOMAINS: &[&str] = &[
    "filesystem",
    "ssh",
    "kubernetes",
    "search",
    "process",
    "network",
    "mcp",
    "tool",
    "privilege",
    "watchtower",
    "database",
    "http",
    "environment",
];
/// Operations of the domain that most rules are for.
const OF_FILES: &[&str] = &[
    "read",
    "list",
    "stat",
    "write",
    "create_file",
    "create_dir",
    "copy",
    "move",
    "delete",
    "chmod",
    "chown",
    "symlink",
    "link",
];

/// Tells words of `match` that no call has and that look like one that calls have: such a rule would never match, and
/// a deny that never matches is seen by nobody.
pub(super) fn misspelt(name: &str, matched: &Node<'_>, report: &mut Report<'_>) {
    let mut tell = |word: &Node<'_>, what: &str, known: &[&str]| {
        let text = word.text().unwrap_or_default();
        if !known.contains(&text)
            && let Some(meant) = nearest(text, known.iter().copied())
        {
            let message = format!("rule `{name}` is for the {what} `{text}`, which no call has");
            report.add(word.at, message, format!("did you mean `{meant}`?"));
        }
    };
    let domain = matched.get("domain");
    if let Some(domain) = domain {
        tell(domain, "domain", DOMAINS);
    }
    if domain.and_then(Node::text) == Some("filesystem")
        && let Some(operation) = matched.get("operation")
    {
        let one = std::slice::from_ref(operation);
        let words = if operation.text().is_some() {
            one
        } else {
            operation.items()
        };
        words.iter().for_each(|word| tell(word, "operation", OF_FILES));
    }
}
