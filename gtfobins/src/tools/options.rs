//! Command lines of other programs: which words are options, which are their values, which are operands.

use crate::shell::value;

/// What has to be known of a program to read its command line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Grammar {
    /// Letters of short options that take a value.
    pub(crate) values: &'static str,
    /// Long options (without dashes) that take a value in the next word.
    pub(crate) long_values: &'static [&'static str],
    /// Options end at the first operand.
    pub(crate) in_order: bool,
    /// Long options with one dash, as `-exec`.
    pub(crate) one_dash: bool,
}

/// One option as given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flag {
    /// `-x` or `--long`, without its value.
    pub(crate) name: String,
    pub(crate) value: Option<String>,
}

/// A command line taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) flags: Vec<Flag>,
    pub(crate) operands: Vec<String>,
}

impl Options {
    /// Takes the words after the program's name apart.
    pub(crate) fn parse(words: &[String], grammar: &Grammar) -> Self {
        let mut out = Self::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            if word == "--" {
                out.operands.extend(rest.cloned());
                break;
            }
            if let Some(long) = word.strip_prefix("--") {
                let (name, attached) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(value.to_owned())),
                    None => (long, None),
                };
                let takes = grammar.long_values.iter().any(|l| abbreviates(name, l));
                let value = attached.or_else(|| takes.then(|| rest.next().cloned()).flatten());
                out.flags.push(Flag {
                    name: format!("--{name}"),
                    value,
                });
            } else if grammar.one_dash && word.len() > 2 && word.starts_with('-') {
                let name = word.trim_start_matches('-');
                let (name, attached) = match name.split_once('=') {
                    Some((name, value)) => (name, Some(value.to_owned())),
                    None => (name, None),
                };
                let takes = attached.is_none() && grammar.long_values.contains(&name);
                let value = attached.or_else(|| takes.then(|| rest.next().cloned()).flatten());
                out.flags.push(Flag {
                    name: format!("-{name}"),
                    value,
                });
            } else if word.len() > 1 && word.starts_with('-') && !word.starts_with(value::is_mark) {
                let mut letters = word.chars().skip(1);
                while let Some(letter) = letters.next() {
                    let name = format!("-{letter}");
                    if grammar.values.contains(letter) {
                        let attached: String = letters.collect();
                        let value = if attached.is_empty() {
                            rest.next().cloned()
                        } else {
                            Some(attached)
                        };
                        out.flags.push(Flag { name, value });
                        break;
                    }
                    out.flags.push(Flag { name, value: None });
                }
            } else {
                out.operands.push(word.clone());
                if grammar.in_order {
                    out.operands.extend(rest.cloned());
                    break;
                }
            }
        }
        out
    }

    /// Whether one of the options is given, long ones also abbreviated.
    pub(crate) fn has(&self, names: &[&str]) -> bool {
        self.flags
            .iter()
            .any(|f| names.iter().any(|n| matches(&f.name, n)))
    }

    /// The value of the last of these options.
    pub(crate) fn value(&self, names: &[&str]) -> Option<&str> {
        self.flags
            .iter()
            .rev()
            .find(|f| names.iter().any(|n| matches(&f.name, n)))
            .and_then(|f| f.value.as_deref())
    }

    /// All values of these options.
    pub(crate) fn all(&self, names: &[&str]) -> Vec<&str> {
        let found = self
            .flags
            .iter()
            .filter(|f| names.iter().any(|n| matches(&f.name, n)));
        found.filter_map(|f| f.value.as_deref()).collect()
    }
}

/// Whether an option as given is the one named: equal, or an abbreviation of a long one.
pub(crate) fn matches(given: &str, name: &str) -> bool {
    if given == name {
        return true;
    }
    match (given.strip_prefix("--"), name.strip_prefix("--")) {
        (Some(given), Some(name)) => abbreviates(given, name),
        _ => false,
    }
}

fn abbreviates(given: &str, name: &str) -> bool {
    !given.is_empty() && name.starts_with(given)
}
