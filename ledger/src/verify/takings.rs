//! What was taken out on purpose: each redacted entry and each pruned range must be told of by a later entry.

use super::{Report, State, roots::Redacted};
use crate::{
    Hash, LedgerError, hash,
    read::{Entry, Reader},
    segment::{self, Place},
};
use serde_json::Value;
use std::io::Read;

/// Where the number of the last `prune` entry is noted, so that it need not be searched for. Only a hint: the
/// entry itself is in the chain.
pub(crate) const PRUNED: &str = "tlog/pruned";

/// Looks for the entries that tell of what is missing.
pub(super) fn check(
    place: Place<'_>,
    first_prev: &Hash,
    redacted: &[Redacted],
    report: &mut Report,
) -> Result<(), LedgerError> {
    let reader = Reader::open(place.dir, place.shown)?;
    if report.entries_from > 1 {
        let last = report.entries_from - 1;
        let told = match pruned_by(place) {
            Some(by) => reader
                .get(by)?
                .is_some_and(|entry| tells_of_range(&entry, last, first_prev)),
            None => false,
        };
        if told {
            report.notes.push(format!("entries 1 to {last} were pruned"));
        } else {
            report.find(
                State::Truncated,
                Some(1),
                format!("entries 1 to {last} are missing"),
            );
        }
    }
    for placeholder in redacted {
        let entry = reader.get(placeholder.by)?;
        if entry.is_some_and(|entry| entry.seq > placeholder.seq && tells_of(&entry, placeholder)) {
            report.redacted += 1;
        } else {
            let what = "has its data taken out, and no entry says so";
            report.find(State::Tampered, Some(placeholder.seq), what);
        }
    }
    Ok(())
}

fn tells_of_range(entry: &Entry, last: u64, last_hash: &Hash) -> bool {
    entry.kind() == "prune"
        && entry.data.get("last") == Some(&Value::from(last))
        && entry.data.get("last_hash") == Some(&Value::from(hash::hex_text(last_hash)))
}

fn tells_of(entry: &Entry, placeholder: &Redacted) -> bool {
    entry.kind() == "redact"
        && entry.data.get("entry") == Some(&Value::from(placeholder.seq))
        && entry.data.get("data_sha256") == Some(&Value::from(hash::hex_text(&placeholder.data)))
}

fn pruned_by(place: Place<'_>) -> Option<u64> {
    let mut text = String::new();
    let file = place
        .open(PRUNED, rustix::fs::OFlags::RDONLY, rustix::fs::Mode::empty())
        .ok()?;
    segment::shape(&file, &place.path(PRUNED)).ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
