//! The one pipeline: every front end's call goes through `call`, top to bottom, and nothing goes around it.
//! Knows no front end; reads nothing of the process. A refusal is recorded before anyone is told of it, an
//! allowing decision is durable before its effect, and an effect needs the permit that only this gives.

use crate::{
    again::Again,
    caller::Caller,
    facts::{self, Facts},
    ground::Ground,
    outcome::{Outcome, Output, Refusal, Stop},
    record,
    report::Failure,
    state::{
        Answer,
        burst::Tally,
        notify::{self, Around},
    },
    undo::retention,
    unheard::{nowhere, too_long, unjudged},
    work::{Ahead, Work},
};
use ledger::{DecisionDraft, Draft, Kind, LedgerError, Ruling};
use policy::{Decision, Intent, Verdict};
use std::{path::PathBuf, time::Duration};

/// What was found out about a call and what policy says of it.
#[derive(Debug)]
pub struct Judgement {
    /// The facts, with the descriptors that an effect would act on.
    pub facts: Facts,
    /// The verdict.
    pub decision: Decision,
}

/// Judges a call, records the decision, carries out what was allowed and records how it went.
///
/// `ahead` is what [`Ahead::start`] started for it meanwhile, where there is something.
///
/// # Errors
/// Refused by policy, or nothing could be judged, confined or recorded: nothing was done. Only where the outcome of
/// what was allowed and done cannot be recorded, the error says that it was done, and under which decision.
pub fn call(
    intent: &Intent,
    caller: &Caller,
    ahead: Option<Ahead>,
    output: &mut Output<'_>,
) -> Result<Outcome, Stop> {
    go(intent, caller, Work::None, None, ahead, output)
}

/// As [`call`], for one of `wt`'s own commands, which brings the work that its intent stands for.
///
/// # Errors
/// As [`call`].
pub fn carry(intent: &Intent, caller: &Caller, own: Work, output: &mut Output<'_>) -> Result<Outcome, Stop> {
    go(intent, caller, own, None, None, output)
}

/// As [`carry`], for work that policy's settings demand and no rule decides about. A freeze stops it too.
///
/// # Errors
/// As [`call`].
pub fn demanded(
    intent: &Intent,
    caller: &Caller,
    own: Work,
    decision: Decision,
    output: &mut Output<'_>,
) -> Result<Outcome, Stop> {
    go(intent, caller, own, Some(decision), None, output)
}

fn go(
    intent: &Intent,
    caller: &Caller,
    own: Work,
    demanded: Option<Decision>,
    ahead: Option<Ahead>,
    output: &mut Output<'_>,
) -> Result<Outcome, Stop> {
    let ground = Ground::of(caller)?;
    let is_own = !matches!(own, Work::None);
    if !is_own && let Err(failure) = caller.placed() {
        return Err(nowhere(intent, caller, &ground, failure));
    }
    let Judgement { facts, decision } = match weigh(intent, caller, &ground, Tally::Call) {
        Ok(judgement) => judgement,
        Err(failure) => return Err(unjudged(intent, caller, &ground, failure)),
    };
    let decision = demanded.unwrap_or(decision);
    let Facts { scope, work, alerts } = facts;
    let work = if is_own { own } else { work };
    let (state, mut ledger) = (ground.state(), ground.ledger()?);
    let mut settled = state.settle(&mut ledger, intent, &scope, decision)?;
    let confining = work.confine(settled.decision.clone(), ground.policy.settings(), ahead);
    let mut data = record::judged(
        intent,
        &scope,
        confining.decision(),
        &ground.origin(caller, &alerts),
    );
    let (decision, ready) = confining.ready();
    settled.hold_to(decision.verdict);
    record::confined(&mut data, &decision, ready.enforcement());
    settled.annotate(&mut data);
    let draft = DecisionDraft {
        verdict: decision.verdict,
        data,
    };
    match ledger.decide_on(draft, settled.terms(), ground.durability()) {
        // A freeze came while the call was judged: judged again, it is denied, and that is recorded.
        Err(LedgerError::Stopped { .. }) if !is_own => {
            drop(settled);
            call(intent, caller, None, output)
        }
        Err(LedgerError::Draft { why }) => {
            drop(settled);
            Err(too_long(intent, caller, &ground, why))
        }
        Err(e) => Err(e.into()),
        Ok(Ruling::Refused(receipt)) => {
            let pending = settled.pending().map(str::to_owned);
            if let Some(request) = settled.recorded(&state, receipt.seq)? {
                notify::tell(&ground.policy.settings().approvals, &request, around(caller));
            }
            if decision.verdict == Verdict::Deny {
                state.denied(&mut ledger, &scope.identity)?;
            }
            Err(Refusal {
                decision,
                receipt,
                failed: ready.failure(),
                pending,
            }
            .into())
        }
        Ok(Ruling::Permitted(permit)) => {
            let seq = permit.seq();
            // The use of a grant is on record; an index that could not be written is mended from there.
            drop(settled.recorded(&state, seq));
            let mut again = Again::new(intent, caller, &ground, scope, seq);
            let outcome = ready.perform(permit, output, &mut |seen| again.judge(&mut ledger, seen));
            let entry = Draft {
                kind: Kind::Outcome,
                data: record::outcome(seq, &outcome),
            };
            let recorded = ledger.append(&[entry], ground.durability());
            retention::after(&ground, seq, &outcome);
            match recorded {
                Ok(_) => Ok(outcome),
                Err(e) => Err(unrecorded(seq, e).into()),
            }
        }
    }
}

