//! Where the dashboard's facts come from: the newest entries once, then only what is new, and a look at the
//! installation now and then. Reads only.

use super::model::{MAX_SHOWN, Model, Standing};
use crate::{
    caller::Caller,
    ground::Ground,
    level,
    report::Failure,
    view::{
        alarm::{
            Alarms, chain,
            rules::{built_in, in_force},
        },
        desk::Desk,
        standing::{links::Links, record::Record, rules::Rules, waiting::Waiting},
    },
};
use ledger::{LedgerError, follow::Follow, read::Entry};
use std::os::fd::AsFd;

/// Where the facts come from.
#[derive(Debug)]
pub(super) struct Source {
    desk: Desk,
    caller: Caller,
    follow: Follow,
}

impl Source {
    /// Opens the ledger and fills the model with its newest entries.
    ///
    /// # Errors
    /// There is no directory or no ledger.
    pub(super) fn open(model: &mut Model) -> Result<Self, Failure> {
        let desk = Desk::open()?;
        let caller = Caller::of_this_process()?;
        model.alarms = Alarms::new(match Ground::of(&caller) {
            Ok(ground) => in_force(&ground.policy.settings().alerts)?,
            Err(_) => built_in()?,
        });
        let reader = desk.reader()?;
        let mut newest = Vec::new();
        for entry in reader.backwards().take(2 * MAX_SHOWN) {
            newest.push(entry?);
        }
        newest.reverse();
        let last = newest.last().map_or(0, |entry: &Entry| entry.seq);
        model.take(newest);
        let follow = Follow::after(desk.home.dir.as_fd(), &desk.home.path, last)?;
        let source = Self { desk, caller, follow };
        source.look_around(model);
        Ok(source)
    }

    /// Takes in what came since.
    ///
    /// # Errors
    /// A segment cannot be read.
    pub(super) fn refresh(&mut self, model: &mut Model) -> Result<(), LedgerError> {
        loop {
            let came = self.follow.look()?;
            if came.is_empty() {
                break;
            }
            model.take(came);
        }
        Self::look_at_approvals(model, Ground::of(&self.caller).as_ref().ok());
        Ok(())
    }

    /// Looks at what waits for a person; where that cannot be read nothing is claimed.
    fn look_at_approvals(model: &mut Model, ground: Option<&Ground>) {
        let waiting = ground.and_then(|ground| Waiting::look(ground).ok());
        model.untold = waiting.is_none();
        let waiting = waiting.unwrap_or_default();
        model.approvals = waiting
            .pending
            .iter()
            .map(|p| format!("{}  {}  ({})", p.id, p.what, p.why))
            .collect();
        model.frozen = waiting
            .frozen
            .iter()
            .map(crate::view::standing::waiting::Frozen::words)
            .collect();
    }

    /// Looks at everything else: policy, links, integrity.
    pub(super) fn look_around(&self, model: &mut Model) {
        let home = &self.desk.home;
        let ground = Ground::of(&self.caller);
        Self::look_at_approvals(model, ground.as_ref().ok());
        let record = Record::look(home);
        model.stand(Standing {
            level: level::of(home.owner, &self.caller).level.to_owned(),
            directory: home.path.display().to_string(),
            rules: Some(Rules::look(home, &self.caller, &ground)),
            links: Some(Links::find(&self.caller)),
            chain: chain::problem(&record),
            record: record.ok(),
        });
    }
}
