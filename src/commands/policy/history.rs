//! Recorded decisions as calls that another policy can judge again.

use crate::{
    report::Failure,
    view::{desk::Desk, out, select::Selection},
};
use ledger::read::Entry;
use policy::{Decision, Policy, Scope};
use serde_json::Value as Json;

/// A decision that was recorded with all its facts.
pub(super) struct Recorded {
    /// The entry's number.
    pub(super) seq: u64,
    /// The facts.
    pub(super) scope: Scope,
    /// What was decided then.
    pub(super) decision: Decision,
    /// The tool it was for.
    pub(super) tool: String,
}

impl Recorded {
    fn of(entry: &Entry) -> Option<Self> {
        let part = |key: &str| entry.data.get(key).cloned().unwrap_or(Json::Null);
        Some(Self {
            seq: entry.seq,
            scope: serde_json::from_value(part("scope")).ok()?,
            decision: serde_json::from_value(part("decision")).ok()?,
            tool: part("tool").as_str().unwrap_or_default().to_owned(),
        })
    }

    /// What a policy decides of it now, with the capabilities that this policy grants.
    pub(super) fn judge(&self, policy: &Policy) -> Decision {
        let mut scope = self.scope.clone();
        scope.identity.capabilities = policy.capabilities(&scope.identity);
        policy.decide(&scope)
    }
}

/// Gives every recorded decision that was asked for; says how many could not be replayed because their facts
/// were not kept.
///
/// # Errors
/// There is no ledger, or it cannot be read.
pub(super) fn each(
    selection: Selection,
    mut take: impl FnMut(Recorded) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let selection = selection.decisions_only();
    let reader = Desk::open()?.reader()?;
    let mut without_facts = 0;
    for entry in reader.from_time(selection.since())? {
        let entry = entry?;
        if selection.is_over(&entry.timestamp) {
            break;
        }
        let wanted = entry.kind() == "decision" && !selection.is_before(&entry.timestamp);
        if !wanted || !selection.takes_entry(&entry) {
            continue;
        }
        match Recorded::of(&entry) {
            Some(recorded) => take(recorded)?,
            None => without_facts += 1,
        }
    }
    out::beside(&selection.notes());
    Ok(without_facts)
}
