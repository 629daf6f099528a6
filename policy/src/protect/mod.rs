//! Paths and names that are kept from agents whatever the rules say, also where they do not exist yet.
//! Pure matching on resolved paths: the engine asks for its targets, the effects for what lies below them.

mod floors;
mod lists;
mod names;
mod reach;

use crate::{components, pattern::PathPattern, scope::Places};
use lists::Kept;
use names::Names;

/// Why a path is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// One line for the record and the agent.
    pub reason: String,
    /// What to do instead.
    pub hint: String,
}

/// The built-in protection and what the documents add to it.
#[derive(Clone, Debug)]
pub struct Protect {
    names: Names,
    added: Vec<PathPattern>,
    /// What each document excepts: only what all of them except is left alone.
    excepted: Vec<Vec<PathPattern>>,
}

/// What of Watchtower's own directories is never read.
const OWN_SECRETS: [&str; 4] = ["keys", "seal", "state", "trash"];

/// What an operation does to its target, as far as protection cares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Delete,
    Write,
}

fn access(operation: &str) -> Access {
    match operation {
        "read" | "list" | "stat" | "rg" | "jq" | "ps" | "get" | "logs" | "exec" => Access::Read,
        "delete" => Access::Delete,
        // Unknown operations count as writes: refused rather than missed.
        _ => Access::Write,
    }
}

impl Protect {
    /// The built-in lists with additions; `excepted` has one list for each document that may except.
    pub(crate) fn new(paths: Vec<PathPattern>, names: &[String], excepted: Vec<Vec<PathPattern>>) -> Self {
        Self {
            names: Names::new(names),
            added: paths,
            excepted,
        }
    }

    /// Why this path may not be read, if it may not.
    pub fn read_protected(&self, path: &str, places: &Places) -> Option<Guard> {
        self.guard(path, "read", places)
    }

    /// Why that operation may not be done to this path, if it may not.
    pub fn write_protected(&self, path: &str, operation: &str, places: &Places) -> Option<Guard> {
        self.guard(path, operation, places)
    }

    /// Whether that operation may not be done to this path for its name alone, wherever it lies.
    pub fn kept_by_name(&self, path: &str, operation: &str, places: &Places) -> bool {
        let path = &components::lexical(path);
        let access = access(operation);
        own(path, access, places).is_none()
            && self.fixed(path, access, places).is_none()
            && self.added(path, access, places).is_none()
            && self.named(path, operation, access).is_some()
            && !self.excepts(path, places)
    }

    /// Whether the documents protect paths beside the built-in ones. Without that, what [`Protect::shelters`] lets
    /// pass holds nothing that may not be deleted.
    pub fn adds_paths(&self) -> bool {
        !self.added.is_empty()
    }

    /// Why nothing that changes a whole tree may be done to this path: a protected path lies below it.
    pub fn shelters(&self, path: &str, places: &Places) -> Option<Guard> {
        self.shelters_plain(&components::lexical(path), places)
    }

    /// The same for a path that is known to be lexically plain.
    fn shelters_plain(&self, path: &str, places: &Places) -> Option<Guard> {
        let guard = |what: &str| Guard {
            reason: format!("`{path}` holds {what}"),
            hint: "name what is meant inside it instead".to_owned(),
        };
        if path == "/" {
            return Some(guard("the whole system"));
        }
        let above = |inner: &str| components::below(inner, path).is_some_and(|rest| !rest.is_empty());
        if places.watchtower.iter().any(|dir| above(dir)) {
            return Some(guard("Watchtower's own files"));
        }
        if places.homes.iter().any(|home| *home == path || above(home)) || path == "/home" {
            return Some(guard("a home directory"));
        }
        let rest = path.strip_prefix('/').unwrap_or(path);
        let fixed = |rest: &str, lists: [&[&str]; 2]| {
            lists
                .iter()
                .flat_map(|list| list.iter())
                .filter(|fixed| {
                    fixed.len() > rest.len() && fixed.as_bytes().first() == rest.as_bytes().first()
                })
                .any(|fixed| components::below(fixed, rest).is_some())
        };
        if may_be_system(rest) && fixed(rest, [lists::SYSTEM_SECRETS, lists::SYSTEM_STARTUP]) {
            return Some(guard("protected system files"));
        }
        homes(path, places)
            .any(|rest| {
                let lists = [lists::HOME_SECRETS, lists::HOME_STARTUP];
                rest.is_empty() || may_be_protected(rest) && fixed(rest, lists)
            })
            .then(|| guard("protected files of a home"))
    }

