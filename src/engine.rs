//! The one pipeline: every front end's call goes through `call`, top to bottom, and nothing goes around it.
//! Knows no front end; reads nothing of the process. A refusal is recorded before anyone is told of it, an
//! allowing decision is durable before its effect, and an effect needs the permit that only this gives.

use crate::{
    caller::Caller,
    facts::{self, Facts},
    ground::Ground,
    ledger::{DecisionDraft, Draft, Kind, Ruling},
    outcome::{Outcome, Output, Refusal, Stop},
    record,
    report::Failure,
};
use policy::{Decision, Intent};

/// What was found out about a call and what policy says of it.
#[derive(Debug)]
pub struct Judgement {
    /// The facts, with the descriptors that an effect would act on.
    pub facts: Facts,
    /// The verdict.
    pub decision: Decision,
}

/// Judges a call without recording or doing anything.
///
/// # Errors
/// A fact cannot be gathered; nothing was changed.
pub fn judge(intent: &Intent, caller: &Caller, ground: &Ground) -> Result<Judgement, Failure> {
    let facts = facts::gather(intent, caller, ground)?;
    let decision = ground.policy.decide(&facts.scope);
    Ok(Judgement { facts, decision })
}

/// Judges a call, records the decision, carries out what was allowed and records how it went.
///
/// # Errors
/// Refused by policy, or nothing could be judged, confined or recorded; in each case nothing was done.
pub fn call(intent: &Intent, caller: &Caller, output: &mut Output<'_>) -> Result<Outcome, Stop> {
    let ground = Ground::of(caller)?;
    let Judgement { facts, decision } = judge(intent, caller, &ground)?;
    let Facts { scope, work, alerts } = facts;
    let (decision, ready) = work.confine(decision, ground.policy.settings());
    let entry = record::decision(
        intent,
        &scope,
        &decision,
        ready.enforcement(),
        &ground.origin(caller, &alerts),
    );

    let mut ledger = ground.ledger()?;
    match ledger.decide(
        DecisionDraft {
            verdict: decision.verdict,
            data: entry,
        },
        ground.durability(),
    )? {
        Ruling::Refused(receipt) => Err(Refusal {
            decision,
            receipt,
            confinement: ready.failure(),
        }
        .into()),
        Ruling::Permitted(permit) => {
            let seq = permit.seq();
            let outcome = ready.perform(permit, output);
            let entry = Draft {
                kind: Kind::Outcome,
                data: record::outcome(seq, &outcome),
            };
            ledger.append(&[entry], ground.durability())?;
            Ok(outcome)
        }
    }
}
