//! Facts of copies: every source read, every effective destination written, what a tree may not bring along.

use super::{
    gathering::{Gathering, shown},
    survey::text_below,
};
use crate::{
    effect::{
        plan::{Backup, Copy, Keep, Preserve, Replaced, Step},
        words::reason,
    },
    report::Failure,
    resolve::{Flow, Kind, Object, Place},
    sandbox::Access,
};
use policy::Verdict;
use rustix::{
    fs::{CWD, Mode, OFlags, openat},
    io::Errno,
};
use std::{
    ffi::OsStr,
    os::fd::{AsRawFd, OwnedFd},
    sync::Arc,
};

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
type To<'a> = (usize, &'a Destination<'a>, &'a Place);

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
        let found = g.survey(target, source, object, &mut |below, _| {
            let kept = protect
                .read_protected(&text_below(&path, below), around.places)
                .is_some()
                || protect
                    .write_protected(&text_below(&to_path, below), "copy", around.places)
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

/// Judges what stands at a destination. Outer none: nothing is to be done, told where it is a failure.
/// Inner none: nothing stands there.
pub(super) fn at_destination(
    g: &mut Gathering<'_>,
    target: usize,
    status: &crate::resolve::Status,
    operand: &OsStr,
    to: To<'_>,
) -> Result<Option<Option<Replaced>>, Failure> {
    let (to_target, destination, place) = to;
    let moves = destination.operation == "move";
    let verb = if moves { "move" } else { "copy" };
    let quoted = shown(&place.operand);
    let object = match &place.found {
        Ok(object) => object.clone(),
        Err(errno) => {
            if *errno != Errno::NOENT || !place.missing.is_empty() || place.name.is_empty() {
                let what = format!("cannot {verb} {} to", shown(operand));
                g.cannot(to_target, &what, &place.operand, *errno);
                return Ok(None);
            }
            if place.slash && status.kind != Kind::Dir {
                let what = format!("cannot {verb} {} to", shown(operand));
                g.cannot(to_target, &what, &place.operand, Errno::NOTDIR);
                return Ok(None);
            }
            return Ok(Some(None));
        }
    };
    if object.status.id == status.id {
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
                keep: Keep::Nowhere,
                backup: None,
            })));
        }
        _ => (),
    }
    if place.slash && object.status.kind != Kind::Dir {
        let what = format!("cannot {verb} {} to", shown(operand));
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
        keep,
        backup,
    })))
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
                object.status.id,
                g.keep(target, &of, &object, object.status.size, access)?,
            ))
        }
        Err(_) => None,
    };
    Ok(Backup { name, older })
}
