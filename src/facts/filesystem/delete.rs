//! Facts of deletions.

use super::gathering::{Gathering, shown};
use crate::{
    effect::plan::{Remove, Step},
    report::Failure,
    resolve::{Flow, Kind, Object, Place},
    sandbox::Access,
};
use policy::Verdict;
use rustix::io::Errno;
use std::ffi::OsStr;

pub(super) fn gather(g: &mut Gathering<'_>) -> Result<(), Failure> {
    for (operation, operand) in g.operands("path") {
        let place = g.resolver.place(operand)?;
        let target = g.target("path", operation, &place);
        match &place.found {
            Ok(object) => plan(g, target, operand, &place, object)?,
            // `rm -f` has nothing to say about what is not there.
            Err(Errno::NOENT | Errno::NOTDIR) if g.flag("force") => (),
            Err(errno) => g.cannot(target, "cannot remove", operand, *errno),
        }
    }
    Ok(())
}

fn plan(
    g: &mut Gathering<'_>,
    target: usize,
    operand: &OsStr,
    place: &Place,
    object: &Object,
) -> Result<(), Failure> {
    let kind = object.status.kind;
    let recursive = g.flag("recursive");
    g.judge_kind(target, place, &object.status);
    g.judge_whole(target, place, object);
    if g.denied(target) {
        return Ok(());
    }
    if place.dots {
        let text = format!(
            "refusing to remove '.' or '..' directory: skipping {}",
            shown(operand)
        );
        g.trouble(target, text);
        return Ok(());
    }
    if place.slash && kind == Kind::Symlink && recursive {
        let text = format!(
            "{} is a link; a recursive deletion through it would empty another directory",
            shown(operand)
        );
        g.floor(
            target,
            "link-as-directory",
            Verdict::Deny,
            text,
            "leave the final slash out to delete the link",
        );
        return Ok(());
    }
    if (place.slash || g.flag("only_dirs")) && kind != Kind::Dir {
        g.cannot(target, "cannot remove", operand, Errno::NOTDIR);
        return Ok(());
    }
    if kind == Kind::Dir && !recursive && !g.flag("dir") {
        g.cannot(target, "cannot remove", operand, Errno::ISDIR);
        return Ok(());
    }
    let (entries, bytes) = if kind == Kind::Dir && recursive {
        let path = g.path_of(target);
        let mut guarded = 0_u64;
        let around = g.around;
        let protect = around.policy.protect();
        let adds = protect.adds_paths();
        let found = g.survey(target, place, object, &mut |below, _| {
            let guard = adds.then(|| super::survey::text_below(&path, below));
            let guard = guard.and_then(|text| protect.write_protected(&text, "delete", around.places));
            guarded += u64::from(guard.is_some());
            Flow::Descend
        });
        if guarded > 0 {
            let text = format!("{} holds {guarded} protected objects", shown(operand));
            g.floor(
                target,
                "protected-below",
                Verdict::Deny,
                text,
                "delete what is meant inside it instead",
            );
        }
        (found.entries, found.bytes)
    } else {
        (1, object.status.size)
    };
    let access = Gathering::move_access(object);
    let keep = g.keep(target, place, object, bytes, access)?;
    g.grant(&place.dir.fd, access);
    if kind == Kind::Dir {
        g.grant(&object.fd, Access::LIST);
    }
    if !matches!(keep, crate::effect::plan::Keep::Rename(_)) {
        g.grant(&object.fd, Access::LOOK);
    }
    let at = g.spot(place);
    g.step(Step::Remove(Remove {
        at,
        judged: object.status,
        keep,
        number: g.ordinal(target),
        only_empty: kind == Kind::Dir && !recursive,
        force: g.flag("force"),
        entries,
        bytes,
    }));
    Ok(())
}
