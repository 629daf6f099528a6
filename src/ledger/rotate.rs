//! Closing a segment and beginning the next. The old one is synced before the new one is there, and made
//! read-only after it.

use super::{
    Kind, LedgerError, Settings,
    append::{Draft, Lines, Segment, prepare, sync_segment},
    clock, lock,
    segment::{self, Place},
    tail::{self, Tail},
};
use rustix::io::Errno;
use serde_json::Value;
use std::fs::File;

/// Begins a new segment where the newest is full or old, and returns the tail to write after.
pub(super) fn when_due(
    place: Place<'_>,
    lock: &File,
    settings: &Settings,
    newest: &mut Segment,
    tail: Tail,
) -> Result<Tail, LedgerError> {
    let age = u128::try_from(clock::now() - tail.opened).unwrap_or(0);
    let reason = if tail.end >= settings.rotate_bytes {
        "size"
    } else if age >= settings.rotate_after.as_micros() {
        "age"
    } else {
        return Ok(tail);
    };
    now(place, lock, newest, tail, reason)
}

/// Begins a new segment with a `rotate` entry.
pub(super) fn now(
    place: Place<'_>,
    lock: &File,
    newest: &mut Segment,
    tail: Tail,
    reason: &'static str,
) -> Result<Tail, LedgerError> {
    sync_segment(place, newest)?;
    let data = [
        ("reason", Value::from(reason)),
        ("segment", Value::from(segment::name(tail.first))),
        ("bytes", Value::from(tail.end)),
    ];
    let (next, after) = begin(place, lock, &tail, Draft::of(Kind::Rotate, data))?;
    segment::close_off(&newest.file);
    *newest = next;
    Ok(after)
}

/// Makes the segment that follows `tail`, with `draft` as its first entry, all of it durable.
pub(super) fn begin(
    place: Place<'_>,
    lock: &File,
    tail: &Tail,
    mut draft: Draft,
) -> Result<(Segment, Tail), LedgerError> {
    // INVARIANT: no cache on the disk names an older segment once a newer one exists, else a writer that
    // trusts the cache would fork the chain.
    tail::forget(lock).map_err(|e| LedgerError::io("write", &place.path(lock::NAME), e))?;
    let first = tail.seq + 1;
    let mut next = Segment {
        first,
        file: fresh_file(place, first)?,
        left: None,
    };
    tail.marks.carry(&mut draft);
    let mut lines = Lines::after(tail);
    lines.push(&prepare(draft)?);
    let empty = Tail {
        first,
        start: 0,
        end: 0,
        ..*tail
    };
    let after = lines.write(place, &mut next, empty)?;
    sync_segment(place, &next)?;
    place.sync()?;
    let tail = Tail {
        opened: after.at,
        ..after
    };
    Ok((next, tail))
}

/// An empty file for the segment. One that a crash left empty is used; one that holds only the torn beginning
/// of its first line keeps its bytes under another name.
pub(super) fn fresh_file(place: Place<'_>, first: u64) -> Result<File, LedgerError> {
    match segment::create(place, first) {
        Err(e) if e.errno() == Some(Errno::EXIST) => {}
        other => return other,
    }
    let (left, shape) = segment::open_append(place, first)?;
    if shape.size == 0 {
        return Ok(left);
    }
    segment::set_aside(place, first)?;
    segment::create(place, first)
}
