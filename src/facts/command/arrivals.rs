//! What copies and moves bring along: each name that comes into a directory, and what below a tree would get a
//! protected one. Looks at trees as they stand; what a command makes before it copies is not there yet.

use super::{Step, Surroundings, directory, intent};
use crate::resolve::{Flow, Status, Visitor, walk};
use gtfobins::{Arrival, Effect};
use policy::{Floor, Guard, Verdict, text::escape};
use rustix::io::Errno;
use std::{
    ffi::OsStr,
    fs::symlink_metadata,
    os::fd::{AsFd, BorrowedFd},
    path::{Path, PathBuf},
};

/// Most entries of trees that are looked at for one command: whoever asks waits for it.
pub(super) const MAX_ENTRIES: u64 = 250_000;
/// Most names that a glob stands for.
const MAX_GLOB_NAMES: usize = 1000;
/// Most protected names that one tree's reasons tell.
const MAX_TOLD: usize = 3;
/// Where everybody keeps what is not to last.
const TEMPORARY: &str = "/tmp";
/// A name like any other: what comes to lie in a directory whose whole content is protected.
const ANY_NAME: &str = "*";

impl Surroundings {
    /// The steps of an effect whose destination is known with what comes there.
    pub(super) fn arrivals(&self, effect: &Effect, program: &str) -> Vec<Step> {
        let path = effect.path.as_deref().unwrap_or_default();
        let there = self.resolver.is_dir(path);
        let mut steps: Vec<Step> = Vec::new();
        for arrival in effect.arrivals.iter().flat_map(expanded) {
            let into = there || effect.into && !Path::new(&arrival.source).is_file();
            let to = if into && arrival.name != "." {
                format!("{path}/{}", arrival.name)
            } else {
                path.to_owned()
            };
            let floors = if arrival.tree {
                self.brought(&arrival, &to, effect)
            } else {
                Vec::new()
            };
            let known = steps.iter_mut().find(|step| {
                step.intent
                    .targets
                    .iter()
                    .any(|t| t.path.as_deref() == Some(OsStr::new(&to)))
            });
            if let Some(step) = known {
                step.scope.floors.extend(floors);
                continue;
            }
            let inner = Effect {
                path: Some(to),
                ..effect.clone()
            };
            let mut step = self.step(intent(&inner, program), Some(effect));
            step.scope.floors = floors;
            steps.push(step);
        }
        steps
    }

    /// The floors that a tree sets where it goes.
    fn brought(&self, arrival: &Arrival, to: &str, effect: &Effect) -> Vec<Floor> {
        let operation = effect.operation;
        let moves = operation == "move";
        let to = escape(self.resolver.real_dir(to).as_os_str().as_encoded_bytes());
        let kept =
            |path: &str, operation: &str| self.protect.write_protected(path, operation, &self.base.places);
        let inside = || kept(&format!("{to}/{ANY_NAME}"), operation).map(denied);
        let Some(tree) = directory(&arrival.source) else {
            let is_file = symlink_metadata(&arrival.source).is_ok();
            // Of what is not there yet, anything may come.
            let whole = || kept(&to, "move").map(denied).or_else(inside);
            return if is_file { None } else { whole() }.into_iter().collect();
        };
        if let Some(floor) = inside() {
            return vec![floor];
        }
        let from = arrival.source.trim_end_matches('/');
        let copied = Copied {
            from: escape(self.resolver.real_dir(from).as_os_str().as_encoded_bytes()),
            is_new: symlink_metadata(&*to).is_err() && kept(&to, operation).is_none(),
            fresh: effect.fresh,
            operation,
        };
        let mut check = |below: &str| {
            let guard = kept(&format!("{to}/{below}"), operation)?;
            // As with safe-mv, a name that is protected where it is already moves along.
            if moves {
                let was = kept(&format!("{from}/{below}"), operation).is_some();
                return (!was).then(|| floor(guard, Verdict::Deny));
            }
            match self.copied(&copied, &to, below) {
                Verdict::Allow => None,
                verdict => Some(floor(guard, verdict)),
            }
        };
        let mut looker = Looker {
            check: &mut check,
            excluded: &arrival.excluded,
            found: Vec::new(),
            left: &self.entries_left,
        };
        let whole = walk(tree.as_fd(), &mut looker).is_ok()
            || looker.found.len() >= MAX_TOLD && looker.found.iter().all(|f| f.verdict == Verdict::Deny);
        let mut floors = looker.found;
        if !whole {
            floors.push(Floor {
                rule: "too-many-entries".to_owned(),
                verdict: Verdict::Escalate,
                reason: format!("`{from}` holds more than can be looked through"),
                hint: "take it in parts, or use `safe-cp -r`".to_owned(),
                target: None,
            });
        }
        floors
    }

    /// What is to be said of a protected name in a tree that is copied. What the workspace has under the same name
    /// already, nobody but a person put there: a copy of it where nothing obeys it yet is no way around protection.
    fn copied(&self, copied: &Copied<'_>, to: &str, below: &str) -> Verdict {
        let places = &self.base.places;
        let (from, to_entry) = (format!("{}/{below}", copied.from), format!("{to}/{below}"));
        let by_name = |path: &str| self.protect.kept_by_name(path, copied.operation, places);
        let Some(root) = self.shell.root.as_deref() else {
            return Verdict::Deny;
        };
        if !is_below(&copied.from, root) || !by_name(&from) || !by_name(&to_entry) {
            return Verdict::Deny;
        }
        let owned = places.homes.iter().chain(&places.watchtower);
        let kept_apart = !is_below(&to_entry, root) && !owned.into_iter().any(|dir| is_below(&to_entry, dir));
        let temporary = kept_apart && is_below(&to_entry, TEMPORARY);
        if copied.fresh || temporary && copied.from == root {
            Verdict::Allow
        } else if temporary || copied.is_new && is_below(to, root) {
            Verdict::Escalate
        } else {
            Verdict::Deny
        }
    }
}

