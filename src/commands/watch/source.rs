//! Where the dashboard's facts come from: the newest entries once, then only what is new, and a look at the
//! installation now and then. Reads only.

use super::model::{MAX_SHOWN, Model, Standing};
use crate::{
    caller::Caller,
    ground::Ground,
    ledger::{LedgerError, follow::Follow, read::Entry},
    level,
    report::Failure,
    view::{
        alarm::{
            Alarms,
            rules::{built_in, in_force},
        },
        desk::Desk,
        standing::{links::Links, record::Record, rules::Rules},
    },
};
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
                return Ok(());
            }
            model.take(came);
        }
    }

    /// Looks at everything else: policy, links, integrity.
    pub(super) fn look_around(&self, model: &mut Model) {
        let home = &self.desk.home;
        model.standing = Standing {
            level: level::of(home.owner, &self.caller).level.to_owned(),
            directory: home.path.display().to_string(),
            rules: Some(Rules::look(home, &self.caller)),
            links: Some(Links::find(&self.caller)),
            record: Record::look(home).ok(),
        };
    }
}
