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
    let (stem, below) = name
        .strip_suffix("/**")
        .map_or((name, false), |stem| (stem, true));
    let mut at = path.split('/');
    for (n, part) in stem.split('/').filter(|part| !part.is_empty()).enumerate() {
        match at.next() {
            Some(component) if name_matches(part, component) => {}
            None => return whole && n > 0,
            Some(_) => return false,
        }
    }
    match at.next() {
        None => whole || !below,
        Some(_) => below,
    }
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
            let first = rest.as_bytes().get(..2);
            let mut builtin = may_begin(rest)
                .iter()
                .filter(|name| name.as_bytes().get(..2) == first);
            if let Some(name) = builtin.find(|name| is_match(name, rest, whole)) {
                return Some(name);
            }
            if let Some(name) = self.added.iter().find(|name| is_match(name, rest, whole)) {
                return Some(name);
            }
            let slash = rest.bytes().position(|byte| byte == b'/')?;
            rest = rest.get(slash + 1..)?;
        }
    }
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
    use super::{lists, may_begin};

    #[test]
    fn every_builtin_name_is_looked_for_where_it_begins() {
        for name in [lists::HIDDEN_NAMES, lists::PLAIN_NAMES].concat() {
            assert!(may_begin(name).contains(&name), "{name}");
            let beginning = name.get(..2).unwrap();
            assert!(!beginning.contains(['*', '?', '/']), "{name}");
        }
    }
}
