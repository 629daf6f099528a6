//! Taking back what a recorded call did: objects come out of the quarantine to where they were, old modes, owners
//! and times are set again. A place that has changed since is left alone, and nothing is ever replaced or lost:
//! what stands in the way of the old object goes into the quarantine in its stead.

mod find;
mod place;
mod plan;
mod trash;

pub use find::{Found, find};
pub use place::Place;
pub use plan::{Plan, plan};
pub use trash::{Item, Keep, beyond, erasing, items};

use crate::{
    effect::{Outcome, erase, words::reason},
    ledger::Permit,
    quarantine::entry_name,
    resolve::{Kind, ObjectId, status_at, status_of},
    sandbox::{Access, Grant},
};
use rustix::{
    fs::{
        AtFlags, CWD, Gid, Mode, RenameFlags, Timespec, Timestamps, Uid, chmod, chownat, renameat_with,
        unlinkat, utimensat,
    },
    io::Errno,
};
use serde_json::json;
use std::{
    os::fd::{AsFd, AsRawFd, OwnedFd},
    sync::Arc,
};

/// One thing to take back.
#[derive(Debug)]
pub enum Step {
    /// An object comes out of the quarantine to a free name.
    Restore(Place, Place),
    /// An object comes out of the quarantine, and what replaced it goes there.
    Exchange(Place, Place),
    /// A moved object goes back.
    MoveBack(Place, Place, ObjectId),
    /// What was made goes into the quarantine.
    SetAside(Place, Arc<OwnedFd>, ObjectId),
    /// A directory that was made goes, if it is empty.
    RemoveDir(Place),
    /// An object in the quarantine is deleted for good.
    Erase(Place, Kind, ObjectId),
    /// Old attributes are set on the very object.
    Attributes(Place, Arc<OwnedFd>, ObjectId, Attributes),
}

/// Attributes that are set again; none for those that stay.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attributes {
    /// Permission bits, as they were and as the call left them.
    pub mode: Option<(u32, u32)>,
    /// Owner and group.
    pub owner: Option<(u32, u32)>,
    /// Last access and last change: seconds and nanoseconds.
    pub times: Option<[(i64, i64); 2]>,
}

/// What is to be done, with everything held that it needs.
#[derive(Debug)]
pub struct Work {
    pub(super) steps: Vec<Step>,
}

impl Work {
    /// The directories that it changes names in.
    #[must_use]
    pub fn grants(&self) -> Vec<Grant> {
        let mut dirs: Vec<Arc<OwnedFd>> = Vec::new();
        for step in &self.steps {
            match step {
                Step::Restore(a, b) | Step::Exchange(a, b) | Step::MoveBack(a, b, _) => {
                    dirs.extend([Arc::clone(&a.dir), Arc::clone(&b.dir)]);
                }
                Step::SetAside(a, store, _) => dirs.extend([Arc::clone(&a.dir), Arc::clone(store)]),
                Step::RemoveDir(a) | Step::Erase(a, ..) | Step::Attributes(a, ..) => {
                    dirs.push(Arc::clone(&a.dir))
                }
            }
        }
        dirs.into_iter()
            .map(|dir| Grant::new(dir, Access::MOVE | Access::LOOK))
            .collect()
    }

    /// Does it, as far as it can be done; each step that cannot is told.
    #[must_use]
    pub fn carry_out(self, permit: &Permit) -> Outcome {
        let mut outcome = Outcome::default();
        for (number, step) in self.steps.iter().enumerate() {
            let aside = entry_name(permit.seq(), u32::try_from(number).unwrap_or(u32::MAX));
            let shown = step.shown();
            match step.apply(&aside) {
                Ok(()) => {
                    outcome
                        .effects
                        .push(json!({"op": "undo", "what": step.word(), "path": shown}));
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
                    outcome
                        .effects
                        .push(json!({"op": "failed", "path": shown, "error": why}));
                    outcome
                        .stderr
                        .extend(format!("wt undo: {}: {why}\n", crate::report::visible(shown)).bytes());
                }
            }
        }
        outcome
    }
}

