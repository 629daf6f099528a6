//! The alarm that the record gives by itself where it does not hold, as far as that is seen in passing.

use super::{Episode, rules::Urgency};
use crate::view::standing::record::{Integrity, Record};
use ledger::LedgerError;

/// The alarm of a record that was looked at; none where it holds, or is too large for a look in passing.
pub(crate) fn problem(looked: &Result<Record, LedgerError>) -> Option<Episode> {
    let (what, last) = match looked {
        Ok(record) => {
            let Integrity { state, finding, .. } = &record.integrity;
            if !record.integrity.is_broken() {
                return None;
            }
            (format!("{state}: {finding}"), record.last.clone())
        }
        Err(e) => (format!("cannot be read: {e}"), None),
    };
    let last = last.map(|end| (end.seq, end.timestamp)).unwrap_or_default();
    Some(Episode {
        rule: "chain-problem".to_owned(),
        urgency: Urgency::Critical,
        agent: String::new(),
        first: last.clone(),
        last,
        count: 1,
        told: 0,
        told_at: None,
        what,
    })
}
