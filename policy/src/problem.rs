//! What is wrong with a document: where it stands, what it is, and the way out.
//! Nothing here decides whether something is wrong.

use crate::{
    json::Span,
    text::{is_unruly, one_line},
};
use serde::Serialize;
use std::fmt;

/// One fault of a policy document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The document.
    pub path: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Number of characters that the caret underlines, at least 1.
    pub width: usize,
    /// What is wrong: one line, lower case.
    pub message: String,
    /// The line as it stands.
    pub source: String,
    /// What to do about it, `` for nothing.
    pub hint: String,
    /// Where it begins in the document, in bytes.
    #[serde(skip)]
    pub(crate) start: u32,
}

/// How much of a long source line is shown on each side of the caret.
const SHOWN: usize = 60;

impl Problem {
    /// Where it is and what: one line.
    pub fn headline(&self) -> String {
        format!(
            "{}:{}:{}: {}",
            one_line(&self.path),
            self.line,
            self.column,
            self.message
        )
    }

    /// The line as it stands and a caret below: two lines.
    pub fn excerpt(&self) -> String {
        let before = self.column.saturating_sub(1);
        let skip = before.saturating_sub(SHOWN);
        let shown: String = self.source.chars().skip(skip).take(2 * SHOWN).map(tame).collect();
        let width = self.width.min(2 * SHOWN - (before - skip));
        format!(
            "  | {}\n  | {}{}",
            shown.trim_end(),
            " ".repeat(before - skip),
            "^".repeat(width)
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.headline(), self.excerpt())?;
        if !self.hint.is_empty() {
            write!(f, "\nhint: {}", self.hint)?;
        }
        Ok(())
    }
}

/// Keeps a source line from moving the caret or the terminal.
fn tame(c: char) -> char {
    if is_unruly(c) { ' ' } else { c }
}

/// A document under reading, and what was found in it so far.
pub(crate) struct Report<'a> {
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(path: &'a str, text: &'a str) -> Self {
        Self {
            path,
            text,
            problems: Vec::new(),
        }
    }

    /// Notes a problem at that place.
    pub(crate) fn add(&mut self, at: Span, message: impl Into<String>, hint: impl Into<String>) {
        let start = (at.start as usize).min(self.text.len());
        let before = self.text.get(..start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |n| n + 1);
        let source = self
            .text
            .get(line_start..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or_default();
        let end = (at.end as usize).min(line_start + source.len());
        let width = self.text.get(start..end).map_or(0, |part| part.chars().count());
        self.problems.push(Problem {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: self
                .text
                .get(line_start..start)
                .map_or(0, |part| part.chars().count())
                + 1,
            width: width.max(1),
            message: one_line(&message.into()).into_owned(),
            source: source.to_owned(),
            hint: one_line(&hint.into()).into_owned(),
            start: at.start,
        });
    }
}
