//! Taking secrets out of entry data before it is hashed. What is found is replaced by its kind and a keyed tag:
//! the same secret has the same tag in one ledger, and nobody without the key can try guesses against it.
//! No regular expression is compiled unless policy defines one: a call must not pay for that. Holds no key.

use super::{
    calls::{self, Place},
    shapes,
};
use regex::Regex;
use std::{fmt, ops::Range};

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
pub struct Patterns {
    compiled: Vec<(String, Regex)>,
}

/// The name of a pattern that does not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPattern(pub String);

impl Patterns {
    /// Compiles them.
    ///
    /// # Errors
    /// The first that does not compile.
    pub fn compile(patterns: &[Pattern]) -> Result<Self, BadPattern> {
        let compile = |pattern: &Pattern| {
            let regex = regex::RegexBuilder::new(&pattern.regex)
                .size_limit(MAX_PATTERN_BYTES)
                .build();
            regex
                .map(|regex| (pattern.name.clone(), regex))
                .map_err(|_| BadPattern(pattern.name.clone()))
        };
        Ok(Self {
            compiled: patterns.iter().map(compile).collect::<Result<_, _>>()?,
        })
    }
}

/// What is a secret, and what stands in its place.
pub struct Secrets<'a> {
    /// Policy's patterns.
    pub patterns: &'a Patterns,
    /// The tag of a secret, none where the key is not there.
    pub tag: &'a dyn Fn(&str) -> Option<String>,
}

impl fmt::Debug for Secrets<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("patterns", &self.patterns)
            .finish()
    }
}

impl Secrets<'_> {
    /// The text with its secrets replaced, and with the part that is known to be one; none where it has none.
    pub(super) fn redacted(
        &self,
        text: &str,
        argument: Option<Range<usize>>,
        place: Place,
    ) -> Option<String> {
        let mut found: Vec<(Range<usize>, &str)> = Vec::new();
        found.extend(argument.map(|range| (range, "argument")));
        shapes::find(text, &mut found);
        calls::find(text, place, &mut found);
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

    /// What stands in place of a secret. Without the key the value is still taken out; it only cannot be told from
    /// others.
    pub(super) fn mark(&self, kind: &str, secret: &str) -> String {
        match (self.tag)(secret) {
            Some(tag) => format!("[redacted:{kind}:{tag}]"),
            None => format!("[redacted:{kind}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Patterns, Secrets};
    use crate::canon::canonical_without;
    use serde_json::{Value, json};

    fn redact(value: &Value, patterns: &[Pattern]) -> Value {
        let patterns = Patterns::compile(patterns).unwrap();
        let secrets = Secrets {
            patterns: &patterns,
            tag: &|_| None,
        };
        let bytes = canonical_without(value.as_object().unwrap(), &[], &[], Some(&secrets)).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn values_of_secret_members_and_options_go() {
        assert_eq!(
            redact(
                &json!({
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
    fn secrets_of_programs_go_from_lists_and_from_texts_alike() {
        assert_eq!(
            redact(
                &json!({
                    "argv": ["curl", "-u", "ann:hunter2", "-H", "Authorization: token abc", "https://x"],
                    "lists": [["sshpass", "-p", "hunter2", "ssh"], ["mkdir", "-p", "hunter2"]],
                    "reasons": ["`mysql -phunter2 db` runs anything"],
                }),
                &[]
            ),
            json!({
                "argv": ["curl", "-u", "ann:[redacted:argument]", "-H", "Authorization: token [redacted:authorization]", "https://x"],
                "lists": [["sshpass", "-p", "[redacted:argument]", "ssh"], ["mkdir", "-p", "hunter2"]],
                "reasons": ["`mysql -p[redacted:argument] db` runs anything"],
            })
        );
    }

    #[test]
    fn an_argument_that_is_prose_names_no_programs_but_one_that_is_a_command_does() {
        assert_eq!(
            redact(
                &json!({"lists": [
                    ["git", "commit", "-m", "use openssl passwd for hashing"],
                    ["bash", "-c", "cd x && sudo -u app curl -u ann:hunter2 https://x"],
                    ["sleep 1", "watch2 curl -u ann:hunter2 https://x"],
                ]}),
                &[]
            ),
            json!({"lists": [
                ["git", "commit", "-m", "use openssl passwd for hashing"],
                [
                    "bash",
                    "-c",
                    "cd x && sudo -u app curl -u ann:[redacted:argument] https://x"
                ],
                ["sleep 1", "watch2 curl -u ann:[redacted:argument] https://x"],
            ]})
        );
    }

    #[test]
    fn policy_defines_further_patterns() {
        let pattern = Pattern {
            name: "ticket".to_owned(),
            regex: "TKT-[0-9]+".to_owned(),
        };
        assert_eq!(
            redact(&json!({"a": "see TKT-12 and TKT-3, not TKT"}), &[pattern]),
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
        assert_eq!(redact(&ordinary, &[]), ordinary);
    }
}
