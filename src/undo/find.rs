//! Which call is meant: the one of a number, or the last that changed something and was not taken back.

use crate::{
    ledger::read::{Entry, Reader},
    report::{Exit, Failure},
};
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};

/// No further back than this is looked for the last one.
const MAX_LOOK: usize = 100_000;

/// A call that did something.
#[derive(Debug)]
pub struct Found {
    /// Its decision.
    pub decision: Entry,
    /// How it went, none where it was stopped before that was recorded.
    pub outcome: Option<Entry>,
}

/// Finds the call `seq`, or the last one of this principal that can be taken back.
///
/// # Errors
/// 64 where there is none, or it was taken back already.
pub fn find(reader: &Reader, seq: Option<u64>, principal: &str) -> Result<Found, Failure> {
    let mut undone: HashSet<u64> = HashSet::new();
    let mut outcomes: HashMap<u64, Entry> = HashMap::new();
    for entry in reader
        .backwards()
        .take(if seq.is_some() { usize::MAX } else { MAX_LOOK })
    {
        let entry = entry?;
        if seq.is_some_and(|seq| entry.seq < seq) {
            break;
        }
        let of = entry.data.get("of").and_then(Json::as_u64);
        match (entry.kind(), of) {
            ("undo", Some(of)) => {
                undone.insert(of);
            }
            ("outcome", Some(of)) => {
                outcomes.insert(of, entry);
            }
            ("decision", _) => {
                let outcome = outcomes.remove(&entry.seq);
                if wanted(&entry, outcome.as_ref(), seq, principal) {
                    if !undone.contains(&entry.seq) {
                        return Ok(Found {
                            decision: entry,
                            outcome,
                        });
                    }
                    if seq.is_some() {
                        return Err(Failure::new(
                            Exit::Usage,
                            format!("entry {} was taken back already", entry.seq),
                        ));
                    }
                }
            }
            _ => {}
        }
    }
    Err(match seq {
        Some(seq) => Failure::new(Exit::Usage, format!("entry {seq} is no call that changed files"))
            .hint("`wt recent` lists calls with their entries"),
        None => Failure::new(Exit::Usage, "no call is left to take back"),
    })
}

fn wanted(decision: &Entry, outcome: Option<&Entry>, seq: Option<u64>, principal: &str) -> bool {
    if let Some(seq) = seq {
        return decision.seq == seq;
    }
    let at = |path: &str| {
        decision
            .data
            .get("scope")
            .and_then(|scope| scope.pointer(path))
            .and_then(Json::as_str)
    };
    let own = decision
        .data
        .get("identity")
        .and_then(|who| who.get("principal"))
        .and_then(Json::as_str);
    let did = match outcome {
        Some(outcome) => effects(outcome)
            .iter()
            .any(|effect| effect.get("op").is_some_and(|op| op != "failed")),
        None => at("/operation") == Some("delete") && verdict(decision) == Some("allow"),
    };
    let of_files = decision
        .data
        .get("intent")
        .and_then(|intent| intent.get("domain"))
        .and_then(Json::as_str);
    did && own == Some(principal) && of_files == Some("filesystem")
}

fn verdict(decision: &Entry) -> Option<&str> {
    decision.data.get("decision")?.get("verdict")?.as_str()
}

/// The recorded effects of an outcome.
pub(super) fn effects(outcome: &Entry) -> &[Json] {
    let effects = outcome
        .data
        .get("execution")
        .and_then(|execution| execution.get("effects"));
    effects.and_then(Json::as_array).map_or(&[], Vec::as_slice)
}
