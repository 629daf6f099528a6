//! From a recorded call to the steps that take it back, last effect first. Everything is opened and compared with the
//! record here, before anything is changed; what cannot be taken back is said.

use super::{
    Attributes, Place, Step, Work,
    find::{Found, effects},
    kept::{self, object_at, text, words},
    place::unescape,
    stopped,
    unchanged::{Left, unchanged},
};
use crate::{
    home::Home,
    quarantine::Site,
    resolve::{ObjectId, status_at, status_of},
};
use ledger::read::Entry;
use rustix::{
    fs::{Mode, OFlags, openat},
    io::Errno,
};
use serde_json::{Value as Json, json};
use std::{
    collections::HashSet,
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
    /// Whether the call may have done what is not on record: it is still being done, or was stopped before it could tell.
    pub is_unsure: bool,
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
                for step in made {
                    self.add(step);
                }
            }
            Err(why) => self.left.push(format!("{path}: {why}")),
        }
    }

    /// Adds a step: an object that was changed twice gets the older attributes, and what belongs into a directory that
    /// comes back goes there before it.
    fn add(&mut self, step: Step) {
        if let Step::Attributes(_, _, id, older) = &step
            && let Some(at) = self.work.attributes_of(*id)
            && let Some(Step::Attributes(.., known)) = self.work.steps.get_mut(at)
        {
            *known = older.of_an_earlier_change(known);
            return;
        }
        let above = |planned: &Step| planned.brings(step.shown()).is_some();
        let at = self.work.steps.iter().position(above);
        self.work.steps.insert(at.unwrap_or(self.work.steps.len()), step);
    }

    /// Opens a recorded place. In a directory that a planned step brings back it is found where that directory is now.
    pub(super) fn place(&self, path: &str) -> Result<Place, Errno> {
        let failed = match Place::open(path) {
            Err(errno @ (Errno::NOENT | Errno::NOTDIR)) => errno,
            done => return done,
        };
        let coming = self.work.steps.iter().filter_map(|step| step.brings(path));
        let Some((from, id, below)) = coming.min_by_key(|(.., below)| below.len()) else {
            return Err(failed);
        };
        Place::open_below(from, id, below, path)
    }

    /// Sets old attributes on an object that is still what the call left; nothing where they are set already.
    pub(super) fn attributes(&self, path: &str, id: ObjectId, old: Attributes) -> Result<Vec<Step>, String> {
        let place = self.place(path).map_err(words)?;
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let held = openat(&place.dir, &place.name, flags, Mode::empty()).map_err(words)?;
        let now = status_of(&held).map_err(words)?;
        if now.id != id {
            return Err("it has changed since".to_owned());
        }
        // A later change by the same call is the one that must still be there.
        if self.work.attributes_of(id).is_none() {
            if old.is_set(&now) {
                return Ok(Vec::new());
            }
            if !old.fits(&now) {
                return Err("it has changed since".to_owned());
            }
        }
        Ok(vec![Step::Attributes(place, Arc::new(held), id, old)])
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
    let call = Left::by_call(outcome.micros(), &found.undos);
    let mut later: HashSet<&str> = HashSet::new();
    for effect in effects(outcome).iter().rev() {
        let path = text(effect, "path").unwrap_or_default();
        if matches!(text(effect, "op"), Some("failed" | "undo" | "merge")) {
            continue;
        }
        let against = Against {
            effect,
            path,
            plan: &plan,
            owning,
            call,
            // What the call itself changed once more is not as this left it.
            left: if later.insert(path) { call.by(effect) } else { call },
        };
        let made = against.steps(&found.decision);
        plan.take(path, made);
    }
    plan
}

/// One recorded effect that is taken back, after those that came later.
struct Against<'a> {
    effect: &'a Json,
    path: &'a str,
    plan: &'a Plan,
    owning: Owning<'a>,
    call: Left<'a>,
    left: Left<'a>,
}

