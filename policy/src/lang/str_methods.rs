//! The methods of strings. Positions count characters; text outside ASCII is refused where Python would need
//! tables that change from version to version.

use super::{
    builtins::part,
    calls::Method,
    error::{Eval, raised, rejected},
    eval::Run,
    node::Source,
    space::{ends_line, is_space},
    split,
    subscript::{byte_of, chars},
    value::{Text, Value},
};

type Named<'a> = (&'static str, Value<'a>);

/// Calls a method of a string.
pub(super) fn call<'a>(
    method: Method,
    text: &Text<'a>,
    args: &[Value<'a>],
    named: &[Named<'a>],
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    run.work(text.len())?;
    match (method, args) {
        (Method::StartsWith | Method::EndsWith, [wanted, bounds @ ..]) => affix(method, text, wanted, bounds),
        (Method::Find | Method::Index | Method::Rfind | Method::Rindex, [wanted, bounds @ ..]) => {
            find(method, text, wanted, bounds)
        }
        (Method::Count, [wanted, bounds @ ..]) => {
            let wanted = wanted.expect_str()?;
            let Some((within, _)) = window(text, bounds)? else {
                return Ok(Value::Int(0));
            };
            let n = if wanted.is_empty() {
                chars(within) + 1
            } else {
                within.matches(&**wanted).count()
            };
            Ok(Value::Int(i64::try_from(n).unwrap_or(i64::MAX)))
        }
        (Method::Strip | Method::Lstrip | Method::Rstrip, [] | [_]) => strip(method, text, args.first(), run),
        (Method::Split | Method::Rsplit, _) => split::split(method, text, args, named, run),
        (Method::SplitLines, _) => {
            let keep = args.first().or(named.first().map(|(_, value)| value));
            let keep = keep.map_or(Ok(0), Value::expect_small_index)? != 0;
            lines(text, keep, run)
        }
        (Method::Partition | Method::Rpartition, [wanted]) => split::partition(method, text, wanted, run),
        (Method::Replace, [old, new, rest @ ..]) => replace(text, old, new, rest.first(), run),
        (Method::RemovePrefix, [prefix]) => {
            let kept = text
                .strip_prefix(&**prefix.expect_str()?)
                .map_or(text.len(), str::len);
            part(text, text.len() - kept..text.len(), run)
        }
        (Method::RemoveSuffix, [suffix]) => {
            let kept = text
                .strip_suffix(&**suffix.expect_str()?)
                .map_or(text.len(), str::len);
            part(text, 0..kept, run)
        }
        (Method::Lower | Method::Upper, []) if text.chars().any(newly_cased) => {
            rejected("this letter's case is younger than CPython 3.11")
        }
        (Method::Lower, []) => run.text(text.to_lowercase()),
        (Method::Upper, []) => run.text(text.to_uppercase()),
        (Method::Center | Method::Ljust | Method::Rjust | Method::Zfill, [width, fill @ ..]) => {
            pad(method, text, width, fill.first(), run)
        }
        (Method::ExpandTabs, _) => {
            let size = args.first().or(named.first().map(|(_, value)| value));
            expand_tabs(text, size.map_or(Ok(8), Value::expect_small_index)?, run)
        }
        (Method::IsAscii, []) => Ok(Value::Bool(text.is_ascii())),
        (Method::IsSpace, []) => Ok(Value::Bool(!text.is_empty() && text.chars().all(is_space))),
        (_, []) if text.is_ascii() => ascii(method, text, run),
        (_, []) => rejected("this method takes ASCII text alone"),
        _ => raised("a string has no such method"),
    }
}

/// Letters that have had their upper or lower case since Unicode 15 or later; CPython 3.11 knows Unicode 14.
fn newly_cased(c: char) -> bool {
    matches!(c, '\u{19b}' | '\u{264}' | '\u{1c89}'..='\u{1c8a}' | '\u{a7cb}'..='\u{a7cf}' | '\u{a7d2}'..='\u{a7d5}'
        | '\u{a7da}'..='\u{a7dc}' | '\u{10d50}'..='\u{10d65}' | '\u{10d70}'..='\u{10d85}')
}

/// `separator.join(source)`
pub(super) fn join<'a>(separator: &Text<'a>, source: &'a Source, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let items = super::builtins::elements(source, run)?;
    let mut out = String::new();
    for (n, item) in items.iter().enumerate() {
        let part = item.expect_str()?;
        if n > 0 {
            out.push_str(separator);
        }
        out.push_str(part);
        run.data(part.len() + separator.len())?;
    }
    Ok(Value::text(out))
}

