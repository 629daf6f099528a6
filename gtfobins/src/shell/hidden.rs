//! Characters that make a command look like another one than it is.

use super::value::is_mark;
use crate::analysis::{Concern, Weight};

/// Finds carriage returns, other control characters, invisible and direction-changing characters. Inside
/// quotes and here-documents joiners are ordinary text (emoji); direction changes never are.
pub(crate) fn hidden_characters(text: &str) -> Option<Concern> {
    let mut quote: Option<char> = None;
    let mut escaped = false;
    let heredoc = text.contains("<<");
    for c in text.chars() {
        let quoted = quote.is_some() || heredoc;
        let what = match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                Some("a character that reverses the reading direction")
            }
            c if is_mark(c) || ('\u{e0000}'..='\u{e007f}').contains(&c) => {
                Some("a character of a private plane")
            }
            '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{180e}'
                if !quoted =>
            {
                Some("an invisible character")
            }
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{3000}' | '\u{2028}' | '\u{2029}' if !quoted => {
                Some("a space that is not one to the shell")
            }
            '\r' if !quoted => Some("a carriage return"),
            '\t' | '\n' | '\r' => None,
            c if c.is_control() => Some("a control character"),
            _ => None,
        };
        if let Some(what) = what {
            return Some(Concern {
                rule: "hidden-character",
                weight: Weight::Escalate,
                why: format!("the command holds {what} (U+{:04X})", u32::from(c)),
            });
        }
        if escaped {
            escaped = false;
        } else {
            match (quote, c) {
                (Some('\''), '\\') => {}
                (_, '\\') => escaped = true,
                (None, '\'' | '"') => quote = Some(c),
                (Some(q), c) if q == c => quote = None,
                _ => {}
            }
        }
    }
    None
}
