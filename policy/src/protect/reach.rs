//! Protection against programs of which it is not known what they do with a path they are given.

use super::{Access, Guard, Protect, access, lists};
use crate::{
    components::{lexical, name_matches},
    scope::Places,
};

impl Protect {
    /// Why a program should not be given this path whose use of it is not known: it may neither be read nor changed,
    /// or not changed. Names that are only kept from writing count where it is known to be written. `*` and `?` in
    /// the path stand for what a glob supplies.
    pub fn kept_from_unknown_use(&self, path: &str, writes: bool, places: &Places) -> Option<Guard> {
        let path = lexical(path);
        // Deleting is refused for everything but names.
        let operation = if writes { "write" } else { "delete" };
        let plain = self
            .guard_plain(&path, "read", places)
            .or_else(|| self.guard_plain(&path, operation, places));
        plain.or_else(|| self.may_stand_for_kept(&path, operation, places))
    }

    /// Why that operation should not be done to what the globs in this path supply: a protected file may be among it.
    pub fn may_stand_for_kept(&self, path: &str, operation: &str, places: &Places) -> Option<Guard> {
        if !path.contains(['*', '?']) {
            return None;
        }
        let path = lexical(path);
        let reads = access(operation) == Access::Read;
        let under = |root: &'_ str, secrets: &[&str], startup: &[&str]| {
            let startup = startup.iter().filter(|_| !reads);
            let mut kept = secrets.iter().chain(startup);
            kept.any(|kept| reaches(&path, &format!("{root}/{kept}")))
        };
        let reached = under("", lists::SYSTEM_SECRETS, lists::SYSTEM_STARTUP)
            || places
                .homes
                .iter()
                .any(|home| under(home, lists::HOME_SECRETS, lists::HOME_STARTUP));
        reached.then(|| Guard {
            reason: format!("`{path}` may stand for a protected file"),
            hint: "name the files that are meant".to_owned(),
        })
    }
}

/// Whether a path with globs may name this one or something below it.
fn reaches(pattern: &str, kept: &str) -> bool {
    let mut parts = pattern.split('/');
    kept.split('/').all(|name| {
        parts.next().is_some_and(|part| {
            // A star stands for no leading dot.
            (name.starts_with('.') <= part.starts_with('.')) && name_matches(part, name)
        })
    })
}
