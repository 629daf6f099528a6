//! How bytes from outside become the text that rules, records and people see.
//! One direction only: nothing here decides, and nothing turns text back into a path.

/// Returns the bytes as text: invalid UTF-8 as `\xHH`, a backslash as `\\`; all else, control characters
/// included, stays. The same string is what a rule compares and what the ledger holds.
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '\\' {
                out.push('\\');
            }
            out.push(c);
        }
        for b in chunk.invalid() {
            out.push_str(&format!("\\x{b:02x}"));
        }
    }
    out
}

/// The text on one line: control characters, and those that reorder or hide what stands around them, are written
/// as escapes.
pub(crate) fn one_line(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains(is_unruly) {
        return text.into();
    }
    text.chars()
        .flat_map(|c| {
            if is_unruly(c) {
                c.escape_default().collect()
            } else {
                vec![c]
            }
        })
        .collect()
}

/// Whether a terminal would obey or hide that character: controls, directions, widths of nothing.
pub(crate) fn is_unruly(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{ad}' | '\u{61c}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{escape, one_line};

    #[test]
    fn a_line_holds_nothing_that_a_terminal_obeys() {
        assert_eq!(
            one_line("a\n\x1b[2J\u{202e}b\u{200b}é"),
            r"a\n\u{1b}[2J\u{202e}b\u{200b}é"
        );
    }

    #[test]
    fn invalid_utf8_and_backslashes_are_told_apart() {
        for (raw, text) in [
            (&b"plain"[..], "plain"),
            (b"a\xffb", r"a\xffb"),
            (b"a\\xffb", r"a\\xffb"),
            (b"\xe4\xbd", r"\xe4\xbd"),
            (b"line\nfeed", "line\nfeed"),
        ] {
            assert_eq!(escape(raw), text);
        }
    }
}
