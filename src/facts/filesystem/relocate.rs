//! Facts of moves: the source goes, the effective destination comes, a directory brings all that is in it.

use super::{
    destination::{Destination, at_destination},
    gathering::{Gathering, shown},
    survey::text_below,
};
use crate::{
    effect::{
        is_empty,
        plan::{Across, Keep, Move, Step},
    },
    report::Failure,
    resolve::{Flow, Kind, Object, Place},
    sandbox::Access,
};
use policy::Verdict;
use rustix::io::Errno;
use std::{ffi::OsStr, os::fd::AsFd};

pub(super) fn gather(g: &mut Gathering<'_>) -> Result<(), Failure> {
    let sources = g.operands("source");
    let destination = Destination::resolve(g, sources.len())?;
    for (operation, operand) in sources {
        let source = g.resolver.place(operand)?;
        let target = g.target("source", operation, &source);
        if let Ok(object) = &source.found {
            g.judge_kind(target, &source, &object.status);
            g.judge_whole(target, &source, object);
        }
        let Some(destination) = &destination else { continue };
        let to = destination.of(g, &source)?;
        let to_target = g.target("destination", destination.operation, &to);
        match source.found.clone() {
            Ok(object) => plan(
                g,
                (target, operand, &source, &object),
                (to_target, destination, &to),
            )?,
            Err(errno) => g.cannot(target, "cannot stat", operand, errno),
        }
    }
    Ok(())
}

fn plan(
    g: &mut Gathering<'_>,
    from: (usize, &OsStr, &Place, &Object),
    to: (usize, &Destination<'_>, &Place),
) -> Result<(), Failure> {
    let ((target, operand, source, object), (to_target, _, place)) = (from, to);
    let kind = object.status.kind;
    if g.denied(target) {
        return Ok(());
    }
    let onto = format!("cannot move {} to", shown(operand));
    if source.dots {
        g.cannot(target, &onto, &place.operand, Errno::BUSY);
        return Ok(());
    }
    if source.slash && kind != Kind::Dir {
        g.cannot(target, "cannot stat", operand, Errno::NOTDIR);
        return Ok(());
    }
    if kind == Kind::Dir && place.path().starts_with(source.path()) && place.path() != source.path() {
        let (from, to) = (shown(operand), shown(&place.operand));
        g.trouble(
            target,
            format!("cannot move {from} to a subdirectory of itself, {to}"),
        );
        return Ok(());
    }
    let Some(mut replaced) = at_destination(g, target, &object.status, operand, to)? else {
        return Ok(());
    };
    if let Some(there) = replaced
        .as_ref()
        .filter(|there| there.judged.kind == Kind::Dir && there.backup.is_none())
    {
        debug_assert!(kind == Kind::Dir);
        match is_empty(place.dir.fd.as_fd(), &place.name) {
            Ok(true) => (),
            Ok(false) => {
                g.cannot(to_target, &onto, &place.operand, Errno::NOTEMPTY);
                return Ok(());
            }
            Err(errno) => {
                g.cannot(to_target, &onto, &place.operand, errno);
                return Ok(());
            }
        }
        let _ = there;
    }
    let (mut entries, mut bytes) = (1, object.status.size);
    if kind == Kind::Dir {
        (entries, bytes) = survey(g, (target, operand, source, object), to_target);
    }
    let Some(mount) = Gathering::mount_of(&place.dir.fd) else {
        g.cannot(to_target, &onto, &place.operand, Errno::IO);
        return Ok(());
    };
    let access = Gathering::move_access(object);
    let (mut stage, mut across) = (None, None);
    if mount == object.status.mount {
        stage = g.stage(source, mount, access)?;
        g.grant(&source.dir.fd, access);
        g.grant(&place.dir.fd, access);
    } else {
        let keep = g.keep(target, source, object, bytes, access)?;
        g.grant(&source.dir.fd, access);
        g.grant(&object.fd, Access::LOOK);
        g.grant(
            &place.dir.fd,
            access | Access::MOVE | Access::WRITE | Access::LIST,
        );
        across = Some(Box::new(Across { keep }));
    }
    if let Some(there) = replaced.as_mut()
        && stage.is_some()
        && !matches!(there.keep, Keep::Rename(_))
        && there.backup.is_none()
    {
        // The exchange leaves the old object in the stage, which is a quarantine on this very mount.
        there.keep = stage.clone().map_or(Keep::Nowhere, Keep::Rename);
    }
    let (from, to) = (g.spot(source), g.spot(place));
    g.step(Step::Move(Move {
        from,
        judged: object.status,
        to,
        replaced,
        stage,
        across,
        entries,
        bytes,
    }));
    Ok(())
}

/// Looks through a directory that moves: what in it is protected, and what would get a protected name.
fn survey(
    g: &mut Gathering<'_>,
    (target, operand, source, object): (usize, &OsStr, &Place, &Object),
    to_target: usize,
) -> (u64, u64) {
    let (path, to_path) = (g.path_of(target), g.path_of(to_target));
    let around = g.around;
    let protect = around.policy.protect();
    let (mut guarded, mut gained) = (0_u64, 0_u64);
    let found = g.survey(target, source, object, &mut |below, _| {
        let before = text_below(&path, below);
        let after = text_below(&to_path, below);
        guarded += u64::from(
            protect
                .write_protected(&before, "delete", around.places)
                .is_some(),
        );
        // A name that is protected where it is already, such as a repository's own hooks, moves along.
        let comes = protect.write_protected(&after, "move", around.places).is_some();
        let was = protect.write_protected(&before, "move", around.places).is_some();
        gained += u64::from(comes && !was);
        Flow::Descend
    });
    if guarded > 0 {
        let text = format!("{} holds {guarded} protected objects", shown(operand));
        g.floor(
            target,
            "protected-below",
            Verdict::Deny,
            text,
            "move what is meant inside it instead",
        );
    }
    if gained > 0 {
        let text = format!("{gained} objects in {} would get protected names", shown(operand));
        g.floor(
            to_target,
            "protected-below",
            Verdict::Deny,
            text,
            "move what is meant inside it, and leave those out",
        );
    }
    (found.entries, found.bytes)
}
