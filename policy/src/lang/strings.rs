//! String literals: prefixes, quotes, escapes, and the pieces of format strings.

use super::{
    error::ExprError,
    token::{Piece, TokenKind},
};
use crate::json::Span;

/// What the letters before a quote say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prefix {
    raw: bool,
    format: bool,
    bytes: bool,
}

/// A literal that was read.
pub(crate) struct Literal {
    pub(crate) kind: TokenKind,
    pub(crate) end: usize,
}

/// Where a string begins here: how many letters stand before its quote, and what they say.
pub(crate) fn opening(rest: &str) -> Option<(usize, Prefix)> {
    let letters = rest.bytes().take(3).take_while(u8::is_ascii_alphabetic).count();
    if !matches!(rest.as_bytes().get(letters), Some(b'"' | b'\'')) {
        return None;
    }
    let prefix = rest.get(..letters)?;
    let mut known = ["", "r", "u", "f", "b", "rf", "fr", "rb", "br"].iter();
    known.any(|one| prefix.eq_ignore_ascii_case(one)).then(|| {
        let has = |letter: u8| prefix.bytes().any(|one| one.eq_ignore_ascii_case(&letter));
        (
            letters,
            Prefix {
                raw: has(b'r'),
                format: has(b'f'),
                bytes: has(b'b'),
            },
        )
    })
}

/// Reads the literal that begins at `start`.
pub(crate) fn literal(
    source: &str,
    start: usize,
    letters: usize,
    prefix: Prefix,
) -> Result<Literal, ExprError> {
    let open = start + letters;
    if prefix.bytes {
        return Err(ExprError::new(
            Span::new(start, open),
            "bytes are not part of the language",
        ));
    }
    let quote = source.get(open..open + 1).unwrap_or_default();
    let triple = source
        .get(open..open + 3)
        .filter(|text| text.chars().all(|c| quote.starts_with(c)));
    let fence = triple.unwrap_or(quote);
    let body = open + fence.len();
    let mut at = body;
    loop {
        let rest = source.get(at..).unwrap_or_default();
        let plain = |byte: &u8| !matches!(byte, b'\\' | b'\n' | b'\r') && quote.as_bytes() != [*byte];
        at += rest.bytes().take_while(plain).count();
        let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) else {
            return Err(ExprError::new(
                Span::new(start, body),
                "this string is not closed",
            ));
        };
        if rest.starts_with(fence) {
            break;
        }
        let c = rest.chars().next().unwrap_or_default();
        if triple.is_none() && (c == '\n' || c == '\r') {
            return Err(ExprError::new(
                Span::new(start, body),
                "this string is not closed on its line",
            ));
        }
        at += c.len_utf8();
        if c == '\\' {
            at += source
                .get(at..)
                .and_then(|rest| rest.chars().next())
                .map_or(0, char::len_utf8);
        }
    }
    let text = source.get(body..at).unwrap_or_default();
    if text.contains(['\r', '\0']) {
        return Err(ExprError::new(
            Span::new(start, at),
            "write carriage returns and NULs as escapes",
        ));
    }
    let kind = if prefix.format {
        TokenKind::Format(pieces(text, body, prefix.raw)?)
    } else if prefix.raw {
        TokenKind::Str(text.to_owned())
    } else {
        TokenKind::Str(unescape(text, body)?)
    };
    Ok(Literal {
        kind,
        end: at + fence.len(),
    })
}

