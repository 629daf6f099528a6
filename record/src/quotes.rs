//! Quotes behind a name: which opens its value, and which closes what began before it. Expands nothing.

use super::tokens::run;
use std::ops::Range;

/// How far back the beginning of a quoted text is looked for.
const MAX_LOOK_BACK: usize = 1024;

/// What stands where a value may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    /// No quote.
    None,
    /// One that opens the value, which begins there.
    Opens { start: usize, quote: Mark },
    /// One that closes what the name is in; the next byte is there.
    Closes { next: usize },
}

/// A quote that opens a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    byte: u8,
    /// It is inside another quoted text, behind a backslash.
    escaped: bool,
}

/// Whether a byte is a quote.
pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

/// The quote that stands before a place.
pub(super) fn before(bytes: &[u8], at: usize) -> Option<Mark> {
    let last = at.checked_sub(1)?;
    let byte = bytes.get(last).copied().filter(|&byte| is_quote(byte))?;
    let escaped = last.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'\\');
    Some(Mark { byte, escaped })
}

/// What stands at `at`, behind the name and the mark that ends it.
pub(super) fn behind(bytes: &[u8], name: Range<usize>, at: usize) -> Quote {
    let around = before(bytes, name.start);
    // `"name": "value"`
    let closed = around.is_some() && before(bytes, name.end) == around;
    let rest = bytes.get(at..).unwrap_or_default();
    let prefix = Some(run(rest, |byte| {
        matches!(byte.to_ascii_lowercase(), b'f' | b'r' | b'b' | b'u')
    }))
    .filter(|length| closed && *length <= 2)
    .unwrap_or(0);
    let slashes = run(rest.get(prefix..).unwrap_or_default(), |byte| byte == b'\\');
    let place = at + prefix + slashes;
    let Some(byte) = bytes.get(place).copied().filter(|&byte| is_quote(byte)) else {
        return Quote::None;
    };
    let quote = Mark {
        byte,
        escaped: slashes > 0,
    };
    let ends_name = !closed && around.is_some_and(|mark| mark.byte == byte);
    // A member's value has the quotes of its name; others may be those around the whole.
    let member = quote.escaped || closed && around == Some(quote);
    let ends_whole = !member && open(bytes, at) == Some(byte);
    if ends_name || ends_whole {
        return Quote::Closes { next: place + 1 };
    }
    Quote::Opens {
        start: place + 1,
        quote,
    }
}

/// The quote that is open at a place, as far as its line tells.
fn open(bytes: &[u8], at: usize) -> Option<u8> {
    let head = bytes
        .get(at.saturating_sub(MAX_LOOK_BACK)..at)
        .unwrap_or_default();
    let line = head.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let mut open = None;
    let mut escaped = false;
    for &byte in line {
        match (open, byte) {
            _ if escaped => escaped = false,
            (None | Some(b'"'), b'\\') => escaped = true,
            (Some(quote), _) if quote == byte => open = None,
            (None, b'"' | b'\'') => open = Some(byte),
            _ => {}
        }
    }
    open
}

/// How long a text is that a quote has opened, to the quote that closes it or to its end.
pub(super) fn length(rest: &[u8], quote: Mark) -> usize {
    let mut last = b' ';
    for (at, &byte) in rest.iter().enumerate() {
        let inner = last == b'\\' && quote.byte == b'"' && !quote.escaped;
        if byte == quote.byte && !inner {
            return if quote.escaped && last == b'\\' {
                at - run_back(rest, at)
            } else {
                at
            };
        }
        last = if last == b'\\' && byte == b'\\' {
            b' '
        } else {
            byte
        };
    }
    rest.len()
}

/// How many backslashes stand before a place.
pub(super) fn run_back(bytes: &[u8], at: usize) -> usize {
    let head = bytes.get(..at).unwrap_or_default();
    head.iter().rev().take_while(|&&byte| byte == b'\\').count()
}

/// What a shell joins to a text in quotes: `"name: "VALUE`.
pub(super) fn joined(bytes: &[u8], next: usize) -> Option<Range<usize>> {
    let quote = bytes.get(next).copied().filter(|&byte| is_quote(byte));
    let start = next + usize::from(quote.is_some());
    let rest = bytes.get(start..)?;
    let ends = |byte: u8| {
        is_quote(byte)
            || quote.is_none()
                && (byte.is_ascii_whitespace() || matches!(byte, b';' | b'&' | b'|' | b')' | b','))
    };
    let length = rest.iter().position(|&byte| ends(byte)).unwrap_or(rest.len());
    let begins = rest.first().is_some_and(u8::is_ascii_alphanumeric);
    begins.then_some(start..start + length)
}
