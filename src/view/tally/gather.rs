//! Counting the whole ledger, on all cores.

use super::{Tally, slim::Slim};
use crate::view::{crew, out::Stopped, progress::Pace, select::Selection};
use ledger::{read::Reader, sweep::Raw};
use std::ops::ControlFlow;

/// Adds up all entries that are asked for.
///
/// # Errors
/// A segment cannot be read, or the condition fails on an entry.
pub(crate) fn gather(reader: &Reader, selection: &Selection) -> Result<Tally, Stopped> {
    let pieces = reader.pieces(selection.since())?;
    let mut total = Tally::default();
    crew::sweep(
        reader,
        &pieces,
        Pace::Told,
        |reader, piece| {
            let mut tally = Tally::default();
            reader.sweep(piece, |raw| {
                if selection.is_over(raw.timestamp) {
                    return ControlFlow::Break(());
                }
                if !selection.is_before(raw.timestamp) {
                    tally.count(&raw, |slim| is_wanted(selection, &raw, slim));
                }
                ControlFlow::Continue(())
            })?;
            Ok(tally)
        },
        |tally| {
            total.merge(tally);
            Ok(ControlFlow::Continue(()))
        },
    )?;
    Ok(total)
}

fn is_wanted(selection: &Selection, raw: &Raw<'_>, slim: &Slim<'_>) -> bool {
    let first = slim
        .decision
        .as_ref()
        .and_then(|decision| decision.matched_rules.first());
    selection.is_of(&slim.identity.agent.value, &slim.identity.session)
        && selection.is_by(first.map_or("", |matched| matched.rule.as_ref()))
        && selection.condition().is_none_or(|condition| {
            let mut data = condition.wanted().read(raw.data).unwrap_or_default();
            condition.of(raw.seq, raw.timestamp, &mut data).unwrap_or(false)
        })
}
