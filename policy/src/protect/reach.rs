//! Protection against programs of which it is not known what they do with a path they are given.

use super::{Guard, Protect, lists};
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
        if plain.is_some() || !path.contains(['*', '?']) {
            return plain;
        }
        let system = [lists::SYSTEM_SECRETS, lists::SYSTEM_STARTUP];
        let personal = [lists::HOME_SECRETS, lists::HOME_STARTUP];
        let under = |root: &'_ str, list: [&[&str]; 2]| {
            let mut all = list.into_iter().flatten();
            all.any(|kept| reaches(&path, &format!("{root}/{kept}")))
        };
        let reached = under("", system) || places.homes.iter().any(|home| under(home, personal));
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
