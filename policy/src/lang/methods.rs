//! The methods, by the type of their object.

use super::{
    calls::Method,
    error::{Eval, raised, rejected},
    eval::{ELEMENT, Run, add, eval},
    iterate::{self, Iter},
    node::{Node, Operand, Source},
    operators, str_methods,
    table::Table,
    value::Value,
};
use std::sync::Arc;

/// Evaluates a call of a method.
pub(super) fn call<'a>(
    method: Method,
    object: &Value<'a>,
    args: &'a [Operand],
    named: &'a [(&'static str, Node)],
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    match (object, method, args) {
        (Value::Str(text), Method::Join, [Operand::Source(source)]) => str_methods::join(text, source, run),
        (Value::Set(table), _, _) => set(method, table, args, run),
        // The usual call, without a list of its values.
        (_, _, [Operand::Value(one)]) if named.is_empty() => {
            plain(method, object, &[eval(one, run)?], &[], run)
        }
        _ => {
            let mut values = Vec::with_capacity(args.len());
            for operand in args {
                values.push(match operand {
                    Operand::Value(node) => eval(node, run)?,
                    Operand::Source(source) => {
                        // The object is not what the method belongs to; Python evaluates the argument first.
                        iterate::prepare(source, run)?;
                        Value::None
                    }
                    Operand::Function(_) => return rejected("a function is not a value"),
                });
            }
            let mut extra = Vec::with_capacity(named.len());
            for (name, node) in named {
                extra.push((*name, eval(node, run)?));
            }
            plain(method, object, &values, &extra, run)
        }
    }
}

fn plain<'a>(
    method: Method,
    object: &Value<'a>,
    args: &[Value<'a>],
    named: &[(&'static str, Value<'a>)],
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    match (object, method, args) {
        (Value::Str(text), _, _) => str_methods::call(method, text, args, named, run),
        (Value::Dict(table), Method::Get, [key, rest @ ..]) if rest.len() < 2 => {
            let key = run.key(key.clone())?;
            Ok(table.get(&key).or(rest.first()).cloned().unwrap_or(Value::None))
        }
        (Value::List(_) | Value::Dict(_), Method::Copy, []) => Ok(object.clone()),
        (Value::List(items) | Value::Tuple(items), Method::Count, [wanted]) => {
            let mut n = 0;
            for item in items.iter() {
                n += i64::from(run.equal(item, wanted)?);
            }
            Ok(Value::Int(n))
        }
        (Value::List(items) | Value::Tuple(items), Method::Index, [wanted, bounds @ ..]) => {
            let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let clip = |value: &Value<'a>| -> Eval<i64> {
                let n = value.expect_index()?;
                Ok(if n < 0 { n.saturating_add(len).max(0) } else { n })
            };
            let start = bounds.first().map_or(Ok(0), clip)?;
            let stop = bounds.get(1).map_or(Ok(i64::MAX), clip)?;
            for (n, item) in (0_i64..).zip(items.iter()) {
                if n >= start && n < stop && run.equal(item, wanted)? {
                    return Ok(Value::Int(n));
                }
            }
            raised("it is not among the elements")
        }
        (Value::Record(_), ..) => rejected("a record has no methods"),
        _ => raised(format!("{} has no such method", object.kind())),
    }
}

fn set<'a>(method: Method, own: &Arc<Table<'a>>, args: &'a [Operand], run: &mut Run<'a>) -> Eval<Value<'a>> {
    let sources = args.iter().map(|operand| match operand {
        Operand::Source(source) => Ok(source),
        Operand::Value(_) | Operand::Function(_) => raised("a set has no such method"),
    });
    let sources: Vec<&Source> = sources.collect::<Eval<_>>()?;
    match (method, sources.as_slice()) {
        (Method::Copy, []) => Ok(Value::Set(Arc::clone(own))),
        (Method::Union, sources) => {
            let mut others = Vec::with_capacity(sources.len());
            for source in sources {
                others.push(iterate::prepare(source, run)?);
            }
            run.data(own.len() * 2 * ELEMENT)?;
            let mut table = (**own).clone();
            for other in others {
                let other = other.begin()?;
                put_all(&mut table, other, run)?;
            }
            Ok(Value::Set(Arc::new(table)))
        }
        (Method::Intersection | Method::Difference, sources) => {
            let mut others = Vec::with_capacity(sources.len());
            for source in sources {
                others.push(iterate::prepare(source, run)?);
            }
            let mut left = Value::Set(Arc::clone(own));
            for other in others {
                let Value::Set(own) = &left else { break };
                left = match (method, other) {
                    (Method::Difference, other) => operators::without(own, &*as_set(other, run)?, run)?,
                    // CPython walks the smaller of two sets, and anything else from its beginning.
                    (_, iterate::Prepared::Value(Value::Set(other))) => operators::both(own, &other, run)?,
                    (_, other) => found(own, other, run)?,
                };
            }
            Ok(left)
        }
        (Method::SymmetricDifference, [source]) => {
            let prepared = iterate::prepare(source, run)?;
            let other = as_set(prepared, run)?;
            operators::one_of(own, &other, run)
        }
        (Method::IsSubset, [source]) => {
            let prepared = iterate::prepare(source, run)?;
            let other = as_set(prepared, run)?;
            Ok(Value::Bool(super::compare::subset(own, &other)))
        }
        (Method::IsSuperset, [source]) => superset(own, source, run, true),
        (Method::IsDisjoint, [source]) => superset(own, source, run, false),
        _ => raised("a set has no such method"),
    }
}

/// `issuperset` and `isdisjoint` stop at the first element that decides, except in an arbitrary order.
fn superset<'a>(own: &Table<'a>, source: &'a Source, run: &mut Run<'a>, wanted: bool) -> Eval<Value<'a>> {
    let mut iter = iterate::prepare(source, run)?.begin()?;
    let mut holds = true;
    while holds || iter.unordered() {
        let Some(key) = iter.next_key_of_some(run)? else {
            break;
        };
        holds &= own.contains(&key) == wanted;
    }
    Ok(Value::Bool(holds))
}

/// The elements of a set that are drawn from elsewhere; once it was found whole, nothing more is drawn, except in an
/// arbitrary order.
fn found<'a>(own: &Table<'a>, other: iterate::Prepared<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let mut iter = other.begin()?;
    let mut table = Table::default();
    while own.len() == 0 || table.len() < own.len() || iter.unordered() {
        let Some(key) = iter.next_key_of_some(run)? else {
            break;
        };
        if !own.contains(&key) {
            continue;
        }
        if iter.unordered() {
            iterate::ambiguous(&table, &key)?;
        }
        run.data(2 * ELEMENT)?;
        table.put(key, Value::None);
    }
    Ok(Value::Set(Arc::new(table)))
}

fn put_all<'a>(table: &mut Table<'a>, mut iter: Iter<'a>, run: &mut Run<'a>) -> Eval<()> {
    while let Some(value) = iter.next(run)? {
        if iter.unordered() {
            iterate::ambiguous(table, &value)?;
        }
        add(table, value, Value::None, run)?;
    }
    Ok(())
}

/// The elements as a set.
fn as_set<'a>(prepared: iterate::Prepared<'a>, run: &mut Run<'a>) -> Eval<Arc<Table<'a>>> {
    match prepared {
        iterate::Prepared::Value(Value::Set(table)) => Ok(table),
        other => {
            let mut table = Table::default();
            put_all(&mut table, other.begin()?, run)?;
            Ok(Arc::new(table))
        }
    }
}
