//! Headers of HTTP whose value is a secret, wherever a text has them. Knows no tokens; `shapes` does.

use super::{
    names::{self, Likeness, likeness},
    quotes::{self, Quote},
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

/// Names of schemes that stand before a credential.
const SCHEMES: &[&str] = &["bearer", "basic", "token", "digest", "negotiate", "apikey"];
/// How much is looked at behind a name in the middle of a text.
const MAX_WORDS: usize = 1024;
/// No word of prose is longer.
const LONGEST_WORD: usize = 20;

/// The value of a header by its name and the place of its colon, behind its scheme: in the quotes that stand around
/// it or around the whole, to the end of a line that begins with it, and in the middle of a text what looks like a
/// credential.
pub(super) fn value(bytes: &[u8], name: Range<usize>, colon: usize) -> Option<Range<usize>> {
    let blanks = run(bytes.get(colon + 1..)?, |byte| byte == b' ');
    let around = quotes::before(bytes, name.start);
    let closed = bytes
        .get(name.end..colon)
        .is_some_and(|between| !between.is_empty());
    let (at, quote) = match quotes::behind(bytes, name.start..colon, colon + 1 + blanks) {
        Quote::Closes { next } => return quotes::joined(bytes, next),
        Quote::Opens { start, quote } if closed || blanks == 0 => (start, Some(quote)),
        Quote::Opens { .. } | Quote::None => (colon + 1, around.filter(|_| !closed)),
    };
    let before = name.start.checked_sub(1).and_then(|before| bytes.get(before));
    let shown = name.start.checked_sub(2).and_then(|at| bytes.get(at..name.start));
    let begins_line = matches!(before, None | Some(b'\n' | b'\r')) || matches!(shown, Some(b"> " | b"< "));
    let whole = begins_line || quote.is_some();
    let rest = bytes.get(at..)?;
    // In the middle of a text only a word is looked at, so that many names in one line cost no more than its length.
    let rest = if whole {
        rest
    } else {
        rest.get(..MAX_WORDS.min(rest.len()))?
    };
    let rest = rest.get(..run(rest, |byte| !matches!(byte, b'\n' | b'\r')))?;
    let end = match quote {
        Some(quote) => quotes::length(rest, quote),
        None if begins_line => rest.len(),
        None => run(rest, |byte| !quotes::is_quote(byte) && byte != b'`'),
    };
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
    if credential.is_empty() && quote.is_some() {
        return quotes::joined(bytes, at + end + 1);
    }
    let credential = if whole {
        credential
    } else {
        let word = credential.get(..run(credential, is_word))?;
        let sure = word.len() >= 8 && word.iter().any(u8::is_ascii_digit);
        let rest = bytes.get(at + skipped + behind..).filter(|_| sure)?;
        rest.get(..run(rest, is_word))?
    };
    let start = at + skipped + behind;
    let plain = names::is_value(std::str::from_utf8(credential).unwrap_or("x"));
    (plain && !is_template(credential) && !is_prose(value)).then_some(start..start + credential.len())
}

/// What a credential that has no quotes around it is of.
fn is_word(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !quotes::is_quote(byte) && !matches!(byte, b';' | b'|' | b'&' | b'`')
}

/// `{token}`, which something else fills in.
fn is_template(credential: &[u8]) -> bool {
    let inner = credential
        .strip_prefix(b"{")
        .and_then(|rest| rest.strip_suffix(b"}"));
    inner.is_some_and(|inner| !inner.iter().any(|byte| matches!(byte, b' ' | b':' | b'"')))
}

/// Whether a value is a sentence about a header: no credential has that many ordinary words.
fn is_prose(value: &[u8]) -> bool {
    let mut words = value.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
    let first = words.clone().next().unwrap_or_default();
    let schemed = SCHEMES
        .iter()
        .any(|scheme| first.eq_ignore_ascii_case(scheme.as_bytes()));
    let ordinary = |word: &[u8]| {
        let digits = word.iter().any(u8::is_ascii_digit);
        word.len() <= LONGEST_WORD && !word.contains(&b'=') && (!digits || word.len() < 8 && !schemed)
    };
    words.clone().count() >= 3 && words.all(ordinary)
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
            (
                "{\"Authorization\": f\"Bearer hunter2\", \"a\": \"b\"}",
                ("hunter2", "authorization"),
            ),
            (
                "http :3000 Authorization:\"Bearer hunter2\" a=b",
                ("hunter2", "authorization"),
            ),
            (
                "http :3000 Cookie:'sid=hunter2 x' a=b",
                ("sid=hunter2 x", "authorization"),
            ),
            ("http :3000 'X-Api-Key:hunter' a=b", ("hunter", "authorization")),
            (
                "curl -d \"{\\\"Authorization\\\": \\\"Bearer hunter2\\\"}\" x",
                ("hunter2", "authorization"),
            ),
            (
                "curl -H \"Cookie: \"hunter2 https://x",
                ("hunter2", "authorization"),
            ),
            (
                "curl -H 'Authorization: Bearer '\"hunter2\" https://x",
                ("hunter2", "authorization"),
            ),
            (
                "curl -H \"Authorization: Digest username=\\\"a\\\", response=\\\"b\\\"\" x",
                ("username=\\\"a\\\", response=\\\"b\\\"", "authorization"),
            ),
            (
                "curl -H \"Authorization: token hunter2\" https://x && rm -rf \"y\"",
                ("hunter2", "authorization"),
            ),
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
            "http :3000 Authorization:\"Bearer $TOKEN\" a=b12345678",
            "git commit -m \"Authorization: fix header parsing when the token is empty\"",
            "git commit -m 'Cookie: parse HTTP/2 again (#12), not the rest'",
            "Authorization: Bearer tokens are read anew",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn a_quote_behind_the_name_that_closes_the_argument_begins_no_value() {
        for text in [
            "grep -rn \"Authorization: \" src && git push --force origin main && rm -rf /tmp/x",
            "grep -rn 'Authorization: ' src && git commit -m 'x1' && rm -rf 'a b c d 12345678'",
            "echo \"Cookie: \"; rm -rf out/many",
            "grep -rn 'X-Api-Key: ' src docs tests | head -5",
            "rg \"Authorization:\" src docs tests",
            "rg \"the X-Api-Key:\" src/v12345678 docs",
            "rg \"the Authorization:\" src/v12345678 \"docs\"",
            "grep -rn '\"Authorization\": ' src && rm -rf 'out 12345'",
            "echo \"PASSWORD=\" && rm -rf out/many12345",
            "grep -rn \"password: \" src && rm -rf out12345",
            "echo \"use --password \" && rm -rf out12345",
            "python3 - <<'E'\nh = {\"Authorization\": f\"Bearer {token}\", \"X-Api-Key\": key}\nE",
            "h = {\"Authorization\": \"Bearer \" + token, \"Cookie\": jar}",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn many_names_in_one_line_are_read_in_time() {
        for text in [
            "Authorization: ",
            "Cookie:\"",
            "\"Cookie: \\\"",
            "X-Api-Key: a b c 'x ",
        ] {
            kinds(&text.repeat(2000));
        }
    }
}
