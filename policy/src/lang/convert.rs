//! `int`, `float` and `round`.

use super::{
    error::{Eval, raised, rejected, too_large},
    eval::Run,
    float, space,
    value::Value,
};

/// Rounding to more decimal places than this, or numbers beyond so many digits, writes out hundreds of digits and reads
/// them back. It counts as looking at so many bytes.
const NEAR: u64 = 22;
const FAR: usize = 4_096;

/// `int(value)`
pub(super) fn int<'a>(value: &Value<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    match value {
        Value::Float(f) => float::to_int(*f),
        Value::Str(text) => {
            run.work(text.len())?;
            parse(text, 10)
        }
        other => match other.index() {
            Some(n) => Ok(Value::Int(n)),
            None => raised(format!("{} is not a number", other.kind())),
        },
    }
}

/// `int(text, base)`
pub(super) fn int_of_base<'a>(value: &Value<'a>, base: &Value<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let base = base.expect_index()?;
    let Value::Str(text) = value else {
        return raised("`int` with a base needs a text");
    };
    run.work(text.len())?;
    match u32::try_from(base) {
        Ok(base @ (0 | 2..=36)) => parse(text, base),
        _ => raised("a base is 0 or 2 to 36"),
    }
}

fn parse<'a>(text: &str, base: u32) -> Eval<Value<'a>> {
    let fault = || raised(format!("`{text}` is not an integer"));
    let trimmed = text.trim_matches(space::stands_around_numbers);
    if !trimmed.is_ascii() {
        return if trimmed.chars().any(char::is_numeric) {
            rejected("digits outside ASCII")
        } else {
            fault()
        };
    }
    let negative = trimmed.starts_with('-');
    let unsigned = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    let lower = unsigned.to_ascii_lowercase();
    let prefix = [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find(|(p, b)| lower.starts_with(p) && (base == *b || base == 0));
    let (digits, base) = match prefix {
        Some((_, of)) => {
            let rest = unsigned.get(2..).unwrap_or_default();
            (rest.strip_prefix('_').unwrap_or(rest), of)
        }
        None if base == 0 => {
            let zeros = lower.bytes().all(|b| b == b'0' || b == b'_');
            if lower.starts_with('0') && !zeros {
                return fault();
            }
            (unsigned, 10)
        }
        None => (unsigned, base),
    };
    let Some(plain) = float::without_underscores(digits, u8::is_ascii_alphanumeric) else {
        return fault();
    };
    if plain.is_empty() || !plain.chars().all(|c| c.is_digit(base)) {
        return fault();
    }
    let signed = if negative { format!("-{plain}") } else { plain };
    i64::from_str_radix(&signed, base).map_or_else(|_| too_large(), |n| Ok(Value::Int(n)))
}

/// `float(value)`
pub(super) fn float<'a>(value: &Value<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    match value {
        Value::Float(f) => Ok(Value::Float(*f)),
        Value::Str(text) => {
            run.work(text.len())?;
            float::parse(text)
        }
        other => match other.index() {
            Some(n) => Ok(Value::Float(n as f64)),
            None => raised(format!("{} is not a number", other.kind())),
        },
    }
}

/// `round(value, places)`
pub(super) fn round<'a>(value: &Value<'a>, places: &Value<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let places = match places {
        Value::None => None,
        other => Some(other.expect_index()?),
    };
    match (value, value.index(), places) {
        (Value::Float(f), _, None) => float::round_to_int(*f),
        (Value::Float(f), _, Some(places)) => {
            if places.unsigned_abs() > NEAR || f.abs() >= 1e22 {
                run.work(FAR)?;
            }
            float::round_to(*f, places)
        }
        (_, Some(n), None | Some(0..)) => Ok(Value::Int(n)),
        (_, Some(n), Some(places)) => round_int(n, places),
        _ => raised(format!("{} cannot be rounded", value.kind())),
    }
}

/// Rounds to tens, hundreds, ...; halves go to the even multiple.
fn round_int<'a>(n: i64, places: i64) -> Eval<Value<'a>> {
    // 10^20 is more than twice any 64-bit integer.
    if places < -20 {
        return Ok(Value::Int(0));
    }
    let unit = 10_i128.pow(u32::try_from(-places).unwrap_or(0));
    let n = i128::from(n);
    let floor = n.div_euclid(unit);
    let twice = 2 * n.rem_euclid(unit);
    let up = twice > unit || (twice == unit && floor % 2 != 0);
    i64::try_from((floor + i128::from(up)) * unit).map_or_else(|_| too_large(), |n| Ok(Value::Int(n)))
}
