//! Making a segment durable, and what a failure to do so leaves behind.

use super::{
    LedgerError, clock,
    segment::{self, Place, Segment},
};
use rustix::fs::{Mode, OFlags};
use std::io::Write;

/// Name of the marker that a failed sync leaves.
pub(super) const POISONED: &str = "ledger.poisoned";

/// Fails while the marker of a failed sync is there.
pub(super) fn refuse_poisoned(place: Place<'_>) -> Result<(), LedgerError> {
    if place.has(POISONED)? {
        return Err(LedgerError::Poisoned {
            path: place.path(POISONED),
        });
    }
    Ok(())
}

/// Makes a segment durable. A failure is final for everything that was written to it: the kernel may have
/// dropped the pages and would report success to the next attempt, so every writer is told by the marker.
pub(super) fn sync_segment(place: Place<'_>, segment: &Segment) -> Result<(), LedgerError> {
    let Err(e) = rustix::fs::fdatasync(&segment.file) else {
        return Ok(());
    };
    let path = segment::path(place, segment.first);
    let text = format!(
        "{} sync of {} failed: {e}\n",
        clock::text(clock::now()),
        path.display()
    );
    let flags = OFlags::WRONLY | OFlags::CREATE;
    if let Ok(mut marker) = place.open(POISONED, flags, Mode::RUSR | Mode::WUSR) {
        drop(marker.write_all(text.as_bytes()));
        drop(marker.sync_all());
        drop(place.sync());
    }
    Err(LedgerError::io("sync", &path, e))
}
