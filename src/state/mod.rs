//! What is remembered between calls: pending requests, grants and their uses, freezes, bursts. Everything here is an
//! index over signed statements and ledger entries; a file that was forged, altered or taken away gives nobody
//! more than he had.

mod answer;
pub mod burst;
mod call;
mod control;
mod extent;
pub mod files;
mod freeze;
mod grant;
mod kept;
mod lock;
pub mod moment;
pub mod notify;
mod replay;
mod request;
mod settle;
mod settled;
mod table;

pub use answer::Answer;
pub(crate) use call::CONTENT;
pub use call::{Call, Object};
pub use extent::{Extent, Terms};
pub use freeze::Freeze;
pub use grant::{Grant, Reach, Standing, Unfit};
pub use lock::Held;
pub use request::{Request, called};
pub(crate) use settled::BY_OPTION;
pub use settled::Settled;
pub use table::End;

use crate::{
    approver::{PublicKey, unhex},
    report::{Exit, Failure},
};
use ledger::Ledger;
use policy::{ApprovalSettings, Identity};
use serde_json::{Map, Value as Json};
use std::{os::fd::BorrowedFd, path::Path};
use table::Table;

/// The state below one of Watchtower's directories. Opens nothing until it is asked something.
#[derive(Clone, Copy, Debug)]
pub struct State<'a> {
    home: BorrowedFd<'a>,
    shown: &'a Path,
    settings: &'a ApprovalSettings,
}

impl<'a> State<'a> {
    /// The state below `home`, shown as `shown`.
    #[must_use]
    pub fn new(home: BorrowedFd<'a>, shown: &'a Path, settings: &'a ApprovalSettings) -> Self {
        Self {
            home,
            shown,
            settings,
        }
    }

    /// Calls of this identity within the last 60 s, before this one.
    #[must_use]
    pub fn burst(&self, who: &Identity, what: burst::Tally) -> u32 {
        burst::calls(self.home, &who.principal, &who.agent, what)
    }

    /// Takes note of a denied call; where policy asks for it, too many within its minutes stop the agent.
    ///
    /// # Errors
    /// The freeze cannot be recorded.
    pub fn denied(&self, ledger: &mut Ledger, who: &Identity) -> Result<(), Failure> {
        let (limit, minutes) = (self.settings.freeze_after, self.settings.freeze_minutes);
        if limit == 0 {
            return Ok(());
        }
        let before = burst::denials(self.home, &who.principal, &who.agent, minutes);
        if u64::from(before).saturating_add(1) < limit {
            return Ok(());
        }
        let marks = ledger.marks()?;
        if self.stopped(marks, who, None)?.is_some() {
            return Ok(());
        }
        let freeze = Freeze {
            seq: 0,
            principal: who.principal.clone(),
            agent: who.agent.clone(),
            reason: format!("{} within {}", many(limit, "denial"), many(minutes, "minute")),
        };
        self.freeze(ledger, &freeze).map(|_| ())
    }

    /// The key whose signature counts: the ledger's, which policy must not contradict.
    fn anchor(&self, table: &Table) -> Result<PublicKey, Failure> {
        self.agreed(table)?;
        table.key().ok_or_else(no_key)
    }

    /// Whether ledger and policy agree on a key: what a call without a grant need not compute with is not read.
    fn agreed(&self, table: &Table) -> Result<(), Failure> {
        if table.header.key == [0; 32] {
            return Err(no_key());
        }
        match &self.settings.public_key {
            Some(named) if unhex(named) != Some(table.header.key) => Err(Failure::new(
                Exit::Config,
                "policy names another approver key than the ledger, so nothing can be approved",
            )
            .hint("compare `approvals.public_key` with `wt admin show`; one of them was changed")),
            _ => Ok(()),
        }
    }
}

/// The members of an object.
fn members(value: Json) -> Map<String, Json> {
    match value {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}

fn no_key() -> Failure {
    Failure::new(Exit::Config, "no approver key is set, so nothing can be approved")
        .hint("run `wt admin set` at a terminal of your own, before agents work")
}

/// A number of things in words.
fn many(count: u64, one: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {one}s")
    }
}
