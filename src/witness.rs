//! What another program is about to do: judged, settled and recorded as a call of our own would be, and nothing is
//! done here. The program goes on only where the record allows it.

use crate::{
    caller::Caller,
    engine::{self, Judgement},
    ground::Ground,
    outcome::{Refusal, Stop},
    record,
    state::{burst::Tally, notify},
    unheard::{too_long, unjudged},
};
use ledger::{DecisionDraft, LedgerError, Ruling};
use policy::{Decision, Intent, TargetFacts, Verdict};
use serde_json::{Map, Value as Json};

/// What that program would do, as it was told.
#[derive(Clone, Debug, Default)]
pub struct Sighting {
    /// What it would do.
    pub intent: Intent,
    /// The decision where parts of it were judged one by one; else policy is asked about the intent.
    pub decision: Option<Decision>,
    /// What those parts touch, for a person's yes to hold for.
    pub touched: Vec<TargetFacts>,
    /// GTFOBins alerts.
    pub alerts: Vec<Json>,
    /// What else the entry says.
    pub note: Map<String, Json>,
}

/// Judges it and records the decision. Gives the number of the entry that allows it.
///
/// # Errors
/// Refused by policy, or nothing could be judged or recorded: that program must not go on.
pub fn witness(sighting: &Sighting, caller: &Caller, ground: &Ground) -> Result<u64, Stop> {
    let Judgement { facts, decision } = match engine::weigh(&sighting.intent, caller, ground, Tally::Call) {
        Ok(judgement) => judgement,
        Err(failure) => return Err(unjudged(&sighting.intent, caller, ground, failure)),
    };
    let mut scope = facts.scope;
    scope.touched.clone_from(&sighting.touched);
    let decision = sighting.decision.clone().unwrap_or(decision);
    let (state, mut ledger) = (ground.state(), ground.ledger()?);
    let settled = state.settle(&mut ledger, &sighting.intent, &scope, decision)?;
    let decision = settled.decision.clone();
    let origin = ground.origin(caller, &sighting.alerts);
    let mut data = record::decision(&sighting.intent, &scope, &decision, &origin);
    data.extend(sighting.note.clone());
    settled.annotate(&mut data);
    let draft = DecisionDraft {
        verdict: decision.verdict,
        data,
    };
    match ledger.decide_on(draft, settled.terms(), ground.durability()) {
        // A freeze came while it was judged: judged again, it is denied, and that is recorded.
        Err(LedgerError::Stopped { .. }) => {
            drop(settled);
            witness(sighting, caller, ground)
        }
        Err(LedgerError::Draft { why }) => {
            drop(settled);
            Err(too_long(&sighting.intent, caller, ground, why))
        }
        Err(e) => Err(e.into()),
        Ok(Ruling::Permitted(permit)) => {
            let seq = permit.seq();
            // The use of a grant is on record; an index that could not be written is mended from there.
            drop(settled.recorded(&state, seq));
            Ok(seq)
        }
        Ok(Ruling::Refused(receipt)) => {
            let pending = settled.pending().map(str::to_owned);
            if let Some(request) = settled.recorded(&state, receipt.seq)? {
                notify::tell(
                    &ground.policy.settings().approvals,
                    &request,
                    engine::around(caller),
                );
            }
            if decision.verdict == Verdict::Deny {
                state.denied(&mut ledger, &scope.identity)?;
            }
            Err(Refusal {
                decision,
                receipt,
                failed: None,
                pending,
            }
            .into())
        }
    }
}
