//! Beginning to draw: what a source is evaluated to before its first element is asked for.

use super::{
    error::{Eval, raised},
    eval::{ELEMENT, Run, eval},
    iterate::{Generator, Iter},
    node::{Node, Source, View},
    table::Table,
    value::Value,
};
use std::sync::Arc;

/// Begins to draw from a source.
pub(super) fn open<'a>(source: &'a Source, run: &mut Run<'a>) -> Eval<Iter<'a>> {
    match source {
        Source::Value(node) => Iter::of(eval(node, run)?),
        Source::Generator(comprehension) => {
            Ok(Iter::Generator(Box::new(Generator::new(comprehension, run)?)))
        }
        Source::Range(parts) => {
            let (start, stop, step) = range(parts, run)?;
            Ok(Iter::Range(start, stop, step))
        }
        Source::View(view, node) => {
            let table = dict(node, run)?;
            Ok(match view {
                View::Keys => Iter::Keys(table, 0),
                View::Values => Iter::Values(table, 0),
                View::Items => Iter::Pairs(table, 0),
            })
        }
        Source::Enumerate(inner, start) => {
            // Python takes the start before it asks for the elements.
            let inner_value = prepare(inner, run)?;
            let start = match start {
                Some(node) => eval(node, run)?.expect_index()?,
                None => 0,
            };
            Ok(Iter::Enumerate(Box::new(inner_value.begin()?), start))
        }
        Source::Zip(sources) => Ok(Iter::Zip(open_all(sources, run)?)),
        Source::Map(function, sources) => Ok(Iter::Map(*function, open_all(sources, run)?)),
        Source::Filter(function, inner) => Ok(Iter::Filter(*function, Box::new(open(inner, run)?))),
        Source::Reversed(inner) => reversed(inner, run),
    }
}

/// An argument that was evaluated but not yet asked for its elements.
pub(super) enum Prepared<'a> {
    Value(Value<'a>),
    Iter(Iter<'a>),
}

impl<'a> Prepared<'a> {
    pub(super) fn begin(self) -> Eval<Iter<'a>> {
        match self {
            Prepared::Value(value) => Iter::of(value),
            Prepared::Iter(iter) => Ok(iter),
        }
    }
}

pub(super) fn prepare<'a>(source: &'a Source, run: &mut Run<'a>) -> Eval<Prepared<'a>> {
    match source {
        Source::Value(node) => eval(node, run).map(Prepared::Value),
        other => open(other, run).map(Prepared::Iter),
    }
}

fn open_all<'a>(sources: &'a [Source], run: &mut Run<'a>) -> Eval<Vec<Iter<'a>>> {
    let prepared: Vec<_> = sources
        .iter()
        .map(|source| prepare(source, run))
        .collect::<Eval<_>>()?;
    prepared.into_iter().map(Prepared::begin).collect()
}

pub(super) fn dict<'a>(node: &'a Node, run: &mut Run<'a>) -> Eval<Arc<Table<'a>>> {
    match eval(node, run)? {
        Value::Dict(table) => Ok(table),
        other => raised(format!("{} is not a dict", other.kind())),
    }
}

pub(super) fn range<'a>(parts: &'a [Node], run: &mut Run<'a>) -> Eval<(i64, i64, i64)> {
    let mut values = Vec::with_capacity(parts.len());
    for part in parts {
        values.push(eval(part, run)?);
    }
    let numbers: Vec<i64> = values.iter().map(Value::expect_index).collect::<Eval<_>>()?;
    match numbers.as_slice() {
        [stop] => Ok((0, *stop, 1)),
        [start, stop] => Ok((*start, *stop, 1)),
        [_, _, 0] => raised("the step of a range is not 0"),
        [start, stop, step] => Ok((*start, *stop, *step)),
        _ => raised("a range takes 1 to 3 numbers"),
    }
}

/// How many numbers a range has.
pub(super) fn range_len((start, stop, step): (i64, i64, i64)) -> i128 {
    let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
    let span = if step > 0 { stop - start } else { start - stop };
    if span <= 0 { 0 } else { (span - 1) / step.abs() + 1 }
}

fn reversed<'a>(inner: &'a Source, run: &mut Run<'a>) -> Eval<Iter<'a>> {
    let backwards = |mut items: Vec<Value<'a>>, run: &mut Run<'a>| {
        items.reverse();
        run.data(items.len() * ELEMENT)?;
        Ok(Iter::Items(Arc::new(items), 0))
    };
    match inner {
        Source::Range(parts) => {
            let all = range(parts, run)?;
            let count = range_len(all);
            if count == 0 {
                return Ok(Iter::Range(0, 0, 1));
            }
            let (start, step) = (i128::from(all.0), i128::from(all.2));
            let last = start + (count - 1) * step;
            let narrow = |n: i128| i64::try_from(n).or_else(|_| super::error::too_large());
            Ok(Iter::Range(narrow(last)?, narrow(start - step)?, narrow(-step)?))
        }
        Source::View(view, node) => {
            let table = dict(node, run)?;
            let mut items = Vec::with_capacity(table.len());
            for (key, value) in table.iter() {
                items.push(match view {
                    View::Keys => key.clone(),
                    View::Values => value.clone(),
                    View::Items => run.tuple(vec![key.clone(), value.clone()])?,
                });
            }
            backwards(items, run)
        }
        Source::Value(node) => match eval(node, run)? {
            Value::List(items) | Value::Tuple(items) => backwards(items.to_vec(), run),
            Value::Dict(table) => backwards(table.keys().cloned().collect(), run),
            Value::Str(text) => {
                run.work(text.len())?;
                let chars: Vec<_> = text.chars().map(|c| Value::text(c.to_string())).collect();
                backwards(chars, run)
            }
            other => raised(format!("{} cannot be reversed", other.kind())),
        },
        other => {
            open(other, run)?;
            raised("what is drawn one by one cannot be reversed")
        }
    }
}
