//! Strings of JSON: escapes, and the way back from the text they stand for to their place.

use super::{Fault, Reader, Span};
use std::borrow::Cow;

impl<'a> Reader<'a, '_> {
    /// Reads a string; `at` stands on the opening quote.
    pub(super) fn string(&mut self) -> Result<Cow<'a, str>, Fault> {
        let open = self.at;
        self.at += 1;
        let mut start = self.at;
        let mut owned = String::new();
        loop {
            let piece = |reader: &Self, from: usize| reader.text.get(from..reader.at).unwrap_or_default();
            match self.peek() {
                Some(b'"') => {
                    let rest = piece(self, start);
                    self.at += 1;
                    return Ok(if owned.is_empty() && start == open + 1 {
                        Cow::Borrowed(rest)
                    } else {
                        owned.push_str(rest);
                        Cow::Owned(owned)
                    });
                }
                Some(b'\\') => {
                    owned.push_str(piece(self, start));
                    owned.push(self.escape()?);
                    start = self.at;
                }
                Some(0..=0x1f) => return Err(self.fault("a control character must be written as an escape")),
                Some(_) => self.at += self.plain(),
                None => {
                    self.at = open;
                    return Err(self.fault("this string is not closed"));
                }
            }
        }
    }

    /// How many bytes stand for themselves from here on; at least one.
    fn plain(&self) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let end = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        let plain = rest.get(..end).unwrap_or_default();
        let control = if plain.iter().any(|byte| *byte < 0x20) {
            plain.iter().position(|byte| *byte < 0x20)
        } else {
            None
        };
        control.unwrap_or(end).max(1)
    }

    /// Reads one escape; `at` stands on the backslash.
    fn escape(&mut self) -> Result<char, Fault> {
        let start = self.at;
        let (c, width) = match self.text.as_bytes().get(self.at + 1) {
            Some(b'"') => ('"', 2),
            Some(b'\\') => ('\\', 2),
            Some(b'/') => ('/', 2),
            Some(b'b') => ('\u{8}', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'n') => ('\n', 2),
            Some(b'r') => ('\r', 2),
            Some(b't') => ('\t', 2),
            Some(b'u') => self.unicode(start).ok_or_else(|| Fault {
                at: Span::new(start, start + 2),
                message: "this is not a character".to_owned(),
            })?,
            _ => {
                return Err(Fault {
                    at: Span::new(start, start + 1),
                    message: "unknown escape".to_owned(),
                });
            }
        };
        self.at += width;
        Ok(c)
    }

    fn unicode(&self, at: usize) -> Option<(char, usize)> {
        let unit = |at: usize| {
            let digits = self.text.get(at..at + 4)?;
            digits
                .bytes()
                .all(|b| b.is_ascii_hexdigit())
                .then(|| u32::from_str_radix(digits, 16).ok())?
        };
        let high = unit(at + 2)?;
        if let Some(c) = char::from_u32(high) {
            return Some((c, 6));
        }
        let low = (self.text.get(at + 6..at + 8)? == "\\u").then(|| unit(at + 8))??;
        let pair = (0xd800..0xdc00).contains(&high) && (0xdc00..0xe000).contains(&low);
        let code = 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
        pair.then(|| char::from_u32(code)).flatten().map(|c| (c, 12))
    }
}

/// Where the text of a string literal at `literal` (quotes included) stands: maps a byte offset in the
/// decoded text to a byte offset in the document.
pub(crate) fn inside(document: &str, literal: Span, offset: usize) -> usize {
    let mut at = literal.start as usize + 1;
    let mut decoded = 0;
    while decoded < offset && at < literal.end as usize {
        let Some(rest) = document.get(at..) else { break };
        let Some(c) = rest.chars().next() else { break };
        if c != '\\' {
            at += c.len_utf8();
            decoded += c.len_utf8();
            continue;
        }
        let reader = Reader {
            text: document,
            at,
            depth: 0,
            extent: super::Extent::Everything,
            in_list: false,
            faults: &mut Vec::new(),
        };
        let (c, width) = match rest.as_bytes().get(1) {
            Some(b'u') => reader.unicode(at).unwrap_or((' ', 6)),
            _ => (' ', 2),
        };
        at += width;
        decoded += c.len_utf8();
    }
    at
}
