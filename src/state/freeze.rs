//! Freezes: entries that stop calls, for everyone or for one agent, until a signed thaw. What is kept here is a copy
//! of what the ledger says; without it, or where it does not fit the ledger's marks, the ledger is read.

use super::files;
use crate::{
    approver::{PublicKey, Signed},
    report::{Exit, Failure},
};
use policy::Intent;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::os::fd::BorrowedFd;

pub(super) const FILE: &str = "state/freezes";
const MAX_BYTES: u64 = 1 << 20;
/// Kind of the statement that lifts freezes.
pub(super) const THAW: &str = "thaw";

/// One freeze.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// Its entry.
    pub seq: u64,
    /// Whom it stops, `` for everyone.
    pub principal: String,
    /// Which agent it stops, `` for all.
    pub agent: String,
    /// Why.
    pub reason: String,
}

/// All freezes since the last thaw, and that thaw.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Freezes {
    /// The last entry that stopped calls.
    pub(super) as_of: u64,
    pub(super) freezes: Vec<Freeze>,
    pub(super) thaw: Option<Signed>,
}

impl Freezes {
    pub(super) fn read(home: BorrowedFd<'_>) -> Result<Option<Self>, Failure> {
        let bytes = files::read(home, FILE, MAX_BYTES).map_err(|e| failed("read", &e.to_string()))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    pub(super) fn store(&self, home: BorrowedFd<'_>) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(self).map_err(|e| failed("write", &e.to_string()))?;
        files::replace(home, FILE, &bytes, files::Sync::Lazy).map_err(|e| failed("write", &e.to_string()))
    }

    pub(super) fn add(&mut self, freeze: Freeze) {
        self.as_of = self.as_of.max(freeze.seq);
        if !self.freezes.iter().any(|known| known.seq == freeze.seq) {
            self.freezes.push(freeze);
        }
    }

    /// Takes in a thaw whose signature was checked.
    pub(super) fn lift(&mut self, thaw: &Signed) {
        let lifted = lifts(thaw);
        self.freezes.retain(|freeze| freeze.seq > lifted);
        self.thaw = Some(thaw.clone());
    }

    /// The freezes that hold. The thaw counts only as signed by `key`; without it everything since the beginning
    /// stands, of which the last one is known.
    pub(super) fn in_force(&self, key: Option<&PublicKey>) -> Vec<Freeze> {
        let genuine = self
            .thaw
            .as_ref()
            .filter(|thaw| key.is_some_and(|key| thaw.verified(key, THAW).is_some()));
        let lifted = genuine.map_or(0, lifts);
        let mut holding: Vec<Freeze> = self
            .freezes
            .iter()
            .filter(|freeze| freeze.seq > lifted)
            .cloned()
            .collect();
        if self.as_of > lifted && holding.is_empty() {
            holding.push(Freeze {
                seq: self.as_of,
                principal: String::new(),
                agent: String::new(),
                reason: "the record of it is not whole".to_owned(),
            });
        }
        holding
    }
}

/// The last freeze that a thaw lifts.
fn lifts(thaw: &Signed) -> u64 {
    thaw.claimed().get("freeze").and_then(Json::as_u64).unwrap_or(0)
}

impl Freeze {
    /// Whether it stops this caller.
    #[must_use]
    pub fn stops(&self, principal: &str, agent: &str) -> bool {
        let meant = |whom: &str, who: &str| whom.is_empty() || whom == who;
        meant(&self.principal, principal) && meant(&self.agent, agent)
    }
}

/// Whether a freeze stops such calls: all that change anything or leave this machine.
#[must_use]
pub(super) fn is_stoppable(intent: &Intent) -> bool {
    let reads = match intent.domain.as_ref() {
        "filesystem" => matches!(intent.operation.as_ref(), "read" | "list" | "stat"),
        "search" => true,
        _ => false,
    };
    !reads
}

fn failed(what: &str, why: &str) -> Failure {
    Failure::new(Exit::Ledger, format!("cannot {what} `{FILE}`: {why}")).hint("run `wt doctor`")
}