/// Replaces the escapes of a literal; an unknown one keeps its backslash, as in Python.
fn unescape(text: &str, offset: usize) -> Result<String, ExprError> {
    if !text.contains('\\') {
        return Ok(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let begun = offset + text.len() - rest.len() + at;
        let fault = |width, message: &str| ExprError::new(Span::new(begun, begun + width), message);
        let escape = rest.get(at + 1..).unwrap_or_default();
        let c = escape.chars().next().unwrap_or_default();
        let simple = match c {
            '\n' => Some(""),
            '\\' => Some("\\"),
            '\'' => Some("'"),
            '"' => Some("\""),
            'a' => Some("\x07"),
            'b' => Some("\x08"),
            'f' => Some("\x0c"),
            'n' => Some("\n"),
            'r' => Some("\r"),
            't' => Some("\t"),
            'v' => Some("\x0b"),
            _ => None,
        };
        let mut used = c.len_utf8();
        if let Some(simple) = simple {
            out.push_str(simple);
        } else if let Some(width) = [('x', 2), ('u', 4), ('U', 8)]
            .iter()
            .find(|(l, _)| *l == c)
            .map(|(_, w)| *w)
        {
            let digits = escape
                .get(1..1 + width)
                .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
            let code = digits.and_then(|d| u32::from_str_radix(d, 16).ok());
            let code = code.ok_or_else(|| fault(2, "this escape needs more hex digits"))?;
            out.push(char::from_u32(code).ok_or_else(|| fault(2 + width, "this is not a character"))?);
            used += width;
        } else if c.is_digit(8) {
            used = escape
                .bytes()
                .take(3)
                .take_while(|b| (b'0'..=b'7').contains(b))
                .count();
            let code = u32::from_str_radix(escape.get(..used).unwrap_or_default(), 8).unwrap_or_default();
            out.push(char::from_u32(code).unwrap_or_default());
        } else if c == 'N' {
            return Err(
                fault(2, "named characters are not part of the language").hint("write it as `\\u....`")
            );
        } else {
            out.push('\\');
            used = 0;
        }
        rest = escape.get(used..).unwrap_or_default();
    }
    out.push_str(rest);
    Ok(out)
}

/// Splits the text of a format string at its replacements.
fn pieces(text: &str, offset: usize, raw: bool) -> Result<Vec<Piece>, ExprError> {
    let mut out = Vec::new();
    let mut literal = String::new();
    let mut begun = 0;
    let mut at = 0;
    let plain = |from: usize, to: usize| {
        let part = text.get(from..to).unwrap_or_default();
        if raw {
            Ok(part.to_owned())
        } else {
            unescape(part, offset + from)
        }
    };
    let fault = |at: usize, message: &str| ExprError::new(Span::new(offset + at, offset + at + 1), message);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['{', '}', '\\'])) {
        at += found;
        let two = text.get(at..).unwrap_or_default();
        if two.starts_with("{{") || two.starts_with("}}") {
            literal.push_str(&plain(begun, at + 1)?);
            at += 2;
            begun = at;
        } else if two.starts_with('\\') && !raw {
            if ["\\{", "\\}", "\\N"].iter().any(|escape| two.starts_with(escape)) {
                return Err(fault(at, "this escape is not part of the language"));
            }
            at += 1 + text
                .get(at + 1..)
                .and_then(|rest| rest.chars().next())
                .map_or(0, char::len_utf8);
        } else if two.starts_with('\\') {
            at += 1;
        } else if two.starts_with('}') {
            return Err(fault(at, "a single `}` in a format string").hint("write `}}` for a brace"));
        } else {
            literal.push_str(&plain(begun, at)?);
            let inner = at + 1;
            let rest = text.get(inner..).unwrap_or_default();
            let Some(close) = closing(rest) else {
                return Err(fault(at, "this brace is not closed").hint("write `{{` for a brace"));
            };
            let mut source = rest.get(..close).unwrap_or_default();
            let repr = source.ends_with("!r");
            source = source
                .strip_suffix("!r")
                .or_else(|| source.strip_suffix("!s"))
                .unwrap_or(source);
            if let Some(bad) = source.find(['{', '}', '\\', '#', ':', '!', '=']) {
                let error = fault(
                    inner + bad,
                    "a replacement holds a plain expression without a format",
                );
                return Err(error.hint("compute the text outside and join it with `+`"));
            }
            if !literal.is_empty() {
                out.push(Piece::Text(std::mem::take(&mut literal)));
            }
            let at_source = Span::new(offset + inner, offset + inner + source.len());
            out.push(Piece::Expr {
                source: source.to_owned(),
                at: at_source,
                repr,
            });
            at = inner + close + 1;
            begun = at;
        }
    }
    literal.push_str(&plain(begun, text.len())?);
    if !literal.is_empty() {
        out.push(Piece::Text(literal));
    }
    Ok(out)
}

/// Where a replacement ends: at the first closing brace that stands in no quotes.
fn closing(rest: &str) -> Option<usize> {
    let mut quote = None;
    rest.char_indices()
        .find(|(_, c)| {
            match (quote, c) {
                (None, '}') => return true,
                (None, '\'' | '"') => quote = Some(*c),
                (Some(open), c) if open == *c => quote = None,
                _ => {}
            }
            false
        })
        .map(|(at, _)| at)
}
