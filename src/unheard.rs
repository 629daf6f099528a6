//! Calls that never come to a hearing: their facts cannot be had, or what is to be recorded of them is longer than an
//! entry may be. Refused by a builtin rule, whatever policy says, and recorded like any other refusal. Does nothing else.

use crate::{
    caller::Caller,
    facts,
    ground::Ground,
    outcome::{Refusal, Stop},
    record,
    report::{Exit, Failure},
    state::burst::Tally,
};
use ledger::{DecisionDraft, LedgerError, Ruling};
use policy::{Audit, Decision, Intent, Layer, MatchedRule, Risk, Verdict};

/// A call whose facts could not be gathered. A usage error is none: it is told, as those are that the grammar finds.
pub(crate) fn unjudged(intent: &Intent, caller: &Caller, ground: &Ground, failure: Failure) -> Stop {
    if failure.code == Exit::Usage as u8 {
        return failure.into();
    }
    refuse(intent, caller, ground, "facts", failure)
}

/// A call from a working directory that was removed.
pub(crate) fn nowhere(intent: &Intent, caller: &Caller, ground: &Ground, failure: Failure) -> Stop {
    refuse(intent, caller, ground, "facts", failure)
}

/// A call of whose decision the ledger says that it is too long.
pub(crate) fn too_long(intent: &Intent, caller: &Caller, ground: &Ground, why: String) -> Stop {
    let failure = Failure::new(Exit::Usage, format!("too much for one call: {why}"))
        .hint("split its operands, as `xargs -n 100` does, or name the directory that holds them");
    refuse(intent, caller, ground, "entry-size", failure)
}

/// A denial by a builtin rule of that name.
pub(crate) fn denial(rule: &str, reason: String, hint: &str) -> Decision {
    Decision {
        verdict: Verdict::Deny,
        matched_rules: vec![MatchedRule {
            layer: Layer::Builtin,
            rule: rule.to_owned(),
            verdict: Verdict::Deny,
            target: None,
        }],
        risk_score: 0.0,
        risk: Risk::default(),
        reasons: vec![reason],
        hint: Some(hint.to_owned()).filter(|hint| !hint.is_empty()),
        audit: Audit::Standard,
    }
}

fn refuse(intent: &Intent, caller: &Caller, ground: &Ground, rule: &str, failure: Failure) -> Stop {
    match recorded(intent, caller, ground, rule, failure) {
        Ok(refusal) => refusal.into(),
        Err(failure) => failure.into(),
    }
}

fn recorded(
    intent: &Intent,
    caller: &Caller,
    ground: &Ground,
    rule: &str,
    failure: Failure,
) -> Result<Refusal, Failure> {
    let mut scope = facts::as_told(intent, caller, ground);
    let state = ground.state();
    scope.burst = state.burst(&scope.identity, Tally::Call);
    let mut decision = denial(rule, failure.message.clone(), &failure.hint);
    let mut ledger = ground.ledger()?;
    let mut record = |decision: &Decision| {
        let origin = ground.origin(caller, &[]);
        let draft = DecisionDraft {
            verdict: decision.verdict,
            data: record::decision(intent, &scope, decision, &origin),
        };
        ledger.decide(draft, ground.durability())
    };
    let ruling = match record(&decision) {
        Err(LedgerError::Draft { .. }) => {
            // The operands as they were given fit by the grammar's limits; a second and third copy of them may not.
            decision.audit = Audit::Minimal;
            record(&decision)?
        }
        other => other?,
    };
    match ruling {
        Ruling::Refused(receipt) => {
            state.denied(&mut ledger, &scope.identity)?;
            Ok(Refusal {
                decision,
                receipt,
                failed: Some(failure),
                pending: None,
            })
        }
        // A denial gives no permit; whoever held one here would drop it.
        Ruling::Permitted(_) => Err(failure),
    }
}
