//! Protected names: sequences of components found anywhere in a path.

use super::lists;
use crate::components::name_matches;

/// The names that documents add; the built-in ones need no preparation.
#[derive(Clone, Debug)]
pub(super) struct Names {
    added: Vec<String>,
}

/// Whether the components of `path`, read from its beginning on, are that name; `whole` also counts the
/// directories that a name needs, since whoever puts such a directory there puts the name there.
fn is_match(name: &str, path: &str, whole: bool) -> bool {
    let mut name = name.split('/').filter(|part| !part.is_empty());
    let mut path = path.split('/');
    let mut begun = false;
    // Behind the last `**`, and the first component that may follow it. Of two places the earlier leaves more of the
    // path, so that no earlier `**` is ever come back to.
    let mut retry = None;
    loop {
        let (mut parts, mut components) = (name.clone(), path.clone());
        match (parts.next(), components.next()) {
            (Some("**"), component) => {
                if parts.clone().next().is_none() {
                    return whole || component.is_some();
                }
                name = parts.clone();
                retry = Some((parts, path.clone()));
                continue;
            }
            (Some(part), Some(component)) if name_matches(part, component) => {
                begun = true;
                (name, path) = (parts, components);
                continue;
            }
            (Some(_), None) => return whole && begun,
            (None, None) => return true,
            (_, Some(_)) => {}
        }
        let Some((parts, components)) = &mut retry else {
            return false;
        };
        components.next();
        (name, path) = (parts.clone(), components.clone());
    }
}

/// What follows the beginning of a component that ends like the name of a repository without a worktree: there
/// lies what lies below `.git` otherwise.
fn repository(rest: &str, slash: usize) -> Option<&str> {
    let at = slash.checked_sub(".git".len()).filter(|at| *at > 0)?;
    rest.get(at..).filter(|rest| rest.starts_with(".git/"))
}

impl Names {
    pub(super) fn new(added: &[String]) -> Self {
        Self {
            added: added.to_vec(),
        }
    }

    /// The pattern that covers this path.
    pub(super) fn find(&self, path: &str, whole: bool) -> Option<&str> {
        let mut rest = path;
        loop {
            if let Some(name) = builtin(rest, whole) {
                return Some(name);
            }
            if let Some(name) = self.added.iter().find(|name| is_match(name, rest, whole)) {
                return Some(name);
            }
            let slash = rest.bytes().position(|byte| byte == b'/')?;
            if let Some(name) = repository(rest, slash).and_then(|rest| builtin(rest, whole)) {
                return Some(name);
            }
            rest = rest.get(slash + 1..)?;
        }
    }
}

/// The built-in name that this is.
fn builtin(rest: &str, whole: bool) -> Option<&'static str> {
    let first = rest.as_bytes().get(..2);
    let mut names = may_begin(rest).iter().copied();
    names.find(|name| name.as_bytes().get(..2) == first && is_match(name, rest, whole))
}

/// The built-in names of which one may begin here; most components are the beginning of none.
fn may_begin(rest: &str) -> &'static [&'static str] {
    match rest.as_bytes().first() {
        Some(b'.') => lists::HIDDEN_NAMES,
        Some(b'a' | b'o' | b'A' | b'C' | b'G' | b'S') => lists::PLAIN_NAMES,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::{is_match, lists, may_begin};

    #[test]
    fn two_stars_stand_for_any_number_of_components() {
        for (name, path, whole, matches) in [
            ("a/**", "a/b", false, true),
            ("a/**", "a/b/c", false, true),
            ("a/**", "a", false, false),
            ("a/**", "a", true, true),
            ("a/b", "a/b/c", true, false),
            ("a/**/b", "a/b", false, true),
            ("a/**/b", "a/x/b/y/b", false, true),
            ("a/**/b", "a/x/b/y", false, false),
            ("a/**/b", "a/x/y", true, true),
            ("a/**/b/c", "a/b/b/c", false, true),
            ("a/**/b/**", "a/x/b", false, false),
            ("a/**/b/**", "a/x/b/c", false, true),
            ("a/**/b/**/c", "a/b/x/b/c", false, true),
            ("a/**/b/**/c", "a/x/c/b", false, false),
        ] {
            assert_eq!(is_match(name, path, whole), matches, "{name} {path} {whole}");
        }
        // Many of them take no more than their product with the path's length.
        let (name, path) = ("**/a/".repeat(200), "a/".repeat(2000));
        assert!(!is_match(&format!("{name}b"), &path, false));
    }

    #[test]
    fn every_builtin_name_is_looked_for_where_it_begins() {
        for name in [lists::HIDDEN_NAMES, lists::PLAIN_NAMES].concat() {
            assert!(may_begin(name).contains(&name), "{name}");
            let beginning = name.get(..2).unwrap();
            assert!(!beginning.contains(['*', '?', '/']), "{name}");
        }
    }
}
