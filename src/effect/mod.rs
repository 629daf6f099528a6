//! Native effects on held descriptors. Each needs the permit of a recorded decision.
//! Everything was opened and judged before; nothing here looks a path up again or asks what is allowed.

pub(crate) mod bring_back;
pub(crate) mod changes;
mod copy;
mod erase;
mod keep;
mod known;
mod link;
mod make_dir;
pub(crate) mod names;
mod owner;
pub mod plan;
mod relocate;
mod remove;
mod run;
mod set_mode;
mod settle;
mod touch;
mod tree;
pub(crate) mod words;

use crate::{
    quarantine::Site,
    report::Failure,
    sandbox::{Access, Grant},
    withdrawal::Withdrawal,
};
pub(crate) use copy::cannot_make;
use ledger::Permit;
pub(crate) use remove::is_empty;
pub(crate) use set_mode::hazards;

pub(crate) use erase::erase_for_good as erase;
use plan::{Plan, SetMode, SetOwner, Step};
use run::Run;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{os::fd::OwnedFd, sync::Arc};

/// A call of more steps may take long.
const MANY_STEPS: usize = 16;

/// What an allowed call will do, with everything held that it needs.
#[derive(Debug, Default)]
pub struct Work {
    pub(crate) plan: Plan,
    pub(crate) held: Vec<Arc<OwnedFd>>,
    pub(crate) grants: Vec<Grant>,
    pub(crate) stores: Vec<Pending>,
}

/// A quarantine directory that is made when the call is allowed.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) site: Site,
    pub(crate) slot: plan::Slot,
    pub(crate) access: Access,
    pub(crate) uid: u32,
}

/// How an effect went.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// 0, or 1 where something could not be done; 128 and the number of a signal where the call was taken back before all
    /// of it was.
    pub exit_code: u8,
    /// What was changed, for the record.
    pub effects: Vec<Json>,
    /// Messages for stdout.
    pub stdout: Vec<u8>,
    /// Who says so on stderr.
    pub name: String,
    /// What went wrong and what was left out, a line each.
    pub messages: Vec<String>,
    /// What to do about it, `` for nothing.
    pub hint: String,
}

impl Outcome {
    /// Its messages as a front end tells them; none where there is none.
    #[must_use]
    pub fn told(&self) -> Option<Failure> {
        let (first, more) = self.messages.split_first()?;
        Some(Failure {
            code: self.exit_code,
            message: first.clone(),
            more: more.into(),
            excerpt: String::new(),
            hint: self.hint.clone(),
            pending: None,
        })
    }
}

impl Pending {
    /// Whether it is to be made in this directory.
    pub(crate) fn is_in(&self, above: &Arc<OwnedFd>) -> bool {
        matches!(&self.site, Site::Absent { above: known, .. } if Arc::ptr_eq(known, above))
    }
}

impl Work {
    /// Makes the quarantine directories that an allowed call needs and that are not there yet. Called once the
    /// decision is to allow, before the call is confined.
    ///
    /// # Errors
    /// 77 where one cannot be made.
    pub fn prepare(&mut self) -> Result<(), Failure> {
        for pending in std::mem::take(&mut self.stores) {
            let store = pending.site.open(pending.uid)?;
            if let Some(held) = self.held.get_mut(pending.slot.0) {
                *held = Arc::clone(&store.dir);
            }
            self.grants.push(Grant::new(store.dir, pending.access));
        }
        Ok(())
    }

    /// What the effect may touch: rights below the held directories, nothing else.
    #[must_use]
    pub fn grants(&self) -> Vec<Grant> {
        self.grants.clone()
    }

    /// What the effect does, and the descriptors that it names by number: the two halves that travel to another
    /// process, which carries them out by [`carry_out_parts`].
    #[must_use]
    pub fn into_parts(self) -> (Plan, Vec<Arc<OwnedFd>>) {
        (self.plan, self.held)
    }

    /// Whether it may take long and looks meanwhile whether it is still wanted.
    #[must_use]
    pub fn looks_often(&self) -> bool {
        self.plan.steps.len() > MANY_STEPS
            || self.plan.steps.iter().any(|step| match step {
                Step::Copy(_) => true,
                Step::Move(relocation) => relocation.across.is_some(),
                Step::SetMode(SetMode { scope, .. }) | Step::SetOwner(SetOwner { scope, .. }) => {
                    scope.recursive
                }
                Step::Trouble(_) | Step::Remove(_) | Step::MakeDir(_) | Step::Touch(_) | Step::Link(_) => {
                    false
                }
            })
    }

    /// Does what was planned, as long as the call is not taken back. The permit says that the decision is recorded; its
    /// number names what is kept.
    #[must_use]
    pub fn carry_out(self, permit: &Permit, withdrawal: Withdrawal) -> Outcome {
        carry_out_parts(self.plan, self.held, permit.seq(), withdrawal)
    }
}

/// Carries out the two halves of a work whose permit `seq` another process holds. Whoever calls this without one
/// does it with his own rights, as any program can.
#[must_use]
pub fn carry_out_parts(plan: Plan, held: Vec<Arc<OwnedFd>>, seq: u64, withdrawal: Withdrawal) -> Outcome {
    let Plan {
        tool,
        verbose,
        umask,
        steps,
    } = plan;
    let mut run = Run::new(tool, verbose, umask, held, seq);
    run.withdrawal = withdrawal;
    for step in steps {
        if run.withdrawal.is_given() {
            run.withdrawn();
            break;
        }
        match step {
            Step::Trouble(trouble) => run.trouble(&trouble),
            Step::Remove(remove) => remove::carry_out(&mut run, &remove),
            Step::Copy(copy) => copy::carry_out(&mut run, &copy),
            Step::Move(relocation) => relocate::carry_out(&mut run, &relocation),
            Step::MakeDir(make) => make_dir::carry_out(&mut run, &make),
            Step::Touch(touch) => touch::carry_out(&mut run, &touch),
            Step::SetMode(set) => set_mode::carry_out(&mut run, &set),
            Step::SetOwner(set) => owner::carry_out(&mut run, &set),
            Step::Link(link) => link::carry_out(&mut run, &link),
        }
    }
    run.finish()
}
