//! Who approves here: the key that ledger and policy name, where its secret half lies, and what that stops at the
//! level of this caller. Looks only.

use crate::{
    approver::{FILE, KeyFile},
    ground::Ground,
    level::Level,
    report::Failure,
};
use serde::Serialize;
use std::os::fd::AsFd;

/// The approver's key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Approving {
    /// The public half that the ledger names, hex.
    pub(crate) ledger: Option<String>,
    /// The public half that policy names, hex.
    pub(crate) policy: Option<String>,
    /// Whether the secret half is there and of this key.
    pub(crate) key_file: bool,
    /// Why nothing can be approved, `` where it can.
    pub(crate) problem: String,
    /// What to do about that.
    pub(crate) fix: String,
    /// What the key does and does not stop at this level.
    pub(crate) means: &'static str,
}

impl Approving {
    /// Looks.
    ///
    /// # Errors
    /// The ledger or the index cannot be read.
    pub(crate) fn look(ground: &Ground, level: &Level) -> Result<Self, Failure> {
        let (state, mut ledger) = (ground.state(), ground.ledger()?);
        let known = state.ledger_key(&mut ledger)?;
        let stored = known.map(|known| KeyFile::look(ground.home.dir.as_fd(), &known));
        let usable = match (state.approver_key(&mut ledger), stored) {
            (Err(failure), _) | (Ok(_), Some(Err(failure))) => Err(failure),
            (Ok(_), _) => Ok(()),
        };
        let failure = usable.err();
        let words = |of: fn(&Failure) -> &String| failure.as_ref().map(of).cloned().unwrap_or_default();
        Ok(Self {
            ledger: known.map(|known| known.text()),
            policy: ground.policy.settings().approvals.public_key.clone(),
            key_file: known.is_some_and(|known| KeyFile::look(ground.home.dir.as_fd(), &known).is_ok()),
            problem: words(|failure| &failure.message),
            fix: words(|failure| &failure.hint),
            means: means(level),
        })
    }

    /// Where the halves of the key are, or why nothing can be approved.
    pub(crate) fn words(&self) -> String {
        let Some(key) = self.ledger.as_ref().filter(|_| self.problem.is_empty()) else {
            return match self.fix.as_str() {
                "" => self.problem.clone(),
                fix => format!("{}; {fix}", self.problem),
            };
        };
        let short = key.get(..16).unwrap_or_default();
        let named = match &self.policy {
            Some(_) => "named by ledger and policy",
            None => "named by the ledger alone; `wt admin show` has the line for the policy",
        };
        format!("key {short}... is set, {named}; its secret half is in {FILE}, under the passphrase")
    }
}

/// What the signature of a person is worth at each level.
fn means(level: &Level) -> &'static str {
    match level.level {
        "B" => {
            "at level B nobody makes, widens or prolongs a grant, or thaws, without the passphrase; a hostile process \
             of the same user can still go around Watchtower, or take its files away"
        }
        _ => {
            "nobody makes, widens or prolongs a grant, or thaws, without the passphrase, and the files that say so are \
             out of the agent's reach"
        }
    }
}
