//! Which call is meant: the one of a number, or the last that changed something and was not taken back.

use crate::report::{Exit, Failure};
use ledger::read::{Entry, Reader};
use serde_json::Value as Json;
use std::collections::HashMap;

/// No further back than this is looked for the last one.
const MAX_LOOK: usize = 100_000;

/// The kernel stamps changes by a clock that is up to a tick behind.
const TICK_US: i64 = 20_000;

/// A call that did something.
#[derive(Debug)]
pub struct Found {
    /// Its decision.
    pub decision: Entry,
    /// How it went, none where it was stopped before that could be told or recorded.
    pub outcome: Option<Entry>,
    /// When calls were taken back after it, from and to, microseconds since 1970.
    pub undos: Vec<(i64, i64)>,
}

/// Finds the call `seq`, or the last one of this principal that nobody took back. `did` says of a call that was
/// stopped before its outcome was recorded whether it did anything.
///
/// # Errors
/// 64 where there is none, or it was taken back already.
pub fn find(
    reader: &Reader,
    seq: Option<u64>,
    principal: &str,
    did: &dyn Fn(&Found) -> bool,
) -> Result<Found, Failure> {
    // For each call that somebody took back: whether all of it.
    let mut undone: HashMap<u64, bool> = HashMap::new();
    let mut outcomes: HashMap<u64, Entry> = HashMap::new();
    let mut undos: Vec<(i64, i64)> = Vec::new();
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
                let whole = undone.entry(of).or_default();
                *whole |= is_whole(&entry);
            }
            ("outcome", Some(of)) if !is_lost(&entry) => {
                outcomes.insert(of, entry);
            }
            ("decision", _) => {
                let outcome = outcomes.remove(&entry.seq);
                if operation(&entry) == Some("undo") {
                    let to = outcome.as_ref().map_or(i64::MAX, Entry::micros);
                    undos.push((entry.micros().saturating_sub(TICK_US), to));
                    continue;
                }
                let found = Found {
                    decision: entry,
                    outcome,
                    undos: undos.clone(),
                };
                let number = found.decision.seq;
                match seq {
                    Some(seq) if seq != number => (),
                    Some(_) if undone.get(&number) == Some(&true) => {
                        return Err(Failure::new(
                            Exit::Usage,
                            format!("entry {number} was taken back already"),
                        )
                        .hint("`wt undo SEQ` takes back another call; `wt recent` lists them"));
                    }
                    Some(_) if is_of_files(&found.decision) => return Ok(found),
                    Some(_) => break,
                    None if !undone.contains_key(&number) && is_last(&found, principal, did) => {
                        return Ok(found);
                    }
                    None => (),
                }
            }
            _ => {}
        }
    }
    Err(match seq {
        Some(seq) => Failure::new(Exit::Usage, format!("entry {seq} is no call that changed files"))
            .hint("`wt recent` lists calls with their entries"),
        None => Failure::new(Exit::Usage, "no call is left to take back")
            .hint("`wt recent` lists calls with their entries; `wt undo SEQ` takes back one of them"),
    })
}

/// Whether nobody knows what the call did: its process was lost.
fn is_lost(outcome: &Entry) -> bool {
    effects(outcome)
        .iter()
        .any(|effect| effect.get("op").is_some_and(|op| op == "lost"))
}

/// What one of Watchtower's own commands does.
fn operation(decision: &Entry) -> Option<&str> {
    let intent = decision.data.get("intent")?;
    let own = intent.get("domain").and_then(Json::as_str) == Some("watchtower");
    intent.get("operation")?.as_str().filter(|_| own)
}

/// Whether nothing was left to take back.
pub(super) fn is_whole(undo: &Entry) -> bool {
    let left = undo.data.get("left").and_then(Json::as_array);
    undo.data.get("exit_code").and_then(Json::as_u64) == Some(0) && left.is_none_or(Vec::is_empty)
}

/// A decision that let a call change files.
pub(super) fn is_of_files(decision: &Entry) -> bool {
    let at = |path: [&str; 2]| {
        let [first, second] = path;
        decision.data.get(first)?.get(second)?.as_str()
    };
    at(["intent", "domain"]) == Some("filesystem")
        && matches!(at(["decision", "verdict"]), Some("allow" | "shadow"))
}

fn is_last(found: &Found, principal: &str, did: &dyn Fn(&Found) -> bool) -> bool {
    let own = found
        .decision
        .data
        .get("identity")
        .and_then(|who| who.get("principal"))
        .and_then(Json::as_str);
    let changed = || match &found.outcome {
        Some(outcome) => effects(outcome)
            .iter()
            .any(|effect| effect.get("op").is_some_and(|op| op != "failed")),
        None => did(found),
    };
    own == Some(principal) && is_of_files(&found.decision) && changed()
}

/// The recorded effects of an outcome.
pub(super) fn effects(outcome: &Entry) -> &[Json] {
    let effects = outcome
        .data
        .get("execution")
        .and_then(|execution| execution.get("effects"));
    effects.and_then(Json::as_array).map_or(&[], Vec::as_slice)
}
