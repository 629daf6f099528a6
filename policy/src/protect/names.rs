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
            // The built-in names begin with one of these; most components do not.
            let candidate = rest.starts_with(['.', 'a', 'o', 'A', 'C', 'G', 'S']);
            let builtin = if candidate { lists::NAMES } else { &[] };
            let first = rest.as_bytes().first();
            let mut names = builtin
                .iter()
                .copied()
                .filter(|name| name.as_bytes().first() == first)
                .chain(self.added.iter().map(String::as_str));
            if let Some(name) = names.find(|name| is_match(name, rest, whole)) {
                return Some(name);
            }
            let slash = rest.bytes().position(|byte| byte == b'/')?;
            rest = rest.get(slash + 1..)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lists;

    #[test]
    fn every_builtin_name_begins_with_a_candidate() {
        assert!(
            lists::NAMES
                .iter()
                .all(|name| name.starts_with(['.', 'a', 'o', 'A', 'C', 'G', 'S']))
        );
    }
}
