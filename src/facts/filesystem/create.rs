//! Facts of new directories and files, and of times set on existing ones.

use super::{
    gathering::{Gathering, shown},
    times,
};
use crate::{
    effect::{
        hazards,
        plan::{MakeDir, Step, Touch},
    },
    report::Failure,
    resolve::{Kind, Place},
    sandbox::Access,
};
use applets::mode::Mode;
use policy::Verdict;
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};

const CANNOT_MAKE: &str = "cannot create directory";

/// Operands of mkdir.
pub(super) fn directories(g: &mut Gathering<'_>) -> Result<(), Failure> {
    for (operation, operand) in g.operands("path") {
        let mut place = g.resolver.place(operand)?;
        if g.flag("parents") {
            // `mkdir -p new/.` means `new`.
            while place.found.is_err() && place.name == "." {
                let Some(name) = place.missing.pop() else { break };
                place.name = name;
            }
            way(g, operation, &place);
        }
        let target = g.target("path", operation, &place);
        make(g, target, operand, &place)?;
    }
    Ok(())
}

/// Each directory on the way is made too, and judged as a target of its own.
fn way(g: &mut Gathering<'_>, operation: &str, place: &Place) {
    for count in 1..=place.missing.len() {
        let (before, name) = match place.missing.get(..count).and_then(<[OsString]>::split_last) {
            Some((name, before)) => (before.to_vec(), name.clone()),
            None => return,
        };
        let step = Place {
            missing: before,
            name,
            ..place.clone()
        };
        g.target("path", operation, &step);
    }
}

fn make(g: &mut Gathering<'_>, target: usize, operand: &OsStr, place: &Place) -> Result<(), Failure> {
    let parents = g.flag("parents");
    match &place.found {
        Ok(object) => {
            let real = if object.status.kind == Kind::Symlink {
                g.resolver.followed(operand)?.kind()
            } else {
                place.kind()
            };
            if !(parents && real == Some(Kind::Dir)) {
                g.cannot(target, CANNOT_MAKE, operand, Errno::EXIST);
            }
            return Ok(());
        }
        Err(Errno::NOENT) if parents || place.missing.is_empty() || g.makes_parent(target) => (),
        Err(errno) => {
            // With `-p` it is the first directory on the way that cannot be made.
            let way = between(place);
            let failed = way
                .first()
                .filter(|_| parents)
                .map_or(operand, |(_, shown)| shown.as_os_str());
            g.cannot(target, CANNOT_MAKE, failed, *errno);
            return Ok(());
        }
    }
    let dotted = place.missing.iter().any(|name| name == "..") || place.name == ".." || place.name == ".";
    if dotted {
        // Nothing is normalised: what `..` means is known only once the directory before it exists.
        g.cannot(target, CANNOT_MAKE, operand, Errno::NOENT);
        return Ok(());
    }
    let mode = g
        .text("permissions")
        .and_then(Mode::parse)
        .map(|mode| mode.apply(0o777, true, g.around.caller.umask));
    if let Some(bits) = mode {
        judge_bits(g, target, operand, 0, bits);
    }
    let between = between(place);
    g.grant(&place.dir.fd, Access::MAKE_DIR | Access::LIST);
    let at = g.spot(place);
    g.step(Step::MakeDir(MakeDir {
        at,
        between,
        parents,
        mode,
    }));
    Ok(())
}

/// The missing names, each with the path that messages show.
fn between(place: &Place) -> Vec<(OsString, OsString)> {
    let mut all: Vec<(OsString, OsString)> = Vec::new();
    let mut shown = std::path::PathBuf::from(&place.operand);
    for name in place.missing.iter().rev() {
        shown.pop();
        all.push((name.clone(), shown.clone().into_os_string()));
    }
    all.retain(|(name, _)| name != ".");
    all.reverse();
    all
}

/// Set-user-ID, set-group-ID and writing for everyone are never given.
pub(super) fn judge_bits(g: &mut Gathering<'_>, target: usize, operand: &OsStr, old: u32, new: u32) {
    let bits = hazards(old, new);
    if bits == 0 {
        return;
    }
    let what = if bits & 0o6000 != 0 {
        "set-user-ID or set-group-ID"
    } else {
        "writing by everyone"
    };
    let text = format!("mode {new:04o} gives {} {what}", shown(operand));
    g.floor(
        target,
        "special-mode",
        Verdict::Deny,
        text,
        "leave these bits out of the mode",
    );
}

/// Operands of touch.
pub(super) fn files(g: &mut Gathering<'_>) -> Result<(), Failure> {
    let (accessed, modified) = times::wanted(g)?;
    for (operation, operand) in g.operands("path") {
        let place = g.resolver.followed(operand)?;
        let target = g.target("path", operation, &place);
        let object = match &place.found {
            Ok(object) => {
                g.judge_kind(target, &place, &object.status);
                g.judge_links(target, &place, &object.status);
                if object.status.kind == Kind::Symlink {
                    g.trouble(
                        target,
                        format!("cannot touch {}: dangling symbolic link", shown(operand)),
                    );
                    continue;
                }
                if place.slash && object.status.kind != Kind::Dir {
                    g.cannot(target, "setting times of", operand, Errno::NOTDIR);
                    continue;
                }
                if object.status.kind.is_special() {
                    continue;
                }
                Some((g.hold(&object.fd), object.status))
            }
            Err(Errno::NOENT) if g.flag("no_create") => continue,
            Err(Errno::NOENT) if place.missing.is_empty() && !place.slash && !place.dots => {
                if g.repeated(target) {
                    continue;
                }
                g.grant(&place.dir.fd, Access::MAKE_FILE | Access::WRITE);
                None
            }
            Err(errno) => {
                let what = if place.slash {
                    "setting times of"
                } else {
                    "cannot touch"
                };
                g.cannot(target, what, operand, *errno);
                continue;
            }
        };
        let at = g.spot(&place);
        g.step(Step::Touch(Touch {
            at,
            object,
            accessed,
            modified,
        }));
    }
    Ok(())
}
