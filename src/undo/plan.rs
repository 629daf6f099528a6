//! From a recorded call to the steps that take it back, last effect first. Everything is opened and compared with the
//! record here, before anything is changed; what cannot be taken back is said.

use super::{
    Attributes, Place, Step, Work,
    find::{Found, effects},
    place::open_dir,
};
use crate::{
    quarantine::{Site, entry_name},
    resolve::{ObjectId, status_at, status_of},
};
use rustix::{
    fs::{AtFlags, Mode, OFlags, openat, statat},
    io::Errno,
};
use serde_json::Value as Json;
use std::{
    os::fd::{AsFd, OwnedFd},
    path::Path,
    sync::Arc,
};

/// What would be done.
#[derive(Debug)]
pub struct Plan {
    /// To be done.
    pub work: Work,
    /// What cannot be, with why.
    pub left: Vec<String>,
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
}

/// Plans how a call is taken back by the user `uid`, whose own quarantine is `home`'s.
#[must_use]
pub fn plan(found: &Found, uid: u32, trash: &Path) -> Plan {
    let mut steps = Vec::new();
    let mut left = Vec::new();
    let mut take = |path: &str, made: Result<Vec<Step>, String>| match made {
        Ok(made) => steps.extend(made),
        Err(why) => left.push(format!("{path}: {why}")),
    };
    match &found.outcome {
        Some(outcome) => {
            let until = micros(&outcome.timestamp);
            for effect in effects(outcome).iter().rev() {
                let path = text(effect, "path").unwrap_or_default();
                take(path, undo(effect, (uid, trash), until));
            }
        }
        None => {
            let targets = found
                .decision
                .data
                .get("scope")
                .and_then(|scope| scope.get("targets"));
            let there = |target: &&Json| target.get("exists").and_then(Json::as_bool) == Some(true);
            let all = targets.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
            for (number, target) in all.iter().filter(there).enumerate() {
                let path = text(target, "path").unwrap_or_default();
                let entry = entry_name(found.decision.seq, u32::try_from(number).unwrap_or(u32::MAX));
                let kept = serde_json::json!({"store": trash, "entry": entry});
                take(path, restore(&kept, path, uid).map(|step| vec![step]));
            }
        }
    }
    Plan {
        work: Work { steps },
        left,
    }
}

fn text<'a>(value: &'a Json, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn micros(timestamp: &str) -> i64 {
    timestamp
        .parse::<jiff::Timestamp>()
        .map_or(0, jiff::Timestamp::as_microsecond)
}

fn words(errno: Errno) -> String {
    crate::effect::words::reason(errno).to_lowercase()
}

/// The steps against one recorded effect.
fn undo(effect: &Json, (uid, trash): (u32, &Path), until: i64) -> Result<Vec<Step>, String> {
    let path = text(effect, "path").unwrap_or_default();
    let replaced = effect
        .get("replaced")
        .filter(|replaced| replaced.get("entry").is_some());
    let backed_up = effect
        .get("replaced")
        .is_some_and(|replaced| replaced.get("backup").is_some());
    match text(effect, "op").unwrap_or_default() {
        "delete" => match effect.get("kept").filter(|kept| kept.is_object()) {
            Some(kept) => Ok(vec![restore(kept, path, uid)?]),
            None => Err("it was not kept".to_owned()),
        },
        "copy" | "overwrite" | "create_file" | "symlink" | "link" if backed_up => {
            Err("a backup file took the old name; move it back by hand".to_owned())
        }
        "copy" | "overwrite" | "create_file" | "symlink" | "link" => {
            let place = unchanged(path, until)?;
            match replaced {
                Some(kept) => Ok(vec![Step::Exchange(kept_place(kept, uid)?, place)]),
                None => set_aside(place, uid, trash).map(|step| vec![step]),
            }
        }
        "move" => {
            let id = object(effect)?;
            let from = Place::open(path).map_err(words)?;
            let source = text(effect, "source").unwrap_or_default();
            let to = Place::open(source).map_err(words)?;
            if status_at(from.dir.as_fd(), from.name.as_os_str())
                .map_err(words)?
                .id
                != id
            {
                return Err("it has changed since, or was moved to another file system".to_owned());
            }
            free(&to)?;
            let mut steps = vec![Step::MoveBack(from.clone(), to, id)];
            steps.extend(
                replaced
                    .map(|kept| kept_place(kept, uid))
                    .transpose()?
                    .map(|kept| Step::Restore(kept, from)),
            );
            Ok(steps)
        }
        "create_dir" => Ok(vec![Step::RemoveDir(Place::open(path).map_err(words)?)]),
        "chmod" => {
            let mode = |key| text(effect, key).and_then(|octal| u32::from_str_radix(octal, 8).ok());
            let modes = mode("before")
                .zip(mode("after"))
                .ok_or("its old mode is not on record")?;
            attributes(
                effect,
                path,
                Attributes {
                    mode: Some(modes),
                    ..Attributes::default()
                },
            )
        }
        "chown" => {
            let before = effect.get("before").ok_or("its old owner is not on record")?;
            let id = |key| {
                before
                    .get(key)
                    .and_then(Json::as_u64)
                    .and_then(|id| u32::try_from(id).ok())
            };
            let owner = id("uid").zip(id("gid")).ok_or("its old owner is not on record")?;
            attributes(
                effect,
                path,
                Attributes {
                    owner: Some(owner),
                    ..Attributes::default()
                },
            )
        }
        "set_times" => {
            let stamp = |key: &str| {
                let at = effect.get("before")?.get(key)?;
                Some((at.get("sec")?.as_i64()?, at.get("nsec")?.as_i64()?))
            };
            let times = stamp("accessed")
                .zip(stamp("modified"))
                .ok_or("its old times are not on record")?;
            attributes(
                effect,
                path,
                Attributes {
                    times: Some([times.0, times.1]),
                    ..Attributes::default()
                },
            )
        }
        "failed" | "undo" => Ok(Vec::new()),
        "more" => Err("more was changed than the record lists".to_owned()),
        other => Err(format!("`{other}` cannot be taken back")),
    }
}

