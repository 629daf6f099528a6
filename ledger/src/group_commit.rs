//! Group commit: of writers that have to sync at the same time, one syncs for all. They take turns by a lock of the
//! segment file; who has the turn makes durable whatever is written by then and says so behind the tail cache, and
//! who finds its own entries among that needs no sync of its own. Nobody depends on anybody: who is not served in
//! time syncs by itself.
//!
//! What is said is believed on two conditions. It was said while the reader waited: both then had the segment open,
//! so that its inode number means the same file to both, and nothing left by an earlier boot or for a replaced file
//! counts. And the descriptor that was synced was open before the entries were written: a failed write-back is
//! reported to each descriptor that was open when it failed, and to no later one for certain (fsync(2), errseq_t).

use super::{
    LedgerError, clock,
    durable::sync_segment,
    segment::{self, Place, Segment},
    tail::CACHE_BYTES,
};
use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};
use std::{
    fs::File,
    ops::Range,
    os::unix::fs::FileExt,
    time::{Duration, Instant},
};

/// How much is said: five numbers, twice.
pub(super) const SERVED_BYTES: usize = 80;

/// How long a writer waits for another one's sync: what a writer that is stopped in the middle of one costs others.
const PATIENCE: Duration = Duration::from_millis(500);
/// Up to so many entries of this size wait to be synced, each writer syncs its own: the kernel lets a few at once
/// share, sooner than one of them wakes up.
const FEW: u64 = 4;
/// The shortest and the longest time between two looks at what others did.
const NAP: Range<Duration> = Duration::from_micros(20)..Duration::from_millis(5);

/// What one sync made durable.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Served {
    /// The file.
    inode: u64,
    /// From its length when it was opened to that when the sync began.
    bytes: Range<u64>,
    /// Nanoseconds since boot; makes each different from the one before.
    at: u64,
    /// How long it took, in nanoseconds.
    took: u64,
}

/// Makes what this writer wrote durable, by its own sync or by one that another writer makes after that.
pub(super) fn sync(
    place: Place<'_>,
    lock: &File,
    segment: &Segment,
    wrote: &Range<u64>,
) -> Result<(), LedgerError> {
    if take_turn(segment) {
        return serve(place, lock, segment);
    }
    let begun = Instant::now();
    let before = said(lock);
    let last = Served::parse(&before).filter(|last| last.inode == segment.opened.inode);
    // What a former boot left may tell of more than was written.
    let waiting = last
        .as_ref()
        .and_then(|last| wrote.end.checked_sub(last.bytes.end));
    if waiting.is_some_and(|waiting| waiting < FEW * (wrote.end - wrote.start)) {
        return sync_segment(place, segment);
    }
    // The sync that is under way does not help, the next one does.
    let took = Duration::from_nanos(last.map_or(0, |last| last.took));
    let mut nap = took * 2;
    while begun.elapsed() < PATIENCE {
        std::thread::sleep(nap.clamp(NAP.start, NAP.end));
        nap = took / 2;
        let now = said(lock);
        if now != before && Served::parse(&now).is_some_and(|served| served.covers(segment, wrote)) {
            return Ok(());
        }
        if take_turn(segment) {
            return serve(place, lock, segment);
        }
    }
    sync_segment(place, segment)
}

/// A file system without locks has no turns: everybody syncs, as if its turn had come.
fn take_turn(segment: &Segment) -> bool {
    flock(&segment.file, FlockOperation::NonBlockingLockExclusive) != Err(Errno::WOULDBLOCK)
}

/// Syncs for all, says what was done and lets the next one take its turn.
fn serve(place: Place<'_>, lock: &File, segment: &Segment) -> Result<(), LedgerError> {
    let begun = Instant::now();
    let shape = segment::shape_of(&segment.file, || segment::path(place, segment.first));
    let synced = sync_segment(place, segment);
    if let (Ok(shape), Ok(())) = (shape, &synced) {
        let served = Served {
            inode: shape.inode,
            bytes: segment.opened.size..shape.size,
            at: clock::since_boot(),
            took: u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX),
        };
        // Where it cannot be written nobody is told, and everybody syncs.
        drop(lock.write_all_at(&served.bytes(), CACHE_BYTES as u64));
    }
    flock(&segment.file, FlockOperation::Unlock).ok();
    synced
}

/// The last that was said; zeros where nothing was.
fn said(lock: &File) -> [u8; SERVED_BYTES] {
    let mut bytes = [0; SERVED_BYTES];
    drop(lock.read_exact_at(&mut bytes, CACHE_BYTES as u64));
    bytes
}

impl Served {
    fn covers(&self, segment: &Segment, wrote: &Range<u64>) -> bool {
        self.inode == segment.opened.inode && self.bytes.start <= wrote.start && wrote.end <= self.bytes.end
    }

    fn bytes(&self) -> [u8; SERVED_BYTES] {
        let Range { start, end } = self.bytes;
        let numbers = [self.inode, start, end, self.at, self.took];
        let mut bytes = [0; SERVED_BYTES];
        for (slot, n) in bytes.chunks_exact_mut(8).zip(numbers.iter().cycle()) {
            slot.copy_from_slice(&n.to_le_bytes());
        }
        bytes
    }

    /// None for what was read while it was being written.
    fn parse(bytes: &[u8; SERVED_BYTES]) -> Option<Self> {
        let (once, again) = bytes.split_at(SERVED_BYTES / 2);
        let (numbers, _) = once.as_chunks::<8>();
        let &[inode, start, end, at, took] = numbers else {
            return None;
        };
        let number = u64::from_le_bytes;
        (once == again).then(|| Self {
            inode: number(inode),
            bytes: number(start)..number(end),
            at: number(at),
            took: number(took),
        })
    }
}
