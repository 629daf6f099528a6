//! What a document states of the settings, as JSON, and what it leaves to others. Judges nothing.

use super::settings::Settings;
use serde_json::{Map, Value as Json};

/// Settings that hold settings. Everything else is one setting, whatever its shape.
const SECTIONS: &[&str] = &[
    "limits",
    "workspace",
    "sandbox",
    "min_sandbox",
    "native",
    "exec",
    "ledger",
    "ssh",
    "kubernetes",
    "trash",
    "approvals",
];

/// Settings that add up: stated by one layer they are not another's.
const SUMS: &[&str] = &["redact", "alerts"];

/// The settings, the rest being the defaults.
pub(super) fn typed(stated: Map<String, Json>) -> Settings {
    // INVARIANT: the shapes admit only what the types do; `every_key_that_is_allowed_has_a_field` tests it.
    serde_json::from_value(stated.into()).unwrap_or_default()
}

/// What is stated, and from others what is not.
pub(super) fn fill(mut stated: Map<String, Json>, others: &Map<String, Json>) -> Map<String, Json> {
    for (key, theirs) in others {
        if SUMS.contains(&key.as_str()) {
            continue;
        }
        match (stated.get_mut(key), theirs) {
            (None, _) => {
                stated.insert(key.clone(), theirs.clone());
            }
            (Some(Json::Object(own)), Json::Object(theirs)) if SECTIONS.contains(&key.as_str()) => {
                *own = fill(std::mem::take(own), theirs);
            }
            (Some(_), _) => {}
        }
    }
    stated
}

/// Of all settings those that are stated.
pub(super) fn only(all: Map<String, Json>, stated: &Map<String, Json>) -> Map<String, Json> {
    let kept = all.into_iter().filter_map(|(key, value)| {
        let own = stated.get(&key)?;
        Some(match (value, own) {
            (Json::Object(value), Json::Object(own)) if SECTIONS.contains(&key.as_str()) => {
                (key, only(value, own).into())
            }
            (value, _) => (key, value),
        })
    });
    kept.collect()
}
