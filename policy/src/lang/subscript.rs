//! Subscripts and slices.

use super::{
    builtins::part,
    error::{Eval, raised, rejected},
    eval::Run,
    value::{Text, Value},
};

/// `object[index]`
pub(super) fn item<'a>(object: &Value<'a>, index: Value<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    match object {
        Value::Dict(table) => {
            let key = run.key(index)?;
            match table.get(&key) {
                Some(value) => Ok(value.clone()),
                None => raised("there is no such key"),
            }
        }
        Value::List(items) | Value::Tuple(items) => {
            let at = place(index.expect_index()?, items.len());
            match at.and_then(|at| items.get(at)) {
                Some(value) => Ok(value.clone()),
                None => raised("the index is out of range"),
            }
        }
        Value::Str(text) => {
            run.work(text.len())?;
            let at = place(index.expect_index()?, chars(text));
            let found = at.and_then(|at| text.char_indices().nth(at));
            match found {
                Some((at, c)) => part(text, at..at + c.len_utf8(), run),
                None => raised("the index is out of range"),
            }
        }
        Value::Record(_) => rejected("a record holds attributes, not elements"),
        other => raised(format!("{} has no elements", other.kind())),
    }
}

fn place(index: i64, len: usize) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    usize::try_from(if index < 0 { index + len } else { index }).ok()
}

pub(super) fn chars(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().count()
    }
}

/// `object[start:stop:step]`
pub(super) fn slice<'a>(object: &Value<'a>, parts: &[Value<'a>; 3], run: &mut Run<'a>) -> Eval<Value<'a>> {
    let (len, text) = match object {
        Value::List(items) | Value::Tuple(items) => (items.len(), None),
        Value::Str(text) => {
            run.work(text.len())?;
            (chars(text), Some(text))
        }
        Value::Dict(_) => return raised("a dict has no slices"),
        Value::Record(_) => return rejected("a record holds attributes, not elements"),
        other => return raised(format!("{} has no slices", other.kind())),
    };
    let (start, stop, step) = bounds(parts, len)?;
    if let Some(text) = text
        && step == 1
    {
        return part(text, byte_of(text, start)..byte_of(text, stop.max(start)), run);
    }
    let mut picked = Vec::new();
    let mut at = start;
    while if step > 0 { at < stop } else { at > stop } {
        run.step()?;
        picked.push(usize::try_from(at).unwrap_or(usize::MAX));
        at = at.saturating_add(step);
    }
    match object {
        Value::Str(text) => {
            let all: Vec<char> = text.chars().collect();
            run.text(picked.iter().filter_map(|at| all.get(*at)).collect())
        }
        Value::List(items) => run.list(picked.iter().filter_map(|at| items.get(*at).cloned()).collect()),
        Value::Tuple(items) => run.tuple(picked.iter().filter_map(|at| items.get(*at).cloned()).collect()),
        other => raised(format!("{} has no slices", other.kind())),
    }
}

/// Python's `slice.indices`.
fn bounds([start, stop, step]: &[Value<'_>; 3], len: usize) -> Eval<(i64, i64, i64)> {
    let number = |value: &Value<'_>| match value {
        Value::None => Ok(None),
        other => other.expect_index().map(Some),
    };
    let step = number(step)?.unwrap_or(1);
    if step == 0 {
        return raised("the step of a slice is not 0");
    }
    let len = i64::try_from(len).unwrap_or(i64::MAX);
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let clip = |n: Option<i64>, default: i64| match n {
        None => default,
        Some(n) if n < 0 => n.saturating_add(len).max(low),
        Some(n) => n.min(high),
    };
    let (first, last) = if step > 0 { (low, high) } else { (high, low) };
    Ok((clip(number(start)?, first), clip(number(stop)?, last), step))
}

/// Where the character of that number begins.
pub(super) fn byte_of(text: &Text<'_>, at: i64) -> usize {
    let at = usize::try_from(at).unwrap_or(0);
    if text.is_ascii() {
        return at.min(text.len());
    }
    text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte)
}