impl Against<'_> {
    /// The steps; none where the place is as it was before the call.
    fn steps(&self, decision: &Entry) -> Result<Vec<Step>, String> {
        let effect = self.effect;
        let backup = effect
            .get("replaced")
            .filter(|replaced| replaced.get("backup").is_some());
        match text(effect, "op").unwrap_or_default() {
            "delete" => match self.kept() {
                Some(kept) => self.restore(kept, self.path, self.object()),
                None => Err("it was not kept".to_owned()),
            },
            "copy" | "move" if let Some(backup) = backup => self.backed_up(decision, backup),
            "link" if self.replaced().is_none() => {
                let unlink = |step| match step {
                    Step::SetAside(at, store, id) => Step::Unlink(at, store, id),
                    other => other,
                };
                Ok(self.replaced_or_made(None)?.into_iter().map(unlink).collect())
            }
            "copy" | "overwrite" | "create_file" | "symlink" | "link" => {
                self.replaced_or_made(facts(decision, self.path).and_then(kept::id))
            }
            "move" => self.moved(),
            "create_dir" => {
                let place = self.plan.place(self.path).map_err(words)?;
                Ok(object_at(&place)?
                    .map(|_| Step::RemoveDir(place))
                    .into_iter()
                    .collect())
            }
            "chmod" | "chown" | "set_times" => {
                let old = Attributes::recorded(effect)?;
                self.plan.attributes(self.path, self.named_object()?, old)
            }
            "more" => Err("more was changed than the record lists".to_owned()),
            other => Err(format!("`{other}` cannot be taken back")),
        }
    }

    fn object(&self) -> Option<ObjectId> {
        self.effect.get("object").and_then(kept::id)
    }

    fn named_object(&self) -> Result<ObjectId, String> {
        Ok(self.object().ok_or("the record does not name its object")?)
    }

    /// What had the name before and was kept.
    fn replaced(&self) -> Option<&Json> {
        self.effect
            .get("replaced")
            .filter(|replaced| replaced.get("entry").is_some())
    }

    /// Against something new under a name: what had the name comes back, or the new goes into the quarantine.
    /// `before` is the object that had the name.
    fn replaced_or_made(&self, before: Option<ObjectId>) -> Result<Vec<Step>, String> {
        let place = self.plan.place(self.path).map_err(words)?;
        let now = object_at(&place)?;
        let Some(kept) = self.replaced() else {
            let Some(now) = now else { return Ok(Vec::new()) };
            unchanged(&place, &self.left)?;
            return set_aside(place, now, self.owning).map(|step| vec![step]);
        };
        let before = before.or_else(|| kept.get("object").and_then(kept::id));
        if before.is_some() && now == before {
            return Ok(Vec::new());
        }
        let kept = kept::place(kept, self.owning.uid)?;
        match now {
            None => Ok(vec![Step::Restore(kept, place)]),
            Some(now) => {
                unchanged(&place, &self.left)?;
                Ok(vec![Step::Exchange(kept, place, now)])
            }
        }
    }

    /// Against something new for which the old object became a backup file: that gets its name back, and then what had
    /// the backup's name before.
    fn backed_up(&self, decision: &Entry, backup: &Json) -> Result<Vec<Step>, String> {
        let name = text(backup, "backup").unwrap_or_default();
        let above = self.path.rsplit_once('/').map_or("", |(above, _)| above);
        let place = self.plan.place(self.path).map_err(words)?;
        let aside = self.plan.place(&format!("{above}/{name}")).map_err(words)?;
        let before = facts(decision, self.path).ok_or("the record does not name what was there before")?;
        let old = kept::id(before).ok_or("the record does not name what was there before")?;
        let (now, there) = (object_at(&place)?, object_at(&aside)?);
        let older = backup.get("older").filter(|older| older.is_object());
        let older = || older.map(|older| kept::place(older, self.owning.uid)).transpose();
        if now == Some(old) {
            let missing = if there.is_none() { older()? } else { None };
            return Ok(missing
                .map(|older| Step::Restore(older, aside))
                .into_iter()
                .collect());
        }
        // A new file can have the old one's number, but hardly its time.
        let is_it = status_at(aside.dir.as_fd(), aside.name.as_os_str()).is_ok_and(|now| {
            now.id == old && before.get("modified") == Some(&json!([now.modified.sec, now.modified.nsec]))
        });
        if !is_it || unchanged(&aside, &self.call).is_err() {
            return Err(format!("its backup `{name}` is another file now"));
        }
        let moves = text(self.effect, "op") == Some("move");
        let mut steps = if moves {
            self.source_back(&place)?
        } else {
            Vec::new()
        };
        // What goes back to its old name leaves this one; a copy does not.
        if let Some(now) = now.filter(|_| !moves || self.kept().is_some()) {
            unchanged(&place, &self.left)?;
            steps.push(set_aside(place.clone(), now, self.owning)?);
        }
        steps.push(Step::MoveBack(aside.clone(), place, old));
        steps.extend(older()?.map(|older| Step::Restore(older, aside)));
        Ok(steps)
    }

    fn moved(&self) -> Result<Vec<Step>, String> {
        let place = self.plan.place(self.path).map_err(words)?;
        let mut steps = self.source_back(&place)?;
        if self.kept().is_some() {
            steps.extend(self.replaced_or_made(None)?);
        } else if let Some(replaced) = self.replaced() {
            match kept::place(replaced, self.owning.uid) {
                Ok(kept) => steps.push(Step::Restore(kept, place)),
                // It came out already.
                Err(_) if steps.is_empty() && object_at(&place)?.is_some() => (),
                Err(why) => return Err(why),
            }
        }
        Ok(steps)
    }

    /// Where the source of a move was kept, across file systems: a copy took its place.
    fn kept(&self) -> Option<&Json> {
        self.effect.get("kept").filter(|kept| kept.is_object())
    }

    /// What was moved to `place` goes back to where it was; nothing where it is there already.
    fn source_back(&self, place: &Place) -> Result<Vec<Step>, String> {
        let id = self.named_object()?;
        let source = text(self.effect, "source").unwrap_or_default();
        if let Some(kept) = self.kept() {
            return self.restore(kept, source, Some(id));
        }
        // A copy stands for what could not be renamed.
        let id = self.effect.get("made").and_then(kept::id).unwrap_or(id);
        let to = self.plan.place(source).map_err(words)?;
        match (object_at(place)?, object_at(&to)?) {
            (_, Some(there)) if there == id => Ok(Vec::new()),
            (Some(here), None) if here == id => Ok(vec![Step::MoveBack(place.clone(), to, id)]),
            (_, Some(_)) => Err("something else stands there now".to_owned()),
            (_, None) => Err("it has changed since, or was moved to another file system".to_owned()),
        }
    }

    /// A kept object goes back to a name that is free; nothing where the object `id` has it already.
    fn restore(&self, kept: &Json, path: &str, id: Option<ObjectId>) -> Result<Vec<Step>, String> {
        let place = self
            .plan
            .place(path)
            .map_err(|e| format!("its directory cannot be opened: {}", words(e)))?;
        match object_at(&place)? {
            Some(now) if Some(now) == id => Ok(Vec::new()),
            Some(_) => Err("something else stands there now".to_owned()),
            None => Ok(vec![Step::Restore(kept::place(kept, self.owning.uid)?, place)]),
        }
    }
}

/// What the decision says of the object that had a path when the call was judged.
fn facts<'e>(decision: &'e Entry, path: &str) -> Option<&'e Json> {
    let targets = decision.data.get("scope")?.get("targets")?.as_array()?;
    let target = targets.iter().find(|target| text(target, "path") == Some(path))?;
    target.get("extra")?.get("object")
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
