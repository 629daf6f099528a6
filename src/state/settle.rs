//! What the state says to a judged call: stopped by a freeze, raised by a grant, or waiting for a person. Checked
//! and used in one: the lock is held from the look at a grant until its use is on record.

use super::{
    Held, State,
    call::Call,
    freeze::{self, Freezes},
    grant::{self, Grant, Kept, Unfit},
    moment::Span,
    replay::catch_up,
    request::{self, MAX_PENDING, Request},
    table::{End, Table},
};
use crate::{
    approver::Written,
    ledger::{Draft, Kind, Ledger, Marks, Terms},
    report::Failure,
};
use policy::{Decision, Identity, Intent, Layer, MatchedRule, Scope, Verdict};
use serde_json::{Map, Value as Json, json};

/// How a hint says that a call at a shell can wait for its answer.
pub(crate) const BY_OPTION: &str = "; `--wait 300` waits for that";

/// A call as it stands after the state was asked.
#[derive(Debug)]
pub struct Settled {
    /// What is to be recorded and done.
    pub decision: Decision,
    used: Option<Grant>,
    expired: Vec<u32>,
    request: Option<Request>,
    is_new: bool,
    known_freeze: Option<u64>,
    table: Option<Table>,
    _held: Option<Held>,
}

impl State<'_> {
    /// Settles a judged call. Only `escalate` can become `allow`; every other change is to something stricter.
    ///
    /// # Errors
    /// The state cannot be read or locked: then nothing is done.
    pub fn settle(
        &self,
        ledger: &mut Ledger,
        intent: &Intent,
        scope: &Scope,
        decision: Decision,
    ) -> Result<Settled, Failure> {
        let stoppable = self.settings.freeze_reads || freeze::is_stoppable(intent);
        if decision.verdict == Verdict::Deny || (decision.verdict != Verdict::Escalate && !stoppable) {
            return Ok(Settled::as_judged(decision, None));
        }
        // Before anything is read: whoever held the lock before may have been stopped between ledger and index.
        let asking = match decision.verdict {
            Verdict::Escalate => Some((Call::of(intent, scope, &decision), Held::take(self.home)?)),
            Verdict::Allow | Verdict::Shadow | Verdict::Deny => None,
        };
        let marks = ledger.marks()?;
        let known = stoppable.then_some(marks.freeze);
        let held = asking.as_ref().map(|(_, held)| held);
        if stoppable && let Some(reason) = self.stopped(marks, &scope.identity, held)? {
            return Ok(Settled::as_judged(denied(decision, "frozen", reason), known));
        }
        match asking {
            Some(asking) => self.ask(asking, marks, intent, scope, decision, known),
            None => Ok(Settled::as_judged(decision, known)),
        }
    }

    /// What [`State::settle`] would say, without taking a lock, counting a use or asking anybody.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn foresee(
        &self,
        ledger: &mut Ledger,
        intent: &Intent,
        scope: &Scope,
        decision: Decision,
    ) -> Result<Decision, Failure> {
        let marks = ledger.marks()?;
        let stoppable = self.settings.freeze_reads || freeze::is_stoppable(intent);
        if stoppable
            && decision.verdict != Verdict::Deny
            && let Some(reason) = self.stopped(marks, &scope.identity, None)?
        {
            return Ok(denied(decision, "frozen", reason));
        }
        if decision.verdict != Verdict::Escalate {
            return Ok(decision);
        }
        let call = Call::of(intent, scope, &decision);
        if let Some(table) = Table::open(self.home)?
            && let Some(grant) = self.find(&table, &call, &mut Vec::new())?
        {
            return Ok(raised(decision, &grant));
        }
        Ok(decision)
    }

    /// Why this caller is stopped, none where it is not. The lock is taken where need be, unless it is held.
    pub(super) fn stopped(
        &self,
        marks: Marks,
        who: &Identity,
        held: Option<&Held>,
    ) -> Result<Option<String>, Failure> {
        Ok(self
            .freezes(marks, held)?
            .into_iter()
            .find(|freeze| freeze.stops(&who.principal, &who.agent))
            .map(|freeze| {
                let why = if freeze.reason.is_empty() {
                    String::new()
                } else {
                    format!(": {}", freeze.reason)
                };
                format!("stopped by entry {}{why}", freeze.seq)
            }))
    }

    /// The freezes in force; the lock as for [`State::stopped`].
    pub(super) fn freezes(&self, marks: Marks, held: Option<&Held>) -> Result<Vec<freeze::Freeze>, Failure> {
        if marks.freeze == 0 {
            return Ok(Vec::new());
        }
        let known = Freezes::read(self.home)?.filter(|known| known.as_of >= marks.freeze);
        let (freezes, table) = match (known, Table::open(self.home)?) {
            (Some(freezes), Some(table)) => (freezes, table),
            _ => {
                let _own = match held {
                    Some(_) => None,
                    None => Some(Held::take(self.home)?),
                };
                let table = catch_up(self.home, self.shown, marks)?;
                (Freezes::read(self.home)?.unwrap_or_default(), table)
            }
        };
        Ok(freezes.in_force(self.anchor(&table).ok().as_ref()))
    }

    fn ask(
        &self,
        (call, held): (Call, Held),
        marks: Marks,
        intent: &Intent,
        scope: &Scope,
        decision: Decision,
        known: Option<u64>,
    ) -> Result<Settled, Failure> {
        let table = match marks.control {
            0 => Table::open(self.home)?,
            _ => None,
        };
        let mut table = match table {
            Some(table) => table,
            None => catch_up(self.home, self.shown, marks)?,
        };
        let mut expired = Vec::new();
        if let Some(grant) = self.find(&table, &call, &mut expired)? {
            return Ok(Settled {
                decision: raised(decision, &grant),
                used: Some(grant),
                expired,
                request: None,
                is_new: false,
                known_freeze: known,
                table: Some(table),
                _held: Some(held),
            });
        }
        let waiting = request::read(self.home, &call.id())?
            .filter(|request| request.call == call && !request.span.is_over(table.header.seen.now()));
        let is_new = waiting.is_none();
        if is_new && table.header.pending >= MAX_PENDING {
            self.sweep(&mut table)?;
        }
        let settled = Settled {
            decision,
            used: None,
            expired,
            request: None,
            is_new,
            known_freeze: None,
            table: Some(table),
            _held: Some(held),
        };
        Ok(match waiting {
            Some(Request {
                denied: Some(reason), ..
            }) => settled.refused("denied-by-person", reason),
            None if settled.queue_is_full() => {
                settled.refused("queue-full", "too many requests wait".to_owned())
            }
            Some(request) => settled.waiting(request),
            None => {
                let seen = settled.table.as_ref().map_or(0, |table| table.header.seen.now());
                let span = Span::lasting(self.settings.expiry_s, seen);
                let request = Request::of(call, intent, scope, &settled.decision, span);
                settled.waiting(request)
            }
        })
    }

    /// The first grant that serves this call. Grants whose time is over and not yet on record are collected.
    fn find(&self, table: &Table, call: &Call, expired: &mut Vec<u32>) -> Result<Option<Grant>, Failure> {
        if table.header.grants == 0 || self.agreed(table).is_err() {
            return Ok(None);
        }
        let genuine = |written: &Written<'_>| {
            let key = table.key();
            key.is_some_and(|key| written.verified(&key, grant::STATEMENT).is_some())
        };
        for name in grant::places(call) {
            for Kept { signed, .. } in grant::read(self.home, &name)? {
                let claimed = Grant::claimed(&signed).filter(|grant| grant.covers(call));
                let (Some(claimed), Some(written)) = (claimed, signed.written()) else {
                    continue;
                };
                let slot = table.slot(claimed.number)?;
                match claimed.standing(&written, &slot, table.header.seen.now()) {
                    Ok(()) if genuine(&written) => return Ok(Some(claimed)),
                    Err(Unfit::Expired) if slot.end == End::Open => expired.push(claimed.number),
                    Ok(()) | Err(Unfit::Foreign | Unfit::Expired | Unfit::Exhausted | Unfit::Revoked) => {}
                }
            }
        }
        Ok(None)
    }

    /// Takes away the files of requests that nobody can answer any more, and counts the others.
    pub(super) fn sweep(&self, table: &mut Table) -> Result<(), Failure> {
        let mut left = 0;
        let seen = table.header.seen.now();
        for request in request::all(self.home)? {
            if request.span.is_over(seen) {
                request::remove(self.home, &request.id)?;
            } else {
                left += 1;
            }
        }
        table.header.pending = left;
        table.store()
    }
}

