//! What a call says when it does not simply succeed: exit codes and the one-line message with its hint.
//! Never decides anything; it only puts into words what was decided or went wrong.

use ledger::LedgerError;
use policy::Problem;
use serde_json::json;
use std::{ffi::OsString, io::Write, process::ExitCode};

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
    /// What else went wrong, a line each.
    pub more: Box<[String]>,
    /// The lines of a document that it is about with a caret below, `` for none.
    pub excerpt: String,
    /// What to do about it, `` for nothing.
    pub hint: String,
    /// The request that waits for a person.
    pub pending: Option<String>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            code: exit as u8,
            message: message.into(),
            more: Box::default(),
            excerpt: String::new(),
            hint: String::new(),
            pending: None,
        }
    }

    /// Policy that cannot be used: its first problem in full, and which command shows the others.
    pub(crate) fn of_policy(problems: &[Problem], others: &str) -> Self {
        let Some(first) = problems.first() else {
            return Self::new(Exit::Config, "policy cannot be used");
        };
        let more = match problems.len() - 1 {
            0 => String::new(),
            // It looks closer than loading does.
            1 => format!("`{others}` shows at least one more problem"),
            more => format!("`{others}` shows at least {more} more problems"),
        };
        let hints = [first.hint.as_str(), &more];
        let hint: Vec<&str> = hints.into_iter().filter(|hint| !hint.is_empty()).collect();
        Self {
            excerpt: first.excerpt(),
            ..Self::new(Exit::Config, first.headline()).hint(hint.join("; "))
        }
    }

    /// The same failure with a way out.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }

    /// Prints it to stderr. Returns the exit code; a closed stderr changes nothing.
    pub fn report(&self, name: &str, json: bool) -> ExitCode {
        let text = if json { self.json() } else { self.lines(name) };
        drop(std::io::stderr().lock().write_all(text.as_bytes()));
        ExitCode::from(self.code)
    }

    /// `name: message` for each message, and the hint.
    pub fn lines(&self, name: &str) -> String {
        let mut text = format!("{name}: {}\n", visible(&self.message));
        for line in self.excerpt.lines() {
            text.push_str(&visible(line));
            text.push('\n');
        }
        for message in self.more.iter() {
            text.push_str(&format!("{name}: {}\n", visible(message)));
        }
        if !self.hint.is_empty() {
            text.push_str(&format!("hint: {}\n", visible(&self.hint)));
        }
        text
    }

    /// One JSON object on a line.
    pub fn json(&self) -> String {
        let mut value = json!({"error": self.message, "hint": self.hint, "exit_code": self.code});
        if let Some(members) = value.as_object_mut() {
            if !self.more.is_empty() {
                let all: Vec<&String> = std::iter::once(&self.message).chain(&self.more).collect();
                members.insert("errors".to_owned(), json!(all));
            }
            if let Some(id) = &self.pending {
                members.insert("pending".to_owned(), id.as_str().into());
            }
        }
        format!("{}\n", json_text(&value))
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let exit = match error {
            LedgerError::Asked { .. } | LedgerError::NoLegacy { .. } => Exit::Usage,
            _ => Exit::Ledger,
        };
        Self::new(exit, error.to_string()).hint(error.hint())
    }
}

/// Whether the environment asks for failures as JSON.
pub(crate) fn json_is_asked() -> bool {
    std::env::var_os("WT_ERRORS").is_some_and(|value| value == "json")
}

/// Whether a line that cannot be read otherwise has the option that asks for it.
pub(crate) fn asks_for_json(args: &[OsString]) -> bool {
    let mut options = args.iter().take_while(|arg| *arg != "--");
    options.any(|arg| arg == "--json")
}

/// The text with control characters, and those that reorder or hide what stands around them, written as escapes,
/// so that a terminal only ever shows it.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || misleads(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// The value as JSON on one line, without a character that a terminal would obey.
pub fn json_text(value: &serde_json::Value) -> String {
    json_safe(value.to_string())
}

/// JSON text as [`json_text`] writes it.
pub fn json_safe(text: String) -> String {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        // Below U+0020 the serialiser has escaped already.
        if c.is_control() || misleads(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether the character changes the order of its neighbours, or shows nothing (Unicode UAX 9, CVE-2021-42574, and
/// those that have no glyph: fillers, annotations, tags and the variation selectors by which bytes are smuggled).
fn misleads(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::{json_text, visible};

    #[test]
    fn control_characters_never_reach_a_terminal() {
        assert_eq!(
            visible("a\x1b]52;c;x\x07\nb\u{9b}"),
            "a\\u{1b}]52;c;x\\u{7}\\nb\\u{9b}"
        );
    }

    #[test]
    fn text_that_reorders_or_hides_is_escaped_and_writing_in_any_script_is_not() {
        assert_eq!(visible("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        let hidden = "\u{ad}\u{61c}\u{115f}\u{180e}\u{3164}\u{ffa0}\u{fff9}\u{e0041}\u{e01ef}";
        assert!(visible(hidden).is_ascii(), "{}", visible(hidden));
        assert_eq!(visible("日本語 עברית é"), "日本語 עברית é");
    }

    #[test]
    fn json_for_a_terminal_reads_back_as_the_same_value() {
        let value = serde_json::json!({"a": "\u{9b}31m\x1b\x7f\u{202e}\u{e0041}é\n"});
        let text = json_text(&value);
        assert_eq!(
            text,
            "{\"a\":\"\\u009b31m\\u001b\\u007f\\u202e\\udb40\\udc41é\\n\"}"
        );
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
