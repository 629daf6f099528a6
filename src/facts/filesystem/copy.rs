//! Facts of copies: every source read, every effective destination written, what a tree may not bring along.

use super::{
    destination::{Destination, To, at_destination},
    gathering::{Gathering, shown},
    survey::text_below,
};
use crate::{
    effect::{
        plan::{Copy, Keep, Preserve, Replaced, Step},
        words::reason,
    },
    report::Failure,
    resolve::{Flow, Kind, Object, Place},
    sandbox::Access,
};
use rustix::{
    fs::{CWD, Mode, OFlags, openat},
    io::Errno,
};
use std::{
    ffi::OsStr,
    os::fd::{AsRawFd, OwnedFd},
    sync::Arc,
};

pub(super) fn gather(g: &mut Gathering<'_>) -> Result<(), Failure> {
    let sources = g.operands("source");
    let destination = Destination::resolve(g, sources.len())?;
    for (operation, operand) in sources {
        // As cp: links are followed unless a tree is copied, where they stay links.
        let tree = g.flag("recursive") || g.flag("archive");
        let mut source = g.resolver.place(operand)?;
        if !tree || source.slash {
            source = g.resolver.followed(operand)?;
        }
        let target = g.target("source", operation, &source);
        let Some(destination) = &destination else { continue };
        let to = destination.of(g, &source)?;
        let to_target = g.target("destination", destination.operation, &to);
        match source.found.clone() {
            Ok(object) if object.status.kind == Kind::Symlink && !tree => {
                g.cannot(target, "cannot stat", operand, Errno::NOENT);
            }
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

type From<'a> = (usize, &'a OsStr, &'a Place, &'a Object);

fn plan(g: &mut Gathering<'_>, from: From<'_>, to: To<'_>) -> Result<(), Failure> {
    let ((target, operand, source, object), (to_target, destination, place)) = (from, to);
    let is_dir = object.status.kind == Kind::Dir;
    g.judge_kind(target, source, &object.status);
    if object.status.kind.is_special() {
        return Ok(());
    }
    if is_dir && !(g.flag("recursive") || g.flag("archive")) {
        g.trouble(
            target,
            format!("-r not specified; omitting directory {}", shown(operand)),
        );
        return Ok(());
    }
    let Some(replaced) = at_destination(g, target, &object.status, operand, to)? else {
        return Ok(());
    };
    let mut left_out = Vec::new();
    let (mut entries, mut bytes) = (1, object.status.size);
    if is_dir {
        if place.path().starts_with(source.path()) {
            let text = format!(
                "cannot copy a directory, {}, into itself, {}",
                shown(operand),
                shown(&place.operand)
            );
            g.trouble(target, text);
            return Ok(());
        }
        let (path, to_path) = (g.path_of(target), g.path_of(to_target));
        let around = g.around;
        let protect = around.policy.protect();
        let found = g.survey(target, source, object, &mut |below, status| {
            let operation = if status.kind == Kind::Dir {
                "create_dir"
            } else {
                "copy"
            };
            let kept = protect
                .read_protected(&text_below(&path, below), around.places)
                .is_some()
                || protect
                    .write_protected(&text_below(&to_path, below), operation, around.places)
                    .is_some();
            if kept { Flow::Skip } else { Flow::Descend }
        });
        (entries, bytes, left_out) = (found.entries, found.bytes, found.left_out);
    }
    let Some(held) = readable(g, target, operand, object) else {
        return Ok(());
    };
    let keep = overwrites(g, to_target, place, replaced.as_ref(), is_dir)?;
    let preserve = if g.flag("archive") {
        Preserve::Everything
    } else if g.flag("preserve") {
        Preserve::Attributes
    } else {
        Preserve::Content
    };
    grants(g, place, object, is_dir);
    let cross_mounts = g.around.policy.settings().limits.cross_mounts;
    let to = g.spot(place);
    let source = g.hold(&held);
    let path = g.path_of(target);
    let no_clobber = g.flag("no_clobber");
    g.step(Step::Copy(Copy {
        shown: operand.to_owned(),
        path,
        source,
        judged: object.status,
        to,
        replaced,
        preserve,
        left_out,
        keep,
        no_clobber,
        cross_mounts,
        entries,
        bytes,
    }));
    debug_assert!(!destination.operand.is_empty());
    Ok(())
}

fn grants(g: &mut Gathering<'_>, place: &Place, object: &Object, is_dir: bool) {
    let mut access = super::gathering::move_file() | Access::WRITE;
    if is_dir {
        access |= Access::MOVE | Access::LIST;
        g.grant(&object.fd, Access::LOOK);
    }
    g.grant(&place.dir.fd, access);
}

/// The source as it will be read: a regular file is opened now, through the descriptor that was judged.
fn readable(g: &mut Gathering<'_>, target: usize, operand: &OsStr, object: &Object) -> Option<Arc<OwnedFd>> {
    if object.status.kind != Kind::File {
        return Some(Arc::clone(&object.fd));
    }
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    match openat(
        CWD,
        format!("/proc/self/fd/{}", object.fd.as_raw_fd()),
        flags,
        Mode::empty(),
    ) {
        Ok(fd) => Some(Arc::new(fd)),
        Err(errno) => {
            let text = format!("cannot open {} for reading: {}", shown(operand), reason(errno));
            g.trouble(target, text);
            None
        }
    }
}

/// How files of a destination tree are kept when they are overwritten.
fn overwrites(
    g: &mut Gathering<'_>,
    target: usize,
    place: &Place,
    replaced: Option<&Replaced>,
    is_dir: bool,
) -> Result<Keep, Failure> {
    match (replaced, &place.found) {
        (Some(_), Ok(object)) if is_dir => g.keep(target, place, object, 0, super::gathering::move_file()),
        _ => Ok(Keep::Nowhere),
    }
}
