//! The functions. Arguments are evaluated from left to right, elements are drawn one by one.

use super::ast::Binary;
use super::{
    calls::Builtin,
    convert,
    error::{Eval, raised, rejected},
    eval::{ELEMENT, Run, add, eval},
    iterate::{self, Iter},
    node::{Operand, Source, View},
    operators, order, own, show,
    table::Table,
    value::{Text, Value},
};
use std::sync::Arc;

/// Evaluates a call of a function.
pub(super) fn call<'a>(
    builtin: Builtin,
    args: &'a [Operand],
    named: &'a [(&'static str, Operand)],
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    match (builtin, args) {
        (Builtin::Any | Builtin::All, [Operand::Source(source)]) => {
            some(source, builtin == Builtin::Any, run)
        }
        (Builtin::Len, [Operand::Source(source)]) => len(source, run),
        (Builtin::Sum, [Operand::Source(source), rest @ ..]) => sum(source, rest, named, run),
        (Builtin::Sorted, [Operand::Source(source)]) => order::sorted(source, named, run),
        (Builtin::Min | Builtin::Max, _) => order::extreme(builtin, args, named, run),
        (Builtin::List, [Operand::Source(source)]) => {
            let items = elements(source, run)?;
            Ok(Value::list(items))
        }
        (Builtin::Tuple, [Operand::Source(source)]) => {
            let items = elements(source, run)?;
            Ok(Value::tuple(items))
        }
        (Builtin::Set, [Operand::Source(source)]) => {
            let mut iter = iterate::open(source, run)?;
            let mut table = Table::default();
            while let Some(value) = iter.next(run)? {
                if iter.unordered() {
                    iterate::ambiguous(&table, &value)?;
                }
                add(&mut table, value, Value::None, run)?;
            }
            Ok(Value::Set(Arc::new(table)))
        }
        (Builtin::Dict, [Operand::Source(source)]) => dict(source, run),
        (Builtin::List, []) => Ok(Value::list(Vec::new())),
        (Builtin::Tuple, []) => Ok(Value::tuple(Vec::new())),
        (Builtin::Set, []) => Ok(Value::Set(Arc::default())),
        (Builtin::Dict, []) => Ok(Value::Dict(Arc::default())),
        // The usual calls, without a list of their values.
        (_, [Operand::Value(one)]) if named.is_empty() => apply(builtin, &[eval(one, run)?], run),
        (_, [Operand::Value(one), Operand::Value(two)]) if named.is_empty() => {
            apply(builtin, &[eval(one, run)?, eval(two, run)?], run)
        }
        _ => {
            let mut values = Vec::with_capacity(args.len() + named.len());
            for operand in args.iter().chain(named.iter().map(|(_, operand)| operand)) {
                let Operand::Value(node) = operand else {
                    return rejected("elements are not a value");
                };
                values.push(eval(node, run)?);
            }
            if builtin == Builtin::Int && !named.is_empty() && args.is_empty() {
                return raised("`int` with a base needs a text");
            }
            apply(builtin, &values, run)
        }
    }
}

/// Calls a function that takes plain values.
pub(super) fn apply<'a>(builtin: Builtin, args: &[Value<'a>], run: &mut Run<'a>) -> Eval<Value<'a>> {
    match (builtin, args) {
        (Builtin::Str, []) => Ok(Value::text("")),
        (Builtin::Str, [value]) => show::str(value, run),
        (Builtin::Bool, []) => Ok(Value::Bool(false)),
        (Builtin::Bool, [value]) => Ok(Value::Bool(value.truth())),
        (Builtin::Int, []) => Ok(Value::Int(0)),
        (Builtin::Int, [value]) => convert::int(value, run),
        (Builtin::Int, [value, base]) => convert::int_of_base(value, base, run),
        (Builtin::Float, []) => Ok(Value::Float(0.0)),
        (Builtin::Float, [value]) => convert::float(value, run),
        (Builtin::Len, [value]) => Ok(Value::Int(value_len(value, run)?)),
        (Builtin::Abs, [Value::Float(f)]) => Ok(Value::Float(f.abs())),
        (Builtin::Abs, [value]) => match value.index() {
            Some(n) => super::number::int(n.checked_abs()),
            None => raised(format!("{} has no absolute value", value.kind())),
        },
        (Builtin::Round, [value]) => convert::round(value, &Value::None, run),
        (Builtin::Round, [value, places]) => convert::round(value, places, run),
        (Builtin::Glob, [path, pattern]) => own::glob(path, pattern, run),
        (Builtin::Within, [path, dir]) => own::within(path, dir, run),
        (Builtin::Matches, [text, regex]) => own::matches(text, regex, run),
        (Builtin::Cidr, [ip, network]) => own::cidr(ip, network, run),
        _ => raised(format!(
            "`{}` does not take {} arguments",
            builtin.function().name,
            args.len()
        )),
    }
}

