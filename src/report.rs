//! What a call says when it does not simply succeed: exit codes and the one-line message with its hint.
//! Never decides anything; it only puts into words what was decided or went wrong.

use std::{io::Write, process::ExitCode};

/// Exit codes of `wt` itself (sysexits.h where it has one); an effect's own code passes through unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The command line is wrong; nothing was done.
    Usage = 64,
    /// The kernel cannot enforce what policy demands.
    Sandbox = 69,
    /// The ledger cannot be read or written.
    Ledger = 74,
    /// Escalated, waiting for a person.
    Pending = 75,
    /// Denied by policy.
    Denied = 77,
    /// Policy or configuration cannot be used.
    Config = 78,
    /// The effect ran out of time.
    TimedOut = 124,
}

/// Why a call or command failed, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Exit code.
    pub code: u8,
    /// One line, lower case, no final period.
    pub message: String,
    /// What to do about it, `` for nothing.
    pub hint: String,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            code: exit as u8,
            message: message.into(),
            hint: String::new(),
        }
    }

    /// The same failure with a way out.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }

    /// Prints `name: message` and the hint to stderr, or one JSON object where `WT_ERRORS=json`.
    /// Returns the exit code; a closed stderr changes nothing.
    pub fn report(&self, name: &str, json: bool) -> ExitCode {
        let mut err = std::io::stderr().lock();
        let text = if json {
            let value = serde_json::json!({"error": self.message, "hint": self.hint, "exit_code": self.code});
            format!("{value}\n")
        } else if self.hint.is_empty() {
            format!("{name}: {}\n", visible(&self.message))
        } else {
            format!(
                "{name}: {}\nhint: {}\n",
                visible(&self.message),
                visible(&self.hint)
            )
        };
        if err.write_all(text.as_bytes()).is_err() {
            return ExitCode::from(self.code);
        }
        ExitCode::from(self.code)
    }
}

/// The text with control characters written as escapes, so that a terminal only ever shows it.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn control_characters_never_reach_a_terminal() {
        assert_eq!(
            visible("a\x1b]52;c;x\x07\nb\u{9b}"),
            "a\\u{1b}]52;c;x\\u{7}\\nb\\u{9b}"
        );
    }
}
