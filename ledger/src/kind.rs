//! The kinds of entries, as `data.kind` names them.

/// What an entry records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The first entry: format, origin, keys and host.
    Genesis,
    /// A judgement, before its effect.
    Decision,
    /// What an allowed call did.
    Outcome,
    /// Writing went on after something was wrong with the tail or the clock.
    Open,
    /// A new segment follows a full or old one.
    Rotate,
    /// The tree head was signed.
    Checkpoint,
    /// One entry's data was taken out.
    Redact,
    /// The oldest segments were taken out.
    Prune,
    /// Writing stopped: the last word on a full disk.
    Suspended,
    /// A call waits for a person.
    Request,
    /// A person answered.
    Approval,
    /// A standing permission.
    Grant,
    /// A permission taken back.
    Revoke,
    /// A change of configuration, keys or store by a person.
    Admin,
    /// Everything, or one agent, is stopped.
    Freeze,
    /// The stop is lifted.
    Thaw,
    /// An effect was reverted.
    Undo,
    /// Records of another tool were taken in.
    Import,
    /// An observation without a decision.
    Event,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Genesis,
        Self::Decision,
        Self::Outcome,
        Self::Open,
        Self::Rotate,
        Self::Checkpoint,
        Self::Redact,
        Self::Prune,
        Self::Suspended,
        Self::Request,
        Self::Approval,
        Self::Grant,
        Self::Revoke,
        Self::Admin,
        Self::Freeze,
        Self::Thaw,
        Self::Undo,
        Self::Import,
        Self::Event,
    ];

    /// The word in `data.kind`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Genesis => "genesis",
            Self::Decision => "decision",
            Self::Outcome => "outcome",
            Self::Open => "open",
            Self::Rotate => "rotate",
            Self::Checkpoint => "checkpoint",
            Self::Redact => "redact",
            Self::Prune => "prune",
            Self::Suspended => "suspended",
            Self::Request => "request",
            Self::Approval => "approval",
            Self::Grant => "grant",
            Self::Revoke => "revoke",
            Self::Admin => "admin",
            Self::Freeze => "freeze",
            Self::Thaw => "thaw",
            Self::Undo => "undo",
            Self::Import => "import",
            Self::Event => "event",
        }
    }

    /// Whether entries of this kind carry a person's signature.
    pub(super) fn is_signed(self) -> bool {
        matches!(self, Self::Grant | Self::Revoke | Self::Admin | Self::Thaw)
    }

    /// Whether only the ledger itself writes entries of this kind.
    pub(super) fn is_own(self) -> bool {
        matches!(
            self,
            Self::Genesis
                | Self::Decision
                | Self::Open
                | Self::Rotate
                | Self::Checkpoint
                | Self::Redact
                | Self::Prune
                | Self::Suspended
        )
    }

    /// Whether it tells of the ledger only, whose digests and keys are no secrets.
    pub(super) fn is_about_itself(self) -> bool {
        self.is_own() && self != Self::Decision
    }
}
