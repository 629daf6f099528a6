//! Which objects in a shared quarantine this ledger put there: those that a decision's outcome names, or, where a
//! call was stopped before its outcome, those that its decision names.

use super::{Item, Origin};
use crate::{
    report::Failure,
    undo::{find, kept},
};
use ledger::read::{Entry, Reader};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// What the ledger says of the calls that may have put things away.
#[derive(Default)]
struct Calls {
    decisions: BTreeMap<u64, Entry>,
    outcomes: BTreeMap<u64, Entry>,
}

/// The items that this ledger put there.
///
/// # Errors
/// The ledger cannot be read.
pub(super) fn of_this_ledger(reader: &Reader, items: Vec<Item>) -> Result<Vec<Item>, Failure> {
    let calls = Calls::that_made(reader, &items)?;
    Ok(items
        .into_iter()
        .filter(|item| calls.origin(item).is_some())
        .collect())
}

/// What it says of each item.
///
/// # Errors
/// The ledger cannot be read.
pub(super) fn origins(reader: &Reader, items: &[Item]) -> Result<Vec<Origin>, Failure> {
    let calls = Calls::that_made(reader, items)?;
    let back = taken_back(reader, items)?;
    let of = |item: &Item| Origin {
        path: calls.origin(item).unwrap_or_default().to_owned(),
        comes_back: calls.decisions.get(&item.seq).is_some_and(find::is_of_files)
            && !back.contains(&item.seq),
    };
    Ok(items.iter().map(of).collect())
}

/// The calls that somebody took back as a whole: what is kept under their numbers replaced what they had put away.
fn taken_back(reader: &Reader, items: &[Item]) -> Result<BTreeSet<u64>, Failure> {
    let first = items.iter().map(|item| item.seq).min().unwrap_or(u64::MAX);
    let mut back = BTreeSet::new();
    for entry in reader.backwards() {
        let entry = entry?;
        if entry.seq < first {
            break;
        }
        if entry.kind() == "undo" && find::is_whole(&entry) {
            back.extend(entry.data.get("of").and_then(Json::as_u64));
        }
    }
    Ok(back)
}

impl Calls {
    fn that_made(reader: &Reader, items: &[Item]) -> Result<Self, Failure> {
        let wanted: BTreeSet<u64> = items.iter().map(|item| item.seq).collect();
        let mut calls = Self::default();
        let Some(first) = wanted.first() else {
            return Ok(calls);
        };
        for entry in reader.from(*first) {
            let entry = entry?;
            let of = entry.data.get("of").and_then(Json::as_u64);
            match (entry.kind(), of) {
                ("decision", _) if wanted.contains(&entry.seq) => {
                    calls.decisions.insert(entry.seq, entry);
                }
                ("outcome", Some(of)) if wanted.contains(&of) => {
                    calls.outcomes.insert(of, entry);
                }
                _ => {}
            }
            if calls.outcomes.len() == wanted.len() {
                break;
            }
        }
        Ok(calls)
    }

    /// Where the item was before it was put away; none where no call of this ledger did that.
    fn origin(&self, item: &Item) -> Option<&str> {
        let decision = self.decisions.get(&item.seq)?;
        let entry = item.place.name.to_string_lossy();
        let entry = entry.strip_suffix(super::GOING).unwrap_or(&entry);
        if let Some(outcome) = self.outcomes.get(&item.seq) {
            return named(outcome.data.get("execution")?, &item.place.path, entry, "");
        }
        let targets = decision.data.get("scope")?.get("targets")?.as_array()?;
        let is_it = |target: &&Json| {
            let object = target.get("extra").and_then(|extra| extra.get("object"));
            object.and_then(kept::id) == Some(item.status.id)
        };
        let target = targets.iter().find(is_it)?;
        Some(target.get("path").and_then(Json::as_str).unwrap_or_default())
    }
}

/// The path beside which a record names this entry of this quarantine, wherever it does.
fn named<'a>(record: &'a Json, store: &str, entry: &str, path: &'a str) -> Option<&'a str> {
    match record {
        Json::Object(fields) => {
            let text = |key: &str| fields.get(key).and_then(Json::as_str);
            if text("store") == Some(store) && text("entry") == Some(entry) {
                return Some(path);
            }
            let path = text("path").unwrap_or(path);
            fields.values().find_map(|value| named(value, store, entry, path))
        }
        Json::Array(values) => values.iter().find_map(|value| named(value, store, entry, path)),
        _ => None,
    }
}
