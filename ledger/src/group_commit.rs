//! Group commit: of writers that have to sync at the same time, one syncs for all. They take turns by a lock of the
//! segment file; who has the turn syncs whatever is written by then and publishes that behind the tail cache, and who
//! finds its own entries among it needs no sync of its own. Who is not served in time syncs by itself, so that a
//! writer that is stopped in the middle of a sync delays others and stops nobody.
//!
//! Three conditions make an entry durable by another writer's sync:
//! - Its write had returned when the sync began. The tail cache tells that, which is written after the entry; the
//!   length of the file does not, which grows before the write returns and is not yet on its way to the disk then.
//! - The descriptor that was synced was open before the entry was written: a failed write-back is reported to each
//!   descriptor that was open when it failed; one that was opened later may not be told (fsync(2), errseq_t).
//! - It was published while the reader waited: both then had the segment open, so that its inode number means the
//!   same file to both, and nothing counts that was left by an earlier boot or for a file that was replaced.

use super::{
    LedgerError, clock,
    durable::sync_segment,
    segment::{Place, Segment},
    tail::{self, CACHE_BYTES, Cache},
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

/// What is published: five numbers, twice.
pub(super) const SERVED_BYTES: usize = 80;

/// How long a writer waits for others, in times that the last sync took, and the least and the most that this may be:
/// what a writer that is stopped in the middle of a sync can cost others at an append.
const PATIENCE: u32 = 16;
const WAIT: Range<Duration> = Duration::from_millis(20)..Duration::from_millis(500);
/// While fewer entries than this, each as long as this writer's, wait to be synced, every writer syncs its own: the
/// kernel lets a few at once share, sooner than one of them wakes up.
const FEW: u64 = 4;
/// The shortest and the longest time between two looks at what others did.
const NAP: Range<Duration> = Duration::from_micros(20)..Duration::from_millis(5);

/// What one sync made durable.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Served {
    /// The file.
    inode: u64,
    /// From its length when it was opened to the end of the last entry that was written when the sync began.
    bytes: Range<u64>,
    /// Nanoseconds since boot when it ended; tells it from the one before.
    at: u64,
    /// How long it took, in nanoseconds.
    took: u64,
}

/// Makes what this writer wrote durable, by a sync of its own or one that another writer begins after the write.
pub(super) fn sync(
    place: Place<'_>,
    lock: &File,
    segment: &Segment,
    wrote: &Range<u64>,
) -> Result<(), LedgerError> {
    if take_turn(segment) {
        return in_turn(place, lock, segment, wrote);
    }
    let begun = Instant::now();
    // Who cannot see what was published before cannot tell what is new.
    let Some(before) = published(lock) else {
        return sync_segment(place, segment);
    };
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
    let patience = (took * PATIENCE).clamp(WAIT.start, WAIT.end);
    let mut nap = took * 2;
    while begun.elapsed() < patience {
        std::thread::sleep(nap.clamp(NAP.start, NAP.end));
        nap = took / 2;
        let new = published(lock).filter(|now| *now != before);
        if let Some(served) = new.and_then(|now| Served::parse(&now)) {
            if served.covers(segment.opened.inode, wrote) {
                return Ok(());
            }
            // Of those that open the segment for each call, none that comes later can speak for this entry.
            if served.inode == segment.opened.inode && served.bytes.start > wrote.start {
                return sync_segment(place, segment);
            }
        }
        if take_turn(segment) {
            return in_turn(place, lock, segment, wrote);
        }
    }
    // Whoever has the turn is stuck. Others that wait learn of this sync all the same.
    serve(place, lock, segment, wrote)
}

/// A file system without locks has no turns: everybody syncs, as if its turn had come.
fn take_turn(segment: &Segment) -> bool {
    flock(&segment.file, FlockOperation::NonBlockingLockExclusive) != Err(Errno::WOULDBLOCK)
}

/// Syncs for all and lets the next one take its turn.
fn in_turn(place: Place<'_>, lock: &File, segment: &Segment, wrote: &Range<u64>) -> Result<(), LedgerError> {
    let served = serve(place, lock, segment, wrote);
    // Where it fails, closing the file lets go of it.
    flock(&segment.file, FlockOperation::Unlock).ok();
    served
}

/// Syncs and publishes what was synced, which is true whether or not it was this writer's turn.
fn serve(place: Place<'_>, lock: &File, segment: &Segment, wrote: &Range<u64>) -> Result<(), LedgerError> {
    let begun = Instant::now();
    // INVARIANT: every write that ends here or before has returned before the sync begins. A cache that this writer
    // could not write may be of an earlier boot, and tell of more.
    let end = match (segment.left, tail::load(lock)) {
        (Some(_), Ok(Cache::Known(tail))) if tail.first == segment.first => tail.end.max(wrote.end),
        _ => wrote.end,
    };
    sync_segment(place, segment)?;
    let served = Served {
        inode: segment.opened.inode,
        bytes: segment.opened.size..end,
        at: clock::since_boot(),
        took: u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX),
    };
    // Where it cannot be written nobody is served, and everybody syncs.
    lock.write_all_at(&served.bytes(), CACHE_BYTES as u64).ok();
    Ok(())
}

/// The last that was published; zeros where nothing was yet, none where it cannot be read.
fn published(lock: &File) -> Option<[u8; SERVED_BYTES]> {
    let mut bytes = [0; SERVED_BYTES];
    match lock.read_at(&mut bytes, CACHE_BYTES as u64) {
        Ok(0 | SERVED_BYTES) => Some(bytes),
        _ => None,
    }
}

impl Served {
    // INVARIANT: an entry that begins before the synced descriptor was opened is not covered, whatever its end.
    fn covers(&self, inode: u64, wrote: &Range<u64>) -> bool {
        self.inode == inode && self.bytes.start <= wrote.start && wrote.end <= self.bytes.end
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

#[cfg(test)]
mod tests {
    use super::{SERVED_BYTES, Served};

    const SERVED: Served = Served {
        inode: 9,
        bytes: 100..200,
        at: u64::MAX,
        took: 1,
    };

    #[test]
    fn what_was_published_reads_back_and_half_of_it_does_not() {
        assert_eq!(Served::parse(&SERVED.bytes()), Some(SERVED));
        for bit in 0..SERVED_BYTES * 8 {
            let mut bad = SERVED.bytes();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Served::parse(&bad), None, "{bit}");
        }
    }

    #[test]
    fn only_entries_within_the_same_file_are_covered() {
        for (inode, wrote, covered) in [
            (9, 100..200, true),
            (9, 120..150, true),
            (8, 120..150, false),
            (9, 99..150, false),
            (9, 150..201, false),
        ] {
            assert_eq!(SERVED.covers(inode, &wrote), covered, "{inode} {wrote:?}");
        }
    }
}
