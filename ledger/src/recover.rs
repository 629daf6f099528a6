//! Finding the end of the ledger to write after. Where the cache and the segment agree this is two reads; else
//! the newest segment is read, and whatever is wrong ends in an `open` entry that says so, or in a refusal.

mod progress;

use super::{
    Kind, LedgerError,
    append::Draft,
    batch::is_spent,
    clock, hash, line, lock,
    segment::{self, Place, Segment, Shape},
    tail::{self, Cache, Tail},
};
use progress::{Progress, Vouched, read_on};
use rustix::io::Errno;
use serde_json::Value;
use std::{fs::File, os::unix::fs::FileExt, path::Path};

/// The end of the ledger, ready to write after.
pub(super) struct Found {
    pub(super) segment: Segment,
    pub(super) tail: Tail,
    /// What must be recorded before anything else.
    pub(super) note: Option<Draft>,
    /// Where the note goes.
    pub(super) place: NotePlace,
    /// Whether entries may be gone that nobody took.
    pub(super) loss: Loss,
    /// What the cache said, where it said anything.
    pub(super) cached: Option<Tail>,
}

impl Found {
    /// Whether a power loss may have taken entries that were not synced.
    pub(super) fn lost_power(&self) -> bool {
        self.loss == Loss::Power || self.cached.is_some_and(|cached| cached.is_of_another_boot())
    }

    /// Has the seals that are left out told of, in a segment of its own.
    pub(super) fn tell_of_gap(&mut self, seals: u64) {
        let note = self.note.get_or_insert_with(|| {
            Draft::of(
                Kind::Open,
                [("reason", Value::from("power-loss")), ("expected", Value::Null)],
            )
        });
        note.data.insert("seal_gap".to_owned(), Value::from(seals));
        // No entry may come before it, as one of a rotation would.
        self.place = NotePlace::NextSegment;
    }
}

/// Where the note of a recovery is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotePlace {
    /// After the last entry.
    Here,
    /// At the beginning of a new segment: nothing can follow what this one ends with.
    NextSegment,
}

/// What may account for missing entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Nothing.
    None,
    /// A power loss: entries that were not synced.
    Power,
}

/// Finds the end as a person wants it found: whatever the last bytes are, they are told of and left behind.
pub(super) fn find_vouched(place: Place<'_>) -> Result<Found, LedgerError> {
    rebuild(place, None, Vouched::ByPerson)
}

/// Finds the end. `held` is the segment as this writer left it open.
pub(super) fn find(place: Place<'_>, lock: &File, held: Option<Segment>) -> Result<Found, LedgerError> {
    let left = held.as_ref().and_then(|held| held.left.as_ref());
    let cache =
        tail::load_knowing(lock, left).map_err(|e| LedgerError::io("read", &place.path(lock::NAME), e))?;
    let known = match cache {
        Cache::Known(tail) => tail,
        Cache::Empty | Cache::Damaged => return rebuild(place, None, Vouched::No),
    };
    let (segment, shape) = match reopen(place, known.first, held) {
        Err(e) if e.errno() == Some(Errno::NOENT) => {
            return disagree(place, known, &segment::path(place, known.first), "is gone");
        }
        other => other?,
    };
    if shape.size == known.end && segment.left.as_ref().is_some_and(|left| left.tail == known) {
        return Ok(agreed(segment, known));
    }
    let path = segment::path(place, known.first);
    if shape.size < known.end {
        return disagree(place, known, &path, "is shorter than it was");
    }
    if !last_line_is(&segment.file, &path, &known)? {
        return disagree(place, known, &path, "does not end with the last entry");
    }
    if shape.size == known.end {
        return Ok(agreed(segment, known));
    }
    // A writer was stopped between its write and the cache: its lines, or a torn one, follow.
    let seen = read_on(&segment.file, &path, Progress::after(&known), Vouched::No)?;
    Ok(Found {
        cached: Some(known),
        ..settle(segment, seen, &known, None)
    })
}

/// The cache and the segment say the same.
fn agreed(segment: Segment, known: Tail) -> Found {
    Found {
        cached: Some(known),
        ..whole(segment, known)
    }
}

fn whole(segment: Segment, tail: Tail) -> Found {
    Found {
        segment,
        tail,
        note: None,
        place: NotePlace::Here,
        loss: Loss::None,
        cached: None,
    }
}

fn reopen(place: Place<'_>, first: u64, held: Option<Segment>) -> Result<(Segment, Shape), LedgerError> {
    if let Some(held) = held.filter(|held| held.first == first) {
        let shape = segment::shape_of(&held.file, || segment::path(place, first))?;
        if !shape.unlinked {
            return Ok((held, shape));
        }
    }
    let (file, shape) = segment::open_append(place, first)?;
    let segment = Segment {
        first,
        file,
        opened: shape,
        left: None,
    };
    Ok((segment, shape))
}

