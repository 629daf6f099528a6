//! A line that fits its grammar: values by name, options and operands alike, exact bytes.

use serde_json::{Map, Value as Json};
use std::ffi::{OsStr, OsString};

/// The values of a line, checked against the kinds of the grammar.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    pub(crate) flags: Vec<&'static str>,
    pub(crate) values: Vec<(&'static str, OsString)>,
    pub(crate) named: bool,
}

impl Parsed {
    /// Whether the form with named arguments was used.
    pub fn is_named_form(&self) -> bool {
        self.named
    }

    /// Whether a flag was given, or a switch was set to `yes`.
    pub fn flag(&self, key: &str) -> bool {
        self.flags.contains(&key)
    }

    /// The value of this name, the first where there are several.
    pub fn one(&self, key: &str) -> Option<&OsStr> {
        self.all(key).next()
    }

    /// Every value of this name, in order.
    pub fn all(&self, key: &str) -> impl Iterator<Item = &OsStr> {
        self.values
            .iter()
            .filter(move |(name, _)| *name == key)
            .map(|(_, value)| value.as_os_str())
    }

    /// The value of a kind that is always text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.one(key).and_then(OsStr::to_str)
    }

    /// The value of a kind that is a number.
    pub fn number<N: std::str::FromStr>(&self, key: &str) -> Option<N> {
        self.text(key)?.parse().ok()
    }

    /// The named flags as parameters, each `true` or `false`, hyphens as underscores.
    pub(crate) fn flags_as_params(&self, keys: &[&str]) -> Map<String, Json> {
        keys.iter()
            .map(|key| (key.replace('-', "_"), Json::Bool(self.flag(key))))
            .collect()
    }
}
