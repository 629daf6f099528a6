//! Protected names: sequences of components found anywhere in a path.

use super::lists;
use crate::components::name_matches;

/// The names, each split into components once.
#[derive(Clone, Debug)]
pub(super) struct Names {
    builtin: Vec<Name>,
    added: Vec<Name>,
}

#[derive(Clone, Debug)]
struct Name {
    source: String,
    /// Components before a last `**`.
    parts: Vec<String>,
    /// Whether everything below counts, rather than the sequence itself.
    below: bool,
}

impl Name {
    fn new(source: &str) -> Self {
        let below = source.ends_with("/**");
        let stem = source.strip_suffix("/**").unwrap_or(source);
        let parts = stem
            .split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        Self {
            source: source.to_owned(),
            parts,
            below,
        }
    }

    /// Whether the components, read from one place on, are this name; `whole` also counts the directories
    /// that a name needs, since whoever puts such a directory there puts the name there.
    fn is_match<'p>(&self, mut at: impl Iterator<Item = &'p str>, whole: bool) -> bool {
        for (n, part) in self.parts.iter().enumerate() {
            match at.next() {
                Some(component) if name_matches(part, component) => {}
                None => return whole && n > 0,
                Some(_) => return false,
            }
        }
        match at.next() {
            None => whole || !self.below,
            Some(_) => self.below,
        }
    }
}

impl Names {
    pub(super) fn new(added: &[String]) -> Self {
        let builtin = lists::NAMES.iter().map(|n| Name::new(n)).collect();
        Self {
            builtin,
            added: added.iter().map(|n| Name::new(n)).collect(),
        }
    }

    /// The pattern that covers this path.
    pub(super) fn find(&self, path: &str, whole: bool) -> Option<&str> {
        let mut rest = path;
        loop {
            let component = rest.split('/').next().unwrap_or_default();
            // The built-in names begin with one of these; most components do not.
            let candidate = component.starts_with(['.', 'a', 'o', 'A', 'C', 'G', 'S']);
            let builtin = if candidate { self.builtin.as_slice() } else { &[] };
            let found = builtin
                .iter()
                .chain(&self.added)
                .find(|name| name.is_match(rest.split('/'), whole));
            if let Some(name) = found {
                return Some(&name.source);
            }
            rest = rest.split_once('/')?.1;
        }
    }
}
