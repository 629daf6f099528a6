//! What can be wrong with an expression when it is read, and when it is evaluated.

use crate::json::Span;
use std::fmt;

/// Why an expression is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprError {
    /// One line, lower case.
    pub message: String,
    /// What to write instead, `` for nothing.
    pub hint: String,
    pub(crate) at: Span,
}

impl ExprError {
    pub(crate) fn new(at: Span, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: String::new(),
            at,
        }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }

    /// The bytes of the expression that it is about.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.at.start as usize..self.at.end as usize
    }
}

impl fmt::Display for ExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if self.hint.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", self.hint)
        }
    }
}

/// Why an evaluation has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvalErrorKind {
    /// Python raises here too.
    Raised,
    /// A limit of this language was reached.
    Limit,
    /// Python has a value here that this language rejects; `docs/policy.md` names each such case.
    Rejected,
}

/// An evaluation without a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalError {
    /// What sort.
    pub kind: EvalErrorKind,
    /// One line, lower case.
    pub message: String,
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The result of a step of an evaluation. Boxed, so that the good case stays small.
pub(crate) type Eval<T> = Result<T, Box<EvalError>>;

pub(crate) fn raised<T>(message: impl Into<String>) -> Eval<T> {
    Err(Box::new(EvalError {
        kind: EvalErrorKind::Raised,
        message: message.into(),
    }))
}

pub(crate) fn limit<T>(message: impl Into<String>) -> Eval<T> {
    Err(Box::new(EvalError {
        kind: EvalErrorKind::Limit,
        message: message.into(),
    }))
}

pub(crate) fn rejected<T>(message: impl Into<String>) -> Eval<T> {
    Err(Box::new(EvalError {
        kind: EvalErrorKind::Rejected,
        message: message.into(),
    }))
}

/// The one way out of 64 bits.
pub(crate) fn too_large<T>() -> Eval<T> {
    limit("an integer beyond 64 bits")
}

/// An error of Python's sort, as a value.
pub(crate) fn raised_error(message: &str) -> EvalError {
    EvalError {
        kind: EvalErrorKind::Raised,
        message: message.to_owned(),
    }
}