/// Whether the bytes where the cache puts the last line are that line, whole and with its hash.
fn last_line_is(file: &File, path: &Path, known: &Tail) -> Result<bool, LedgerError> {
    let length = usize::try_from(known.end - known.start).unwrap_or(usize::MAX);
    if length > super::MAX_LINE_BYTES {
        return Ok(false);
    }
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, known.start)
        .map_err(|e| LedgerError::io("read", path, e))?;
    let Some(Ok(framed)) = bytes.strip_suffix(b"\n").map(line::parse) else {
        return Ok(false);
    };
    Ok(framed.seq == known.seq && framed.hash == known.hash && framed.holds())
}

/// The segment is not as the cache says. After a power loss that is to be expected, and recorded; otherwise
/// entries were taken away, and nothing is written over that. Where no recovery would go on either, that is said.
fn disagree(place: Place<'_>, known: Tail, path: &Path, why: &str) -> Result<Found, LedgerError> {
    if known.is_of_another_boot() {
        return rebuild(place, Some(known), Vouched::No);
    }
    Err(match find_vouched(place).err() {
        Some(broken @ LedgerError::Broken { .. }) => broken,
        Some(LedgerError::Missing { .. }) => LedgerError::Emptied {
            path: place.shown.to_path_buf(),
        },
        _ => LedgerError::Tampered {
            path: path.to_path_buf(),
            why: format!("{why}: entry {} ended at byte {}", known.seq, known.end),
        },
    })
}

/// Reads the newest segment that has a whole line, from its beginning.
fn rebuild(place: Place<'_>, lost: Option<Tail>, vouched: Vouched) -> Result<Found, LedgerError> {
    let firsts = segment::list(place)?;
    let mut unbegun = false;
    for &first in firsts.iter().rev() {
        let name = segment::name(first);
        let path = place.path(&name);
        let (file, shape) = segment::open_append(place, first)?;
        let seen = read_on(&file, &path, Progress::before(first), vouched)?;
        if seen.seq < first {
            // Empty, or only the torn beginning of a first line: a rotation that did not come to its end.
            unbegun = true;
            continue;
        }
        let segment = Segment {
            first,
            file,
            opened: shape,
            left: None,
        };
        let base = Tail {
            first,
            opened: seen.opened,
            seq: seen.seq,
            at: seen.at,
            hash: seen.hash,
            start: seen.start,
            end: seen.end,
            sealed: is_sealed(place)?,
            spent: is_spent(place),
            booted: clock::since_boot(),
            marks: seen.marks,
        };
        if first > base.seq || (unbegun && firsts.last() != Some(&(base.seq + 1))) {
            return Err(LedgerError::Broken {
                path,
                why: format!("ends with entry {}, which no later segment follows", base.seq),
            });
        }
        let expected = lost.map_or(Value::Null, |lost| {
            Value::from(format!("{} {}", lost.seq, hash::hex_text(&lost.hash)))
        });
        let reason = if lost.is_some() {
            "power-loss"
        } else {
            "cache-lost"
        };
        let note = Draft::of(
            Kind::Open,
            [("reason", Value::from(reason)), ("expected", expected)],
        );
        let mut found = settle(segment, seen, &base, Some(note));
        if unbegun {
            found.place = NotePlace::NextSegment;
        }
        if lost.is_some() {
            found.loss = Loss::Power;
        }
        return Ok(found);
    }
    Err(if firsts.is_empty() {
        LedgerError::Missing {
            path: place.shown.to_path_buf(),
        }
    } else {
        LedgerError::Broken {
            path: place.shown.to_path_buf(),
            why: "holds no entry that can be read".to_owned(),
        }
    })
}

/// Whether this ledger's entries carry a seal; the key's file is made with the ledger and never before.
fn is_sealed(place: Place<'_>) -> Result<bool, LedgerError> {
    place.has(super::SEAL_KEY)
}

/// Goes on after what was read: in the same segment, or in a new one where the old one's end is torn.
fn settle(segment: Segment, seen: Progress, base: &Tail, note: Option<Draft>) -> Found {
    let tail = Tail {
        seq: seen.seq,
        at: seen.at,
        hash: seen.hash,
        start: seen.start,
        end: seen.end,
        marks: seen.marks,
        ..*base
    };
    if seen.torn == 0 {
        return Found {
            note,
            ..whole(segment, tail)
        };
    }
    let mut draft = Draft::of(
        Kind::Open,
        [
            ("reason", Value::from("torn")),
            ("segment", Value::from(segment::name(segment.first))),
            ("offset", Value::from(seen.end)),
            ("bytes", Value::from(seen.torn)),
            ("sha256", Value::from(hash::hex_text(&seen.torn_sha256))),
        ],
    );
    if let Some(expected) = note.and_then(|mut note| note.data.remove("expected")) {
        draft.data.insert("expected".to_owned(), expected);
    }
    Found {
        note: Some(draft),
        place: NotePlace::NextSegment,
        ..whole(segment, tail)
    }
}
