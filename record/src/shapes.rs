//! Secrets in a text by what they look like: tokens of known issuers, JWTs, PEM blocks, URLs with a password,
//! authorization headers and assignments. One pass, no allocation where nothing is found.

use super::{
    headers,
    names::{self, Likeness},
    quotes::{self, Quote},
    tokens::{TOKENS, base64, known, run, word},
};
use std::ops::Range;

/// No token, header or key is shorter, and what is shorter has a `=`, a `:` or a space in it.
const SHORTEST: usize = 15;

/// Whether something may begin with a byte.
#[derive(Clone, Copy)]
enum Begins {
    Nowhere,
    /// At the beginning of a word.
    Word,
    Anywhere,
}

/// By byte: most bytes of a text are passed over after one look.
const BEGINS: [Begins; 256] = begins();

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler; iterators are not const"
)]
const fn begins() -> [Begins; 256] {
    let mut table = [Begins::Nowhere; 256];
    let mut n = 0;
    while n < TOKENS.len() {
        table[TOKENS[n].prefix.as_bytes()[0] as usize] = Begins::Word;
        n += 1;
    }
    table[b'e' as usize] = Begins::Word;
    table[b'b' as usize] = Begins::Word;
    table[b'B' as usize] = Begins::Word;
    table[b'=' as usize] = Begins::Anywhere;
    table[b':' as usize] = Begins::Anywhere;
    table[b'-' as usize] = Begins::Anywhere;
    table
}

