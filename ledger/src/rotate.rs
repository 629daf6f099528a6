//! Closing a segment and beginning the next. The old one is synced before the new one is there, and made
//! read-only after it.

use super::{
    Kind, LedgerError, Settings,
    append::Draft,
    clock,
    durable::sync_segment,
    lines::{Lines, prepare},
    lock,
    recover::{Found, NotePlace},
    seal::Sealer,
    segment::{self, Place, Segment},
    tail::{self, Tail},
};
use rustix::io::Errno;
use serde_json::Value;
use std::fs::File;

/// Begins a new segment where the newest is full, old, or ends with what no entry can follow. Returns where to
/// write, after what, and the note that is still to be written.
pub(super) fn when_due(
    place: Place<'_>,
    lock: &File,
    settings: &Settings,
    found: Found,
    sealer: Option<&mut Sealer>,
) -> Result<(Segment, Tail, Option<Draft>), LedgerError> {
    let Found {
        segment: newest,
        tail,
        note,
        place: note_place,
        ..
    } = found;
    let age = u128::try_from(clock::now() - tail.opened).unwrap_or(0);
    let (draft, note) = match note {
        Some(note) if note_place == NotePlace::NextSegment => (note, None),
        note if tail.end >= settings.rotate_bytes => (rotation(&tail, "size"), note),
        note if age >= settings.rotate_after.as_micros() => (rotation(&tail, "age"), note),
        note => return Ok((newest, tail, note)),
    };
    let (next, tail) = follow(place, lock, &newest, &tail, draft, sealer)?;
    Ok((next, tail, note))
}

/// The entry that begins a segment after a sound one.
pub(super) fn rotation(tail: &Tail, reason: &'static str) -> Draft {
    Draft::of(
        Kind::Rotate,
        [
            ("reason", Value::from(reason)),
            ("segment", Value::from(segment::name(tail.first))),
            ("bytes", Value::from(tail.end)),
        ],
    )
}

/// Closes a segment and begins the next with `draft`.
pub(super) fn follow(
    place: Place<'_>,
    lock: &File,
    newest: &Segment,
    tail: &Tail,
    draft: Draft,
    sealer: Option<&mut Sealer>,
) -> Result<(Segment, Tail), LedgerError> {
    sync_segment(place, newest)?;
    let (next, tail) = begin(place, lock, tail, draft, sealer)?;
    segment::close_off(&newest.file);
    Ok((next, tail))
}

/// Makes the segment that follows `tail`, with `draft` as its first entry, all of it durable.
fn begin(
    place: Place<'_>,
    lock: &File,
    tail: &Tail,
    mut draft: Draft,
    mut sealer: Option<&mut Sealer>,
) -> Result<(Segment, Tail), LedgerError> {
    // INVARIANT: no cache on the disk names an older segment once a newer one exists, else a writer that
    // trusts the cache would fork the chain.
    tail::forget(lock).map_err(|e| LedgerError::io("write", &place.path(lock::NAME), e))?;
    let first = tail.seq + 1;
    let mut next = fresh(place, first)?;
    tail.marks.carry(&mut draft);
    let mut lines = Lines::after(tail);
    lines.push(&prepare(&draft, None)?, sealer.as_deref_mut());
    let empty = Tail {
        first,
        start: 0,
        end: 0,
        ..*tail
    };
    let after = lines.write(place, &mut next, empty)?;
    if let Some(sealer) = sealer {
        sealer.store(place)?;
    }
    sync_segment(place, &next)?;
    place.sync()?;
    let tail = Tail {
        opened: after.at,
        ..after
    };
    // A power loss then finds a cache that tells it from a cut.
    tail.store(lock)
        .and_then(|_| lock.sync_data())
        .map_err(|e| LedgerError::io("write", &place.path(lock::NAME), e))?;
    Ok((next, tail))
}

/// A segment without entries. A file that a crash left empty is used; one that holds only the torn beginning
/// of its first line keeps its bytes under another name.
pub(super) fn fresh(place: Place<'_>, first: u64) -> Result<Segment, LedgerError> {
    let exists = |e: &LedgerError| e.errno() == Some(Errno::EXIST);
    let mut made = segment::create(place, first);
    if made.as_ref().is_err_and(exists) {
        made = segment::open_append(place, first);
        if made.as_ref().is_ok_and(|(_, shape)| shape.size > 0) {
            segment::set_aside(place, first)?;
            made = segment::create(place, first);
        }
    }
    let (file, opened) = made?;
    Ok(Segment {
        first,
        file,
        opened,
        left: None,
    })
}
