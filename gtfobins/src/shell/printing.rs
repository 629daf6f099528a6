//! What `echo` and `printf` print.

use super::builtins::subscripts;
use super::call::Call;
use super::state::Stream;
use super::value;
use super::walk::Walk;

pub(super) fn echo(args: &[String]) -> Stream {
    let mut words = args;
    let (mut newline, mut escapes) = (true, false);
    while let Some((first, rest)) = words.split_first() {
        let letters = first
            .strip_prefix('-')
            .filter(|l| !l.is_empty() && l.chars().all(|c| "neE".contains(c)));
        let Some(letters) = letters else { break };
        newline &= !letters.contains('n');
        escapes |= letters.contains('e');
        words = rest;
    }
    let mut text = words.join(" ");
    if escapes {
        text = unescape(&text);
    }
    if newline {
        text.push('\n');
    }
    stream(text, "echo")
}

pub(super) fn stream(text: String, by: &str) -> Stream {
    if value::is_static(&text) {
        Stream::Text(text)
    } else if text.contains(value::DECODED) {
        Stream::Decoded(by.to_owned())
    } else if value::is_open(&text) {
        Stream::Output(by.to_owned())
    } else {
        Stream::Paths(text.split_whitespace().map(str::to_owned).collect())
    }
}

pub(super) fn printf(walk: &mut Walk<'_>, args: &[String], call: &mut Call) -> Stream {
    subscripts("printf", args, call);
    let mut args = args;
    if let [flag, name, rest @ ..] = args
        && flag == "-v"
    {
        let text = formatted(rest);
        walk.assign(name, vec![text], false);
        return Stream::Inherited;
    }
    if let [first, rest @ ..] = args
        && first == "--"
    {
        args = rest;
    }
    stream(formatted(args), "printf")
}

/// `printf` for the conversions whose result is plain: `%s`, `%d`, `%b`, `%%`.
pub(super) fn formatted(args: &[String]) -> String {
    let Some((format, mut values)) = args.split_first() else {
        return String::new();
    };
    let format = unescape(format);
    let mut out = String::new();
    for _ in 0..64 {
        let mut chars = format.chars();
        let mut used = false;
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let kind = chars
                .by_ref()
                .find(|c| !(c.is_ascii_digit() || matches!(c, '-' | '.' | '+' | '#' | ' ')));
            match kind {
                Some('%') => out.push('%'),
                Some(kind @ ('s' | 'd' | 'i' | 'b' | 'q')) => {
                    used = true;
                    if let Some((value, rest)) = values.split_first() {
                        out.push_str(&if kind == 'b' {
                            unescape(value)
                        } else {
                            value.clone()
                        });
                        values = rest;
                    }
                }
                _ => {
                    used = true;
                    values = values.get(1..).unwrap_or_default();
                    out.push(value::DECODED);
                }
            }
        }
        if values.is_empty() || !used {
            break;
        }
    }
    out
}

/// Backslash escapes of `echo -e` and `printf`.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let Some(kind) = chars.next() else {
            out.push(b'\\');
            break;
        };
        let mut digits = |radix: u32, most: usize, first: u32| {
            let mut value = first;
            for _ in 0..most {
                let Some(digit) = chars.peek().and_then(|c| c.to_digit(radix)) else {
                    break;
                };
                value = value * radix + digit;
                chars.next();
            }
            u8::try_from(value & 0xff).unwrap_or_default()
        };
        match kind {
            'n' => out.push(b'\n'),
            't' => out.push(b'\t'),
            'r' => out.push(b'\r'),
            'a' | 'b' | 'f' | 'v' => {}
            'e' | 'E' => out.push(27),
            'x' => out.push(digits(16, 2, 0)),
            '0' => out.push(digits(8, 3, 0)),
            c @ '1'..='7' => out.push(digits(8, 2, c.to_digit(8).unwrap_or_default())),
            'c' => break,
            '\\' => out.push(b'\\'),
            other => {
                out.push(b'\\');
                out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
