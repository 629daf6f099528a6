//! Facts of changes of mode and owner. What is changed is the object that was opened, never a name.

use super::{
    create::judge_bits,
    gathering::{Gathering, shown},
};
use crate::{
    accounts::{Users, group_id},
    effect::{
        hazards,
        plan::{Scope, SetMode, SetOwner, Step},
    },
    report::{Exit, Failure},
    resolve::{Flow, Kind, Object, Place, Status},
    sandbox::Access,
};
use applets::mode::Mode;
use policy::Verdict;
use rustix::io::Errno;
use serde_json::Value as Json;
use std::ffi::OsStr;

/// Operands of chmod.
pub(super) fn modes(g: &mut Gathering<'_>) -> Result<(), Failure> {
    let text = g.text("mode").unwrap_or_default();
    let Some(mode) = Mode::parse(text) else {
        return Err(Failure::new(Exit::Usage, format!("invalid mode `{text}`")));
    };
    let umask = g.around.caller.umask;
    for (operation, operand) in g.operands("path") {
        let place = g.resolver.followed(operand)?;
        let target = g.target("path", operation, &place);
        let Some(object) = object(g, target, operand, &place)? else {
            continue;
        };
        if object.status.kind == Kind::Symlink {
            g.trouble(
                target,
                format!("cannot operate on dangling symlink {}", shown(operand)),
            );
            continue;
        }
        let is_dir = object.status.kind == Kind::Dir;
        let new = mode.apply(object.status.mode, is_dir, umask);
        judge_bits(g, target, operand, object.status.mode, new);
        let mut bad = 0_u64;
        let scope = scope(g, target, &place, &object, &mut |status| {
            if status.kind == Kind::File || status.kind == Kind::Dir {
                let new = mode.apply(status.mode, status.kind == Kind::Dir, umask);
                bad += u64::from(hazards(status.mode, new) != 0);
            }
        });
        if bad > 0 {
            let reason = format!(
                "mode `{text}` gives {bad} objects in {} dangerous bits",
                shown(operand)
            );
            g.floor(
                target,
                "special-mode",
                Verdict::Deny,
                reason,
                "leave these bits out of the mode",
            );
        }
        let at = g.spot(&place);
        let held = g.hold(&object.fd);
        g.step(Step::SetMode(SetMode {
            at,
            object: held,
            judged: object.status,
            mode: text.to_owned(),
            scope,
        }));
    }
    Ok(())
}

/// Operands of chown.
pub(super) fn owners(g: &mut Gathering<'_>) -> Result<(), Failure> {
    let (uid, gid) = ids(g)?;
    for (operation, operand) in g.operands("path") {
        let place = if g.flag("no_dereference") {
            g.resolver.place(operand)?
        } else {
            g.resolver.followed(operand)?
        };
        let target = g.target("path", operation, &place);
        let Some(object) = object(g, target, operand, &place)? else {
            continue;
        };
        if object.status.kind == Kind::Symlink && !g.flag("no_dereference") {
            g.cannot(target, "cannot dereference", operand, Errno::NOENT);
            continue;
        }
        let scope = scope(g, target, &place, &object, &mut |_| ());
        let at = g.spot(&place);
        let held = g.hold(&object.fd);
        g.step(Step::SetOwner(SetOwner {
            at,
            object: held,
            judged: object.status,
            uid,
            gid,
            scope,
        }));
    }
    Ok(())
}

