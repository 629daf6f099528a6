//! How a call ended: done, with what the effect did; or stopped, with why. Values only.

use crate::{
    report::{Exit, Failure},
    withdrawal::Withdrawal,
};
use ledger::{LedgerError, Receipt};
use policy::{Decision, Verdict};
use serde_json::Value as Json;
use std::io::Write;

/// Where an effect's output goes, and whether it is still wanted. A front end decides; an effect never opens a
/// terminal by itself.
pub struct Output<'a> {
    /// What the effect says.
    pub stdout: &'a mut (dyn Write + Send),
    /// What went wrong, and verbose messages.
    pub stderr: &'a mut (dyn Write + Send),
    /// Whether stdout is a terminal, so that control sequences must be neutralised.
    pub terminal: bool,
    /// Whether what failed is told as one JSON object.
    pub json: bool,
    /// Whether the call was taken back meanwhile; the effect stops then.
    pub withdrawal: Withdrawal,
}

impl Output<'_> {
    /// Says on stderr what failed, or, where nothing did, what else there is to say, which is lines in any case.
    ///
    /// # Errors
    /// Nobody reads it.
    pub(crate) fn tell(&mut self, name: &str, failure: &Failure) -> std::io::Result<()> {
        let text = if self.json && failure.code != 0 {
            failure.json()
        } else {
            failure.lines(name)
        };
        self.stderr.write_all(text.as_bytes())
    }
}

impl std::fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output")
            .field("terminal", &self.terminal)
            .field("json", &self.json)
            .finish_non_exhaustive()
    }
}

/// What an effect did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The effect's own exit code.
    pub exit_code: u8,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Microseconds from permit to end.
    pub duration_us: u64,
    /// SHA-256 of all that it wrote to stdout, hex, `` where it wrote nothing.
    pub stdout_sha256: String,
    /// Bytes it wrote to stdout, those beyond the cap included.
    pub stdout_bytes: u64,
    /// Whether less was passed on than it wrote.
    pub truncated: bool,
    /// What was changed, one value each, as recorded.
    pub effects: Vec<Json>,
}

/// Why a call was not carried out.
#[derive(Debug)]
pub enum Stop {
    /// Judged, recorded, refused.
    Refused(Box<Refusal>),
    /// It could not be judged or recorded.
    Failed(Failure),
}

/// A recorded refusal.
#[derive(Debug)]
pub struct Refusal {
    /// What policy said.
    pub decision: Decision,
    /// Where it is recorded.
    pub receipt: Receipt,
    /// What went wrong, where it is that and not a rule of policy that stops the call.
    pub failed: Option<Failure>,
    /// The request that waits for a person.
    pub pending: Option<String>,
}

impl Refusal {
    /// The refusal in words: one line with the rule and the reason, and what may be done instead.
    pub fn failure(&self) -> Failure {
        if let Some(failure) = &self.failed {
            return failure.clone();
        }
        let rule = self
            .decision
            .matched_rules
            .first()
            .map_or("default-deny", |matched| matched.rule.as_str());
        let reason = self
            .decision
            .reasons
            .first()
            .map_or("no rule allows it", String::as_str);
        let (exit, word) = match self.decision.verdict {
            Verdict::Escalate => (Exit::Pending, "waiting for a person"),
            Verdict::Allow | Verdict::Shadow | Verdict::Deny => (Exit::Denied, "denied"),
        };
        let message = match &self.pending {
            Some(id) => format!(
                "{word} as `{id}`: {reason} (rule `{rule}`, entry {})",
                self.receipt.seq
            ),
            None => format!("{word}: {reason} (rule `{rule}`, entry {})", self.receipt.seq),
        };
        let failure = Failure::new(exit, message).hint(self.decision.hint.clone().unwrap_or_default());
        Failure {
            pending: self.pending.clone(),
            ..failure
        }
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<LedgerError> for Stop {
    fn from(error: LedgerError) -> Self {
        Self::Failed(error.into())
    }
}

impl Stop {
    /// What to print and how to exit.
    pub fn failure(&self) -> Failure {
        match self {
            Self::Refused(refusal) => refusal.failure(),
            Self::Failed(failure) => failure.clone(),
        }
    }
}