/// A tree that is copied.
struct Copied<'c> {
    /// The kernel's path of the tree.
    from: String,
    /// Whether what it is to be is not there yet, and is itself like any other directory.
    is_new: bool,
    /// Whether it comes to an empty directory that the same text made.
    fresh: bool,
    operation: &'c str,
}

fn is_below(path: &str, dir: &str) -> bool {
    Path::new(path).starts_with(dir)
}

fn denied(guard: Guard) -> Floor {
    floor(guard, Verdict::Deny)
}

fn floor(guard: Guard, verdict: Verdict) -> Floor {
    Floor {
        rule: "protected-path".to_owned(),
        verdict,
        reason: guard.reason,
        hint: "`safe-cp -r` copies the rest without it".to_owned(),
        target: None,
    }
}

/// Looks for protected names in a tree.
struct Looker<'c> {
    check: &'c mut dyn FnMut(&str) -> Option<Floor>,
    /// Names that stay behind, as the arrival has them.
    excluded: &'c [String],
    found: Vec<Floor>,
    /// How many entries one command may still look at.
    left: &'c std::cell::Cell<u64>,
}

/// Enough is known, or no more is looked at.
struct Enough;

impl Looker<'_> {
    fn is_excluded(&self, path: &[u8], named: impl Fn(&str) -> &str) -> bool {
        let last = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        !last.is_empty() && self.excluded.iter().any(|name| named(name).as_bytes() == last)
    }

    fn look(&mut self, path: &[u8]) -> Result<Flow, Enough> {
        let left = self.left.get().checked_sub(1).ok_or(Enough)?;
        self.left.set(left);
        if path.is_empty() {
            return Ok(Flow::Descend);
        }
        let Some(floor) = (self.check)(&escape(path)) else {
            return Ok(Flow::Descend);
        };
        // Questions make room for denials: a tree full of the former must not hide the latter.
        let denied = floor.verdict == Verdict::Deny;
        if denied {
            self.found.retain(|known| known.verdict == Verdict::Deny);
        }
        if denied || self.found.len() < MAX_TOLD {
            self.found.push(floor);
        }
        if !denied || self.found.len() < MAX_TOLD {
            Ok(Flow::Skip)
        } else {
            Err(Enough)
        }
    }
}

impl Visitor for Looker<'_> {
    type Stop = Enough;

    fn enter(&mut self, _: BorrowedFd<'_>, path: &[u8], _: &Status) -> Result<Flow, Enough> {
        let stays = self.is_excluded(path, |name| name.strip_suffix('/').unwrap_or(name));
        if stays { Ok(Flow::Skip) } else { self.look(path) }
    }

    fn entry(&mut self, _: BorrowedFd<'_>, _: &OsStr, path: &[u8], _: &Status) -> Result<(), Enough> {
        let stays = self.is_excluded(path, |name| name);
        if stays { Ok(()) } else { self.look(path).map(drop) }
    }

    fn leave(&mut self, _: &[u8], _: &Status) -> Result<(), Enough> {
        Ok(())
    }

    fn trouble(&mut self, _: &[u8], _: Errno) -> Result<(), Enough> {
        Ok(())
    }
}

/// An arrival as each file that its glob stands for; itself where it stands for none.
fn expanded(arrival: &Arrival) -> Vec<Arrival> {
    if !is_glob(&arrival.source) || arrival.name == "." {
        return vec![arrival.clone()];
    }
    let mut paths = vec![PathBuf::from("/")];
    for part in arrival.source.split('/').filter(|part| !part.is_empty()) {
        paths = paths
            .iter()
            .flat_map(|dir| entries(dir, part))
            .take(MAX_GLOB_NAMES)
            .collect();
    }
    let named = |path: &PathBuf| {
        Some(Arrival {
            source: path.to_str()?.to_owned(),
            name: path.file_name()?.to_str()?.to_owned(),
            ..arrival.clone()
        })
    };
    let all: Vec<Arrival> = paths.iter().filter_map(named).collect();
    if all.is_empty() {
        vec![arrival.clone()]
    } else {
        all
    }
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// The entries of a directory that one part of a path stands for.
fn entries(dir: &Path, part: &str) -> Vec<PathBuf> {
    if !is_glob(part) {
        return vec![dir.join(part)];
    }
    let Ok(listing) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    // What a bracket stands for is not known here: anything.
    let pattern = part
        .split('[')
        .next()
        .filter(|_| part.contains('['))
        .map_or_else(|| part.to_owned(), |before| format!("{before}*"));
    let names = listing.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names
        .filter(|name| {
            name.starts_with('.') <= pattern.starts_with('.') && policy::name_matches(&pattern, name)
        })
        .take(MAX_GLOB_NAMES)
        .map(|name| dir.join(name))
        .collect()
}