/// Adds what is found in a text, in order of its beginning.
pub(super) fn find(text: &str, found: &mut Vec<(Range<usize>, &str)>) {
    let bytes = text.as_bytes();
    if bytes.len() < SHORTEST && !bytes.iter().any(|byte| matches!(byte, b'=' | b':' | b' ')) {
        return;
    }
    let mut at = 0;
    let mut before = b' ';
    while let Some(&byte) = bytes.get(at) {
        let begins = match BEGINS.get(usize::from(byte)) {
            Some(Begins::Anywhere) => true,
            Some(Begins::Word) => is_boundary(before),
            _ => false,
        };
        if !begins {
            before = byte;
            at += 1;
            continue;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let hit = match byte {
            b'=' | b':' => value_after(bytes, at),
            b'-' if rest.starts_with(b"-----BEGIN ") => pem(rest).map(|end| (at..at + end, "pem")),
            b'-' if rest.starts_with(b"--") && is_boundary(before) => option(bytes, at),
            b'e' if rest.starts_with(b"eyJ") && is_boundary(before) => {
                jwt(rest).map(|end| (at..at + end, "jwt"))
            }
            b'B' | b'b' if is_boundary(before) => {
                scheme(rest).map(|span| (at + span.start..at + span.end, "authorization"))
            }
            _ if is_boundary(before) => known(rest).map(|(length, kind)| (at..at + length, kind)),
            _ => None,
        };
        match hit {
            // A slice of text must begin and end on characters.
            Some((range, kind)) if text.is_char_boundary(range.start) && text.is_char_boundary(range.end) => {
                at = range.end;
                before = b'x';
                found.push((range, kind));
            }
            _ => {
                before = byte;
                at += 1;
            }
        }
    }
}

fn is_boundary(before: u8) -> bool {
    !(before.is_ascii_alphanumeric() || before == b'_')
}

/// Three base64url parts, the first of which is a JSON object.
fn jwt(rest: &[u8]) -> Option<usize> {
    let mut length = 0;
    for part in 0..3 {
        let body = rest.get(length..)?;
        let run = run(body, word);
        if run < if part == 2 { 1 } else { 10 } {
            return None;
        }
        length += run;
        if part < 2 {
            if rest.get(length) != Some(&b'.') {
                return None;
            }
            length += 1;
        }
    }
    Some(length)
}

/// A PEM block of a private key, to its end line or to the end of the text.
fn pem(rest: &[u8]) -> Option<usize> {
    let line = rest.get(..rest.len().min(80))?;
    let text = String::from_utf8_lossy(line);
    let label = text.strip_prefix("-----BEGIN ")?.split("-----").next()?;
    if !label.contains("PRIVATE KEY") {
        return None;
    }
    let end = format!("-----END {label}-----");
    let whole = String::from_utf8_lossy(rest);
    Some(match whole.find(&end) {
        Some(at) if whole.len() == rest.len() => at + end.len(),
        _ => rest.len(),
    })
}

/// `Bearer VALUE` and `Basic VALUE`.
fn scheme(rest: &[u8]) -> Option<Range<usize>> {
    let length = 7;
    let head = rest.get(..length)?.to_ascii_lowercase();
    let start = match head.as_slice() {
        b"bearer " => 7,
        _ if head.starts_with(b"basic ") => 6,
        _ => return None,
    };
    let run = run(rest.get(start..)?, base64);
    let value = rest.get(start..start + run)?;
    (run >= 16 && names::is_random(value)).then_some(start..start + run)
}

/// `--password VALUE` within one text.
fn option(bytes: &[u8], at: usize) -> Option<(Range<usize>, &'static str)> {
    let name = run(bytes.get(at + 2..)?, word);
    let end = at + 2 + name;
    if bytes.get(end) != Some(&b' ') || names::likeness(bytes.get(at + 2..end)?) != Likeness::Secret {
        return None;
    }
    value(bytes, at..end, end + 1).map(|range| (range, "argument"))
}

/// `NAME=VALUE`, `"name": "VALUE"`, `NAME: VALUE` and `scheme://user:VALUE@host`.
fn value_after(bytes: &[u8], at: usize) -> Option<(Range<usize>, &'static str)> {
    let head = bytes.get(..at)?;
    let colon = bytes.get(at) == Some(&b':');
    if colon && let Some(range) = url_password(bytes, at) {
        return Some((range, "url-password"));
    }
    let closed = head.strip_suffix(b"\"").or(head.strip_suffix(b"'"));
    // Behind backslashes the quote is inside another quoted text.
    let head = closed.map_or(Some(head), |head| {
        head.get(..head.len() - quotes::run_back(head, head.len()))
    })?;
    let length = head.iter().rev().take_while(|&&byte| word(byte)).count();
    let name = head.get(head.len() - length..)?;
    let name = name.get(name.iter().take_while(|&&byte| byte == b'-').count()..)?;
    let place = head.len() - name.len()..head.len();
    if colon
        && headers::is_secret(name)
        && let Some(range) = headers::value(bytes, place.clone(), at)
    {
        return Some((range, "authorization"));
    }
    let likeness = names::likeness(name);
    if likeness == Likeness::None {
        return None;
    }
    let mut start = at + 1;
    if colon {
        start += run(bytes.get(start..)?, |byte| byte == b' ');
    }
    let range = value(bytes, place.start..at, start)?;
    let text = bytes.get(range.clone())?;
    let member = place.end < at && quotes::before(bytes, range.start).is_some();
    // Prose has colons too: there, but for a member of an object, only what looks like a value is one.
    let sure = likeness == Likeness::Secret
        && (!colon || member || text.len() >= 8 && text.iter().any(u8::is_ascii_digit));
    (sure || names::is_random(text)).then_some((range, "assignment"))
}

/// The value that begins at `start`, quoted or up to white space, behind the name and its mark.
fn value(bytes: &[u8], name: Range<usize>, start: usize) -> Option<Range<usize>> {
    let range = match quotes::behind(bytes, name, start) {
        Quote::Closes { next } => quotes::joined(bytes, next)?,
        Quote::Opens { start, quote } => start..start + quotes::length(bytes.get(start..)?, quote),
        Quote::None => {
            let ends = |byte: u8| {
                byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'&' | b';' | b'|' | b',')
            };
            let rest = bytes.get(start..)?;
            start..start + rest.iter().position(|&byte| ends(byte)).unwrap_or(rest.len())
        }
    };
    let plain = names::is_value(std::str::from_utf8(bytes.get(range.clone())?).unwrap_or("x"));
    plain.then_some(range)
}

/// The password in `scheme://user:password@host`.
fn url_password(bytes: &[u8], colon: usize) -> Option<Range<usize>> {
    let before = bytes.get(..colon)?;
    let user = before
        .iter()
        .rev()
        .take_while(|&&byte| !matches!(byte, b'/' | b'@' | b' ' | b'?' | b'#'))
        .count();
    let scheme = before.get(..colon - user)?.strip_suffix(b"://")?;
    if user == 0 || !scheme.last().is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let rest = bytes.get(colon + 1..)?;
    let length = rest
        .iter()
        .position(|&byte| matches!(byte, b'/' | b'@' | b' ' | b'"' | b'\''))?;
    let value = std::str::from_utf8(rest.get(..length)?).ok()?;
    (rest.get(length) == Some(&b'@') && names::is_value(value)).then_some(colon + 1..colon + 1 + length)
}

#[cfg(test)]
mod tests {
    use super::find;

    fn kinds(text: &str) -> Vec<(&str, &str)> {
        let mut found = Vec::new();
        find(text, &mut found);
        found
            .into_iter()
            .map(|(range, kind)| (text.get(range).unwrap(), kind))
            .collect()
    }