/// The decision with a stricter verdict that no policy gave.
fn denied(decision: Decision, rule: &str, reason: String) -> Decision {
    stated(decision, Verdict::Deny, rule.to_owned(), reason)
}

fn raised(decision: Decision, grant: &Grant) -> Decision {
    let reason = format!("granted by a person: {}", grant.reach.words());
    stated(decision, Verdict::Allow, format!("grant {}", grant.id()), reason)
}

fn stated(decision: Decision, verdict: Verdict, rule: String, reason: String) -> Decision {
    let rule = MatchedRule {
        layer: Layer::Builtin,
        rule,
        verdict,
        target: None,
    };
    Decision {
        verdict,
        matched_rules: std::iter::once(rule).chain(decision.matched_rules).collect(),
        reasons: std::iter::once(reason).chain(decision.reasons).collect(),
        hint: None,
        ..decision
    }
}

impl Settled {
    fn as_judged(decision: Decision, known_freeze: Option<u64>) -> Self {
        Self {
            decision,
            used: None,
            expired: Vec::new(),
            request: None,
            is_new: false,
            known_freeze,
            table: None,
            _held: None,
        }
    }

    fn queue_is_full(&self) -> bool {
        self.table
            .as_ref()
            .is_some_and(|table| table.header.pending >= MAX_PENDING)
    }

