//! Which objects in a shared quarantine this ledger put there: those that a decision's outcome names, or, where a
//! call was stopped before its outcome, those that its decision names.

use super::Item;
use crate::{
    ledger::read::{Entry, Reader},
    report::Failure,
    undo::kept,
};
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
    let wanted: BTreeSet<u64> = items.iter().map(|item| item.seq).collect();
    let mut calls = Calls::default();
    for entry in reader.from(wanted.first().copied().unwrap_or(1)) {
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
    Ok(items.into_iter().filter(|item| calls.put(item)).collect())
}

impl Calls {
    fn put(&self, item: &Item) -> bool {
        let Some(decision) = self.decisions.get(&item.seq) else {
            return false;
        };
        let entry = item.place.name.to_string_lossy();
        let entry = entry.strip_suffix(super::GOING).unwrap_or(&entry);
        match self.outcomes.get(&item.seq) {
            Some(outcome) => names(
                outcome.data.get("execution").unwrap_or(&Json::Null),
                &item.place.path,
                entry,
            ),
            None => {
                let targets = decision
                    .data
                    .get("scope")
                    .and_then(|scope| scope.get("targets"))
                    .and_then(Json::as_array);
                targets.is_some_and(|targets| {
                    targets
                        .iter()
                        .filter_map(|target| kept::id(target.get("extra")?.get("object")?))
                        .any(|id| id == item.status.id)
                })
            }
        }
    }
}

/// Whether a record names this entry of this quarantine anywhere.
fn names(record: &Json, store: &str, entry: &str) -> bool {
    match record {
        Json::Object(fields) => {
            let says = |key: &str, value: &str| fields.get(key).and_then(Json::as_str) == Some(value);
            says("store", store) && says("entry", entry)
                || fields.values().any(|value| names(value, store, entry))
        }
        Json::Array(values) => values.iter().any(|value| names(value, store, entry)),
        _ => false,
    }
}
