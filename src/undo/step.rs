//! How one step is done and told. Each compares what it acts on with what was looked at when it was planned.

use super::{Place, Step};
use crate::{
    effect::{
        bring_back, erase,
        names::{exchange, rename_free},
    },
    resolve::{ObjectId, Status, status_at},
};
use rustix::{
    fs::{AtFlags, unlinkat},
    io::Errno,
};
use std::{
    ffi::{OsStr, OsString},
    os::fd::AsFd,
};

/// What an object is named while it is deleted, so that nobody takes a half of it back.
pub(super) const GOING: &str = ".going";

impl Step {
    /// The path that it is about.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self {
            Self::Restore(_, at) | Self::Exchange(_, at, _) | Self::MoveBack(_, at, _) => &at.path,
            Self::SetAside(at, ..)
            | Self::Unlink(at, ..)
            | Self::RemoveDir(at)
            | Self::Erase(at, ..)
            | Self::Attributes(at, ..) => &at.path,
        }
    }

    /// Where a directory above `path` is now that this brings back, the object that must be there where that is known,
    /// and the rest of the path.
    pub(super) fn brings<'a>(&self, path: &'a str) -> Option<(&Place, Option<ObjectId>, &'a str)> {
        let (from, to, id) = match self {
            Self::Restore(from, to) => (from, to, None),
            Self::MoveBack(from, to, id) => (from, to, Some(*id)),
            _ => return None,
        };
        let below = path.strip_prefix(to.path.as_str())?.strip_prefix('/')?;
        Some((from, id, below))
    }

    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Restore(..) => "restore",
            Self::Exchange(..) => "exchange",
            Self::MoveBack(..) => "move-back",
            Self::SetAside(..) => "set-aside",
            Self::Unlink(..) => "unlink",
            Self::RemoveDir(_) => "remove-dir",
            Self::Erase(..) => "erase",
            Self::Attributes(..) => "attributes",
        }
    }

    /// What happens to that, as one says what was done and what would be.
    #[must_use]
    pub fn said(&self) -> &'static str {
        match self {
            Self::Restore(..) => "restored",
            Self::Exchange(..) => "restored over what replaced it",
            Self::MoveBack(..) => "moved back",
            Self::SetAside(..) => "put into the trash",
            Self::Unlink(..) => "removed, its object has another name",
            Self::RemoveDir(_) => "removed",
            Self::Erase(..) => "deleted for good",
            Self::Attributes(..) => "given its old attributes again",
        }
    }

    /// Whether the quarantine that something goes into has this name already.
    pub(super) fn is_taken(&self, aside: &str) -> bool {
        match self {
            Self::SetAside(_, store, _) | Self::Unlink(_, store, _) => {
                status_at(store.dir.as_fd(), aside).is_ok()
            }
            Self::Exchange(from, ..) => status_at(from.dir.as_fd(), aside).is_ok(),
            _ => false,
        }
    }

    /// Does it. `aside` names what goes into the quarantine, `seq` what is unfinished.
    ///
    /// # Errors
    /// `EEXIST` where the name for the quarantine is taken; `ESTALE` where something has changed since.
    pub(super) fn apply(&self, aside: &str, seq: u64) -> Result<(), Errno> {
        match self {
            Self::Restore(from, to) => match rename(from, to) {
                Err(Errno::XDEV) => bring_back::copied(named(from), named(to), seq),
                done => done,
            },
            Self::Exchange(from, to, expected) => {
                same(to, *expected)?;
                let spare = OsString::from(format!(".wt-{seq}-{}.tmp", std::process::id()));
                let trade = || {
                    let (one, other) = (from.dir.as_fd(), to.dir.as_fd());
                    exchange(one, &from.name, other, &to.name, &spare)
                };
                match trade() {
                    Err(Errno::XDEV) => {
                        bring_back::exchanged(named(from), named(to), *expected, OsStr::new(aside), seq)
                    }
                    Err(errno) => Err(errno),
                    Ok(()) => same(from, *expected).inspect_err(|_| {
                        trade().ok();
                    }),
                }
            }
            Self::MoveBack(from, to, id) => {
                same(from, *id)?;
                rename(from, to)?;
                same(to, *id).inspect_err(|_| {
                    rename(to, from).ok();
                })
            }
            Self::SetAside(at, store, id) => set_aside(at, store, *id, aside).map(drop),
            Self::Unlink(at, store, id) => {
                let now = set_aside(at, store, *id, aside)?;
                // Its last name is kept: somebody has deleted the other.
                if now.links > 1 {
                    unlinkat(&store.dir, aside, AtFlags::empty())?;
                }
                Ok(())
            }
            Self::Erase(at, kind, id) => {
                same(at, *id)?;
                let going = going(at)?;
                erase(at.dir.as_fd(), &going, *kind, *id)?;
                // The note of where it came from, if it has one.
                let mut note = at.name.clone();
                note.push(".from");
                match unlinkat(&at.dir, &note, AtFlags::empty()) {
                    Ok(()) | Err(Errno::NOENT) => Ok(()),
                    Err(errno) => Err(errno),
                }
            }
            Self::RemoveDir(at) => unlinkat(&at.dir, &at.name, AtFlags::REMOVEDIR),
            Self::Attributes(_, object, id, old) => old.set(object, *id),
        }
    }
}

fn named(place: &Place) -> bring_back::Named<'_> {
    bring_back::Named {
        dir: place.dir.as_fd(),
        name: &place.name,
    }
}

fn rename(from: &Place, to: &Place) -> Result<(), Errno> {
    rename_free(from.dir.as_fd(), &from.name, to.dir.as_fd(), &to.name)
}

/// Renames the object into the quarantine; another one is put back.
fn set_aside(at: &Place, store: &Place, id: ObjectId, aside: &str) -> Result<Status, Errno> {
    let (dir, kept) = (at.dir.as_fd(), store.dir.as_fd());
    rename_free(dir, &at.name, kept, OsStr::new(aside))?;
    let now = status_at(store.dir.as_fd(), aside)?;
    if now.id == id {
        return Ok(now);
    }
    rename_free(kept, OsStr::new(aside), dir, &at.name)?;
    Err(Errno::STALE)
}

/// Gives an object the name under which it is deleted; one that has it already was stopped half-way.
fn going(at: &Place) -> Result<OsString, Errno> {
    if at.name.as_encoded_bytes().ends_with(GOING.as_bytes()) {
        return Ok(at.name.clone());
    }
    let mut going = at.name.clone();
    going.push(GOING);
    rename_free(at.dir.as_fd(), &at.name, at.dir.as_fd(), &going)?;
    Ok(going)
}

fn same(at: &Place, id: ObjectId) -> Result<(), Errno> {
    if status_at(at.dir.as_fd(), at.name.as_os_str())?.id == id {
        Ok(())
    } else {
        Err(Errno::STALE)
    }
}