    fn refused(self, rule: &str, reason: String) -> Self {
        Self {
            decision: denied(self.decision, rule, reason),
            ..self
        }
    }

    fn waiting(self, request: Request) -> Self {
        let way = format!("a person can run `wt approve {}`{BY_OPTION}", request.id);
        let hint = match &self.decision.hint {
            Some(hint) if !hint.is_empty() => format!("{hint}; or {way}"),
            _ => way,
        };
        let decision = Decision {
            hint: Some(hint),
            ..self.decision
        };
        Self {
            decision,
            request: Some(request),
            ..self
        }
    }

    /// The id of the request that waits for a person.
    #[must_use]
    pub fn pending(&self) -> Option<&str> {
        self.request.as_ref().map(|request| request.id.as_str())
    }

    /// Gives up what was to be used where the call will not be done after all.
    pub fn hold_to(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Allow | Verdict::Shadow => {}
            Verdict::Escalate | Verdict::Deny => self.used = None,
        }
    }

    /// Puts into the decision's entry what it used or asked.
    pub fn annotate(&self, data: &mut Map<String, Json>) {
        if let Some(grant) = &self.used {
            let before = self
                .table
                .as_ref()
                .and_then(|table| table.slot(grant.number).ok());
            let nth = before.unwrap_or_default().used.saturating_add(1);
            data.insert(
                "grant".to_owned(),
                json!({"id": grant.id(), "use": nth, "of": grant.uses}),
            );
        }
        if let Some(request) = &self.request {
            data.insert("request".to_owned(), json!(request.id));
        }
    }

    /// What holds of the entry.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let ended = self.expired.iter().map(|number| {
            let data = json!({"source": "grants", "type": "expired", "severity": "info",
                "grant": {"id": grant::id(*number)}});
            Draft {
                kind: Kind::Event,
                data: data.as_object().cloned().unwrap_or_default(),
            }
        });
        let asked = self.request.iter().filter(|_| self.is_new).map(|request| Draft {
            kind: Kind::Request,
            data: request.entry_data(),
        });
        Terms {
            also: ended.chain(asked).collect(),
            unless_stopped_since: self.known_freeze,
        }
    }

    /// Notes down what was recorded under `seq`. Gives the request that was made anew.
    ///
    /// # Errors
    /// The index cannot be written; the ledger has it, and the next call mends the index from there.
    pub fn recorded(self, state: &State<'_>, seq: u64) -> Result<Option<Request>, Failure> {
        let Some(mut table) = self.table else {
            return Ok(None);
        };
        if let Some(grant) = &self.used {
            let mut slot = table.slot(grant.number)?;
            slot.used = slot.used.saturating_add(1);
            slot.last = seq;
            table.set(grant.number, slot)?;
            table.header.control = seq;
        }
        let mut at = seq;
        for number in &self.expired {
            at += 1;
            let mut slot = table.slot(*number)?;
            slot.end = End::Expired;
            slot.last = at;
            table.set(*number, slot)?;
            table.header.control = at;
        }
        let mut made = None;
        if let Some(mut request) = self.request.filter(|_| self.is_new) {
            request.entry = seq;
            request::store(state.home, &request)?;
            table.header.pending = table.header.pending.saturating_add(1);
            made = Some(request);
        }
        table.header.seen = table.header.seen.noted();
        table.store()?;
        Ok(made)
    }
}
