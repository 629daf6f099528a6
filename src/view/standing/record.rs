//! How the ledger stands: its size, its ends, and whether it holds, as far as that is checked in passing.

use super::checked::Checked;
use crate::home::Home;
use ledger::{
    LedgerError,
    read::{Entry, Reader},
    verify::{self, Finding, State},
};
use rustix::fs::{Access, AtFlags};
use serde::Serialize;
use std::os::fd::AsFd;

/// The marker that a failed sync leaves beside the segments.
const POISONED: &str = "ledger.poisoned";
/// A ledger up to this size is verified in passing; a larger one only by `wt verify`.
pub(crate) const MAX_CHECKED: u64 = 64 << 20;

/// One end of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct End {
    /// Number.
    pub(crate) seq: u64,
    /// Time, 27 characters.
    pub(crate) timestamp: String,
    /// Kind.
    pub(crate) kind: String,
}

impl End {
    fn of(entry: &Entry) -> Self {
        Self {
            seq: entry.seq,
            timestamp: entry.timestamp.clone(),
            kind: entry.kind().to_owned(),
        }
    }
}

/// What verification said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Integrity {
    /// `whole`, `torn`, `truncated`, `tampered`, or `unchecked` where the ledger is too large for a look in passing.
    pub(crate) state: &'static str,
    /// How much was proven: `none`, `chain`, `signed`, `sealed`, `anchored`.
    pub(crate) proven: &'static str,
    /// The first thing that is wrong, `` for nothing.
    pub(crate) finding: String,
    /// The entry that it is about.
    #[serde(skip)]
    pub(crate) entry: Option<u64>,
}

/// How the ledger stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Record {
    /// The oldest entry that is here.
    pub(crate) first: Option<End>,
    /// The newest.
    pub(crate) last: Option<End>,
    /// Segments.
    pub(crate) segments: usize,
    /// Bytes in all segments.
    pub(crate) bytes: u64,
    /// Whether a failed sync keeps everybody from writing.
    pub(crate) poisoned: bool,
    /// Whether it holds.
    pub(crate) integrity: Integrity,
    /// What the last `wt verify` found.
    pub(crate) last_check: Option<Checked>,
}

impl Record {
    /// Looks at the ledger in this directory.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub(crate) fn look(home: &Home) -> Result<Self, LedgerError> {
        let reader = Reader::open(home.dir.as_fd(), &home.path)?;
        let extent = reader.extent()?;
        let first = reader.from(0).next().transpose()?;
        let last = reader.backwards().next().transpose()?;
        Ok(Self {
            first: first.as_ref().map(End::of),
            last: last.as_ref().map(End::of),
            segments: extent.segments,
            bytes: extent.bytes,
            poisoned: rustix::fs::accessat(&home.dir, POISONED, Access::EXISTS, AtFlags::empty()).is_ok(),
            integrity: Integrity::of(home, extent.bytes)?,
            last_check: Checked::last(home),
        })
    }

    /// Whether entries are changed or gone, by the look in passing or, where it is too large for one, by the last
    /// `wt verify`. A torn end is what a crash leaves, and the next call goes on after it.
    pub(crate) fn is_damaged(&self) -> bool {
        let noted = self.last_check.as_ref().map(|last| last.state.as_str());
        let state = match self.integrity.state {
            "unchecked" => noted.unwrap_or_default(),
            state => state,
        };
        matches!(state, "tampered" | "truncated")
    }
}

impl Integrity {
    /// Whether the look in passing found that the record does not hold.
    pub(crate) fn is_broken(&self) -> bool {
        !matches!(self.state, "whole" | "unchecked")
    }

    fn of(home: &Home, bytes: u64) -> Result<Self, LedgerError> {
        if bytes > MAX_CHECKED {
            return Ok(Self {
                state: "unchecked",
                proven: "none",
                finding: String::new(),
                entry: None,
            });
        }
        let report = verify::verify(home.dir.as_fd(), &home.path)?;
        let finding = report.findings.first();
        Ok(Self {
            state: match report.state {
                State::Whole => "whole",
                State::Torn => "torn",
                State::Truncated => "truncated",
                State::Tampered => "tampered",
            },
            proven: report.level.word(),
            finding: finding.map_or_else(String::new, Finding::words),
            entry: finding.and_then(|finding| finding.seq),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Checked, Integrity, Record};

    #[test]
    fn what_was_last_found_counts_where_nothing_was_looked_at() {
        for (state, noted, want) in [
            ("whole", "tampered", false),
            ("torn", "whole", false),
            ("tampered", "whole", true),
            ("truncated", "", true),
            ("unchecked", "", false),
            ("unchecked", "whole", false),
            ("unchecked", "torn", false),
            ("unchecked", "tampered", true),
            ("unchecked", "truncated", true),
        ] {
            let record = Record {
                first: None,
                last: None,
                segments: 1,
                bytes: 1,
                poisoned: false,
                integrity: Integrity {
                    state,
                    proven: "none",
                    finding: String::new(),
                    entry: None,
                },
                last_check: (!noted.is_empty()).then(|| Checked {
                    at: String::new(),
                    state: noted.to_owned(),
                    proven: "chain".to_owned(),
                    entry: 1,
                }),
            };
            assert_eq!(record.is_damaged(), want, "{state}, {noted}");
        }
    }
}