/// Judges a call without recording or doing anything: policy's word, and what freezes and grants make of it.
///
/// # Errors
/// A fact cannot be gathered; nothing was changed.
pub fn judge(intent: &Intent, caller: &Caller, ground: &Ground) -> Result<Judgement, Failure> {
    let Judgement { facts, decision } = weigh(intent, caller, ground, Tally::Look)?;
    let decision = match ground.ledger() {
        Ok(mut ledger) => ground
            .state()
            .foresee(&mut ledger, intent, &facts.scope, decision)?,
        Err(_) => decision,
    };
    Ok(Judgement { facts, decision })
}

/// Gathers the facts and asks policy.
pub(crate) fn weigh(
    intent: &Intent,
    caller: &Caller,
    ground: &Ground,
    tally: Tally,
) -> Result<Judgement, Failure> {
    let mut facts = facts::gather(intent, caller, ground)?;
    facts.scope.burst = ground.state().burst(&facts.scope.identity, tally);
    let decision = ground.policy.decide(&facts.scope);
    Ok(Judgement { facts, decision })
}

/// Done and not told: the decision is on record, its outcome is not.
fn unrecorded(seq: u64, error: LedgerError) -> Failure {
    let mut failure = Failure::from(error);
    failure.message = format!(
        "what entry {seq} allows was done, but its outcome is not recorded: {}",
        failure.message
    );
    // The ledger's own hint is about a call that was not carried out.
    failure.hint = format!(
        "do not repeat the call: see what it did, `wt undo {seq}` can take it back; `wt doctor` looks at the ledger"
    );
    failure
}

/// Waits for a person's answer to the request `id`. After an answer the call is worth another try.
///
/// # Errors
/// The request cannot be read.
pub fn wait(id: &str, caller: &Caller, limit: Duration) -> Result<Answer, Failure> {
    Ground::of(caller)?.state().wait(id, limit)
}

/// What a notice to people needs of the caller; files are read only below the home of the passwd file.
pub(crate) fn around(caller: &Caller) -> Around<'_> {
    Around {
        env: &caller.env,
        home: caller.homes.last().map(PathBuf::as_path),
    }
}

#[cfg(test)]
mod tests {
    use super::unrecorded;
    use ledger::LedgerError;
    use rustix::io::Errno;
    use std::path::Path;

    #[test]
    fn who_did_something_without_an_outcome_on_record_is_not_told_that_nothing_was_done() {
        let full = || LedgerError::io("write", Path::new("/l"), Errno::NOSPC);
        let failure = unrecorded(7, full());
        assert!(
            failure.message.starts_with("what entry 7 allows was done"),
            "{failure:?}"
        );
        assert!(
            failure.hint.contains("`wt undo 7`") && !failure.hint.contains("nothing was done"),
            "{failure:?}"
        );
        assert_eq!(failure.code, crate::report::Failure::from(full()).code);
    }
}