/// The part of the text between two positions, which count as in a slice, and where it begins; none where the
/// start lies beyond the end.
fn window<'t>(text: &'t Text<'_>, bounds: &[Value<'_>]) -> Eval<Option<(&'t str, i64)>> {
    let len = i64::try_from(chars(text)).unwrap_or(i64::MAX);
    let number = |value: Option<&Value<'_>>, default: i64| match value {
        None | Some(Value::None) => Ok(default),
        Some(value) => value
            .expect_index()
            .map(|n| if n < 0 { n.saturating_add(len).max(0) } else { n }),
    };
    let start = number(bounds.first(), 0)?;
    let stop = number(bounds.get(1), len)?.min(len);
    if start > stop {
        return Ok(None);
    }
    Ok(text
        .get(byte_of(text, start)..byte_of(text, stop))
        .map(|within| (within, start)))
}

fn affix<'a>(method: Method, text: &Text<'a>, wanted: &Value<'a>, bounds: &[Value<'a>]) -> Eval<Value<'a>> {
    let one = std::slice::from_ref(wanted);
    let all = match wanted {
        Value::Tuple(all) => all.as_slice(),
        _ => one,
    };
    let within = window(text, bounds)?;
    for value in all {
        let wanted = value.expect_str()?;
        let found = within.is_some_and(|(within, _)| match method {
            Method::StartsWith => within.starts_with(&**wanted),
            _ => within.ends_with(&**wanted),
        });
        if found {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn find<'a>(method: Method, text: &Text<'a>, wanted: &Value<'a>, bounds: &[Value<'a>]) -> Eval<Value<'a>> {
    let wanted = wanted.expect_str()?;
    let found = window(text, bounds)?.and_then(|(within, start)| {
        let at = match method {
            Method::Find | Method::Index => within.find(&**wanted),
            _ => within.rfind(&**wanted),
        }?;
        Some(start + i64::try_from(chars(within.get(..at)?)).ok()?)
    });
    match (found, method) {
        (Some(at), _) => Ok(Value::Int(at)),
        (None, Method::Find | Method::Rfind) => Ok(Value::Int(-1)),
        (None, _) => raised("the text is not found"),
    }
}

fn strip<'a>(method: Method, text: &Text<'a>, set: Option<&Value<'a>>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let set = match set {
        None | Some(Value::None) => None,
        Some(value) => Some(value.expect_str()?.clone()),
    };
    let goes = |c: char| set.as_ref().map_or_else(|| is_space(c), |set| set.contains(c));
    run.work(set.as_ref().map_or(0, |set| set.len() * text.len()))?;
    let start = if method == Method::Rstrip {
        0
    } else {
        text.len() - text.trim_start_matches(goes).len()
    };
    let rest = text.get(start..).unwrap_or_default();
    let len = if method == Method::Lstrip {
        rest.len()
    } else {
        rest.trim_end_matches(goes).len()
    };
    part(text, start..start + len, run)
}

fn lines<'a>(text: &Text<'a>, keep: bool, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let mut out = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.find(ends_line).map_or(text.len(), |at| start + at);
        let ending = text.get(end..).unwrap_or_default();
        let width = if ending.starts_with("\r\n") {
            2
        } else {
            ending.chars().next().map_or(0, char::len_utf8)
        };
        out.push(part(text, start..if keep { end + width } else { end }, run)?);
        start = end + width;
    }
    run.list(out)
}

fn replace<'a>(
    text: &Text<'a>,
    old: &Value<'a>,
    new: &Value<'a>,
    count: Option<&Value<'a>>,
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    let (old, new) = (old.expect_str()?, new.expect_str()?);
    let most = count.map_or(Ok(-1), Value::expect_index)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let found = if old.is_empty() {
        chars(text) + 1
    } else {
        text.matches(&**old).count()
    };
    run.data(
        text.len()
            .saturating_add(found.min(most).saturating_mul(new.len())),
    )?;
    Ok(Value::text(text.replacen(&**old, new, most)))
}

