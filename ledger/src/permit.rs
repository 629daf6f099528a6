//! The permit: proof that an allowing decision is on record. Only `Ledger::decide` makes one.

use super::{Draft, Durability, Kind, Ledger, LedgerError, Receipt};
use policy::Verdict;
use serde_json::{Map, Value};

/// A decision about to be recorded.
#[derive(Clone, Debug)]
pub struct DecisionDraft {
    /// What was decided.
    pub verdict: Verdict,
    /// The record, without its `kind`.
    pub data: Map<String, Value>,
}

/// What holds of a decision beside the decision itself.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Entries that belong to it and follow it in the same write.
    pub also: Vec<Draft>,
    /// For a call that a freeze stops: the last entry that stopped calls when it was judged. A newer one is an
    /// error, [`LedgerError::Stopped`], and nothing is recorded.
    pub unless_stopped_since: Option<u64>,
}

/// Proof that a decision to allow stands in the ledger, as durable as was asked for. An effect takes it, so that
/// no effect compiles that was not decided and recorded.
#[derive(Debug)]
pub struct Permit {
    receipt: Receipt,
}

impl Permit {
    /// The decision's number.
    pub fn seq(&self) -> u64 {
        self.receipt.seq
    }

    /// Where the decision stands.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }
}

/// What recording a decision gives.
#[must_use]
#[derive(Debug)]
pub enum Ruling {
    /// Allow or shadow: the effect may happen.
    Permitted(Permit),
    /// Escalate or deny: on record, and nothing may happen.
    Refused(Receipt),
}

impl Ledger {
    /// Records a decision; refusals too. The decision is on stable storage when this returns, unless `durability`
    /// is [`Durability::Relaxed`].
    ///
    /// # Errors
    /// The decision could not be recorded: nothing may be done.
    pub fn decide(&mut self, draft: DecisionDraft, durability: Durability) -> Result<Ruling, LedgerError> {
        self.decide_on(draft, Terms::default(), durability)
    }

    /// Records a decision on terms, the first of the entries written.
    ///
    /// # Errors
    /// As [`Ledger::decide`], and where the terms do not hold.
    pub fn decide_on(
        &mut self,
        draft: DecisionDraft,
        terms: Terms,
        durability: Durability,
    ) -> Result<Ruling, LedgerError> {
        let decision = Draft {
            kind: Kind::Decision,
            data: draft.data,
        };
        let drafts: Vec<Draft> = std::iter::once(decision).chain(terms.also).collect();
        let sync = durability >= Durability::Intent;
        let written = self.write(drafts.into(), sync, terms.unless_stopped_since)?;
        let receipt = written.into_iter().next().ok_or(LedgerError::Draft {
            why: "nothing was written".to_owned(),
        })?;
        Ok(match draft.verdict {
            Verdict::Allow | Verdict::Shadow => Ruling::Permitted(Permit { receipt }),
            Verdict::Escalate | Verdict::Deny => Ruling::Refused(receipt),
        })
    }
}
