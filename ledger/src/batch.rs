//! Writing under the lock: find the end, put right what must be, write, leave the cache. And the last word on a
//! full disk, for which a reserve is kept.

use super::{
    Draft, Kind, LedgerError, Receipt, Settings,
    durable::{refuse_poisoned, sync_segment},
    lines::{Lines, prepare},
    marks::Move,
    recover, rotate,
    seal::Sealer,
    segment::{self, Place, Segment},
    tail::Tail,
};
use rustix::{
    fs::{FallocateFlags, Mode, OFlags, fallocate, ftruncate},
    io::Errno,
};
use serde_json::Value;
use std::{fs::File, ops::Range};

/// Name of the file whose space the last word takes.
pub(super) const RESERVE: &str = "ledger.reserve";
/// Its size: room for a new segment and a line in it.
const RESERVE_BYTES: u64 = 64 << 10;

/// Entries about to be written together.
pub(super) struct Batch<'a> {
    pub(super) entries: &'a [(Move, Vec<u8>)],
    /// Only while no newer entry than this one stops calls.
    pub(super) unless_stopped_since: Option<u64>,
}

impl Batch<'_> {
    /// Writes them; `held` is the segment as this writer left it. Tells which bytes of which segment they became.
    pub(super) fn write(
        &self,
        place: Place<'_>,
        lock: &File,
        settings: &Settings,
        held: Option<Segment>,
    ) -> Result<(Segment, Range<u64>, Vec<Receipt>), LedgerError> {
        refuse_poisoned(place)?;
        let mut found = recover::find(place, lock, held)?;
        if settings.require_seal && !found.tail.sealed {
            return Err(LedgerError::Unsealed {
                path: place.shown.to_path_buf(),
                why: "is not sealed, and policy demands it",
            });
        }
        let frozen = found.tail.marks.freeze;
        if self.unless_stopped_since.is_some_and(|known| frozen > known) {
            return Err(LedgerError::Stopped { seq: frozen });
        }
        let resumed = if found.tail.spent {
            Some(refill(place)?)
        } else {
            None
        };
        let mut sealer = match found.tail.sealed {
            true => Some(Sealer::open(place, &mut found)?),
            false => None,
        };
        let (mut segment, tail, note) = rotate::when_due(place, lock, settings, found, sealer.as_mut())?;
        let mut receipts = Vec::with_capacity(self.entries.len());
        let mut lines = Lines::after(&tail);
        for own in note.into_iter().chain(resumed) {
            lines.push(&prepare(&own, None)?, sealer.as_mut());
        }
        // Only now: what stands before it must not be older than the entry before.
        if let Some(own) = lines.clock_entry() {
            lines.push(&prepare(&own, None)?, sealer.as_mut());
        }
        for (moves, data) in self.entries {
            let receipt = lines.push(data, sealer.as_mut());
            lines.mark(receipt.seq, *moves);
            receipts.push(receipt);
        }
        let begin = tail.end;
        let tail = Tail {
            spent: false,
            ..lines.write(place, &mut segment, tail)?
        };
        let wrote = begin..tail.end;
        leave(place, lock, &mut segment, tail, sealer.as_ref())?;
        Ok((segment, wrote, receipts))
    }
}

/// Leaves cache and key as the next writer needs them.
fn leave(
    place: Place<'_>,
    lock: &File,
    segment: &mut Segment,
    tail: Tail,
    sealer: Option<&Sealer>,
) -> Result<(), LedgerError> {
    if let Some(sealer) = sealer {
        sealer.store(place)?;
    }
    // A cache that cannot be written is a cache that the next writer rebuilds.
    segment.left = tail.store(lock).ok();
    Ok(())
}

/// Whether there was no room.
pub(super) fn is_full(error: &LedgerError) -> bool {
    matches!(error.errno(), Some(Errno::NOSPC | Errno::DQUOT))
}

/// Gives the reserve up and says in its place that writing stopped. Where even that fails, the error of the write
/// is all there is to say.
pub(super) fn suspend(place: Place<'_>, lock: &File, settings: &Settings, full: LedgerError) -> LedgerError {
    let last_word = || -> Result<(), LedgerError> {
        let path = place.path(RESERVE);
        let reserve = place.open(RESERVE, OFlags::WRONLY, Mode::empty())?;
        if segment::shape(&reserve, &path)?.size == 0 {
            return Err(LedgerError::io("use", &path, Errno::NOSPC));
        }
        ftruncate(&reserve, 0).map_err(|e| LedgerError::io("use", &path, e))?;
        let mut found = recover::find(place, lock, None)?;
        let mut sealer = match found.tail.sealed {
            true => Some(Sealer::open(place, &mut found)?),
            false => None,
        };
        let (mut segment, tail, note) = rotate::when_due(place, lock, settings, found, sealer.as_mut())?;
        let mut lines = Lines::after(&tail);
        let word = Draft::of(Kind::Suspended, [("reason", Value::from(full.to_string()))]);
        for own in note.into_iter().chain(Some(word)) {
            lines.push(&prepare(&own, None)?, sealer.as_mut());
        }
        let tail = Tail {
            spent: true,
            ..lines.write(place, &mut segment, tail)?
        };
        leave(place, lock, &mut segment, tail, sealer.as_ref())?;
        sync_segment(place, &segment)
    };
    match last_word() {
        Ok(()) => LedgerError::Suspended {
            path: place.shown.to_path_buf(),
        },
        Err(_) => full,
    }
}

/// Makes the reserve, of blocks that are its own.
pub(super) fn make_reserve(place: Place<'_>) -> Result<(), LedgerError> {
    let flags = OFlags::WRONLY | OFlags::CREATE;
    let reserve = place.open(RESERVE, flags, Mode::RUSR | Mode::WUSR)?;
    match fallocate(&reserve, FallocateFlags::empty(), 0, RESERVE_BYTES) {
        // A file system that cannot promise room keeps an empty reserve: the last word may then fail.
        Ok(()) | Err(Errno::OPNOTSUPP) => Ok(()),
        Err(e) => Err(LedgerError::io("keep room in", &place.path(RESERVE), e)),
    }
}

/// Fills the reserve again after it was used, and says that writing goes on. While there is no room for it nothing
/// else is written either.
fn refill(place: Place<'_>) -> Result<Draft, LedgerError> {
    match make_reserve(place) {
        Ok(()) => Ok(Draft::of(Kind::Open, [("reason", Value::from("resumed"))])),
        Err(e) if is_full(&e) => Err(LedgerError::Suspended {
            path: place.shown.to_path_buf(),
        }),
        Err(e) => Err(e),
    }
}

/// Whether the reserve was used up, as its file tells where the cache is lost.
pub(super) fn is_spent(place: Place<'_>) -> bool {
    let reserve = place.open(RESERVE, OFlags::RDONLY, Mode::empty());
    reserve.is_ok_and(|file| segment::shape(&file, &place.path(RESERVE)).is_ok_and(|shape| shape.size == 0))
}
