//! Verifying: reads every line and says how far the record holds. Never writes, never takes the lock.

mod chain;
mod report;

pub use report::{Finding, Level, Report, State};

use super::{
    LedgerError, lock,
    segment::{self, Place},
    tail::{self, Cache},
};
use chain::Chain;
use rustix::fs::{Mode, OFlags};
use std::{os::fd::BorrowedFd, path::Path};

/// Verifies the ledger in a directory.
///
/// # Errors
/// A file cannot be read; whatever is wrong with the record itself is in the report.
pub fn verify(dir: BorrowedFd<'_>, shown: &Path) -> Result<Report, LedgerError> {
    let place = Place { dir, shown };
    // The cache is read first: entries written meanwhile then only ever make the ledger longer than it says.
    let cache = match place.open(lock::NAME, OFlags::RDONLY, Mode::empty()) {
        Ok(lock) => tail::load(&lock).map_err(|e| LedgerError::io("read", &place.path(lock::NAME), e))?,
        Err(_) => Cache::Damaged,
    };
    let firsts = segment::list(place)?;
    let mut chain = Chain::default();
    for (index, &first) in firsts.iter().enumerate() {
        let is_last = index + 1 == firsts.len();
        chain.segment(place, first, is_last)?;
        if chain.report.state == State::Tampered {
            break;
        }
    }
    let mut report = chain.finish();
    if firsts.is_empty() {
        report.find(State::Truncated, None, "there are no segments");
    }
    if let Cache::Known(tail) = cache
        && report.state != State::Tampered
        && tail.seq > report.entries_to
    {
        report.find(
            State::Truncated,
            None,
            format!(
                "the last writer left entry {}, the record ends at {}",
                tail.seq, report.entries_to
            ),
        );
    }
    Ok(report)
}
