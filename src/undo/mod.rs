//! Taking back what a recorded call did: objects come out of the quarantine to where they were, old modes, owners
//! and times are set again. A place that has changed since is left alone, and nothing is ever replaced or lost:
//! what stands in the way of the old object goes into the quarantine in its stead.

mod attributes;
mod find;
mod kept;
mod place;
mod plan;
pub mod retention;
mod step;
mod stopped;
mod trash;
mod unchanged;

pub use attributes::{Attributes, Owner, Times};
pub use find::{Found, find};
pub use place::Place;
pub use plan::{Plan, plan};
pub use trash::{Item, Keep, Origin, beyond, erasing, items, origins};

use crate::{
    effect::{
        Outcome,
        changes::Changes,
        words::{reason, way_out},
    },
    quarantine::entry_name,
    resolve::{Kind, ObjectId},
    sandbox::{Access, Grant},
};
use ledger::Permit;
use rustix::io::Errno;
use serde_json::json;
use std::{os::fd::OwnedFd, sync::Arc};

/// Names in a quarantine that are tried.
const MAX_NAMES: u32 = 1 << 16;

/// One thing to take back.
#[derive(Debug)]
pub enum Step {
    /// An object comes out of the quarantine to a free name.
    Restore(Place, Place),
    /// An object comes out of the quarantine, and what replaced it, this very object, goes there.
    Exchange(Place, Place, ObjectId),
    /// A moved object goes back.
    MoveBack(Place, Place, ObjectId),
    /// What was made goes into the quarantine, which has no name of its own here.
    SetAside(Place, Place, ObjectId),
    /// A further name that an object got goes, by way of the quarantine.
    Unlink(Place, Place, ObjectId),
    /// A directory that was made goes, if it is empty.
    RemoveDir(Place),
    /// An object in the quarantine is deleted for good.
    Erase(Place, Kind, ObjectId),
    /// Old attributes are set on the very object.
    Attributes(Place, Arc<OwnedFd>, ObjectId, Attributes),
}

/// What is to be done, with everything held that it needs.
#[derive(Debug, Default)]
pub struct Work {
    pub(super) steps: Vec<Step>,
}

impl Work {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Which step sets attributes of this object.
    fn attributes_of(&self, id: ObjectId) -> Option<usize> {
        let sets = |step: &Step| matches!(step, Step::Attributes(_, _, of, _) if *of == id);
        self.steps.iter().position(sets)
    }

    /// The directories that it changes names in.
    #[must_use]
    pub fn grants(&self) -> Vec<Grant> {
        // What comes from another file system is copied.
        let copies = Access::MOVE | Access::LOOK | Access::WRITE;
        let moves = Access::MOVE | Access::LOOK;
        let mut grants: Vec<Grant> = Vec::new();
        let mut grant = |dir: &Arc<OwnedFd>, access| grants.push(Grant::new(Arc::clone(dir), access));
        for step in &self.steps {
            match step {
                Step::Restore(a, b) | Step::Exchange(a, b, _) => {
                    grant(&a.dir, copies);
                    grant(&b.dir, copies);
                }
                Step::MoveBack(a, b, _) => {
                    grant(&a.dir, moves);
                    grant(&b.dir, moves);
                }
                Step::SetAside(a, store, _) | Step::Unlink(a, store, _) => {
                    grant(&a.dir, moves);
                    grant(&store.dir, moves);
                }
                Step::RemoveDir(a) | Step::Erase(a, ..) | Step::Attributes(a, ..) => grant(&a.dir, moves),
            }
        }
        grants.dedup_by(|a, b| Arc::ptr_eq(&a.dir, &b.dir) && a.access == b.access);
        grants
    }

    /// Does it, as far as it can be done; each step that cannot is told.
    #[must_use]
    pub fn carry_out(self, permit: &Permit) -> Outcome {
        let mut outcome = Outcome {
            name: "wt undo".to_owned(),
            ..Outcome::default()
        };
        let mut changes = Changes::default();
        let mut number = 0;
        for step in &self.steps {
            let mut aside = entry_name(permit.seq(), number);
            while step.is_taken(&aside) && number < MAX_NAMES {
                number += 1;
                aside = entry_name(permit.seq(), number);
            }
            number += 1;
            let shown = step.shown();
            match step.apply(&aside, permit.seq()) {
                Ok(()) => {
                    let mut effect = json!({"op": "undo", "what": step.word(), "path": shown});
                    let more = match step {
                        Step::Erase(at, ..) => Some(("entry", json!(at.name.to_string_lossy()))),
                        Step::SetAside(_, store, _) => {
                            Some(("kept", json!({"store": store.path, "entry": aside})))
                        }
                        _ => None,
                    };
                    if let (Some((key, value)), Some(fields)) = (more, effect.as_object_mut()) {
                        fields.insert(key.to_owned(), value);
                    }
                    changes.add(effect);
                    outcome
                        .stdout
                        .extend(format!("{}: {}\n", step.said(), crate::report::visible(shown)).bytes());
                }
                Err(errno) => {
                    outcome.exit_code = 1;
                    let why = if errno == Errno::STALE {
                        "it has changed since".to_owned()
                    } else {
                        reason(errno)
                    };
                    changes.add(json!({"op": "failed", "path": shown, "error": why}));
                    if outcome.hint.is_empty() {
                        outcome.hint = way_out(errno).unwrap_or_default().to_owned();
                    }
                    outcome.messages.push(format!("{shown}: {why}"));
                }
            }
        }
        outcome.effects = changes.finish();
        outcome
    }
}
