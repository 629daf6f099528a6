//! Arithmetic: Python's results in 64 bits, an error where Python would leave them.

use super::{
    ast::{Binary, Unary},
    error::{Eval, raised, rejected, too_large},
    value::Value,
};

/// The largest magnitude up to which every integer is a float.
const EXACT: u64 = 1 << 53;

/// A float result: Python's NaN is an error here.
pub(crate) fn float<'a>(f: f64) -> Eval<Value<'a>> {
    if f.is_nan() {
        rejected("the result is not a number (NaN)")
    } else {
        Ok(Value::Float(f))
    }
}

pub(crate) fn int<'a>(n: Option<i64>) -> Eval<Value<'a>> {
    n.map_or_else(too_large, |n| Ok(Value::Int(n)))
}

/// Two numbers as Python pairs them up.
enum Pair {
    Ints(i64, i64),
    Floats(f64, f64),
}

fn pair(a: &Value<'_>, b: &Value<'_>) -> Option<Pair> {
    let as_float = |v: &Value<'_>| match v {
        Value::Float(f) => Some(*f),
        other => other.index().map(|n| n as f64),
    };
    match (a.index(), b.index()) {
        (Some(a), Some(b)) => Some(Pair::Ints(a, b)),
        _ => Some(Pair::Floats(as_float(a)?, as_float(b)?)),
    }
}

/// `a OP b` for numbers; none where one of them is not a number.
pub(crate) fn binary<'a>(operator: Binary, a: &Value<'a>, b: &Value<'a>) -> Option<Eval<Value<'a>>> {
    let both = matches!((a, b), (Value::Bool(_), Value::Bool(_)));
    Some(match pair(a, b)? {
        Pair::Ints(x, y) => match (operator, both) {
            (Binary::BitAnd, true) => Ok(Value::Bool(x & y != 0)),
            (Binary::BitOr, true) => Ok(Value::Bool(x | y != 0)),
            (Binary::BitXor, true) => Ok(Value::Bool(x ^ y != 0)),
            _ => ints(operator, x, y),
        },
        Pair::Floats(x, y) => floats(operator, x, y)?,
    })
}

fn ints<'a>(operator: Binary, x: i64, y: i64) -> Eval<Value<'a>> {
    match operator {
        Binary::Add => int(x.checked_add(y)),
        Binary::Sub => int(x.checked_sub(y)),
        Binary::Mul => int(x.checked_mul(y)),
        Binary::Div if y == 0 => raised("division by zero"),
        Binary::Div => float(ratio(x, y)),
        Binary::FloorDiv | Binary::Mod if y == 0 => raised("division by zero"),
        Binary::FloorDiv => int(floor_div(x, y)),
        Binary::Mod => Ok(Value::Int(modulo(x, y))),
        Binary::Pow => power(x, y),
        Binary::BitAnd => Ok(Value::Int(x & y)),
        Binary::BitOr => Ok(Value::Int(x | y)),
        Binary::BitXor => Ok(Value::Int(x ^ y)),
        Binary::ShiftLeft | Binary::ShiftRight if y < 0 => raised("a shift by a negative count"),
        Binary::ShiftLeft if x == 0 => Ok(Value::Int(0)),
        Binary::ShiftLeft => {
            let factor = u32::try_from(y)
                .ok()
                .and_then(|y| 1_i128.checked_shl(y))
                .filter(|_| y < 64);
            int(factor.and_then(|f| i64::try_from(i128::from(x) * f).ok()))
        }
        Binary::ShiftRight => Ok(Value::Int(x >> y.min(63))),
    }
}

fn floor_div(x: i64, y: i64) -> Option<i64> {
    let quotient = x.checked_div(y)?;
    let inexact = x.checked_rem(y)? != 0 && (x < 0) != (y < 0);
    Some(quotient - i64::from(inexact))
}

fn modulo(x: i64, y: i64) -> i64 {
    let remainder = x.wrapping_rem(y);
    if remainder != 0 && (remainder < 0) != (y < 0) {
        remainder + y
    } else {
        remainder
    }
}

