//! From a recorded call to the steps that take it back, last effect first. Everything is opened and compared with the
//! record here, before anything is changed; what cannot be taken back is said.

use super::{
    Attributes, Owner, Place, Step, Times, Work,
    find::{Found, effects},
    kept::{self, object_at, text, words},
    place::unescape,
    step::fits,
    stopped,
    unchanged::{Left, unchanged},
};
use crate::{
    home::Home,
    quarantine::Site,
    resolve::{ObjectId, Status, status_of},
};
use rustix::fs::{Mode, OFlags, openat};
use serde_json::Value as Json;
use std::{
    ffi::OsStr,
    os::{fd::AsFd, unix::ffi::OsStrExt},
    path::Path,
    sync::Arc,
};

/// What would be done.
#[derive(Debug, Default)]
pub struct Plan {
    /// To be done.
    pub work: Work,
    /// What cannot be, with why.
    pub left: Vec<String>,
    /// How much is as it was before the call already.
    pub back: usize,
}

impl Plan {
    /// The steps, in order: what is done, and to what.
    #[must_use]
    pub fn steps(&self) -> Vec<(&'static str, &str)> {
        self.work
            .steps
            .iter()
            .map(|step| (step.said(), step.shown()))
            .collect()
    }

    /// Whether a step is about this place already.
    pub(super) fn names(&self, path: &str) -> bool {
        self.work.steps.iter().any(|step| match step {
            Step::Restore(at, _) | Step::Exchange(at, ..) => at.path == path,
            step => step.shown() == path,
        })
    }

    /// Takes in what was found out about one path: steps, nothing where it is as it was, or why it must be left.
    pub(super) fn take(&mut self, path: &str, made: Result<Vec<Step>, String>) {
        match made {
            Ok(made) => {
                self.back += usize::from(made.is_empty());
                self.work.steps.extend(made);
            }
            Err(why) => self.left.push(format!("{path}: {why}")),
        }
    }
}

/// For whom a call is taken back: the user, and Watchtower's directory with its own quarantine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owning<'a> {
    pub(super) uid: u32,
    pub(super) home: &'a Home,
}

/// Plans how a call is taken back by the user `uid`, whose own quarantine is in `home`.
#[must_use]
pub fn plan(found: &Found, uid: u32, home: &Home) -> Plan {
    let owning = Owning { uid, home };
    let Some(outcome) = &found.outcome else {
        return stopped::plan(&found.decision, owning);
    };
    let mut plan = Plan::default();
    let left = Left {
        until: outcome.micros(),
        undos: &found.undos,
    };
    let before = |path: &str| {
        let targets = found.decision.data.get("scope")?.get("targets")?.as_array()?;
        let target = targets.iter().find(|target| text(target, "path") == Some(path))?;
        kept::id(target.get("extra")?.get("object")?)
    };
    for effect in effects(outcome).iter().rev() {
        let path = text(effect, "path").unwrap_or_default();
        if matches!(text(effect, "op"), Some("failed" | "undo" | "merge")) {
            continue;
        }
        plan.take(path, undo(effect, owning, &left, &before));
    }
    plan
}

