//! Floats as text and rounding: the shortest text that reads back, decimal places counted exactly.

use super::{
    error::{Eval, raised, rejected, too_large},
    space,
    value::Value,
};

/// Python's `repr` of a float.
pub(crate) fn repr(f: f64) -> String {
    if f.is_infinite() {
        return if f > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    // As many digits as the shortest text needs, then the nearest text of so many: halves go to the even digit.
    // Below a power of two the floats lie closer together, and the nearest text may belong to a neighbour.
    let shortest = format!("{f:e}");
    let digits = shortest
        .bytes()
        .take_while(|b| *b != b'e')
        .filter(u8::is_ascii_digit)
        .count();
    let nearest = format!("{f:.*e}", digits.saturating_sub(1));
    let scientific = if nearest.parse() == Ok(f) {
        nearest
    } else {
        shortest
    };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        return plain(mantissa, exponent);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Writes a mantissa without its exponent.
fn plain(mantissa: &str, exponent: i32) -> String {
    let (sign, mantissa) = mantissa
        .strip_prefix('-')
        .map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let Ok(whole) = usize::try_from(exponent + 1) else {
        let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
        return format!("{sign}0.{}{digits}", "0".repeat(zeros));
    };
    if whole == 0 {
        return format!("{sign}0.{digits}");
    }
    match digits.split_at_checked(whole) {
        Some((whole, "")) => format!("{sign}{whole}.0"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits}{}.0", "0".repeat(whole - digits.len())),
    }
}

/// Python's `float(text)`.
pub(crate) fn parse<'a>(text: &str) -> Eval<Value<'a>> {
    let trimmed = text.trim_matches(space::stands_around_numbers);
    let fault = || raised(format!("`{text}` is not a float"));
    if !trimmed.is_ascii() {
        return if trimmed.chars().any(char::is_numeric) {
            rejected("digits outside ASCII")
        } else {
            fault()
        };
    }
    let unsigned = trimmed
        .strip_prefix(['+', '-'])
        .unwrap_or(trimmed)
        .to_ascii_lowercase();
    match unsigned.as_str() {
        "nan" => return rejected("the result is not a number (NaN)"),
        "inf" | "infinity" => {
            return Ok(Value::Float(if trimmed.starts_with('-') {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            }));
        }
        _ => {}
    }
    let Some(digits) = without_underscores(trimmed, u8::is_ascii_digit) else {
        return fault();
    };
    // Rust also reads `inf` and `nan`, which were dealt with, and nothing else that Python does not.
    if !digits
        .bytes()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
    {
        return fault();
    }
    digits.parse().map_or_else(|_| fault(), |f| Ok(Value::Float(f)))
}

/// Takes out underscores that stand between two digits; none where one stands elsewhere.
pub(crate) fn without_underscores(text: &str, is_digit: fn(&u8) -> bool) -> Option<String> {
    let bytes = text.as_bytes();
    for (n, _) in bytes.iter().enumerate().filter(|(_, b)| **b == b'_') {
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(is_digit);
        if !digit(n.checked_sub(1)) || !digit(Some(n + 1)) {
            return None;
        }
    }
    Some(text.replace('_', ""))
}

/// Python's `int(float)`.
pub(crate) fn to_int<'a>(f: f64) -> Eval<Value<'a>> {
    if f.is_infinite() {
        return raised("infinity is not an integer");
    }
    let whole = f.trunc();
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole) {
        return Ok(Value::Int(whole as i64));
    }
    too_large()
}

/// Python's `round(float)`: to the nearest integer, halves to the even one.
pub(crate) fn round_to_int<'a>(f: f64) -> Eval<Value<'a>> {
    to_int(f.round_ties_even())
}

/// Python's `round(float, places)`: the exact decimal value decides, halves go to the even digit.
pub(crate) fn round_to<'a>(f: f64, places: i64) -> Eval<Value<'a>> {
    if !f.is_finite() || f == 0.0 {
        return Ok(Value::Float(f));
    }
    // Beyond these, nothing or everything is rounded away (CPython's own bounds).
    if places > 323 {
        return Ok(Value::Float(f));
    }
    if places < -308 {
        return Ok(Value::Float(0.0_f64.copysign(f)));
    }
    let text = if places >= 0 {
        format!("{f:.*}", usize::try_from(places).unwrap_or(0))
    } else {
        round_digits(f, usize::try_from(-places).unwrap_or(0))
    };
    match text.parse::<f64>() {
        Ok(rounded) if rounded.is_finite() => Ok(Value::Float(rounded)),
        _ => raised("the rounded value is too large"),
    }
}

/// Rounds the last `drop` digits before the decimal point to zeros.
fn round_digits(f: f64, drop: usize) -> String {
    let digits = format!("{:.0}", f.abs().trunc());
    let sign = if f < 0.0 { "-" } else { "" };
    if drop > digits.len() {
        return format!("{sign}0");
    }
    let keep = digits.len() - drop;
    let (kept, dropped) = digits.split_at_checked(keep).unwrap_or((&digits, ""));
    let odd = kept.bytes().last().is_some_and(|b| (b - b'0') % 2 == 1);
    let half = format!("5{}", "0".repeat(drop.saturating_sub(1)));
    let up = match dropped.cmp(half.as_str()) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => f.fract() != 0.0 || odd,
        std::cmp::Ordering::Less => false,
    };
    let mut kept: Vec<u8> = if kept.is_empty() {
        vec![b'0']
    } else {
        kept.bytes().collect()
    };
    if up {
        let mut carry = true;
        for digit in kept.iter_mut().rev() {
            if !carry {
                break;
            }
            carry = *digit == b'9';
            *digit = if carry { b'0' } else { *digit + 1 };
        }
        if carry {
            kept.insert(0, b'1');
        }
    }
    format!("{sign}{}{}", String::from_utf8_lossy(&kept), "0".repeat(drop))
}