fn object(effect: &Json) -> Result<ObjectId, String> {
    let number = |key: &str| {
        effect
            .get("object")
            .and_then(|object| object.get(key))
            .and_then(Json::as_u64)
    };
    let (dev, ino) = number("dev")
        .zip(number("ino"))
        .ok_or("the record does not name its object")?;
    Ok(ObjectId { dev, ino })
}

fn attributes(effect: &Json, path: &str, old: Attributes) -> Result<Vec<Step>, String> {
    let place = Place::open(path).map_err(words)?;
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let held = openat(&place.dir, &place.name, flags, Mode::empty()).map_err(words)?;
    let (id, now) = (object(effect)?, status_of(&held).map_err(words)?);
    if now.id != id || old.mode.is_some_and(|(_, after)| after != now.mode) {
        return Err("it has changed since".to_owned());
    }
    Ok(vec![Step::Attributes(place, Arc::new(held), id, old)])
}

/// A kept object goes back to a name that is free.
fn restore(kept: &Json, path: &str, uid: u32) -> Result<Step, String> {
    let place = Place::open(path).map_err(|e| format!("its directory cannot be opened: {}", words(e)))?;
    free(&place)?;
    Ok(Step::Restore(kept_place(kept, uid)?, place))
}

fn free(place: &Place) -> Result<(), String> {
    match status_at(place.dir.as_fd(), place.name.as_os_str()) {
        Err(Errno::NOENT) => Ok(()),
        Ok(_) => Err("something else stands there now".to_owned()),
        Err(e) => Err(words(e)),
    }
}

/// An entry of a quarantine that belongs to this user alone.
fn kept_place(kept: &Json, uid: u32) -> Result<Place, String> {
    let (store, entry) = text(kept, "store")
        .zip(text(kept, "entry"))
        .ok_or("it was not kept")?;
    let bytes = super::place::unescape(store).ok_or("its quarantine is not named rightly")?;
    let path = Path::new(std::ffi::OsStr::new(
        std::str::from_utf8(&bytes).map_err(|e| e.to_string())?,
    ));
    let dir = open_dir(path).map_err(|e| format!("its quarantine cannot be opened: {}", words(e)))?;
    let status = status_of(&dir).map_err(words)?;
    if status.uid != uid || status.mode & 0o077 != 0 || entry.contains('/') {
        return Err("its quarantine is not private".to_owned());
    }
    match status_at(dir.as_fd(), entry) {
        Ok(_) => Ok(Place::within(&Arc::new(dir), entry, store.to_owned())),
        Err(Errno::NOENT) => Err("it is no longer in the trash".to_owned()),
        Err(e) => Err(words(e)),
    }
}

/// The place of something that was made, and that nobody changed after that was recorded.
fn unchanged(path: &str, until: i64) -> Result<Place, String> {
    let place = Place::open(path).map_err(words)?;
    let stat = statat(&place.dir, &place.name, AtFlags::SYMLINK_NOFOLLOW).map_err(words)?;
    let fraction = i64::try_from(stat.st_ctime_nsec / 1000).unwrap_or(0);
    let changed = stat.st_ctime.saturating_mul(1_000_000).saturating_add(fraction);
    if changed > until {
        Err("it has changed since".to_owned())
    } else {
        Ok(place)
    }
}

/// What was made goes into the quarantine of its mount.
fn set_aside(place: Place, uid: u32, trash: &Path) -> Result<Step, String> {
    let id = status_at(place.dir.as_fd(), place.name.as_os_str())
        .map_err(words)?
        .id;
    let mount = |dir: &OwnedFd| status_of(dir).map(|status| status.mount).map_err(words);
    if let Ok(own) = open_dir(trash)
        && mount(&own)? == mount(&place.dir)?
    {
        return Ok(Step::SetAside(place, Arc::new(own), id));
    }
    let above = Path::new(&place.path).parent().unwrap_or(Path::new("/"));
    let site = Site::on_mount(place.dir.as_fd(), above, uid).ok_or("its file system has no quarantine")?;
    let store: Arc<OwnedFd> = site.open(uid).map_err(|failure| failure.message)?.dir;
    Ok(Step::SetAside(place, store, id))
}
