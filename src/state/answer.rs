//! What a person says to what waits: yes or no. Each is a ledger entry first; the index then follows from the ledger,
//! as it would after a crash. What a yes is signed for is what the ledger says was asked, whatever the index shows.

use super::{
    Held, State,
    extent::Terms,
    grant::{Grant, Reach, Stated},
    members,
    moment::{self, Micros, Span},
    replay::catch_up,
    request::{self, Request},
    table::Table,
};
use crate::{
    approver::Approver,
    report::{Exit, Failure},
};
use ledger::{Draft, Durability, Kind, Ledger};
use serde_json::json;
use std::time::{Duration, Instant};

/// How often a waiting call looks.
const LOOK: Duration = Duration::from_millis(100);

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Not waiting any more: approved, or never asked.
    Answered,
    /// A person said no.
    Denied(String),
    /// Nobody answered while it could be.
    Expired,
    /// Still waiting.
    Open,
}

impl State<'_> {
    /// Everything that waits, oldest first; what was answered or is over is left out.
    ///
    /// # Errors
    /// The requests cannot be read.
    pub fn pending(&self) -> Result<Vec<Request>, Failure> {
        let seen = self.now()?;
        let mut all = request::all(self.home)?;
        all.retain(|request| request.waits(seen));
        Ok(all)
    }

    /// What time it is at least: a clock that was set back is not believed.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn now(&self) -> Result<Micros, Failure> {
        Ok(Table::open(self.home)?.map_or_else(moment::now, |table| table.header.seen.now()))
    }

    /// The request of this id.
    ///
    /// # Errors
    /// 64 where nothing of that id waits.
    pub fn request(&self, id: &str) -> Result<Request, Failure> {
        let seen = self.now()?;
        let waiting = request::read(self.home, id)?.filter(|request| request.waits(seen));
        waiting.ok_or_else(|| {
            Failure::new(Exit::Usage, format!("no request `{id}` waits"))
                .hint("`wt approvals` lists what waits; a request that was answered or is over is gone")
        })
    }

    /// Grants what a request asks for.
    ///
    /// # Errors
    /// 74 where it cannot be recorded; 64 where the request no longer waits.
    pub fn approve(
        &self,
        ledger: &mut Ledger,
        approver: &Approver,
        request: &Request,
        reach: Reach,
        terms: Terms,
    ) -> Result<Grant, Failure> {
        let _held = Held::take(self.home)?;
        let marks = ledger.marks()?;
        let table = catch_up(self.home, self.shown, marks)?;
        let asked = self.request(&request.id)?;
        self.hold_to_ledger(&asked)?;
        if asked != *request {
            return Err(Failure::new(
                Exit::Usage,
                format!("the request `{}` changed meanwhile", request.id),
            )
            .hint("look at it again with `wt approvals`"));
        }
        let grant = Grant {
            statement: Stated::default(),
            number: table.header.grants.saturating_add(1),
            principal: asked.call.principal.clone(),
            agent: asked.call.agent.clone(),
            domain: asked.call.domain.clone(),
            operation: asked.call.operation.clone(),
            rules: asked.call.rules.clone(),
            reach,
            uses: terms.uses,
            span: Span::lasting(
                terms.seconds.min(self.settings.max_grant_s),
                table.header.seen.now(),
            ),
            request: asked.id.clone(),
        };
        let signed = approver.sign(grant.statement()?)?;
        let mut data = members(json!({"id": grant.id(), "request": asked.id, "summary": asked.summary()}));
        signed.into_entry(&mut data);
        let yes = members(json!({"request": asked.id, "answer": "approved", "decision": asked.entry}));
        let drafts = [
            Draft {
                kind: Kind::Approval,
                data: yes,
            },
            Draft {
                kind: Kind::Grant,
                data,
            },
        ];
        ledger.append(&drafts, Durability::Strict)?;
        let mut table = catch_up(self.home, self.shown, ledger.marks()?)?;
        table.header.pending = table.header.pending.saturating_sub(1);
        table.header.seen = table.header.seen.noted();
        table.store()?;
        Ok(grant)
    }

    /// Refuses a request that is not what the ledger says was asked, and takes it out: a person who reads one thing
    /// must not sign another.
    ///
    /// # Errors
    /// 77 where it is not; 74 where the ledger cannot be read.
    pub fn vouch(&self, asked: &Request) -> Result<(), Failure> {
        let _held = Held::take(self.home)?;
        self.hold_to_ledger(asked)
    }

    /// The same; the lock is held.
    fn hold_to_ledger(&self, asked: &Request) -> Result<(), Failure> {
        if asked.is_recorded(self.home, self.shown)? {
            return Ok(());
        }
        request::remove(self.home, &asked.id)?;
        if let Some(mut table) = Table::open(self.home)? {
            table.header.pending = table.header.pending.saturating_sub(1);
            table.store()?;
        }
        let message = format!("the request `{}` is not what the ledger says was asked", asked.id);
        Err(Failure::new(Exit::Denied, message)
            .hint("it was altered and is taken out; look at `state/requests`, and let the call ask anew"))
    }

    /// Says no. That needs no signature: it takes nothing from anybody but the asker.
    ///
    /// # Errors
    /// 74 where it cannot be recorded; 64 where the request no longer waits.
    pub fn deny(&self, ledger: &mut Ledger, id: &str, reason: &str) -> Result<Request, Failure> {
        let _held = Held::take(self.home)?;
        let mut asked = self.request(id)?;
        let reason = if reason.is_empty() {
            "a person said no"
        } else {
            reason
        };
        let no =
            members(json!({"request": id, "answer": "denied", "decision": asked.entry, "reason": reason}));
        ledger.append(
            &[Draft {
                kind: Kind::Approval,
                data: no,
            }],
            Durability::Strict,
        )?;
        asked.denied = Some(reason.to_owned());
        request::store(self.home, &asked)?;
        if let Some(mut table) = Table::open(self.home)? {
            table.header.pending = table.header.pending.saturating_sub(1);
            table.store()?;
        }
        Ok(asked)
    }

    /// What became of a request by now.
    ///
    /// # Errors
    /// The request cannot be read.
    pub fn answer(&self, id: &str) -> Result<Answer, Failure> {
        Ok(match request::read(self.home, id)? {
            None => Answer::Answered,
            Some(Request {
                denied: Some(reason), ..
            }) => Answer::Denied(reason),
            Some(request) if request.span.is_over(self.now()?) => Answer::Expired,
            Some(_) => Answer::Open,
        })
    }

    /// Waits until a request is answered or time is up.
    ///
    /// # Errors
    /// The request cannot be read.
    pub fn wait(&self, id: &str, limit: Duration) -> Result<Answer, Failure> {
        let since = Instant::now();
        loop {
            let answer = self.answer(id)?;
            if answer != Answer::Open || since.elapsed() >= limit {
                return Ok(answer);
            }
            std::thread::sleep(LOOK.min(limit.saturating_sub(since.elapsed())));
        }
    }
}
