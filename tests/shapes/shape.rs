//! The members of JSON values with the kinds that they were seen with.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// Objects whose members are named by the record, not by the program.
const BY_NAME: &[&str] = &[
    "policy_sha256",
    "params",
    "scope",
    "facts",
    "digests",
    "data",
    "env",
];

/// The shape of one or several values.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    /// Whether they are printed one a line.
    pub(super) lines: bool,
    members: BTreeMap<String, BTreeSet<String>>,
}

impl Shape {
    /// Adds what a command printed.
    pub(super) fn see(&mut self, output: &str) {
        let values: Vec<Json> = serde_json::Deserializer::from_str(output)
            .into_iter()
            .collect::<Result<_, _>>()
            .unwrap_or_else(|e| panic!("{e}: {output}"));
        assert!(!values.is_empty(), "nothing was printed");
        self.lines |= values.len() > 1;
        for value in &values {
            self.add("", value);
        }
    }

    /// Takes over what another one has.
    pub(super) fn join(&mut self, other: &Self) {
        for (path, kinds) in &other.members {
            self.members
                .entry(path.clone())
                .or_default()
                .extend(kinds.iter().cloned());
        }
    }

    fn add(&mut self, path: &str, value: &Json) {
        let kind = match value {
            Json::Null => "null",
            Json::Bool(_) => "true or false",
            Json::Number(_) => "number",
            Json::String(_) => "text",
            Json::Array(_) => "list",
            Json::Object(_) => "object",
        };
        let shown = if path.is_empty() { "." } else { path };
        self.members
            .entry(shown.to_owned())
            .or_default()
            .insert(kind.to_owned());
        match value {
            Json::Array(items) => items.iter().for_each(|item| self.add(&format!("{path}[]"), item)),
            Json::Object(members) => {
                let last = path.rsplit('.').next().unwrap_or_default();
                let varies = BY_NAME.contains(&last.trim_end_matches("[]"));
                for (name, value) in members {
                    if varies {
                        // What these hold is the record's, and documented with it.
                        continue;
                    }
                    let dot = if path.is_empty() { "" } else { "." };
                    self.add(&format!("{path}{dot}{name}"), value);
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    /// One line a member.
    pub(super) fn text(&self) -> String {
        let lines = self.members.iter().map(|(path, kinds)| {
            let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
            format!("{path}: {}\n", kinds.join(", "))
        });
        lines.collect()
    }

    /// The reverse of [`Self::text`].
    pub(super) fn read(lines: &str, around: &str) -> Self {
        let members = lines.lines().filter_map(|line| line.split_once(": "));
        Self {
            lines: around.contains("One object a line."),
            members: members
                .map(|(path, kinds)| (path.to_owned(), kinds.split(", ").map(str::to_owned).collect()))
                .collect(),
        }
    }
}
