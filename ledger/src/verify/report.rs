//! What verification found: the state, the first bad place, the level proven, and what is not proven.

use super::heads::Heads;
use serde::Serialize;

/// The state of the record, by its exit code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Everything holds.
    #[default]
    Whole,
    /// The last write was cut off; the next writer records that.
    Torn,
    /// Entries are missing at an end.
    Truncated,
    /// An entry is not what was written.
    Tampered,
}

impl State {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Torn => "torn",
            Self::Truncated => "truncated",
            Self::Tampered => "tampered",
        }
    }

    /// Exit code of `wt verify`.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Whole => 0,
            Self::Tampered => 1,
            Self::Torn => 2,
            Self::Truncated => 3,
        }
    }
}

/// How much was proven. Each level includes those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing.
    #[default]
    None,
    /// Every entry's hash, and the chain over them.
    Chain,
    /// The tree head, signed by the key that the first entry names.
    Signed,
    /// The seal of every entry, under the key kept off the machine.
    Sealed,
    /// A head that was kept elsewhere.
    Anchored,
}

impl Level {
    /// What it means, in one line.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::None => "nothing",
            Self::Chain => "chain: every entry has the hash of what it says and follows the one before it",
            Self::Signed => "signed: chain, and the tree under the signed head",
            Self::Sealed => "sealed: chain, and every entry's seal under the key kept off the machine",
            Self::Anchored => "anchored: chain, and the tree under a head kept elsewhere",
        }
    }

    /// The word in reports and options.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Chain => "chain",
            Self::Signed => "signed",
            Self::Sealed => "sealed",
            Self::Anchored => "anchored",
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it makes of the record.
    pub state: State,
    /// The first entry concerned.
    pub seq: Option<u64>,
    /// The segment, where one is concerned.
    pub segment: Option<String>,
    /// Byte offset in the segment.
    pub offset: Option<u64>,
    /// What is wrong.
    pub what: String,
}

impl Finding {
    /// The first entry concerned, and what is wrong.
    pub fn words(&self) -> String {
        match self.seq {
            Some(seq) => format!("entry {seq}: {}", self.what),
            None => self.what.clone(),
        }
    }

    /// The same with the place in the segment, where there is one.
    pub fn words_with_place(&self) -> String {
        let place = match (&self.segment, self.offset) {
            (Some(segment), Some(offset)) => format!("byte {offset} of {segment}"),
            _ => return self.words(),
        };
        match self.seq {
            Some(seq) => format!("entry {seq} ({place}): {}", self.what),
            None => format!("{place}: {}", self.what),
        }
    }
}

/// What verification found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// The worst of the findings.
    pub state: State,
    /// What was proven.
    pub level: Level,
    /// First entry there is.
    pub entries_from: u64,
    /// Last good entry.
    pub entries_to: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Segments read.
    pub segments: u64,
    /// Hash of the last good entry.
    pub head: String,
    /// Entries whose data was taken out, and told of.
    pub redacted: u64,
    /// Entries under the signed head beside the ledger.
    pub signed_to: u64,
    /// Entries under the furthest head kept elsewhere.
    pub anchored_to: u64,
    /// What is wrong, in the order of the record.
    pub findings: Vec<Finding>,
    /// Interruptions that the record itself tells of.
    pub notes: Vec<String>,
    /// What this verification cannot tell.
    pub unproven: Vec<String>,
}

impl Report {
    /// Adds a finding about the record as a whole or from an entry on.
    pub(super) fn find(&mut self, state: State, seq: Option<u64>, what: impl Into<String>) {
        self.add(Finding {
            state,
            seq,
            segment: None,
            offset: None,
            what: what.into(),
        });
    }

    /// Adds a finding.
    pub(super) fn add(&mut self, finding: Finding) {
        self.state = self.state.max(finding.state);
        self.findings.push(finding);
    }

    /// Says what was proven and what was not.
    pub(super) fn conclude(&mut self, heads: &Heads, sealed: bool, seals_hold: bool) {
        if self.state > State::Torn {
            self.level = Level::None;
            self.unproven.push("anything after the first finding".to_owned());
            return;
        }
        self.signed_to = heads.local.as_ref().map_or(0, |head| head.size);
        self.anchored_to = heads.kept.iter().map(|head| head.size).max().unwrap_or(0);
        self.level = Level::Chain;
        let end = self.entries_to;
        if self.signed_to > 0 {
            self.level = Level::Signed;
        } else {
            self.unproven
                .push("a signed head: there is no `tlog/checkpoint` (`wt checkpoint` makes one)".to_owned());
        }
        if seals_hold {
            self.level = Level::Sealed;
        } else if sealed {
            self.unproven
                .push("the seals: give the key kept off the machine (`--seal-key`)".to_owned());
        } else {
            self.unproven
                .push("when entries were written: this ledger is not sealed".to_owned());
        }
        if self.anchored_to > 0 {
            self.level = Level::Anchored;
            if self.anchored_to < end {
                self.unproven.push(format!(
                    "entries {} to {end} against whoever holds this machine's keys: the kept head is older",
                    self.anchored_to + 1
                ));
            }
        } else {
            self.unproven.push(
                "that nobody with this account's rights wrote the whole record anew or cut its end: compare with a \
                 head kept elsewhere (`--against`)"
                    .to_owned(),
            );
        }
        if self.signed_to > 0 && self.signed_to < end {
            self.unproven.push(format!(
                "entries {} to {end} under a signature",
                self.signed_to + 1
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, State};

    #[test]
    fn a_finding_names_its_entry_and_place_before_a_colon() {
        let finding = |seq: Option<u64>, segment: Option<&str>| Finding {
            state: State::Truncated,
            seq,
            segment: segment.map(str::to_owned),
            offset: segment.map(|_| 9),
            what: "774 bytes of a write".to_owned(),
        };
        for (finding, words, placed) in [
            (
                finding(Some(487), Some("a.jsonl")),
                "entry 487: 774 bytes of a write",
                "entry 487 (byte 9 of a.jsonl): 774 bytes of a write",
            ),
            (
                finding(Some(487), None),
                "entry 487: 774 bytes of a write",
                "entry 487: 774 bytes of a write",
            ),
            (
                finding(None, Some("a.jsonl")),
                "774 bytes of a write",
                "byte 9 of a.jsonl: 774 bytes of a write",
            ),
            (
                finding(None, None),
                "774 bytes of a write",
                "774 bytes of a write",
            ),
        ] {
            assert_eq!(finding.words(), words);
            assert_eq!(finding.words_with_place(), placed);
        }
    }
}
