//! What the state says to a judged call: stopped by a freeze, raised by a grant, or waiting for a person. Checked
//! and used in one: the lock is held from the look at a grant until its use is on record.

use super::{
    Held, State,
    call::Call,
    freeze::{self, Freezes},
    grant::{Grant, Unfit},
    kept,
    moment::Span,
    replay::catch_up,
    request::{self, MAX_PENDING, Request},
    settled::{Settled, denied, raised},
    table::{End, Table},
};
use crate::{approver::Written, report::Failure};
use ledger::{Ledger, Marks};
use policy::{Decision, Identity, Intent, Scope, Verdict};

/// What to do where calls are stopped.
const THAW: &str = "`wt status` says why; a person lets calls go on with `wt thaw`";

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
            return Ok(Settled::as_judged(
                denied(decision, "frozen", reason, THAW),
                known,
            ));
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
            return Ok(denied(decision, "frozen", reason, THAW));
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
            }) => settled.refused(
                "denied-by-person",
                reason,
                "do not repeat it; ask the person what is wanted instead",
            ),
            None if settled.queue_is_full() => settled.refused(
                "queue-full",
                "too many requests wait".to_owned(),
                "a person answers them: `wt approvals`, then `wt approve` or `wt deny`",
            ),
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
        let genuine = |written: &Written<'_>| table.key().is_some_and(|key| written.is_by(&key));
        for name in kept::places(call) {
            for kept in kept::read(self.home, &name)? {
                let claimed = kept.claimed();
                if !claimed.covers(call) {
                    continue;
                }
                let written = kept.written();
                let slot = table.slot(claimed.number)?;
                match claimed.standing(&written, &slot, table.header.seen.now()) {
                    Ok(()) if genuine(&written) => return Ok(Some(kept.into_grant())),
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
