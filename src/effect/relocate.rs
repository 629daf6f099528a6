//! Moves: the source goes through a private name, is compared there, and only then gets its new name.
//! Across mounts a copy that keeps everything comes first, and the source is kept as a deleted object is.

use super::{
    copy::{Manner, copy_object, discard},
    erase::erase,
    keep::take_away,
    known::Known,
    names::rename_free,
    plan::{Across, Move, Preserve},
    run::{Fault, Run, left, object},
    settle::settle,
    words::reason,
};
use crate::resolve::{Kind, ObjectId, status_at};
use rustix::io::Errno;
use serde_json::{Value as Json, json};
use std::{
    ffi::{OsStr, OsString},
    os::fd::AsFd,
};

pub(super) fn carry_out(run: &mut Run, relocation: &Move) {
    let there = run.still_there(&relocation.from);
    if let Err(errno) = there {
        let text = format!("cannot stat {}: {}", relocation.from.quoted(), reason(errno));
        return run.fail(&text, &relocation.from.path);
    }
    match relocate(run, relocation) {
        Ok(moved) => {
            run.went(relocation.judged.kind, &relocation.from.path);
            run.say(|| {
                format!(
                    "renamed {} -> {}",
                    relocation.from.quoted(),
                    relocation.to.quoted()
                )
            });
            run.record(json!({
                "op": "move", "source": relocation.from.path, "path": relocation.to.path,
                "kind": relocation.judged.kind, "object": object(relocation.judged.id),
                "entries": relocation.entries, "bytes": relocation.bytes, "replaced": moved.replaced,
                "kept": moved.kept, "made": moved.made.map(object),
            }));
        }
        Err(Failed::Moving(fault)) => {
            let (from, to) = (relocation.from.quoted(), relocation.to.quoted());
            let text = format!("cannot move {from} to {to}: {}", run.because(fault));
            run.fail(&text, &relocation.from.path);
        }
        Err(Failed::Removing(fault, replaced)) => {
            let to = &relocation.to;
            let left = run
                .fd(to.dir)
                .map_or(Json::Null, |dir| left(dir.as_fd(), &to.name));
            run.record(json!({
                "op": "copy", "source": relocation.from.path, "path": to.path,
                "kind": relocation.judged.kind, "object": object(relocation.judged.id),
                "entries": relocation.entries, "bytes": relocation.bytes, "replaced": replaced, "left": left,
            }));
            let (from, to) = (relocation.from.quoted(), relocation.to.quoted());
            let text = format!(
                "cannot remove {from}, of which {to} is a copy now: {}",
                run.because(fault)
            );
            run.fail(&text, &relocation.from.path);
        }
    }
}

/// Why a move was not done.
enum Failed {
    /// Nothing was changed.
    Moving(Fault),
    /// A copy has the new name, but the source could not be removed; with what became of the object that was there.
    Removing(Fault, Json),
}

impl<F: Into<Fault>> From<F> for Failed {
    fn from(fault: F) -> Self {
        Self::Moving(fault.into())
    }
}

/// What a move did beside renaming.
#[derive(Default)]
struct Moved {
    /// What became of the object at the destination.
    replaced: Json,
    /// Where the source is kept that a copy stands for.
    kept: Json,
    /// The object that stands for a source that is not kept: a copy, or what an overlay made of it.
    made: Option<ObjectId>,
}

fn relocate(run: &mut Run, relocation: &Move) -> Result<Moved, Failed> {
    if let Some(across) = &relocation.across {
        return relocate_across(run, relocation, across);
    }
    let (from, to) = (run.fd(relocation.from.dir)?, run.fd(relocation.to.dir)?);
    let (stage, name): (_, OsString) = match &relocation.stage {
        Some(store) => {
            let held = run.fd(store.dir)?;
            let entry = run.free_entry(held.as_fd());
            (held, entry.into())
        }
        None => (run.fd(relocation.to.dir)?, run.temporary()),
    };
    let known = Known::at(from.as_fd(), &relocation.from.name, &relocation.judged)?;
    match rename_free(from.as_fd(), &relocation.from.name, stage.as_fd(), &name) {
        Ok(()) => (),
        // A directory of an overlay's lower layer cannot be renamed: it is copied, then removed.
        Err(Errno::XDEV) if relocation.judged.kind == Kind::Dir => {
            let replaced = copy_over(run, relocation)?;
            let made = status_at(to.as_fd(), relocation.to.name.as_os_str())?.id;
            let (name, judged) = (&relocation.from.name, relocation.judged.id);
            return match erase(from.as_fd(), name, Kind::Dir, judged) {
                Ok(()) => Ok(Moved {
                    replaced,
                    made: Some(made),
                    ..Moved::default()
                }),
                Err(fault) => Err(Failed::Removing(fault, replaced)),
            };
        }
        Err(errno) => return Err(errno.into()),
    }
    let back = || rename_free(stage.as_fd(), &name, from.as_fd(), &relocation.from.name);
    let now = match known.status(stage.as_fd(), &name) {
        Ok(now) => now.id,
        Err(fault) => {
            back().map_err(|_| Fault::Stranded)?;
            return Err(fault.into());
        }
    };
    let replaced = relocation.replaced.as_ref();
    match settle(
        run,
        stage.as_fd(),
        &name,
        to.as_fd(),
        &relocation.to.name,
        replaced,
    ) {
        Ok(replaced) => Ok(Moved {
            replaced,
            made: Some(now).filter(|now| *now != relocation.judged.id),
            ..Moved::default()
        }),
        Err(fault) => {
            if fault.leaves_made() {
                back().map_err(|_| Fault::Stranded)?;
            }
            Err(fault.into())
        }
    }
}

fn relocate_across(run: &mut Run, relocation: &Move, across: &Across) -> Result<Moved, Failed> {
    let replaced = copy_over(run, relocation)?;
    let (from, judged) = (run.fd(relocation.from.dir)?, &relocation.judged);
    let name = &relocation.from.name;
    match take_away(run, from.as_fd(), name, judged, &across.keep) {
        Ok(kept) => Ok(Moved {
            replaced,
            kept,
            made: None,
        }),
        Err(fault) => Err(Failed::Removing(fault, replaced)),
    }
}

/// Copies the source with everything about it to its new name. Returns what became of the object there.
fn copy_over(run: &mut Run, relocation: &Move) -> Result<Json, Fault> {
    let (from, to) = (run.fd(relocation.from.dir)?, run.fd(relocation.to.dir)?);
    let temporary = run.temporary();
    let manner = Manner {
        preserve: Preserve::Everything,
        special_bits: false,
    };
    let (name, judged) = (&relocation.from.name, relocation.judged.id);
    copy_object(run, from.as_fd(), name, judged, to.as_fd(), &temporary, manner)?;
    let replaced = relocation.replaced.as_ref();
    let settled = settle(
        run,
        to.as_fd(),
        &temporary,
        to.as_fd(),
        &relocation.to.name,
        replaced,
    );
    if settled.as_ref().is_err_and(|fault| fault.leaves_made()) {
        drop_copy(run, relocation, &temporary)?;
    }
    settled
}

fn drop_copy(run: &Run, relocation: &Move, temporary: &OsStr) -> Result<(), Fault> {
    let to = run.fd(relocation.to.dir)?;
    if relocation.judged.kind != Kind::Dir {
        discard(to.as_fd(), temporary);
        return Ok(());
    }
    match status_at(to.as_fd(), temporary) {
        Ok(made) => erase(to.as_fd(), temporary, Kind::Dir, made.id),
        Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}
