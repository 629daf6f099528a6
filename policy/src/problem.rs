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
    /// The line as it stands; of a long one what is near.
    pub source: String,
    /// What to do about it, `` for nothing.
    pub hint: String,
    /// Where it begins in the document, in bytes; [`UNTOLD`] for one that stands for many.
    #[serde(skip)]
    pub(crate) start: u32,
    /// Characters of the line that stand before what is kept of it.
    #[serde(skip)]
    cut: usize,
}

/// The place of a problem that stands for those that are not told.
pub(crate) const UNTOLD: u32 = u32::MAX;
/// Problems that are told of one document.
const MAX_PROBLEMS: usize = 100;
/// Bytes of a line that is kept whole.
const LONG: usize = 1000;

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
        let before = self.column.saturating_sub(1 + self.cut);
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
    /// The first problem beyond those that are told, and how many there are.
    untold: Option<(Problem, usize)>,
    /// A place, and the lines before it.
    counted: (usize, usize),
}

impl<'a> Report<'a> {
    pub(crate) fn new(path: &'a str, text: &'a str) -> Self {
        Self {
            path,
            text,
            problems: Vec::new(),
            untold: None,
            counted: (0, 0),
        }
    }

    /// Notes a problem at that place; beyond the most that are told, only that there is one.
    pub(crate) fn add(&mut self, at: Span, message: impl Into<String>, hint: impl Into<String>) {
        if let Some((_, count)) = &mut self.untold {
            *count += 1;
            return;
        }
        let problem = self.problem(at, &message.into(), &hint.into());
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.untold = Some((problem, 1));
        }
    }

    /// Whether no more problems are told, so that what only serves to find more may be left out.
    pub(crate) fn is_full(&self) -> bool {
        self.untold.is_some()
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.problems.len() + self.untold.as_ref().map_or(0, |(_, count)| *count)
    }

    /// The problems in the order in which they stand, and one more for those that are not told.
    pub(crate) fn told(self) -> Vec<Problem> {
        let mut problems = self.problems;
        problems.sort_by_key(|problem| problem.start);
        problems.extend(self.untold.map(|(first, count)| Problem {
            message: format!(
                "at least {count} more problems, of which this is one: {}",
                first.message
            ),
            start: UNTOLD,
            ..first
        }));
        problems
    }

    fn problem(&mut self, at: Span, message: &str, hint: &str) -> Problem {
        let start = (at.start as usize).min(self.text.len());
        let before = self.text.get(..start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |n| n + 1);
        let part = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        let source = part(line_start, self.text.len())
            .lines()
            .next()
            .unwrap_or_default();
        let end = (at.end as usize).min(line_start + source.len());
        let width = part(start, end).chars().count();
        let in_line = part(line_start, start).chars().count();
        // Most come in the order in which they stand.
        let (place, lines) = Some(self.counted)
            .filter(|(place, _)| *place <= start)
            .unwrap_or_default();
        let lines = lines + part(place, start).matches('\n').count();
        let cut = if source.len() > LONG {
            in_line.saturating_sub(SHOWN)
        } else {
            0
        };
        let kept = if source.len() > LONG { 2 * SHOWN } else { LONG };
        let problem = Problem {
            path: self.path.to_owned(),
            line: lines + 1,
            column: in_line + 1,
            width: width.max(1),
            message: one_line(message).into_owned(),
            source: source.chars().skip(cut).take(kept).collect(),
            hint: one_line(hint).into_owned(),
            start: at.start,
            cut,
        };
        self.counted = (start, lines);
        problem
    }
}