/// The steps against one recorded effect; none where the place is as it was before the call. `before` says which
/// object a path had then.
fn undo(
    effect: &Json,
    owning: Owning<'_>,
    left: &Left<'_>,
    before: &dyn Fn(&str) -> Option<ObjectId>,
) -> Result<Vec<Step>, String> {
    let path = text(effect, "path").unwrap_or_default();
    let replaced = effect
        .get("replaced")
        .filter(|replaced| replaced.get("entry").is_some());
    let backed_up = effect
        .get("replaced")
        .is_some_and(|replaced| replaced.get("backup").is_some());
    match text(effect, "op").unwrap_or_default() {
        "delete" => match effect.get("kept").filter(|kept| kept.is_object()) {
            Some(kept) => restore(kept, path, owning.uid, effect.get("object").and_then(kept::id)),
            None => Err("it was not kept".to_owned()),
        },
        "copy" | "overwrite" | "create_file" | "symlink" | "link" | "move" if backed_up => {
            Err("a backup file took the old name; move it back by hand".to_owned())
        }
        "link" if replaced.is_none() => {
            let made = replaced_or_made(path, None, owning, left, None)?;
            let unlink = |step| match step {
                Step::SetAside(at, store, id) => Step::Unlink(at, store, id),
                other => other,
            };
            Ok(made.into_iter().map(unlink).collect())
        }
        "copy" | "overwrite" | "create_file" | "symlink" | "link" => {
            replaced_or_made(path, replaced, owning, left, before(path))
        }
        "move" => moved(effect, path, replaced, owning, left),
        "create_dir" => {
            let place = Place::open(path).map_err(words)?;
            Ok(object_at(&place)?
                .map(|_| Step::RemoveDir(place))
                .into_iter()
                .collect())
        }
        "chmod" => {
            let mode = |key| text(effect, key).and_then(octal);
            let modes = mode("before")
                .zip(mode("after"))
                .ok_or("its old mode is not on record")?;
            let old = Attributes {
                mode: Some(modes),
                ..Attributes::default()
            };
            attributes(effect, path, old)
        }
        "chown" => {
            let owner = |key| {
                let owner = effect.get(key)?;
                small(owner.get("uid")?).zip(small(owner.get("gid")?))
            };
            let mode = effect
                .get("before")
                .and_then(|before| text(before, "mode"))
                .and_then(octal);
            let old = Attributes {
                owner: Some(Owner {
                    before: owner("before").ok_or("its old owner is not on record")?,
                    left: owner("after"),
                }),
                mode: mode.map(|mode| (mode, mode)),
                times: None,
            };
            attributes(effect, path, old)
        }
        "set_times" => {
            let stamp = |when: &str, key: &str| {
                let at = effect.get(when)?.get(key)?;
                Some((at.get("sec")?.as_i64()?, at.get("nsec")?.as_i64()?))
            };
            let old = Attributes {
                times: Some(Times {
                    accessed: stamp("before", "accessed"),
                    modified: stamp("before", "modified").ok_or("its old times are not on record")?,
                    left: stamp("after", "modified"),
                }),
                ..Attributes::default()
            };
            attributes(effect, path, old)
        }
        "more" => Err("more was changed than the record lists".to_owned()),
        other => Err(format!("`{other}` cannot be taken back")),
    }
}

fn octal(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 8).ok()
}

fn small(value: &Json) -> Option<u32> {
    value.as_u64().and_then(|value| u32::try_from(value).ok())
}

/// Against something new under a name: what had the name comes back, or the new goes into the quarantine.
fn replaced_or_made(
    path: &str,
    replaced: Option<&Json>,
    owning: Owning<'_>,
    left: &Left<'_>,
    before: Option<ObjectId>,
) -> Result<Vec<Step>, String> {
    let place = Place::open(path).map_err(words)?;
    let now = object_at(&place)?;
    let Some(kept) = replaced else {
        let Some(now) = now else { return Ok(Vec::new()) };
        unchanged(&place, left)?;
        return set_aside(place, now, owning).map(|step| vec![step]);
    };
    let before = before.or_else(|| kept.get("object").and_then(kept::id));
    if before.is_some() && now == before {
        return Ok(Vec::new());
    }
    let kept = kept::place(kept, owning.uid)?;
    match now {
        None => Ok(vec![Step::Restore(kept, place)]),
        Some(now) => {
            unchanged(&place, left)?;
            Ok(vec![Step::Exchange(kept, place, now)])
        }
    }
}

