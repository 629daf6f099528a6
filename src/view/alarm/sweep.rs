//! Alarms over the whole ledger: conditions are tried on all cores, what they find is gathered in order.

use super::{Alarms, Episode, rules::Rule};
use crate::view::{crew, out::Stopped, progress::Pace, select::Selection};
use ledger::read::{Entry, Reader};
use policy::Wanted;
use std::ops::ControlFlow;

/// Looks at all entries that are asked for. Episodes that end are given to `ended`; the others stay open.
///
/// # Errors
/// A segment cannot be read, or what `ended` says.
pub(crate) fn sweep(
    reader: &Reader,
    selection: &Selection,
    alarms: &mut Alarms,
    mut ended: impl FnMut(Episode) -> Result<(), Stopped>,
) -> Result<(), Stopped> {
    let rules: Vec<Rule> = alarms.rules().to_vec();
    let mut wanted = Wanted::default();
    rules.iter().for_each(|rule| wanted.join(rule.condition.wanted()));
    let pieces = reader.pieces(selection.since())?;
    crew::sweep(
        reader,
        &pieces,
        Pace::Told,
        |reader, piece| {
            let mut found: Vec<(Vec<usize>, Entry)> = Vec::new();
            reader.sweep(piece, |raw| {
                if selection.is_over(raw.timestamp) {
                    return ControlFlow::Break(());
                }
                if selection.is_before(raw.timestamp) {
                    return ControlFlow::Continue(());
                }
                let mut data = wanted.read(raw.data).unwrap_or_default();
                let mut meets = |rule: &Rule| {
                    rule.condition
                        .of(raw.seq, raw.timestamp, &mut data)
                        .unwrap_or(false)
                };
                let hits: Vec<usize> = rules
                    .iter()
                    .enumerate()
                    .filter(|(_, rule)| meets(rule))
                    .map(|(index, _)| index)
                    .collect();
                if !hits.is_empty()
                    && let Some(entry) = raw.entry()
                    && selection.takes_entry(&entry)
                {
                    found.push((hits, entry));
                }
                ControlFlow::Continue(())
            })?;
            Ok(found)
        },
        |found| {
            for (hits, entry) in found {
                for episode in alarms.note(hits, &entry) {
                    ended(episode)?;
                }
            }
            Ok(ControlFlow::Continue(()))
        },
    )
}
