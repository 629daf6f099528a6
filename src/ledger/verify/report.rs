//! What verification found: the state, the first bad place, the level proven, and what is not proven.

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
}
