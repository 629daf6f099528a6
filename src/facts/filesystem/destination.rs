//! Where copies and moves go: the effective destination, what stands there, and the backup it may become.

use super::gathering::{Gathering, shown};
use crate::{
    effect::{
        cannot_make,
        plan::{Backup, Keep, Replaced},
        words::reason,
    },
    report::Failure,
    resolve::{Kind, Object, Place, Status},
};
use policy::Verdict;
use rustix::io::Errno;
use std::ffi::OsStr;

/// A target's number, where it goes in all, and its own place.
pub(super) type To<'a> = (usize, &'a Destination<'a>, &'a Place);

/// Where copies or moves go.
pub(super) struct Destination<'a> {
    pub(super) operation: &'a str,
    pub(super) operand: &'a OsStr,
    pub(super) place: Place,
    /// The directory that they go into, where it is one.
    pub(super) into: Option<Object>,
}

impl<'a> Destination<'a> {
    /// Resolves the destination of `count` sources; none, with the trouble told, where they cannot all go there.
    pub(super) fn resolve(g: &mut Gathering<'a>, count: usize) -> Result<Option<Self>, Failure> {
        let Some((operation, operand)) = g.operands("destination").pop() else {
            return Ok(None);
        };
        let mut place = g.resolver.place(operand)?;
        if place.kind() == Some(Kind::Symlink) {
            let real = g.resolver.followed(operand)?;
            if real.kind() == Some(Kind::Dir) {
                place = real;
            }
        }
        let into = place
            .found
            .as_ref()
            .ok()
            .filter(|object| object.status.kind == Kind::Dir)
            .cloned();
        if into.is_none() && count > 1 {
            let target = g.target("destination", operation, &place);
            let errno = place.found.as_ref().err().copied().unwrap_or(Errno::NOTDIR);
            g.trouble(target, format!("target {}: {}", shown(operand), reason(errno)));
            return Ok(None);
        }
        Ok(Some(Self {
            operation,
            operand,
            place,
            into,
        }))
    }

    /// The effective destination of a source: below the destination where that is a directory.
    pub(super) fn of(&self, g: &mut Gathering<'_>, source: &Place) -> Result<Place, Failure> {
        match &self.into {
            Some(object) if !source.dots && !source.name.is_empty() => {
                g.resolver.inside(&self.place, object, &source.name)
            }
            _ => Ok(self.place.clone()),
        }
    }
}

/// Judges what stands at a destination. Outer none: nothing is to be done, told where it is a failure.
/// Inner none: nothing stands there.
pub(super) fn at_destination(
    g: &mut Gathering<'_>,
    target: usize,
    status: &Status,
    operand: &OsStr,
    to: To<'_>,
) -> Result<Option<Option<Replaced>>, Failure> {
    let (to_target, destination, place) = to;
    let moves = destination.operation == "move";
    let quoted = shown(&place.operand);
    let what = if moves {
        format!("cannot move {} to", shown(operand))
    } else {
        cannot_make(status.kind).to_owned()
    };
    let object = match &place.found {
        Ok(object) => object.clone(),
        Err(errno) => {
            if *errno != Errno::NOENT || !place.missing.is_empty() || place.name.is_empty() {
                g.cannot(to_target, &what, &place.operand, *errno);
                return Ok(None);
            }
            if place.slash && status.kind != Kind::Dir {
                g.cannot(to_target, &what, &place.operand, Errno::NOTDIR);
                return Ok(None);
            }
            return Ok(Some(None));
        }
    };
    if object.status.id == status.id || same_through_link(g, status, &object, operand, place)? {
        g.trouble(
            target,
            format!("{} and {quoted} are the same file", shown(operand)),
        );
        return Ok(None);
    }
    if g.flag("no_clobber") && !(status.kind == Kind::Dir && object.status.kind == Kind::Dir && !moves) {
        return Ok(None);
    }
    g.judge_kind(to_target, place, &object.status);
    match (status.kind == Kind::Dir, object.status.kind == Kind::Dir) {
        (false, true) => {
            g.trouble(
                to_target,
                format!("cannot overwrite directory {quoted} with non-directory"),
            );
            return Ok(None);
        }
        (true, false) => {
            let from = shown(operand);
            g.trouble(
                to_target,
                format!("cannot overwrite non-directory {quoted} with directory {from}"),
            );
            return Ok(None);
        }
        (true, true) if !moves => {
            return Ok(Some(Some(Replaced {
                judged: object.status,
                origin: None,
                keep: Keep::Nowhere,
                backup: None,
            })));
        }
        _ => (),
    }
    if place.slash && object.status.kind != Kind::Dir {
        g.cannot(to_target, &what, &place.operand, Errno::NOTDIR);
        return Ok(None);
    }
    if !moves && object.status.kind == Kind::Symlink && !g.flag("force") && !g.flag("backup") {
        g.trouble(
            to_target,
            format!("not writing through the symbolic link {quoted}"),
        );
        return Ok(None);
    }
    if object.status.mount_root {
        g.judge_whole(to_target, place, &object);
    }
    if !moves {
        g.judge_links(to_target, place, &object.status);
    }
    g.target("destination", "write", place);
    let backup = if g.flag("backup") {
        Some(backup(g, destination.operation, place)?)
    } else {
        None
    };
    let access = Gathering::move_access(&object);
    let keep = if backup.is_some() {
        Keep::Nowhere
    } else {
        g.keep(to_target, place, &object, object.status.size, access)?
    };
    Ok(Some(Some(Replaced {
        judged: object.status,
        origin: None,
        keep,
        backup,
    })))
}

/// Whether one of the two is a symbolic link to the other: a copy would write it to itself, a move would lose it.
fn same_through_link(
    g: &mut Gathering<'_>,
    source: &Status,
    object: &Object,
    operand: &OsStr,
    place: &Place,
) -> Result<bool, Failure> {
    let leads_to = |g: &mut Gathering<'_>, from: &OsStr, id| {
        Ok::<bool, Failure>(
            g.resolver
                .followed(from)?
                .status()
                .is_some_and(|real| real.id == id),
        )
    };
    match (source.kind, object.status.kind) {
        (Kind::Symlink, Kind::Symlink) => Ok(false),
        (Kind::Symlink, _) => leads_to(g, operand, object.status.id),
        (_, Kind::Symlink) if g.intent.operation == "copy" => leads_to(g, &place.operand, source.id),
        _ => Ok(false),
    }
}

/// The name `NAME~`, judged as a destination of its own.
fn backup(g: &mut Gathering<'_>, operation: &str, place: &Place) -> Result<Backup, Failure> {
    let mut name = place.name.clone();
    name.push("~");
    let mut operand = place.operand.clone();
    operand.push("~");
    let of = Place {
        operand,
        ..place.beside(&name)
    };
    let target = g.target("destination", operation, &of);
    let older = match &of.found {
        Ok(object) => {
            g.judge_kind(target, &of, &object.status);
            if object.status.kind == Kind::Dir {
                let text = format!("the backup {} is a directory", shown(&of.operand));
                g.floor(target, "special-file", Verdict::Deny, text, "move it away");
            }
            g.target("destination", "write", &of);
            let object = object.clone();
            let access = Gathering::move_access(&object);
            Some((
                object.status,
                g.keep(target, &of, &object, object.status.size, access)?,
            ))
        }
        Err(_) => None,
    };
    Ok(Backup { name, older })
}
