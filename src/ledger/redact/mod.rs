//! Taking secrets out of entry data before it is hashed. What is found is replaced by its kind and a keyed tag:
//! the same secret has the same tag in one ledger, and nobody without the key can try guesses against it.
//! No regular expression is compiled unless policy defines one: a call must not pay for that.

mod names;
mod shapes;

use super::{LedgerError, hash, keys::Keys, segment::Place};
use hmac::{Hmac, KeyInit, Mac};
use names::Likeness;
use regex::Regex;
use serde_json::{Map, Value};
use sha2::Sha256;
use std::{cell::OnceCell, ops::Range};

/// Name of the key in `keys/` that tags redacted values.
pub(super) const KEY_NAME: &str = "redact";
/// No policy pattern compiles to more than this.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// A pattern that policy defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Written in place of what it finds.
    pub name: String,
    /// Regular expression.
    pub regex: String,
}

/// Policy's patterns, compiled when first needed.
#[derive(Debug)]
pub(super) struct Patterns {
    compiled: Vec<(String, Regex)>,
}

impl Patterns {
    /// Compiles them.
    pub(super) fn compile(patterns: &[Pattern]) -> Result<Self, LedgerError> {
        let compile = |pattern: &Pattern| {
            let regex = regex::RegexBuilder::new(&pattern.regex)
                .size_limit(MAX_PATTERN_BYTES)
                .build();
            regex
                .map(|regex| (pattern.name.clone(), regex))
                .map_err(|_| LedgerError::Draft {
                    why: format!("the redaction pattern `{}` does not compile", pattern.name),
                })
        };
        Ok(Self {
            compiled: patterns.iter().map(compile).collect::<Result<_, _>>()?,
        })
    }
}

/// Redacts the data of entries.
pub(super) struct Redactor<'a> {
    place: Place<'a>,
    patterns: &'a Patterns,
    key: OnceCell<Option<super::keys::Secret>>,
}

impl<'a> Redactor<'a> {
    pub(super) fn new(place: Place<'a>, patterns: &'a Patterns) -> Self {
        Self {
            place,
            patterns,
            key: OnceCell::new(),
        }
    }

    /// Redacts every text in a value's members.
    pub(super) fn object(&self, map: &mut Map<String, Value>) {
        for (name, value) in map.iter_mut() {
            match (names::likeness(name.as_bytes()), &mut *value) {
                (Likeness::Secret, Value::String(text)) if names::is_value(text) => {
                    *text = self.mark("named", text);
                }
                _ => self.value(value),
            }
        }
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(new) = self.text(text) {
                    *text = new;
                }
            }
            Value::Array(items) => {
                let mut follows_option = false;
                for item in items {
                    let Value::String(text) = item else {
                        follows_option = false;
                        self.value(item);
                        continue;
                    };
                    if follows_option && names::is_value(text) {
                        *text = self.mark("argument", text);
                        follows_option = false;
                        continue;
                    }
                    follows_option = names::is_option(text.as_bytes());
                    if let Some(new) = self.text(text) {
                        *text = new;
                    }
                }
            }
            Value::Object(map) => self.object(map),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The text with its secrets replaced, none where it has none.
    fn text(&self, text: &str) -> Option<String> {
        let mut found: Vec<(Range<usize>, &str)> = Vec::new();
        shapes::find(text, &mut found);
        for (name, regex) in &self.patterns.compiled {
            found.extend(
                regex
                    .find_iter(text)
                    .filter(|m| !m.is_empty())
                    .map(|m| (m.range(), name.as_str())),
            );
        }
        if found.is_empty() {
            return None;
        }
        found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for (range, kind) in found {
            if range.start < done {
                // Overlaps one that was replaced; what sticks out of it goes too.
                done = done.max(range.end);
                continue;
            }
            out.push_str(text.get(done..range.start).unwrap_or_default());
            out.push_str(&self.mark(kind, text.get(range.clone()).unwrap_or_default()));
            done = range.end;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        Some(out)
    }

    /// What stands in place of a secret.
    fn mark(&self, kind: &str, secret: &str) -> String {
        let key = self
            .key
            .get_or_init(|| Keys::open(self.place).and_then(|keys| keys.read(KEY_NAME)).ok());
        let tag = key.as_ref().and_then(|key| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key.as_slice()).ok()?;
            mac.update(b"wt-redact-v1\n");
            mac.update(secret.as_bytes());
            let full: hash::Hash = mac.finalize().into_bytes().into();
            Some(full.get(..8).map(hash::text).unwrap_or_default())
        });
        // Without the key the value is still taken out; it only cannot be told from others.
        match tag {
            Some(tag) => format!("[redacted:{kind}:{tag}]"),
            None => format!("[redacted:{kind}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Patterns, Redactor};
    use crate::ledger::segment::Place;
    use serde_json::{Value, json};
    use std::{fs::File, os::fd::AsFd, path::Path};

    fn redact(mut value: Value, patterns: &[Pattern]) -> Value {
        let dir = File::open("/").unwrap();
        let place = Place {
            dir: dir.as_fd(),
            shown: Path::new("/"),
        };
        let patterns = Patterns::compile(patterns).unwrap();
        Redactor::new(place, &patterns).object(value.as_object_mut().unwrap());
        value
    }

    #[test]
    fn values_of_secret_members_and_options_go() {
        assert_eq!(
            redact(
                json!({
                    "password": "hunter2",
                    "argv": ["mysql", "--password", "hunter2", "-h", "db", "--token=abcdef", "x"],
                    "deep": {"apiKey": "k-1234567", "session_token": "s"},
                    "tokens": 5,
                }),
                &[]
            ),
            json!({
                "password": "[redacted:named]",
                "argv": ["mysql", "--password", "[redacted:argument]", "-h", "db", "--token=[redacted:assignment]", "x"],
                "deep": {"apiKey": "[redacted:named]", "session_token": "[redacted:named]"},
                "tokens": 5,
            })
        );
    }

    #[test]
    fn policy_defines_further_patterns() {
        let pattern = Pattern {
            name: "ticket".to_owned(),
            regex: "TKT-[0-9]+".to_owned(),
        };
        assert_eq!(
            redact(json!({"a": "see TKT-12 and TKT-3, not TKT"}), &[pattern]),
            json!({"a": "see [redacted:ticket] and [redacted:ticket], not TKT"})
        );
    }

    #[test]
    fn ordinary_records_stay_as_they_are() {
        let ordinary = json!({
            "path": "/home/ann/project/src/token/parser.rs",
            "hash": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "reason": "the password file is protected: /etc/passwd",
            "argv": ["rg", "-e", "secret", "--", "src/auth"],
            "vkey": "host/ann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "cmd": "git log --oneline | head -n 5",
            "url": "https://example.com:8080/a?b=c@d",
            "key": "value", "monkey": "abcdefgh", "sk-": "task-force-one-two-three-four-five",
        });
        assert_eq!(redact(ordinary.clone(), &[]), ordinary);
    }
}