fn moved(
    effect: &Json,
    path: &str,
    replaced: Option<&Json>,
    owning: Owning<'_>,
    left: &Left<'_>,
) -> Result<Vec<Step>, String> {
    let id = effect
        .get("object")
        .and_then(kept::id)
        .ok_or("the record does not name its object")?;
    let source = text(effect, "source").unwrap_or_default();
    if let Some(kept) = effect.get("kept").filter(|kept| kept.is_object()) {
        // Across file systems the original was kept and a copy took its place.
        let mut steps = restore(kept, source, owning.uid, Some(id))?;
        steps.extend(replaced_or_made(path, replaced, owning, left, None)?);
        return Ok(steps);
    }
    let from = Place::open(path).map_err(words)?;
    let to = Place::open(source).map_err(words)?;
    let (here, there) = (object_at(&from)?, object_at(&to)?);
    let mut steps = match (here, there) {
        (_, Some(there)) if there == id => Vec::new(),
        (Some(here), None) if here == id => vec![Step::MoveBack(from.clone(), to, id)],
        (_, Some(_)) => return Err("something else stands there now".to_owned()),
        (_, None) => return Err("it has changed since, or was moved to another file system".to_owned()),
    };
    if let Some(kept) = replaced {
        match kept::place(kept, owning.uid) {
            Ok(kept) => steps.push(Step::Restore(kept, from)),
            // It came out already.
            Err(_) if steps.is_empty() && here.is_some() => (),
            Err(why) => return Err(why),
        }
    }
    Ok(steps)
}

fn attributes(effect: &Json, path: &str, old: Attributes) -> Result<Vec<Step>, String> {
    let id = effect
        .get("object")
        .and_then(kept::id)
        .ok_or("the record does not name its object")?;
    attributes_of(path, id, old)
}

/// Sets old attributes on an object that is still what the call left; nothing where they are set already.
pub(super) fn attributes_of(path: &str, id: ObjectId, old: Attributes) -> Result<Vec<Step>, String> {
    let place = Place::open(path).map_err(words)?;
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let held = openat(&place.dir, &place.name, flags, Mode::empty()).map_err(words)?;
    let now = status_of(&held).map_err(words)?;
    if now.id != id {
        return Err("it has changed since".to_owned());
    }
    if is_as_before(&old, &now) {
        return Ok(Vec::new());
    }
    if !fits(&old, &now) {
        return Err("it has changed since".to_owned());
    }
    Ok(vec![Step::Attributes(place, Arc::new(held), id, old)])
}

fn is_as_before(old: &Attributes, now: &Status) -> bool {
    let modified = (now.modified.sec, i64::from(now.modified.nsec));
    old.mode.is_none_or(|(before, _)| before == now.mode)
        && old.owner.is_none_or(|owner| owner.before == (now.uid, now.gid))
        && old.times.is_none_or(|times| times.modified == modified)
}

/// A kept object goes back to a name that is free; nothing where the object `id` has it already.
pub(super) fn restore(kept: &Json, path: &str, uid: u32, id: Option<ObjectId>) -> Result<Vec<Step>, String> {
    let place = Place::open(path).map_err(|e| format!("its directory cannot be opened: {}", words(e)))?;
    match object_at(&place)? {
        Some(now) if Some(now) == id => Ok(Vec::new()),
        Some(_) => Err("something else stands there now".to_owned()),
        None => Ok(vec![Step::Restore(kept::place(kept, uid)?, place)]),
    }
}

/// What was made goes into the quarantine of its mount.
pub(super) fn set_aside(place: Place, id: ObjectId, owning: Owning<'_>) -> Result<Step, String> {
    let mount = status_of(&place.dir).map_err(words)?.mount;
    let said = |failure: crate::report::Failure| failure.message;
    let home = Site::in_home(owning.home.dir.as_fd(), &owning.home.path, owning.uid).map_err(said)?;
    let bytes = unescape(&place.path).unwrap_or_default();
    let above = Path::new(OsStr::from_bytes(&bytes)).parent();
    let site = if home.mount() == mount {
        home
    } else {
        above
            .and_then(|above| Site::on_mount(place.dir.as_fd(), above, owning.uid))
            .ok_or("its file system has no quarantine")?
    };
    let store = site.open(owning.uid).map_err(said)?;
    let shown = policy::text::escape(store.path.as_os_str().as_bytes());
    let store = Place::within(&store.dir, OsStr::new(""), shown);
    Ok(Step::SetAside(place, store, id))
}
