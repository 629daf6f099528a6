//! What waits for a person, and who is stopped.

use crate::{ground::Ground, report::Failure, state::State};
use serde::Serialize;
use std::os::fd::AsFd;

/// How it is said that nobody is asked anything.
pub(crate) const NOTHING: &str = "nothing waits for a person";
/// How it is said that nobody knows.
pub(crate) const UNTOLD: &str =
    "what waits, and who is stopped, cannot be told: policy and record must be readable";

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Pending {
    /// To be typed.
    pub(crate) id: String,
    /// Its decision entry.
    pub(crate) entry: u64,
    /// Who asks.
    pub(crate) agent: String,
    /// What would be done.
    pub(crate) what: String,
    /// Why a person must decide.
    pub(crate) why: String,
}

/// One freeze.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Frozen {
    /// Its entry.
    pub(crate) entry: u64,
    /// Whom it stops, `` for everyone.
    pub(crate) principal: String,
    /// Which agent, `` for all.
    pub(crate) agent: String,
    /// Why.
    pub(crate) reason: String,
}

/// What waits, and who is stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Waiting {
    /// Requests, oldest first.
    pub(crate) pending: Vec<Pending>,
    /// Freezes in force.
    pub(crate) frozen: Vec<Frozen>,
}

impl Waiting {
    /// Looks.
    ///
    /// # Errors
    /// The requests or the ledger cannot be read.
    pub(crate) fn look(ground: &Ground) -> Result<Self, Failure> {
        let home = &ground.home;
        let state = State::new(home.dir.as_fd(), &home.path, &ground.policy.settings().approvals);
        let pending = state.pending()?.into_iter().map(|request| Pending {
            id: request.id.clone(),
            entry: request.entry,
            agent: request.call.agent.clone(),
            what: request.summary(),
            why: request.reasons.first().cloned().unwrap_or_default(),
        });
        let frozen = state
            .frozen(&mut ground.ledger()?)?
            .into_iter()
            .map(|freeze| Frozen {
                entry: freeze.seq,
                principal: freeze.principal,
                agent: freeze.agent,
                reason: freeze.reason,
            });
        Ok(Self {
            pending: pending.collect(),
            frozen: frozen.collect(),
        })
    }
}

impl Frozen {
    /// Whom it stops and why, in words.
    pub(crate) fn words(&self) -> String {
        let whom = match (self.principal.as_str(), self.agent.as_str()) {
            ("", "") => "everyone",
            ("", agent) => agent,
            (principal, "") => principal,
            (_, agent) => agent,
        };
        let why = if self.reason.is_empty() {
            String::new()
        } else {
            format!(": {}", self.reason)
        };
        format!("{whom} (entry {}){why}", self.entry)
    }
}