impl Step {
    /// The path that it is about.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self {
            Self::Restore(_, at) | Self::Exchange(_, at) | Self::MoveBack(_, at, _) => &at.path,
            Self::SetAside(at, ..) | Self::RemoveDir(at) | Self::Erase(at, ..) | Self::Attributes(at, ..) => {
                &at.path
            }
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Restore(..) => "restore",
            Self::Exchange(..) => "exchange",
            Self::MoveBack(..) => "move-back",
            Self::SetAside(..) => "set-aside",
            Self::RemoveDir(_) => "remove-dir",
            Self::Erase(..) => "erase",
            Self::Attributes(..) => "attributes",
        }
    }

    /// What it does, in words.
    #[must_use]
    pub fn said(&self) -> &'static str {
        match self {
            Self::Restore(..) => "restored",
            Self::Exchange(..) => "restored over what replaced it",
            Self::MoveBack(..) => "moved back",
            Self::SetAside(..) => "put into the trash",
            Self::RemoveDir(_) => "removed",
            Self::Erase(..) => "deleted for good",
            Self::Attributes(..) => "attributes set again",
        }
    }

    fn apply(&self, aside: &str) -> Result<(), Errno> {
        match self {
            Self::Restore(from, to) => {
                renameat_with(&from.dir, &from.name, &to.dir, &to.name, RenameFlags::NOREPLACE)
            }
            Self::Exchange(from, to) => {
                renameat_with(&from.dir, &from.name, &to.dir, &to.name, RenameFlags::EXCHANGE)
            }
            Self::MoveBack(from, to, id) => {
                same(from, *id)?;
                renameat_with(&from.dir, &from.name, &to.dir, &to.name, RenameFlags::NOREPLACE)?;
                same(to, *id).inspect_err(|_| {
                    renameat_with(&to.dir, &to.name, &from.dir, &from.name, RenameFlags::NOREPLACE).ok();
                })
            }
            Self::SetAside(at, store, id) => {
                renameat_with(&at.dir, &at.name, store, aside, RenameFlags::NOREPLACE)?;
                if status_at(store.as_fd(), aside)?.id == *id {
                    return Ok(());
                }
                renameat_with(store, aside, &at.dir, &at.name, RenameFlags::NOREPLACE)?;
                Err(Errno::STALE)
            }
            Self::Erase(at, kind, id) => erase(at.dir.as_fd(), &at.name, *kind, *id),
            Self::RemoveDir(at) => unlinkat(&at.dir, &at.name, AtFlags::REMOVEDIR),
            Self::Attributes(_, object, id, old) => set(object, *id, old),
        }
    }
}

fn same(at: &Place, id: ObjectId) -> Result<(), Errno> {
    if status_at(at.dir.as_fd(), at.name.as_os_str())?.id == id {
        Ok(())
    } else {
        Err(Errno::STALE)
    }
}

/// Sets attributes through `/proc`, on the object that the descriptor holds.
fn set(object: &OwnedFd, id: ObjectId, old: &Attributes) -> Result<(), Errno> {
    let now = status_of(object)?;
    if now.id != id || old.mode.is_some_and(|(_, left)| left != now.mode) {
        return Err(Errno::STALE);
    }
    let path = format!("/proc/self/fd/{}", object.as_raw_fd());
    if let Some((uid, gid)) = old.owner {
        let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
        chownat(CWD, path.as_str(), Some(uid), Some(gid), AtFlags::empty())?;
    }
    if let Some((mode, _)) = old.mode {
        chmod(path.as_str(), Mode::from_raw_mode(mode))?;
    }
    if let Some(times) = old.times {
        let spec = |(tv_sec, tv_nsec): (i64, i64)| Timespec { tv_sec, tv_nsec };
        let [accessed, modified] = times.map(spec);
        let times = Timestamps {
            last_access: accessed,
            last_modification: modified,
        };
        utimensat(CWD, path.as_str(), &times, AtFlags::empty())?;
    }
    Ok(())
}
