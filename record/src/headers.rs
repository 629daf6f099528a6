//! Headers of HTTP whose value is a secret, wherever a text has them. Knows no tokens; `shapes` does.

use super::{
    names::{self, Likeness, likeness},
    tokens::run,
};
use std::ops::Range;

/// Headers whose value is a secret as a whole, behind the name of a scheme where there is one.
const HEADERS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "x-authorization",
    "x-api-key",
    "api-key",
    "apikey",
    "cookie",
    "set-cookie",
];

/// Whether a name is that of a header whose value is a secret: of these, or one with a hyphen that ends like the
/// name of a secret (`PRIVATE-TOKEN`, `X-Vault-Token`).
pub(super) fn is_secret(name: &[u8]) -> bool {
    let known = HEADERS
        .iter()
        .any(|header| name.eq_ignore_ascii_case(header.as_bytes()));
    known || name.contains(&b'-') && likeness(name) == Likeness::Secret
}

/// The value of a header whose name begins at `name`, behind its scheme: up to the quote that stands before the name,
/// to the end of a line that begins with it, and in the middle of a text what looks like a credential.
pub(super) fn value(bytes: &[u8], name: usize, at: usize) -> Option<Range<usize>> {
    let before = name.checked_sub(1).and_then(|before| bytes.get(before)).copied();
    let blanks = run(bytes.get(at..)?, |byte| byte == b' ');
    // `"name": "value"`
    let inner = bytes
        .get(at + blanks)
        .copied()
        .filter(|byte| is_quote(*byte) && before.is_some_and(is_quote));
    let at = at + inner.map_or(0, |_| blanks + 1);
    let shown = name.checked_sub(2).and_then(|at| bytes.get(at..name));
    let begins_line = matches!(before, None | Some(b'\n' | b'\r')) || matches!(shown, Some(b"> " | b"< "));
    let quote = inner.or(before.filter(|byte| is_quote(*byte)));
    let whole = begins_line || quote.is_some();
    let ends = |byte: u8| match quote {
        Some(quote) => byte == quote,
        None => !begins_line && (is_quote(byte) || byte == b'`'),
    };
    let rest = bytes.get(at..)?;
    let end = rest
        .iter()
        .position(|&byte| matches!(byte, b'\n' | b'\r') || ends(byte))
        .unwrap_or(rest.len());
    let line = rest.get(..end)?;
    let line = line.strip_suffix(b"\\").unwrap_or(line);
    let skipped = run(line, |byte| matches!(byte, b' ' | b'\\'));
    let value = line.get(skipped..)?;
    let scheme = value.iter().position(|byte| *byte == b' ').filter(|length| {
        let scheme = value.get(..*length).unwrap_or_default();
        scheme
            .iter()
            .all(|&byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'\\'))
    });
    let behind = scheme.map_or(0, |length| {
        length + run(value.get(length..).unwrap_or_default(), |byte| byte == b' ')
    });
    let credential = value.get(behind..)?;
    let credential = if whole {
        credential
    } else {
        let length = run(credential, |byte| {
            !byte.is_ascii_whitespace() && !matches!(byte, b';' | b'|' | b'&')
        });
        let word = credential.get(..length)?;
        (length >= 8 && word.iter().any(u8::is_ascii_digit)).then_some(word)?
    };
    let start = at + skipped + behind;
    names::is_value(std::str::from_utf8(credential).unwrap_or("x")).then_some(start..start + credential.len())
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

#[cfg(test)]
mod tests {
    use crate::shapes::find;

    fn kinds(text: &str) -> Vec<(&str, &str)> {
        let mut found = Vec::new();
        find(text, &mut found);
        found
            .into_iter()
            .map(|(range, kind)| (text.get(range).unwrap(), kind))
            .collect()
    }

    #[test]
    fn the_whole_value_goes_but_for_its_scheme() {
        for (text, want) in [
            (
                "curl -H 'Authorization: token 0123' https://x",
                ("0123", "authorization"),
            ),
            (
                "curl -H \"proxy-authorization: hunter2\" x",
                ("hunter2", "authorization"),
            ),
            (
                "curl -H 'Authorization: Digest username=\"a\", response=\"b\"' x",
                ("username=\"a\", response=\"b\"", "authorization"),
            ),
            ("curl -H 'X-Api-Key: hunter' x", ("hunter", "authorization")),
            ("curl -H 'PRIVATE-TOKEN: hunter' x", ("hunter", "authorization")),
            ("curl -H 'Cookie: a=b; c=d' x", ("a=b; c=d", "authorization")),
            ("Authorization: token abc", ("abc", "authorization")),
            ("> Authorization: Negotiate abc\r\n> x", ("abc", "authorization")),
            (
                "curl -H Authorization:\\ token\\ 0123456789 x",
                ("0123456789", "authorization"),
            ),
            ("{\"Authorization\": \"token abc 9\"}", ("abc 9", "authorization")),
        ] {
            assert_eq!(kinds(text), [want], "{text}");
        }
    }

    #[test]
    fn references_prose_and_other_headers_are_left() {
        for text in [
            "the Authorization: header is missing",
            "curl -H 'Authorization: Bearer $TOKEN' x",
            "curl -H \"Authorization: $TOKEN\" x",
            "curl -H 'Accept: application/json' x",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }
}