    /// The fixed paths below a directory that may not be read, in the system, in the caller's homes and in
    /// `others`; whether they exist is not looked at.
    pub fn secrets_below(&self, dir: &str, places: &Places, others: &[String]) -> Vec<String> {
        let dir = components::lexical(dir);
        let mut homes: Vec<&String> = places.homes.iter().chain(others).collect();
        homes.sort_unstable();
        homes.dedup();
        let system = lists::SYSTEM_SECRETS.iter().map(|secret| format!("/{secret}"));
        let personal = homes
            .into_iter()
            .filter(|home| components::below(home, &dir).is_some() || components::below(&dir, home).is_some())
            .flat_map(|home| {
                lists::HOME_SECRETS
                    .iter()
                    .map(move |secret| format!("{home}/{secret}"))
            });
        let own = places
            .watchtower
            .iter()
            .flat_map(|own| OWN_SECRETS.iter().map(move |secret| format!("{own}/{secret}")));
        system
            .chain(personal)
            .filter(|path| !self.excepts(path, places))
            .chain(own)
            .filter(|path| components::below(path, &dir).is_some_and(|rest| !rest.is_empty()))
            .collect()
    }

    fn guard(&self, path: &str, operation: &str, places: &Places) -> Option<Guard> {
        self.guard_plain(&components::lexical(path), operation, places)
    }

    /// Why that operation may not be done to a path that is known to be lexically plain.
    fn guard_plain(&self, path: &str, operation: &str, places: &Places) -> Option<Guard> {
        let access = access(operation);
        if let Some(guard) = own(path, access, places) {
            return Some(guard);
        }
        let guard = self
            .fixed(path, access, places)
            .or_else(|| self.added(path, access, places))
            .or_else(|| self.named(path, operation, access))?;
        (!self.excepts(path, places)).then_some(guard)
    }

    fn fixed(&self, path: &str, access: Access, places: &Places) -> Option<Guard> {
        let root = path.strip_prefix('/').unwrap_or(path);
        let system = may_be_system(root)
            .then(|| find(root, lists::SYSTEM_SECRETS, lists::SYSTEM_STARTUP, access))
            .flatten();
        let found = system.or_else(|| {
            homes(path, places)
                .filter(|rest| may_be_protected(rest))
                .find_map(|rest| find(rest, lists::HOME_SECRETS, lists::HOME_STARTUP, access))
        });
        let secret = found.or_else(|| process_secret(root).then_some(Kept::FromAll))?;
        let what = match secret {
            Kept::FromAll => "belongs to a credential store",
            Kept::FromWrites => "is obeyed by shells, logins or tools",
        };
        Some(Guard {
            reason: format!("`{path}` {what}"),
            hint: "leave it to the person whose machine this is".to_owned(),
        })
    }

    fn added(&self, path: &str, access: Access, places: &Places) -> Option<Guard> {
        if self.added.is_empty() {
            return None;
        }
        let matches = |path: &str| self.added.iter().find(|p| p.is_match(path, &places.homes, ""));
        // A protected path covers all below it: ask for every ancestor.
        let mut at = path;
        let found = loop {
            if let Some(pattern) = matches(at) {
                break pattern;
            }
            at = at
                .rsplit_once('/')
                .map(|(parent, _)| parent)
                .filter(|parent| !parent.is_empty())?;
        };
        let verb = if access == Access::Read { "read" } else { "change" };
        Some(Guard {
            reason: format!("`{path}` is protected by `{}`", found.source()),
            hint: format!("policy's `protect.paths` keeps agents from it: do not {verb} it"),
        })
    }

