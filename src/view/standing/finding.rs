//! One thing that was looked at: sound, worth a look, or wrong; with the way out.

use crate::report::Failure;
use serde::Serialize;

/// What a look found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// What was looked at.
    pub(crate) check: &'static str,
    /// `ok`, `warning` or `problem`.
    pub(crate) state: &'static str,
    /// What was found.
    pub(crate) what: String,
    /// What to do about it, `` for nothing.
    pub(crate) fix: String,
}

impl Finding {
    /// As it should be.
    pub(crate) fn good(check: &'static str, what: impl Into<String>) -> Self {
        Self {
            check,
            state: "ok",
            what: what.into(),
            fix: String::new(),
        }
    }

    /// It works, but less well than it could.
    pub(crate) fn warning(check: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            check,
            state: "warning",
            what: what.into(),
            fix: fix.into(),
        }
    }

    /// It does not work, or cannot be trusted.
    pub(crate) fn problem(check: &'static str, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            check,
            state: "problem",
            what: what.into(),
            fix: fix.into(),
        }
    }

    /// What failed, with its own way out; where it has none, or one that leads back here, another.
    pub(crate) fn failed(check: &'static str, failure: &Failure, otherwise: &str) -> Self {
        let own =
            Some(failure.hint.as_str()).filter(|hint| !hint.is_empty() && !hint.contains("`wt doctor`"));
        Self::problem(check, &failure.message, own.unwrap_or(otherwise))
    }

    /// Whether it is wrong.
    pub(crate) fn is_problem(&self) -> bool {
        self.state == "problem"
    }
}