/// The float nearest to the exact quotient.
fn ratio(x: i64, y: i64) -> f64 {
    let (a, b) = (x.unsigned_abs(), y.unsigned_abs());
    let sign = if (x < 0) != (y < 0) { -1.0 } else { 1.0 };
    if a <= EXACT && b <= EXACT {
        return sign * (a as f64 / b as f64);
    }
    // 126 bits of dividend leave at least 62 bits of quotient; the remainder makes the last bit sticky.
    let shift = a.leading_zeros() + 62;
    let dividend = u128::from(a) << shift;
    let quotient = dividend / u128::from(b);
    let sticky = u128::from(dividend % u128::from(b) != 0);
    sign * ((quotient | sticky) as f64) * 2.0_f64.powi(-(shift as i32))
}

fn power<'a>(x: i64, y: i64) -> Eval<Value<'a>> {
    if y < 0 {
        if x == 0 {
            return raised("zero to a negative power");
        }
        return float_power(x as f64, y as f64);
    }
    match x {
        0 | 1 => Ok(Value::Int(if y == 0 { 1 } else { x })),
        -1 => Ok(Value::Int(if y % 2 == 0 { 1 } else { -1 })),
        _ => int(u32::try_from(y).ok().and_then(|y| x.checked_pow(y))),
    }
}

fn float_power<'a>(x: f64, y: f64) -> Eval<Value<'a>> {
    if x == 0.0 && y < 0.0 {
        return raised("zero to a negative power");
    }
    if x < 0.0 && x.is_finite() && y.is_finite() && y.fract() != 0.0 {
        return rejected("a fractional power of a negative number is complex");
    }
    let result = x.powf(y);
    if result.is_infinite() && x.is_finite() && y.is_finite() {
        return raised("the result is too large for a float");
    }
    float(result)
}

fn floats<'a>(operator: Binary, x: f64, y: f64) -> Option<Eval<Value<'a>>> {
    let divides = matches!(operator, Binary::Div | Binary::FloorDiv | Binary::Mod);
    if divides && y == 0.0 {
        return Some(raised("division by zero"));
    }
    Some(match operator {
        Binary::Add => float(x + y),
        Binary::Sub => float(x - y),
        Binary::Mul => float(x * y),
        Binary::Div => float(x / y),
        Binary::FloorDiv => float(divmod(x, y).0),
        Binary::Mod => float(divmod(x, y).1),
        Binary::Pow => float_power(x, y),
        _ => return None,
    })
}

/// Floor quotient and remainder with the sign of the divisor, step by step as CPython's `_float_div_mod`
/// defines them.
fn divmod(x: f64, y: f64) -> (f64, f64) {
    let mut remainder = x % y;
    let mut quotient = (x - remainder) / y;
    if remainder != 0.0 {
        if (y < 0.0) != (remainder < 0.0) {
            remainder += y;
            quotient -= 1.0;
        }
    } else {
        remainder = 0.0_f64.copysign(y);
    }
    if quotient == 0.0 {
        return (0.0_f64.copysign(x / y), remainder);
    }
    let floor = quotient.floor();
    (
        if quotient - floor > 0.5 {
            floor + 1.0
        } else {
            floor
        },
        remainder,
    )
}

/// `+a`, `-a`, `~a`
pub(crate) fn unary<'a>(operator: Unary, value: &Value<'a>) -> Eval<Value<'a>> {
    match (operator, value, value.index()) {
        (Unary::Plus, Value::Float(f), _) => Ok(Value::Float(*f)),
        (Unary::Minus, Value::Float(f), _) => Ok(Value::Float(-f)),
        (Unary::Plus, _, Some(n)) => Ok(Value::Int(n)),
        (Unary::Minus, _, Some(n)) => int(n.checked_neg()),
        (Unary::Invert, _, Some(n)) => Ok(Value::Int(!n)),
        _ => raised(format!("this operator does not take {}", value.kind())),
    }
}