/// Judges what chmod and chown have in common; none where nothing is to be done.
fn object(
    g: &mut Gathering<'_>,
    target: usize,
    operand: &OsStr,
    place: &Place,
) -> Result<Option<Object>, Failure> {
    let object = match &place.found {
        Ok(object) => object.clone(),
        Err(errno) => {
            g.cannot(target, "cannot access", operand, *errno);
            return Ok(None);
        }
    };
    if place.slash && object.status.kind != Kind::Dir {
        g.cannot(target, "cannot access", operand, Errno::NOTDIR);
        return Ok(None);
    }
    g.judge_kind(target, place, &object.status);
    g.judge_links(target, place, &object.status);
    if g.flag("recursive") {
        if g.resolver.place(operand)?.kind() == Some(Kind::Symlink) {
            let text = format!(
                "{} is a link; a recursive change goes through none",
                shown(operand)
            );
            g.floor(
                target,
                "link-as-directory",
                Verdict::Deny,
                text,
                "name the directory itself",
            );
        }
        if object.status.kind == Kind::Dir {
            g.judge_whole(target, place, &object);
        }
    }
    Ok((!g.denied(target)).then_some(object))
}

/// How far the change goes, with the tree surveyed.
fn scope(
    g: &mut Gathering<'_>,
    target: usize,
    place: &Place,
    object: &Object,
    look: &mut dyn FnMut(&Status),
) -> Scope {
    let recursive = g.flag("recursive") && object.status.kind == Kind::Dir;
    let cross_mounts = g.around.policy.settings().limits.cross_mounts;
    if !recursive {
        return Scope {
            recursive,
            hard_links: true,
            cross_mounts,
            entries: 1,
        };
    }
    let path = g.path_of(target);
    let around = g.around;
    let operation = g.intent.operation.to_string();
    let mut guarded = 0_u64;
    let found = g.survey(target, place, object, &mut |below, status| {
        let text = super::survey::text_below(&path, below);
        guarded += u64::from(
            around
                .policy
                .protect()
                .write_protected(&text, &operation, around.places)
                .is_some(),
        );
        look(status);
        Flow::Descend
    });
    let name = shown(&place.operand);
    if guarded > 0 {
        let text = format!("{name} holds {guarded} protected objects");
        g.floor(
            target,
            "protected-below",
            Verdict::Deny,
            text,
            "change what is meant inside it instead",
        );
    }
    if found.hard_links > 0 {
        let text = format!(
            "{} files in {name} have further names; a change shows under all of them",
            found.hard_links
        );
        g.floor(
            target,
            "hard-link",
            Verdict::Escalate,
            text,
            "change the others one by one",
        );
    }
    g.grant(&object.fd, Access::LIST);
    Scope {
        recursive,
        hard_links: found.hard_links > 0,
        cross_mounts,
        entries: found.entries,
    }
}

/// The ids that are asked for. Digits are a number, never a name (chown(1) would look them up first).
fn ids(g: &Gathering<'_>) -> Result<(Option<u32>, Option<u32>), Failure> {
    let unknown = |what: &str, name: &str| Failure::new(Exit::Usage, format!("invalid {what}: `{name}`"));
    let (mut uid, mut login) = (None, None);
    match g.intent.params.get("user") {
        Some(Json::Number(id)) => uid = id.as_u64().and_then(|id| u32::try_from(id).ok()),
        Some(Json::String(name)) => {
            let users = Users::read()?;
            let user = users.by_name(name).ok_or_else(|| unknown("user", name))?;
            (uid, login) = (Some(user.uid), Some(user.gid));
        }
        _ => (),
    }
    if g.flag("login_group") {
        let gid = match (login, uid) {
            (Some(gid), _) => Some(gid),
            (None, Some(uid)) => Users::read()?.by_uid(uid).map(|user| user.gid),
            (None, None) => None,
        };
        let owner = g.text("owner").unwrap_or_default();
        return gid
            .map(|gid| (uid, Some(gid)))
            .ok_or_else(|| unknown("spec", owner));
    }
    let gid = match g.intent.params.get("group") {
        Some(Json::Number(id)) => id.as_u64().and_then(|id| u32::try_from(id).ok()),
        Some(Json::String(name)) => Some(
            group_id(name)
                .map_err(|e| Failure::new(Exit::Config, format!("cannot read `/etc/group`: {e}")))?
                .ok_or_else(|| unknown("group", name))?,
        ),
        _ => None,
    };
    Ok((uid, gid))
}
