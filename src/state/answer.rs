//! What a person does to the state: approve, deny, take back, stop, let go on, set the key. Each is a ledger entry
//! first; the index then follows from the ledger, as it would after a crash.

use super::{
    Held, State,
    freeze::{Freeze, THAW},
    grant::{self, Grant, Reach, Standing},
    moment::{self, Micros, Span},
    replay::{APPROVER, REVOKE, catch_up},
    request::{self, Request},
    table::Table,
};
use crate::{
    approver::{Approver, PublicKey, Statement},
    ledger::{Draft, Durability, Kind, Ledger},
    report::{Exit, Failure},
};
use serde_json::{Map, Value as Json, json};
use std::time::{Duration, Instant};

/// How often a waiting call looks.
const LOOK: Duration = Duration::from_millis(100);

/// How far an approval reaches, as the person says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// This very call on these very objects, as they were found.
    Exact,
    /// This very call, also when the objects have changed meanwhile.
    Same,
    /// The same operation below the directory.
    Dir,
    /// The same operation on the host.
    Host,
    /// Whatever the same rules ask about.
    Rule,
}

/// What a person adds to a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How far.
    pub extent: Extent,
    /// How often, none for as often as wanted.
    pub uses: Option<u32>,
    /// How long.
    pub seconds: u64,
}

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