    fn long(n: usize) -> String {
        "aB3dE5fG7h".chars().cycle().take(n).collect()
    }

    #[test]
    fn tokens_of_known_issuers_are_found() {
        for (token, kind) in [
            ("AKIAIOSFODNN7EXAMPLE".to_owned(), "aws-key"),
            (format!("ghp_{}", long(36)), "github-token"),
            (format!("github_pat_{}", long(40)), "github-token"),
            (format!("xoxb-{}", long(24)), "slack-token"),
            (format!("sk-ant-api03-{}", long(40)), "anthropic-key"),
            (format!("glpat-{}", long(20)), "gitlab-token"),
            (format!("AIza{}", long(35)), "google-key"),
            (format!("eyJ{}.eyJ{}.{}", long(20), long(30), long(20)), "jwt"),
        ] {
            for (before, after) in [("", ""), ("x ", " y"), ("token=", ""), ("(", ")"), ("a/", "/b")] {
                let text = format!("{before}{token}{after}");
                let found = kinds(&text);
                assert_eq!(found.len(), 1, "{text} {found:?}");
                assert!(found[0].0.contains(&token), "{text} {found:?}");
                if before != "token=" {
                    assert_eq!(found[0].1, kind, "{text}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_shorter_than_what_is_not_looked_at() {
        for token in super::TOKENS {
            assert!(
                token.prefix.len() + token.least >= super::SHORTEST,
                "{}",
                token.prefix
            );
        }
        assert_eq!(kinds("--pwd a"), [("a", "argument")]);
        assert_eq!(kinds("pwd=a"), [("a", "assignment")]);
    }

    #[test]
    fn private_keys_go_as_a_whole_also_when_cut_off() {
        let block = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----";
        assert_eq!(kinds(&format!("a {block} b")), [(block, "pem")]);
        let cut = block.get(..60).unwrap();
        assert_eq!(kinds(cut), [(cut, "pem")]);
        assert_eq!(
            kinds("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"),
            []
        );
    }

    #[test]
    fn passwords_in_urls_headers_options_and_assignments_are_found() {
        for (text, want) in [
            (
                "git clone https://ann:hunter2@example.com/x.git",
                ("hunter2", "url-password"),
            ),
            ("postgres://app:p4ss@db:5432/x", ("p4ss", "url-password")),
            (
                "curl -H 'Authorization: Bearer abcdef0123456789ABCDEF'",
                ("abcdef0123456789ABCDEF", "authorization"),
            ),
            ("mysql --password hunter2 -h db", ("hunter2", "argument")),
            ("mysql --password=hunter2 -h db", ("hunter2", "assignment")),
            ("PGPASSWORD=hunter2 psql", ("hunter2", "assignment")),
            ("export API_TOKEN='a b c'", ("a b c", "assignment")),
            ("{\"api_key\": \"k9k9k9k9k9\"}", ("k9k9k9k9k9", "assignment")),
            ("ssh_key=9fK2mQx7LpZ4aa", ("9fK2mQx7LpZ4aa", "assignment")),
            ("REDISCLI_AUTH=hunter redis-cli ping", ("hunter", "assignment")),
            (
                "curl -d \"{\\\"password\\\": \\\"hunter2S\\\"}\" https://x",
                ("hunter2S", "assignment"),
            ),
            (
                "bash -c \"curl -d \\\"{\\\\\\\"password\\\\\\\":\\\\\\\"hunter2S\\\\\\\",\\\\\\\"a\\\\\\\":1}\\\" x\"",
                ("hunter2S", "assignment"),
            ),
            (
                "curl -d '{\"user\": \"a\", \"password\": \"hunter\"}' https://x",
                ("hunter", "assignment"),
            ),
            (
                "curl -d \"{\\\"token\\\":\\\"hunter\\\"}\" https://x && rm -rf \"a b\"",
                ("hunter", "assignment"),
            ),
        ] {
            assert_eq!(kinds(text), [want], "{text}");
        }
    }

    #[test]
    fn references_and_prose_are_left() {
        for text in [
            "PGPASSWORD=$SECRET psql",
            "password: wrong",
            "the token: is missing",
            "key=value",
            "https://example.com:8080/path@v1",
            "ssh://git@example.com:22/x",
            "risk-assessment sk-learn task",
            "AKIAshort",
            "WP_AUTH=hunter x",
            "curl -d \"{\\\"password\\\": \\\"$PW\\\"}\" https://x",
            "grep '\"password\": ' src && rm -rf 'out 12345'",
            "grep \"\\\"password\\\": \" src && rm -rf out12345",
            "日本語 password=",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }
}