fn pad<'a>(
    method: Method,
    text: &Text<'a>,
    width: &Value<'a>,
    fill: Option<&Value<'a>>,
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    let fill = match fill {
        None => ' ',
        Some(value) => {
            let mut all = value.expect_str()?.chars();
            match (all.next(), all.next()) {
                (Some(one), None) => one,
                _ => return raised("the fill is one character"),
            }
        }
    };
    let width = usize::try_from(width.expect_index()?).unwrap_or(0);
    let missing = width.saturating_sub(chars(text));
    run.data(missing.saturating_mul(4))?;
    let fill = |n: usize| std::iter::repeat_n(fill, n).collect::<String>();
    let out = match method {
        Method::Ljust => format!("{}{}", &**text, fill(missing)),
        Method::Rjust => format!("{}{}", fill(missing), &**text),
        Method::Center => {
            let left = missing / 2 + (missing & width & 1);
            format!("{}{}{}", fill(left), &**text, fill(missing - left))
        }
        _ => {
            let sign = text.len() - text.strip_prefix(['+', '-']).unwrap_or(text).len();
            let (sign, digits) = text.split_at_checked(sign).unwrap_or(("", text));
            format!("{sign}{}{digits}", "0".repeat(missing))
        }
    };
    run.text(out)
}

fn expand_tabs<'a>(text: &Text<'a>, size: i64, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let size = usize::try_from(size).unwrap_or(0);
    let (mut out, mut column) = (String::new(), 0);
    for c in text.chars() {
        match c {
            '\t' if size > 0 => {
                let width = size - column % size;
                run.data(width)?;
                out.push_str(&" ".repeat(width));
                column += width;
            }
            '\t' => {}
            _ => {
                column = if matches!(c, '\n' | '\r') { 0 } else { column + 1 };
                out.push(c);
            }
        }
    }
    run.text(out)
}

/// Methods that ask for the kind of each letter.
fn ascii<'a>(method: Method, text: &Text<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let all = |test: fn(&u8) -> bool| Ok(Value::Bool(!text.is_empty() && text.bytes().all(|b| test(&b))));
    let cased = text.bytes().any(|b| b.is_ascii_alphabetic());
    match method {
        Method::IsAlnum => all(u8::is_ascii_alphanumeric),
        Method::IsAlpha => all(u8::is_ascii_alphabetic),
        Method::IsDecimal | Method::IsDigit | Method::IsNumeric => all(u8::is_ascii_digit),
        Method::IsPrintable => Ok(Value::Bool(text.bytes().all(|b| (b' '..=b'~').contains(&b)))),
        Method::IsLower => Ok(Value::Bool(
            cased && !text.bytes().any(|b| b.is_ascii_uppercase()),
        )),
        Method::IsUpper => Ok(Value::Bool(
            cased && !text.bytes().any(|b| b.is_ascii_lowercase()),
        )),
        Method::IsIdentifier => {
            let name = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            Ok(Value::Bool(
                name && !text.starts_with(|c: char| c.is_ascii_digit()) && !text.is_empty(),
            ))
        }
        Method::IsTitle => Ok(Value::Bool(cased && is_title(text))),
        Method::Casefold => run.text(text.to_ascii_lowercase()),
        Method::Capitalize => {
            let mut out = text.to_ascii_lowercase();
            if let Some(first) = out.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            run.text(out)
        }
        Method::Title => {
            let mut before = false;
            let out = text.chars().map(|c| {
                let shown = if before {
                    c.to_ascii_lowercase()
                } else {
                    c.to_ascii_uppercase()
                };
                before = c.is_ascii_alphabetic();
                shown
            });
            run.text(out.collect())
        }
        Method::Swapcase => run.text(
            text.chars()
                .map(|c| {
                    if c.is_ascii_lowercase() {
                        c.to_ascii_uppercase()
                    } else {
                        c.to_ascii_lowercase()
                    }
                })
                .collect(),
        ),
        _ => raised("a string has no such method"),
    }
}

fn is_title(text: &str) -> bool {
    let mut before = false;
    text.bytes().all(|b| {
        let fits = match (b.is_ascii_uppercase(), b.is_ascii_lowercase()) {
            (true, _) => !before,
            (_, true) => before,
            _ => true,
        };
        before = b.is_ascii_alphabetic();
        fits
    })
}
