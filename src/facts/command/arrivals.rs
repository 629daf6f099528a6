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
                self.brought(&arrival, &to, effect.operation)
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
    fn brought(&self, arrival: &Arrival, to: &str, operation: &str) -> Vec<Floor> {
        let moves = operation == "move";
        let to = escape(self.resolver.real_dir(to).as_os_str().as_encoded_bytes());
        let kept =
            |path: &str, operation: &str| self.protect.write_protected(path, operation, &self.base.places);
        let inside = || kept(&format!("{to}/{ANY_NAME}"), operation).map(floor);
        let Some(tree) = directory(&arrival.source) else {
            let is_file = symlink_metadata(&arrival.source).is_ok();
            // Of what is not there yet, anything may come.
            let whole = || kept(&to, "move").map(floor).or_else(inside);
            return if is_file { None } else { whole() }.into_iter().collect();
        };
        if let Some(floor) = inside() {
            return vec![floor];
        }
        let from = arrival.source.trim_end_matches('/');
        let mut check = |below: &str| {
            let guard = kept(&format!("{to}/{below}"), operation)?;
            // As with safe-mv, a name that is protected where it is already moves along.
            let was = moves && kept(&format!("{from}/{below}"), operation).is_some();
            (!was).then_some(guard)
        };
        let mut looker = Looker {
            check: &mut check,
            found: Vec::new(),
            left: &self.entries_left,
        };
        let whole = walk(tree.as_fd(), &mut looker).is_ok() || looker.found.len() >= MAX_TOLD;
        let mut floors: Vec<Floor> = looker.found.into_iter().map(floor).collect();
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
}

fn floor(guard: Guard) -> Floor {
    Floor {
        rule: "protected-path".to_owned(),
        verdict: Verdict::Deny,
        reason: guard.reason,
        hint: "`safe-cp -r` copies the rest without it".to_owned(),
        target: None,
    }
}

/// Looks for protected names in a tree.
struct Looker<'c> {
    check: &'c mut dyn FnMut(&str) -> Option<Guard>,
    found: Vec<Guard>,
    /// How many entries one command may still look at.
    left: &'c std::cell::Cell<u64>,
}

/// Enough is known, or no more is looked at.
struct Enough;

impl Looker<'_> {
    fn look(&mut self, path: &[u8]) -> Result<Flow, Enough> {
        let left = self.left.get().checked_sub(1).ok_or(Enough)?;
        self.left.set(left);
        if path.is_empty() {
            return Ok(Flow::Descend);
        }
        let Some(guard) = (self.check)(&escape(path)) else {
            return Ok(Flow::Descend);
        };
        self.found.push(guard);
        if self.found.len() < MAX_TOLD {
            Ok(Flow::Skip)
        } else {
            Err(Enough)
        }
    }
}

impl Visitor for Looker<'_> {
    type Stop = Enough;

    fn enter(&mut self, _: BorrowedFd<'_>, path: &[u8], _: &Status) -> Result<Flow, Enough> {
        self.look(path)
    }

    fn entry(&mut self, _: BorrowedFd<'_>, _: &OsStr, path: &[u8], _: &Status) -> Result<(), Enough> {
        self.look(path).map(drop)
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
            tree: arrival.tree,
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