fn some<'a>(source: &'a Source, until: bool, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let mut iter = iterate::open(source, run)?;
    let mut met = false;
    // In an arbitrary order nothing may be left out, since an error might stand there.
    while !met || iter.unordered() {
        let Some(value) = iter.next_of_some(run)? else {
            break;
        };
        met |= value.truth() == until;
    }
    Ok(Value::Bool(met == until))
}

fn len<'a>(source: &'a Source, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let n = match source {
        Source::Value(node) => {
            let value = eval(node, run)?;
            value_len(&value, run)?
        }
        Source::Range(parts) => {
            let count = iterate::range_len(iterate::range(parts, run)?);
            return i64::try_from(count)
                .map_or_else(|_| raised("the range is too long"), |n| Ok(Value::Int(n)));
        }
        Source::View(View::Keys | View::Values | View::Items, node) => count(iterate::dict(node, run)?.len()),
        other => {
            iterate::open(other, run)?;
            return raised("what is drawn one by one has no length");
        }
    };
    Ok(Value::Int(n))
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn value_len<'a>(value: &Value<'a>, run: &mut Run<'a>) -> Eval<i64> {
    match value {
        Value::Str(text) => {
            run.work(text.len())?;
            Ok(count(if text.is_ascii() {
                text.len()
            } else {
                text.chars().count()
            }))
        }
        Value::List(items) | Value::Tuple(items) => Ok(count(items.len())),
        Value::Set(table) | Value::Dict(table) => Ok(count(table.len())),
        other => raised(format!("{} has no length", other.kind())),
    }
}

/// All elements in their order, which must not be that of a set.
pub(super) fn elements<'a>(source: &'a Source, run: &mut Run<'a>) -> Eval<Vec<Value<'a>>> {
    let mut iter = iterate::open(source, run)?;
    if let Iter::Set(..) = iter {
        return rejected("a list made from a set would show its arbitrary order");
    }
    let mut items = Vec::new();
    while let Some(value) = iter.next(run)? {
        if iter.unordered() {
            return rejected("a list made from a set would show its arbitrary order");
        }
        run.data(ELEMENT)?;
        items.push(value);
    }
    Ok(items)
}

fn sum<'a>(
    source: &'a Source,
    rest: &'a [Operand],
    named: &'a [(&'static str, Operand)],
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    // Python evaluates the argument before the start, and asks for the first element after both.
    let prepared = iterate::prepare(source, run)?;
    let start = rest.first().or(named.first().map(|(_, operand)| operand));
    let mut total = match start {
        Some(Operand::Value(node)) => eval(node, run)?,
        _ => Value::Int(0),
    };
    let mut iter = prepared.begin()?;
    if matches!(total, Value::Str(_)) {
        return raised("`sum` does not add text: use `join`");
    }
    let mut unordered = false;
    while let Some(value) = iter.next(run)? {
        unordered |= iter.unordered();
        // Floats are rounded at each step, and a large integer when it meets one.
        if unordered && (value.index().is_none() || matches!(total, Value::Float(_))) {
            return rejected("the sum of this set would depend on its arbitrary order");
        }
        total = operators::binary(Binary::Add, &total, &value, run)?;
    }
    Ok(total)
}

fn dict<'a>(source: &'a Source, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let mut iter = match iterate::prepare(source, run)? {
        iterate::Prepared::Value(value @ Value::Dict(_)) => return Ok(value),
        prepared => prepared.begin()?,
    };
    let mut table = Table::default();
    while let Some(pair) = iter.next(run)? {
        if iter.unordered() {
            return rejected("a dict made from a set would show its arbitrary order");
        }
        if let Value::Set(_) = pair {
            return rejected("a pair made from a set would show its arbitrary order");
        }
        let mut parts = Iter::of(pair)?;
        match (parts.next(run)?, parts.next(run)?, parts.next(run)?) {
            (Some(key), Some(value), None) => add(&mut table, key, value, run)?,
            _ => return raised("a dict is made from pairs"),
        }
    }
    Ok(Value::Dict(Arc::new(table)))
}

/// A text as it is borrowed or shared, for results that are parts of it.
pub(super) fn part<'a>(text: &Text<'a>, range: std::ops::Range<usize>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    match text {
        Text::Borrowed(all) => Ok(Value::Str(Text::Borrowed(all.get(range).unwrap_or_default()))),
        Text::Shared(all) => run.text(all.get(range).unwrap_or_default().to_owned()),
    }
}
