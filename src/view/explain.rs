//! An entry in full, for a person: what was asked for, what was found out, which rules spoke, what held the
//! effect and how it ended.

use super::{
    action::{self, Action, at, text},
    lines::{outcome_words, verdict_word},
    words,
};
use ledger::read::Entry;
use serde_json::Value as Json;

/// A name and what stands behind it; a name of `` continues the one before.
pub(crate) type Row = (String, String);

/// The rows of an entry, with its outcome where it came.
pub(crate) fn explain(entry: &Entry, action: &Action) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut row = |name: &str, text: String| {
        if !text.is_empty() {
            rows.push((name.to_owned(), text));
        }
    };
    row(
        "entry",
        format!("{} {}, {}", entry.seq, action.kind, entry.timestamp),
    );
    if action.kind != "decision" {
        row("says", action.note.clone());
        rows.extend(members(&Json::Object(entry.data.clone())));
        return rows;
    }
    let data = &entry.data;
    row("call", action.what());
    row("verdict", verdict_line(action));
    for (index, reason) in list(at(data, &["decision", "reasons"])).enumerate() {
        row(if index == 0 { "why" } else { "" }, shown(reason));
    }
    row("hint", text(data, &["decision", "hint"]));
    for (index, rule) in list(at(data, &["decision", "matched_rules"])).enumerate() {
        row(if index == 0 { "rules" } else { "" }, rule_line(rule));
    }
    row("risk", risk_line(data.get("decision")));
    row("who", who_line(action, data.get("identity")));
    for (index, target) in list(at(data, &["scope", "targets"])).enumerate() {
        row(if index == 0 { "targets" } else { "" }, target_line(target));
    }
    row(
        "params",
        at(data, &["intent", "params"]).map(compact).unwrap_or_default(),
    );
    row("workspace", text(data, &["workspace"]));
    for (index, alert) in list(at(data, &["annotations", "gtfo_alerts"])).enumerate() {
        row(if index == 0 { "gtfobins" } else { "" }, compact(alert));
    }
    row(
        "confined",
        at(data, &["enforcement"])
            .map(enforcement_line)
            .unwrap_or_default(),
    );
    row("level", text(data, &["level"]));
    row(
        "outcome",
        action.outcome.as_ref().map(outcome_words).unwrap_or_default(),
    );
    rows
}

fn verdict_line(action: &Action) -> String {
    let verdict = action.verdict.map_or("unknown", verdict_word);
    format!("{verdict} by rule {}", action.rule)
}

fn rule_line(rule: &Json) -> String {
    let field = |name: &str| rule.get(name).map(shown).unwrap_or_default();
    match rule.get("target").and_then(Json::as_u64) {
        Some(target) => format!(
            "{} {} says {} of target {target}",
            field("layer"),
            field("rule"),
            field("verdict")
        ),
        None => format!("{} {} says {}", field("layer"), field("rule"), field("verdict")),
    }
}

fn risk_line(decision: Option<&Json>) -> String {
    let part = |name: &str| {
        decision
            .and_then(|d| d.get("risk")?.get(name))
            .map(shown)
            .unwrap_or_default()
    };
    let score = decision
        .and_then(|d| d.get("risk_score"))
        .map(shown)
        .unwrap_or_default();
    let why = decision.and_then(|d| d.get("risk")?.get("why")?.as_array());
    let why: Vec<&str> = why.into_iter().flatten().filter_map(Json::as_str).collect();
    let why = if why.is_empty() {
        String::new()
    } else {
        format!(": {}", why.join(", "))
    };
    format!(
        "{score} (tool {}, arguments {}, burst {}){why}",
        part("tool"),
        part("args"),
        part("burst")
    )
}

fn who_line(action: &Action, identity: Option<&Json>) -> String {
    let learnt = identity
        .and_then(|id| id.get("agent")?.get("learnt"))
        .map(shown)
        .unwrap_or_default();
    let mut out = action.principal.clone();
    if !action.agent.is_empty() {
        out.push_str(&format!(", agent {} (learnt from {learnt})", action.agent));
    }
    if !action.session.is_empty() {
        out.push_str(&format!(", session {}", action.session));
    }
    out
}

fn target_line(target: &Json) -> String {
    let field = |name: &str| target.get(name).map(shown).unwrap_or_default();
    // A path's facts have its last part as their name.
    let called = match (field("host").as_str(), field("path").as_str()) {
        (_, "") => action::target(target),
        ("", path) => path.to_owned(),
        (host, path) => format!("{host}:{path}"),
    };
    let mut out = format!("{} {called}", field("operation"));
    if !field("kind").is_empty() {
        let size = target
            .get("size")
            .and_then(Json::as_u64)
            .map(words::size)
            .unwrap_or_default();
        out.push_str(&format!(" ({}, {size}, owner {})", field("kind"), field("owner")));
    } else if target.get("exists").and_then(Json::as_bool) == Some(false)
        && field("host").is_empty()
        && !field("path").is_empty()
        && field("domain") != "kubernetes"
    {
        out.push_str(" (does not exist)");
    }
    out
}

fn enforcement_line(enforcement: &Json) -> String {
    if enforcement.is_null() {
        return "nothing was carried out".to_owned();
    }
    let field = |path: &[&str]| {
        let found = path.iter().try_fold(enforcement, |value, name| value.get(*name));
        found.map(shown).unwrap_or_default()
    };
    let mut parts = vec![format!("on a {} of its own", field(&["mode"]))];
    if !field(&["landlock", "abi"]).is_empty() {
        parts.push(format!("Landlock ABI {}", field(&["landlock", "abi"])));
    }
    if !field(&["seccomp", "profile"]).is_empty() {
        parts.push(format!("seccomp {}", field(&["seccomp", "profile"])));
    }
    for missing in list(enforcement.get("missing")) {
        let layer = missing.get("layer").map(shown).unwrap_or_default();
        parts.push(format!("no {layer}"));
    }
    parts.join(", ")
}

fn members(data: &Json) -> Vec<Row> {
    let members = data.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| *name != "kind")
        .map(|(name, value)| (name.clone(), shown(value)))
        .collect()
}

fn list(value: Option<&Json>) -> impl Iterator<Item = &Json> {
    value.and_then(Json::as_array).into_iter().flatten()
}

/// Text without quotes, everything else as JSON.
fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| compact(value), str::to_owned)
}

fn compact(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Object(map) if map.is_empty() => String::new(),
        Json::Array(items) if items.is_empty() => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::target_line;
    use serde_json::json;

    #[test]
    fn only_a_path_of_this_machine_is_said_not_to_exist() {
        for (target, line) in [
            (
                json!({"domain": "filesystem", "operation": "delete", "path": "/w/a", "name": "a", "exists": false}),
                "delete /w/a (does not exist)",
            ),
            (
                json!({"domain": "process", "operation": "exec", "path": "", "name": "git", "exists": false}),
                "exec git",
            ),
            (
                json!({"domain": "mcp", "operation": "call", "name": "create", "resource": "tracker", "exists": false}),
                "call tracker/create",
            ),
            (
                json!({"domain": "ssh", "operation": "read", "host": "h", "path": "/a", "exists": false}),
                "read h:/a",
            ),
            (
                json!({"domain": "kubernetes", "operation": "exec", "namespace": "dev", "name": "pod", "path": "/a", "exists": false}),
                "exec /a",
            ),
        ] {
            assert_eq!(target_line(&target), line);
        }
    }
}
