//! Watchtower's own command in a command text: what it only shows, what it changes, and what nobody but the approver
//! does, with the passphrase and at a terminal of their own.

use crate::shell::call::Call;

/// Subcommands that only show something, or judge it by themselves.
const SHOWS: &[&str] = &[
    "alert",
    "applets",
    "approvals",
    "check",
    "checkpoint",
    "completions",
    "doctor",
    "export",
    "grants",
    "gtfo",
    "help",
    "hook",
    "man",
    "mcp",
    "policy",
    "prove",
    "query",
    "recent",
    "report",
    "stats",
    "status",
    "tail",
    "utcp",
    "verify",
    "watch",
];

/// Adds what a use of `wt`, or of one of its names `wt_...`, means.
pub(super) fn check(name: &str, operands: &[&str], call: &mut Call) {
    let named = name.strip_prefix("wt_");
    if named.is_none() && name != "wt" {
        return;
    }
    let mut words = named.into_iter().chain(operands.iter().copied());
    let Some(command) = words.next() else { return };
    let next = words.next();
    if answers(command, next) {
        let whole = match (command, next) {
            ("grants", Some(next)) | ("admin", Some(next)) => format!("{command} {next}"),
            _ => command.to_owned(),
        };
        call.part.forbid(
            "approver",
            format!(
                "only the approver runs `wt {whole}`, with the passphrase and at a terminal of their own; no agent does"
            ),
        );
    } else if !shows(command, next) {
        call.part.class("self", "it changes Watchtower");
    }
}

/// Whether a subcommand takes the approver's signature.
fn answers(command: &str, next: Option<&str>) -> bool {
    match command {
        "approve" | "thaw" => true,
        "admin" => next.is_some_and(|next| next != "show"),
        "grants" => next == Some("revoke"),
        _ => false,
    }
}

/// Whether a subcommand only shows something.
fn shows(command: &str, next: Option<&str>) -> bool {
    match command {
        "admin" => next == Some("show"),
        "trash" => next.is_none_or(|next| next == "list"),
        other => SHOWS.contains(&other),
    }
}
