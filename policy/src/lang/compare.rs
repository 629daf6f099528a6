//! Equality, order and hashing, as Python has them: across int, float and bool by exact value.

use super::{
    error::{Eval, raised},
    table::Table,
    value::Value,
};
use std::{
    cmp::Ordering,
    hash::{DefaultHasher, Hash, Hasher},
};

/// 2^63: this and everything beyond lies outside the integers.
const BEYOND: f64 = 9_223_372_036_854_775_808.0;

/// Python's `==` for everything that has no records in it.
pub(crate) fn equal(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::None, Value::None) => true,
        (Value::Str(a), Value::Str(b)) => **a == **b,
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b))
        }
        (Value::Set(a), Value::Set(b)) => a.len() == b.len() && subset(a, b),
        (Value::Dict(a), Value::Dict(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.get(key).is_some_and(|other| equal(value, other)))
        }
        _ => numbers(a, b) == Some(Ordering::Equal),
    }
}

/// Whether every element of `a` is in `b`.
pub(crate) fn subset(a: &Table<'_>, b: &Table<'_>) -> bool {
    a.len() <= b.len() && a.keys().all(|key| b.contains(key))
}

/// The order of two numbers by their exact values; none where one is not a number.
pub(crate) fn numbers(a: &Value<'_>, b: &Value<'_>) -> Option<Ordering> {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Float(a), b) => Some(int_to_float(b.index()?, *a).reverse()),
        (a, Value::Float(b)) => Some(int_to_float(a.index()?, *b)),
        (a, b) => Some(a.index()?.cmp(&b.index()?)),
    }
}

fn int_to_float(int: i64, float: f64) -> Ordering {
    if float >= BEYOND {
        return Ordering::Less;
    }
    if float < -BEYOND {
        return Ordering::Greater;
    }
    let whole = float.trunc();
    int.cmp(&(whole as i64))
        .then_with(|| 0.0_f64.partial_cmp(&(float - whole)).unwrap_or(Ordering::Equal))
}

/// Python's `<` and its relatives: `holds` says which outcomes of the comparison make it true.
pub(crate) fn ordered(a: &Value<'_>, b: &Value<'_>, sign: &str, holds: fn(Ordering) -> bool) -> Eval<bool> {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Ok(holds((**a).cmp(&**b))),
        (Value::List(x), Value::List(y)) | (Value::Tuple(x), Value::Tuple(y)) => {
            match x.iter().zip(y.iter()).find(|(a, b)| !equal(a, b)) {
                Some((a, b)) => ordered(a, b, sign, holds),
                None => Ok(holds(x.len().cmp(&y.len()))),
            }
        }
        (Value::Set(x), Value::Set(y)) => Ok(match sign {
            "<" => x.len() < y.len() && subset(x, y),
            "<=" => subset(x, y),
            ">" => y.len() < x.len() && subset(y, x),
            _ => subset(y, x),
        }),
        _ => match numbers(a, b) {
            Some(order) => Ok(holds(order)),
            None => raised(format!("`{sign}` does not compare {} and {}", a.kind(), b.kind())),
        },
    }
}

/// Python's `a < b`, for sorting.
pub(crate) fn less(a: &Value<'_>, b: &Value<'_>) -> Eval<bool> {
    ordered(a, b, "<", Ordering::is_lt)
}

/// Whether a value may be a key or an element of a set.
pub(crate) fn hashable(value: &Value<'_>) -> bool {
    match value {
        Value::List(_) | Value::Set(_) | Value::Dict(_) | Value::Record(_) => false,
        Value::Tuple(items) => items.iter().all(hashable),
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => true,
    }
}

/// A hash under which equal values agree.
pub(crate) fn hash(value: &Value<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    feed(value, &mut hasher);
    hasher.finish()
}

fn feed(value: &Value<'_>, hasher: &mut DefaultHasher) {
    match value {
        Value::Str(text) => (**text).hash(hasher),
        Value::Tuple(items) => items.iter().for_each(|item| feed(item, hasher)),
        Value::Float(f) if f.trunc() == *f && (-BEYOND..BEYOND).contains(f) => (*f as i64).hash(hasher),
        Value::Float(f) => f.to_bits().hash(hasher),
        other => other.index().into_iter().for_each(|n| n.hash(hasher)),
    }
}
