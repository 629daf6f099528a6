//! Compound commands followed: every branch of a condition, loops once for each value that is known.

use super::ast::{Kind, List, Word};
use super::state::Stream;
use super::value::{self, FOREIGN, STAR};
use super::walk::Walk;

impl Walk<'_> {
    pub(super) fn compound(&mut self, kind: &Kind, stdin: Stream) -> Stream {
        match kind {
            Kind::Simple { .. } | Kind::Function { .. } => Stream::Inherited,
            Kind::Subshell(list) => self.subshell(list, stdin),
            Kind::Group(list) => self.list(list, stdin),
            Kind::If(lists) => {
                let mut printed = Stream::Inherited;
                let mut before = Vec::new();
                for list in lists {
                    before.push(self.standing());
                    printed = printed.then(self.list(list, stdin.clone()));
                }
                before.into_iter().for_each(|standing| self.may_stand(standing));
                printed
            }
            Kind::While { condition, body } => {
                let Stream::Text(text) = &stdin else {
                    self.list(condition, stdin.clone());
                    return self.maybe(body, stdin);
                };
                // Once for each line that its condition may read.
                let lines: Vec<&str> = text.lines().collect();
                let turns = match lines.len() {
                    2..=MAX_TURNS => lines
                        .into_iter()
                        .map(|line| Stream::Text(format!("{line}\n")))
                        .collect(),
                    _ => vec![stdin.clone()],
                };
                let mut printed = Stream::Inherited;
                for line in turns {
                    self.list(condition, line.clone());
                    printed = printed.then(self.maybe(body, line));
                }
                printed
            }
            Kind::For { name, words, body } => self.for_loop(name, words.as_deref(), body, stdin),
            Kind::ArithmeticFor { header, body } => {
                self.arithmetic(header);
                self.maybe(body, stdin)
            }
            Kind::Case { subject, arms } => {
                self.scalar(subject);
                let mut printed = Stream::Inherited;
                for (patterns, body) in arms {
                    for pattern in patterns {
                        self.scalar(pattern);
                    }
                    printed = printed.then(self.maybe(body, stdin.clone()));
                }
                printed
            }
            Kind::Coprocess(command) => self.command(command, stdin),
            Kind::Arithmetic(pieces) => {
                self.arithmetic(pieces);
                Stream::Inherited
            }
            Kind::Test(words) => {
                for word in words {
                    let text = self.scalar(word);
                    if super::parameter::holds_hidden_substitution(&text) {
                        self.concern(
                            "hidden-substitution",
                            "`[[` evaluates a subscript that can run a command",
                        );
                    }
                }
                Stream::Inherited
            }
        }
    }

    /// A body that may not run at all.
    fn maybe(&mut self, body: &List, stdin: Stream) -> Stream {
        let before = self.standing();
        let printed = self.list(body, stdin);
        self.may_stand(before);
        printed
    }

    pub(super) fn for_loop(
        &mut self,
        name: &str,
        words: Option<&[Word]>,
        body: &List,
        stdin: Stream,
    ) -> Stream {
        let mut values = match words {
            Some(words) => self.fields(words),
            None => vec![FOREIGN.to_string()],
        };
        if values.len() > MAX_TURNS {
            values = common(&values);
        }
        let mut printed = Stream::Inherited;
        for value in values {
            // Options cannot hide in a loop variable that is quoted; where it is not, splitting sees them.
            self.assign(name, vec![value], false);
            printed = printed.then(self.maybe(body, stdin.clone()));
            if self.out.refused.is_some() {
                break;
            }
        }
        printed
    }
}

/// Most values of a loop variable that are followed one by one.
const MAX_TURNS: usize = 12;

/// Many values of one loop, as few: names in the same directory become one glob.
fn common(values: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for value in values {
        let reduced = if !value::is_static(value) || value.starts_with('-') {
            value.clone()
        } else if value.bytes().all(|b| b.is_ascii_digit()) {
            value::NUMBER.to_string()
        } else {
            match value.rsplit_once('/') {
                Some((dir, _)) => format!("{dir}/{STAR}"),
                None => STAR.to_string(),
            }
        };
        if !out.contains(&reduced) {
            out.push(reduced);
        }
    }
    out
}
