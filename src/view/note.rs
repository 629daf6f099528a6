//! What an entry other than a decision says, in a few words. Reads what entries hold and tolerates what they lack.

use super::{
    action::{at, quoted, text},
    words::{count, size},
};
use serde_json::{Map, Value as Json};

/// Members that say nothing a person wants to see in a line.
const SILENT: &[&str] = &[
    "kind",
    "identity",
    "vkey",
    "salt",
    "seal",
    "signature",
    "level",
    "dir",
    "policy_sha256",
    "digest",
];

/// The words for an entry of this kind.
pub(super) fn note(kind: &str, data: &Map<String, Json>) -> String {
    known(kind, data)
        .filter(|words| !words.is_empty())
        .unwrap_or_else(|| members(data))
}

fn known(kind: &str, data: &Map<String, Json>) -> Option<String> {
    let words = |path: &[&str]| text(data, path);
    let number = |name: &str| data.get(name).and_then(Json::as_u64);
    Some(match kind {
        "genesis" => format!("the ledger of {} begins", words(&["origin"])),
        "outcome" => {
            let code = at(data, &["execution", "exit_code"]).and_then(Json::as_i64)?;
            format!("outcome of {}: exit {code}", number("of")?)
        }
        "open" => opened(data)?,
        "rotate" => format!(
            "a new segment begins: the last one has {}",
            if words(&["reason"]) == "age" {
                "its age".to_owned()
            } else {
                size(number("bytes")?)
            }
        ),
        "checkpoint" => format!(
            "signed the head of {}",
            count(number("size")?, "entry", "entries")
        ),
        "redact" => because(format!("took out the data of entry {}", number("entry")?), data),
        "prune" => {
            let what = format!("took out entries {} to {}", number("first")?, number("last")?);
            because(what, data)
        }
        "suspended" => because("writing stopped".to_owned(), data),
        "request" => format!("{} waits: {}", words(&["request"]), words(&["summary"])),
        "approval" => because(format!("{} {}", words(&["request"]), words(&["answer"])), data),
        "grant" => format!(
            "{} for {}: {}",
            words(&["id"]),
            words(&["request"]),
            words(&["summary"])
        ),
        "revoke" => match at(data, &["statement", "grants"]).and_then(Json::as_array) {
            Some(ids) => {
                let ids: Vec<&str> = ids.iter().filter_map(Json::as_str).collect();
                format!("took back {}", ids.join(", "))
            }
            None => "took back every grant".to_owned(),
        },
        "freeze" => {
            let whom = [words(&["agent"]), words(&["principal"]), "everyone".to_owned()];
            let whom = whom.into_iter().find(|name| !name.is_empty())?;
            because(format!("stopped {whom}"), data)
        }
        "thaw" => {
            let why = words(&["statement", "reason"]);
            let colon = if why.is_empty() { "" } else { ": " };
            format!("calls go on{colon}{why}")
        }
        "admin" => {
            let action = [words(&["action"]), words(&["statement", "action"])];
            action.into_iter().find(|action| !action.is_empty())?
        }
        "undo" => format!("took back what entry {} did", number("of")?),
        _ => return None,
    })
}

fn opened(data: &Map<String, Json>) -> Option<String> {
    let bytes = || data.get("bytes").and_then(Json::as_u64);
    Some(match text(data, &["reason"]).as_str() {
        "torn" => format!("went on behind {} of an unfinished entry", size(bytes()?)),
        "power-loss" => "went on after a loss of power, which took entries".to_owned(),
        "cache-lost" => "went on without knowing where it ended".to_owned(),
        "clock" => "the clock was set back".to_owned(),
        "resumed" => "went on: there is room again".to_owned(),
        "recovered" => "went on after a recovery".to_owned(),
        _ => return None,
    })
}

fn because(what: String, data: &Map<String, Json>) -> String {
    match text(data, &["reason"]).as_str() {
        "" => what,
        why => format!("{what}: {why}"),
    }
}

/// All that is short enough for a line.
fn members(data: &Map<String, Json>) -> String {
    let mut words = Vec::new();
    for (name, value) in data.iter().filter(|(name, _)| !SILENT.contains(&name.as_str())) {
        match value {
            Json::String(text) if !text.is_empty() => words.push(format!("{name}={}", quoted(text))),
            Json::Number(number) => words.push(format!("{name}={number}")),
            Json::Bool(true) => words.push(name.clone()),
            Json::String(_) | Json::Bool(false) | Json::Null | Json::Array(_) | Json::Object(_) => {}
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::note;
    use serde_json::{Value as Json, json};

    #[test]
    fn each_kind_says_what_happened() {
        for (kind, data, want) in [
            ("genesis", json!({"origin": "a/b"}), "the ledger of a/b begins"),
            (
                "outcome",
                json!({"of": 7, "execution": {"exit_code": 1}}),
                "outcome of 7: exit 1",
            ),
            (
                "open",
                json!({"reason": "torn", "bytes": 17}),
                "went on behind 17 B of an unfinished entry",
            ),
            (
                "open",
                json!({"reason": "clock", "before": "x"}),
                "the clock was set back",
            ),
            (
                "rotate",
                json!({"reason": "size", "bytes": 67_108_864}),
                "a new segment begins: the last one has 64.0 MiB",
            ),
            (
                "checkpoint",
                json!({"size": 1, "root": "00"}),
                "signed the head of 1 entry",
            ),
            (
                "redact",
                json!({"entry": 5, "reason": "token"}),
                "took out the data of entry 5: token",
            ),
            (
                "prune",
                json!({"first": 1, "last": 9, "reason": ""}),
                "took out entries 1 to 9",
            ),
            (
                "suspended",
                json!({"reason": "disk full"}),
                "writing stopped: disk full",
            ),
            (
                "request",
                json!({"request": "ab12", "summary": "delete `x`", "digest": "0"}),
                "ab12 waits: delete `x`",
            ),
            (
                "approval",
                json!({"request": "ab12", "answer": "denied", "reason": "no"}),
                "ab12 denied: no",
            ),
            (
                "grant",
                json!({"id": "g1", "request": "ab12", "summary": "delete `x`"}),
                "g1 for ab12: delete `x`",
            ),
            (
                "revoke",
                json!({"statement": {"grants": ["g1", "g2"]}}),
                "took back g1, g2",
            ),
            (
                "revoke",
                json!({"statement": {"up_to": 4}}),
                "took back every grant",
            ),
            (
                "freeze",
                json!({"agent": "codex", "principal": "ann"}),
                "stopped codex",
            ),
            (
                "freeze",
                json!({"agent": "", "principal": "", "reason": "why"}),
                "stopped everyone: why",
            ),
            (
                "thaw",
                json!({"statement": {"reason": "done"}}),
                "calls go on: done",
            ),
            ("admin", json!({"action": "recover"}), "recover"),
            (
                "undo",
                json!({"of": 12, "left": []}),
                "took back what entry 12 did",
            ),
            (
                "event",
                json!({"kind": "event", "source": "x y", "n": 3, "list": []}),
                "source='x y' n=3",
            ),
            ("open", json!({"reason": "new"}), "reason=new"),
        ] {
            assert_eq!(note(kind, data.as_object().unwrap()), want, "{kind}");
        }
    }

    #[test]
    fn an_entry_that_lacks_everything_still_has_words_or_none() {
        for kind in ledger::Kind::ALL {
            for data in [
                json!({}),
                json!({"reason": 3, "statement": [], "bytes": -1}),
                Json::Null,
            ] {
                let _ = note(kind.word(), data.as_object().unwrap_or(&serde_json::Map::new()));
            }
        }
    }
}
