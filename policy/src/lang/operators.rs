//! Binary operators beyond arithmetic: concatenation, repetition, and sets.

use super::{
    ast::Binary,
    error::{Eval, raised, rejected},
    eval::{ELEMENT, Run},
    number,
    table::Table,
    value::Value,
};
use std::sync::Arc;

/// `a OP b`
pub(crate) fn binary<'a>(
    operator: Binary,
    a: &Value<'a>,
    b: &Value<'a>,
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    if let Some(result) = number::binary(operator, a, b) {
        return result;
    }
    match (operator, a, b) {
        (Binary::Add, Value::Str(x), Value::Str(y)) => run.text(format!("{}{}", &**x, &**y)),
        (Binary::Add, Value::List(x), Value::List(y)) => {
            run.list(x.iter().chain(y.iter()).cloned().collect())
        }
        (Binary::Add, Value::Tuple(x), Value::Tuple(y)) => {
            run.tuple(x.iter().chain(y.iter()).cloned().collect())
        }
        (Binary::Mul, sequence, times) if times.index().is_some() => repeat(sequence, times.index(), run),
        (Binary::Mul, times, sequence) if times.index().is_some() => repeat(sequence, times.index(), run),
        (Binary::BitAnd, Value::Set(x), Value::Set(y)) => both(x, y, run),
        (Binary::BitOr, Value::Set(x), Value::Set(y)) => either(x, y, run),
        (Binary::Sub, Value::Set(x), Value::Set(y)) => without(x, y, run),
        (Binary::BitXor, Value::Set(x), Value::Set(y)) => one_of(x, y, run),
        (Binary::BitOr, Value::Dict(x), Value::Dict(y)) => {
            run.data((x.len() + y.len()) * 2 * ELEMENT)?;
            let mut table = (**x).clone();
            y.iter()
                .for_each(|(key, value)| table.put(key.clone(), value.clone()));
            Ok(Value::Dict(Arc::new(table)))
        }
        (Binary::Mod, Value::Str(_), _) => rejected("`%` does not format text here"),
        (_, Value::Record(_), _) | (_, _, Value::Record(_)) => {
            rejected("records have no operators: name an attribute")
        }
        _ => raised(format!(
            "this operator does not take {} and {}",
            a.kind(),
            b.kind()
        )),
    }
}

fn repeat<'a>(sequence: &Value<'a>, times: Option<i64>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let times = usize::try_from(times.unwrap_or(0)).unwrap_or(0);
    match sequence {
        Value::Str(text) => {
            run.data(text.len().saturating_mul(times))?;
            Ok(Value::text(text.repeat(if text.is_empty() { 0 } else { times })))
        }
        Value::List(items) | Value::Tuple(items) => {
            run.data(items.len().saturating_mul(times).saturating_mul(ELEMENT))?;
            let times = if items.is_empty() { 0 } else { times };
            let all: Vec<_> = (0..times).flat_map(|_| items.iter().cloned()).collect();
            Ok(if matches!(sequence, Value::List(_)) {
                Value::list(all)
            } else {
                Value::tuple(all)
            })
        }
        other => raised(format!("{} cannot be repeated", other.kind())),
    }
}

/// Makes a set of keys; where several equal ones meet, the first stays.
pub(super) fn set<'k, 'a: 'k>(
    keys: impl Iterator<Item = &'k Value<'a>>,
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    let mut table = Table::default();
    for key in keys {
        run.step()?;
        run.data(2 * ELEMENT)?;
        table.put(key.clone(), Value::None);
    }
    Ok(Value::Set(Arc::new(table)))
}

/// Which of two equal elements an intersection keeps depends on the sizes: CPython walks the smaller set.
pub(super) fn both<'a>(x: &Table<'a>, y: &Table<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let (walked, asked) = if y.len() > x.len() { (x, y) } else { (y, x) };
    set(walked.keys().filter(|key| asked.contains(key)), run)
}

pub(super) fn either<'a>(x: &Table<'a>, y: &Table<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    set(x.keys().chain(y.keys()), run)
}

pub(super) fn without<'a>(x: &Table<'a>, y: &Table<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    set(x.keys().filter(|key| !y.contains(key)), run)
}

pub(super) fn one_of<'a>(x: &Table<'a>, y: &Table<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let left = x.keys().filter(|key| !y.contains(key));
    set(left.chain(y.keys().filter(|key| !x.contains(key))), run)
}