    fn named(&self, path: &str, operation: &str, access: Access) -> Option<Guard> {
        if access != Access::Write {
            return None;
        }
        let whole = matches!(operation, "move" | "symlink" | "link");
        let pattern = self.names.find(path, whole)?;
        // A directory of this name is a repository's own, as every clone has one; what counts in it has names itself.
        if pattern == ".git" && operation == "create_dir" {
            return None;
        }
        Some(Guard {
            reason: format!("`{path}` has the protected name `{pattern}`, which tools and agents obey"),
            hint: "leave it to the person, or have `protect.except` in policy name it".to_owned(),
        })
    }

    fn excepts(&self, path: &str, places: &Places) -> bool {
        if self.excepted.is_empty() || self.excepted.iter().any(Vec::is_empty) {
            return false;
        }
        self.excepted
            .iter()
            .all(|list| list.iter().any(|p| p.is_match(path, &places.homes, "")))
    }
}

/// Watchtower's own directories: never changed; keys and state never read. Nothing excepts them.
fn own(path: &str, access: Access, places: &Places) -> Option<Guard> {
    let rest = places
        .watchtower
        .iter()
        .find_map(|dir| components::below(path, dir))?;
    let secret = rest
        .split('/')
        .next()
        .is_some_and(|first| OWN_SECRETS.contains(&first));
    (access != Access::Read || secret).then(|| Guard {
        reason: format!("`{path}` belongs to Watchtower itself"),
        hint: "use the `wt` commands".to_owned(),
    })
}

/// Looks a path up in lists of fixed paths.
fn find(rest: &str, secrets: &[&str], startup: &[&str], access: Access) -> Option<Kept> {
    let first = rest.as_bytes().get(..2);
    let covers = |list: &[&str]| {
        list.iter()
            .any(|fixed| fixed.as_bytes().get(..2) == first && components::below(rest, fixed).is_some())
    };
    if covers(secrets) {
        return Some(Kept::FromAll);
    }
    (access != Access::Read && covers(startup)).then_some(Kept::FromWrites)
}

/// Whether a protected path of the system begins with this letter.
fn may_be_system(rest: &str) -> bool {
    rest.starts_with(['e', 'v', 'r', 'p', 'd', 's', 'b'])
}

/// Whether anything in a home begins like this: all of its protected paths are dot files or snaps.
fn may_be_protected(rest: &str) -> bool {
    rest.starts_with('.') || rest.starts_with("snap")
}

/// What lies below each home the path is in: the caller's, and whatever looks like anybody's. A relative path
/// is a remote one, which begins at the remote home.
fn homes<'p>(path: &'p str, places: &'p Places) -> impl Iterator<Item = &'p str> {
    let known = places
        .homes
        .iter()
        .filter_map(move |home| components::below(path, home));
    let others = components::below(path, "/home")
        .map(|rest| {
            let slash = rest.bytes().position(|byte| byte == b'/');
            slash.and_then(|at| rest.get(at + 1..)).unwrap_or_default()
        })
        .or_else(|| components::below(path, "/root"))
        .or_else(|| path.strip_prefix("~/"))
        .or_else(|| (!path.starts_with('/')).then_some(path));
    known.chain(others.filter(|rest| !rest.is_empty()))
}

/// A process's environment and memory hold secrets of others.
fn process_secret(root: &str) -> bool {
    let Some(rest) = root.strip_prefix("proc/") else {
        return false;
    };
    matches!(rest.rsplit('/').next(), Some("environ" | "mem" | "auxv"))
}

#[cfg(test)]
mod tests;
