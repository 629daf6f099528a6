//! `sorted`, `min`, `max`: by Python's `<` alone, stable, errors included.

use super::{
    builtins::apply,
    calls::Builtin,
    compare::{equal, less},
    error::{Eval, raised, rejected},
    eval::{ELEMENT, Run, eval},
    iterate::{self, Iter},
    node::{Operand, Source},
    value::Value,
};

type Named = (&'static str, Operand);

/// An element with what it is compared by.
struct Ranked<'a> {
    by: Value<'a>,
    value: Value<'a>,
}

fn rank<'a>(value: Value<'a>, key: Option<Builtin>, run: &mut Run<'a>) -> Eval<Ranked<'a>> {
    let by = match key {
        Some(function) => apply(function, std::slice::from_ref(&value), run)?,
        None => value.clone(),
    };
    Ok(Ranked { by, value })
}

fn key(named: &[Named]) -> Option<Builtin> {
    named.iter().find_map(|(name, operand)| match operand {
        Operand::Function(function) if *name == "key" => Some(*function),
        _ => None,
    })
}

fn option<'a>(named: &'a [Named], wanted: &str, run: &mut Run<'a>) -> Eval<Option<Value<'a>>> {
    let mut found = None;
    for (name, operand) in named {
        if let Operand::Value(node) = operand {
            let value = eval(node, run)?;
            if *name == wanted {
                found = Some(value);
            }
        }
    }
    Ok(found)
}

fn weigh<'a>(a: &Ranked<'a>, b: &Ranked<'a>, run: &mut Run<'a>) -> Eval<bool> {
    run.weigh(&a.by)?;
    less(&a.by, &b.by)
}

/// `sorted(source, key=, reverse=)`
pub(super) fn sorted<'a>(source: &'a Source, named: &'a [Named], run: &mut Run<'a>) -> Eval<Value<'a>> {
    let prepared = iterate::prepare(source, run)?;
    let reverse = match option(named, "reverse", run)? {
        Some(value) => value.expect_small_index()? != 0,
        None => false,
    };
    let mut iter = prepared.begin()?;
    let (mut items, mut unordered) = (Vec::new(), false);
    let key = key(named);
    let mut values = Vec::new();
    while let Some(value) = iter.next(run)? {
        unordered |= iter.unordered();
        run.data(ELEMENT)?;
        values.push(value);
    }
    for value in values {
        items.push(rank(value, key, run)?);
    }
    if items.len() > 1 && items.iter().any(|r| holds_sets(&r.by)) {
        return rejected("sets have no order to sort by");
    }
    if reverse {
        items.reverse();
    }
    let mut items = merge_sort(items, run)?;
    if reverse {
        items.reverse();
    }
    if unordered {
        determined(&items)?;
    }
    Ok(Value::list(items.into_iter().map(|r| r.value).collect()))
}

/// Sorting by a partial order depends on the algorithm.
fn holds_sets(value: &Value<'_>) -> bool {
    match value {
        Value::Set(_) => true,
        Value::List(items) | Value::Tuple(items) => items.iter().any(holds_sets),
        _ => false,
    }
}

/// Equal elements of an arbitrary order must be alike, or their order would show.
fn determined(items: &[Ranked<'_>]) -> Eval<()> {
    let mut pairs = items.iter().zip(items.iter().skip(1));
    let doubtful =
        pairs.any(|(a, b)| equal(&a.by, &b.by) && !(equal(&a.value, &b.value) && plain(&a.value, &b.value)));
    if doubtful {
        return rejected("the order of equal elements of a set is arbitrary");
    }
    Ok(())
}

fn plain(a: &Value<'_>, b: &Value<'_>) -> bool {
    a.kind() == b.kind()
        && !matches!(
            a,
            Value::Tuple(_) | Value::List(_) | Value::Dict(_) | Value::Set(_)
        )
}

fn merge_sort<'a>(mut items: Vec<Ranked<'a>>, run: &mut Run<'a>) -> Eval<Vec<Ranked<'a>>> {
    if items.len() < 2 {
        return Ok(items);
    }
    let right = items.split_off(items.len() / 2);
    let left = merge_sort(items, run)?;
    let right = merge_sort(right, run)?;
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if weigh(b, a, run)? {
            right.next()
        } else {
            left.next()
        };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}

/// `min` and `max`, of elements or of arguments
pub(super) fn extreme<'a>(
    builtin: Builtin,
    args: &'a [Operand],
    named: &'a [Named],
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    let (mut iter, default) = match args {
        [Operand::Source(source)] => {
            let prepared = iterate::prepare(source, run)?;
            let default = option(named, "default", run)?;
            (prepared.begin()?, default)
        }
        _ => {
            let mut values = Vec::with_capacity(args.len());
            for operand in args {
                let Operand::Value(node) = operand else {
                    return rejected("elements are not a value");
                };
                values.push(eval(node, run)?);
            }
            if option(named, "default", run)?.is_some() {
                return raised("`default` goes with a single argument");
            }
            (Iter::Items(std::sync::Arc::new(values), 0), None)
        }
    };
    let key = key(named);
    let mut best: Option<Ranked<'a>> = None;
    let (mut all, mut unordered) = (Vec::new(), false);
    while let Some(value) = iter.next(run)? {
        unordered |= iter.unordered();
        let next = rank(value, key, run)?;
        if unordered {
            all.push(next);
            run.data(ELEMENT)?;
            continue;
        }
        best = Some(match best {
            Some(best) => better(builtin, best, next, run)?,
            None => next,
        });
    }
    if unordered {
        all.extend(best.take());
        best = of_set(builtin, all, run)?;
    }
    match (best, default) {
        (Some(best), _) => Ok(best.value),
        (None, Some(default)) => Ok(default),
        (None, None) => raised(format!("`{}` of nothing", builtin.function().name)),
    }
}

fn better<'a>(builtin: Builtin, best: Ranked<'a>, next: Ranked<'a>, run: &mut Run<'a>) -> Eval<Ranked<'a>> {
    let replaces = if builtin == Builtin::Min {
        weigh(&next, &best, run)?
    } else {
        weigh(&best, &next, run)?
    };
    Ok(if replaces { next } else { best })
}

/// The extreme of elements in arbitrary order: they must all be numbers or all text, and the best unmistakable.
fn of_set<'a>(builtin: Builtin, all: Vec<Ranked<'a>>, run: &mut Run<'a>) -> Eval<Option<Ranked<'a>>> {
    let number = |r: &Ranked<'_>| r.by.index().is_some() || matches!(r.by, Value::Float(_));
    let text = |r: &Ranked<'_>| matches!(r.by, Value::Str(_));
    if !all.iter().all(number) && !all.iter().all(text) {
        return rejected("the elements of this set have no common order");
    }
    let mut sorted = merge_sort(all, run)?;
    if builtin == Builtin::Max {
        sorted.reverse();
    }
    determined(&sorted)?;
    Ok(sorted.into_iter().next())
}
