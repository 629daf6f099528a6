//! One thing that was looked at: sound, worth a look, or wrong; with the way out.

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

    /// Whether it is wrong.
    pub(crate) fn is_problem(&self) -> bool {
        self.state == "problem"
    }
}