fn members(value: Json) -> Map<String, Json> {
    match value {
        Json::Object(members) => members,
        _ => Map::new(),
    }
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

    /// The key that may approve here.
    ///
    /// # Errors
    /// 78 where there is none, or policy and ledger name different ones.
    pub fn approver_key(&self, ledger: &mut Ledger) -> Result<PublicKey, Failure> {
        let _held = Held::take(self.home)?;
        let marks = ledger.marks()?;
        let table = catch_up(self.home, self.shown, marks)?;
        self.anchor(&table)
    }

    /// The key that the ledger names, whatever policy says.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn ledger_key(&self, ledger: &mut Ledger) -> Result<Option<PublicKey>, Failure> {
        let _held = Held::take(self.home)?;
        let marks = ledger.marks()?;
        Ok(catch_up(self.home, self.shown, marks)?.key())
    }

    /// What a grant for this request would reach.
    ///
    /// # Errors
    /// 64 where the request has no such extent, or it would take in far more than was asked about.
    pub fn reach(request: &Request, extent: Extent, homes: &[String]) -> Result<Reach, Failure> {
        let call = &request.call;
        let unfit =
            |why: String| Failure::new(Exit::Usage, why).hint("`--scope exact` approves this very call");
        match extent {
            Extent::Exact => Ok(Reach::Exact(call.digest.clone())),
            Extent::Same => Ok(Reach::Same(call.same.clone())),
            Extent::Rule if call.rules.is_empty() => Err(unfit("no rule asked about this call".to_owned())),
            Extent::Rule => Ok(Reach::Rule(call.rules.join(", "))),
            Extent::Host => call
                .common_host()
                .map(|host| Reach::Host(host.to_owned()))
                .ok_or_else(|| unfit("this call is not about one host".to_owned())),
            Extent::Dir => {
                let dir = call
                    .common_dir()
                    .ok_or_else(|| unfit("this call is not about paths".to_owned()))?;
                let above = |home: &String| std::path::Path::new(home).starts_with(&dir);
                if dir == "/" || homes.iter().any(above) {
                    return Err(unfit(format!("a grant for everything below `{dir}` is too wide")));
                }
                Ok(Reach::Dir(dir))
            }
        }
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
        if asked.call != request.call {
            return Err(Failure::new(
                Exit::Usage,
                format!("the request `{}` changed meanwhile", request.id),
            )
            .hint("look at it again with `wt approvals`"));
        }
        let grant = Grant {
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

    /// Says no. That needs no signature: it takes nothing from anybody but the asker.
    ///
    /// # Errors
    /// 74 where it cannot be recorded; 64 where the request no longer waits.
    pub fn deny(&self, ledger: &mut Ledger, id: &str, reason: &str) -> Result<Request, Failure> {
        let _held = Held::take(self.home)?;
        let asked = self.request(id)?;
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
        let answered = Request {
            denied: Some(reason.to_owned()),
            ..asked
        };
        request::store(self.home, &answered)?;
        if let Some(mut table) = Table::open(self.home)? {
            table.header.pending = table.header.pending.saturating_sub(1);
            table.store()?;
        }
        Ok(answered)
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

    /// Every grant as it stands, by number.
    ///
    /// # Errors
    /// The ledger or the index cannot be read.
    pub fn grants(&self, ledger: &mut Ledger) -> Result<Vec<Standing>, Failure> {
        let _held = Held::take(self.home)?;
        let marks = ledger.marks()?;
        let table = catch_up(self.home, self.shown, marks)?;
        grant::all(self.home, &table, self.anchor(&table).ok().as_ref())
    }

    /// The grants that may still be used, as far as the index knows: for showing, since nothing is locked or caught up.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn known_grants(&self) -> Result<Vec<Standing>, Failure> {
        let Some(table) = Table::open(self.home)? else {
            return Ok(Vec::new());
        };
        let mut all = grant::all(self.home, &table, self.anchor(&table).ok().as_ref())?;
        all.retain(|standing| standing.over.is_none());
        Ok(all)
    }

    /// Takes grants back: those named, or all where none is named.
    ///
    /// # Errors
    /// 74 where it cannot be recorded; 64 for an id that no grant has.
    pub fn revoke(&self, ledger: &mut Ledger, approver: &Approver, ids: &[String]) -> Result<u32, Failure> {
        let _held = Held::take(self.home)?;
        let marks = ledger.marks()?;
        let table = catch_up(self.home, self.shown, marks)?;
        let mut numbers = Vec::with_capacity(ids.len());
        for id in ids {
            let number = grant::number(id)
                .filter(|number| *number <= table.header.grants)
                .ok_or_else(|| {
                    Failure::new(Exit::Usage, format!("no grant has the id `{id}`"))
                        .hint("`wt grants` lists them")
                })?;
            numbers.push(grant::id(number));
        }
        let what = if numbers.is_empty() {
            json!({"up_to": table.header.grants, "at": moment::now()})
        } else {
            json!({"grants": numbers, "at": moment::now()})
        };
        self.state_signed(ledger, approver, Kind::Revoke, REVOKE, what)?;
        let count = if numbers.is_empty() {
            table.header.grants
        } else {
            u32::try_from(numbers.len()).unwrap_or(0)
        };
        Ok(count)
    }

    /// Stops calls: everyone's, or one agent's. Needs no signature; whoever is in doubt may stop things.
    ///
    /// # Errors
    /// 74 where it cannot be recorded.
    pub fn freeze(&self, ledger: &mut Ledger, who: &Freeze) -> Result<u64, Failure> {
        let data = members(json!({"principal": who.principal, "agent": who.agent, "reason": who.reason}));
        let receipts = ledger.append(
            &[Draft {
                kind: Kind::Freeze,
                data,
            }],
            Durability::Strict,
        )?;
        let seq = receipts.first().map_or(0, |receipt| receipt.seq);
        // The ledger alone stops calls; the copy beside it only saves reading.
        if let Ok(_held) = Held::take(self.home) {
            catch_up(self.home, self.shown, ledger.marks()?)?;
        }
        Ok(seq)
    }

    /// The freezes in force.
    ///
    /// # Errors
    /// The ledger or the index cannot be read.
    pub fn frozen(&self, ledger: &mut Ledger) -> Result<Vec<Freeze>, Failure> {
        let marks = ledger.marks()?;
        self.freezes(marks)
    }

    /// Lets calls go on.
    ///
    /// # Errors
    /// 74 where it cannot be recorded.
    pub fn thaw(&self, ledger: &mut Ledger, approver: &Approver, reason: &str) -> Result<(), Failure> {
        let _held = Held::take(self.home)?;
        let marks = ledger.marks()?;
        let what = json!({"freeze": marks.freeze, "reason": reason, "at": moment::now()});
        self.state_signed(ledger, approver, Kind::Thaw, THAW, what)
    }

    /// Records a new approver key, or that the key has a new passphrase. `by` signs: the key before it, or the first
    /// key for itself.
    ///
    /// # Errors
    /// 74 where it cannot be recorded.
    pub fn set_approver(
        &self,
        ledger: &mut Ledger,
        by: &Approver,
        key: &PublicKey,
        action: &str,
    ) -> Result<(), Failure> {
        let _held = Held::take(self.home)?;
        let what = json!({"public_key": key.text(), "action": action, "at": moment::now()});
        self.state_signed(ledger, by, Kind::Admin, APPROVER, what)
    }

    fn state_signed(
        &self,
        ledger: &mut Ledger,
        approver: &Approver,
        kind: Kind,
        statement: &str,
        what: Json,
    ) -> Result<(), Failure> {
        let mut data = Map::new();
        approver
            .sign(Statement::new(statement, members(what)))?
            .into_entry(&mut data);
        ledger.append(&[Draft { kind, data }], Durability::Strict)?;
        let mut table = catch_up(self.home, self.shown, ledger.marks()?)?;
        table.header.seen = table.header.seen.noted();
        table.store()
    }
}
