//! JSON as Python reads it, kept so that Python's own writing of it can be repeated: numbers as they were spelled,
//! texts as code points with lone surrogates.

use serde_json::{Map, Value};

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 128;

/// A value as Python would hold it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    /// `null`, `true`, `false`.
    Word(&'static str),
    /// Digits and sign as they stand.
    Int(String),
    /// A double.
    Float(f64),
    /// Code points, surrogates among them.
    Text(Vec<u32>),
    /// A list.
    Array(Vec<Self>),
    /// Members; of equal names the last counts.
    Object(Vec<(Vec<u32>, Self)>),
}

impl Json {
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        let is = |key: &[u32]| key.iter().copied().eq(name.chars().map(u32::from));
        members.iter().find(|(key, _)| is(key)).map(|(_, value)| value)
    }

    pub(super) fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Int(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// The text, lone surrogates as `\xHH` where they stand for a byte that was no UTF-8.
    pub(super) fn as_text(&self) -> Option<String> {
        match self {
            Self::Text(points) => Some(shown(points)),
            _ => None,
        }
    }

    /// The value as entries hold it.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Word("true") => Value::Bool(true),
            Self::Word("false") => Value::Bool(false),
            Self::Word(_) => Value::Null,
            Self::Int(digits) => match (digits.parse::<u64>(), digits.parse::<i64>()) {
                (Ok(n), _) => Value::from(n),
                (_, Ok(n)) => Value::from(n),
                _ => Value::from(digits.as_str()),
            },
            Self::Float(double) => Value::from(*double),
            Self::Text(points) => Value::from(shown(points)),
            Self::Array(items) => items.iter().map(Self::to_value).collect(),
            Self::Object(members) => {
                let members = members.iter().map(|(key, value)| (shown(key), value.to_value()));
                Value::Object(members.collect::<Map<_, _>>())
            }
        }
    }
}

fn shown(points: &[u32]) -> String {
    let mut out = String::new();
    for &point in points {
        match char::from_u32(point) {
            Some(c) => out.push(c),
            None if (0xdc80..=0xdcff).contains(&point) => out.push_str(&format!("\\x{:02x}", point - 0xdc00)),
            None => out.push(char::REPLACEMENT_CHARACTER),
        }
    }
    out
}

/// Reads one value and nothing after it.
pub(super) fn parse(text: &[u8]) -> Option<Json> {
    let mut rest = std::str::from_utf8(text).ok()?;
    let value = value(&mut rest, 0)?;
    rest.trim_matches(is_space).is_empty().then_some(value)
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn eat(rest: &mut &str, word: &str) -> Option<()> {
    *rest = rest.strip_prefix(word)?;
    Some(())
}

fn value(rest: &mut &str, depth: usize) -> Option<Json> {
    *rest = rest.trim_start_matches(is_space);
    if depth > MAX_DEPTH {
        return None;
    }
    match rest.chars().next()? {
        '"' => text(rest).map(Json::Text),
        '[' => {
            eat(rest, "[")?;
            let mut items = Vec::new();
            loop {
                *rest = rest.trim_start_matches(is_space);
                if items.is_empty() && eat(rest, "]").is_some() {
                    return Some(Json::Array(items));
                }
                items.push(value(rest, depth + 1)?);
                *rest = rest.trim_start_matches(is_space);
                if eat(rest, "]").is_some() {
                    return Some(Json::Array(items));
                }
                eat(rest, ",")?;
            }
        }
        '{' => {
            eat(rest, "{")?;
            let mut members: Vec<(Vec<u32>, Json)> = Vec::new();
            let mut first = true;
            loop {
                *rest = rest.trim_start_matches(is_space);
                if first && eat(rest, "}").is_some() {
                    return Some(Json::Object(members));
                }
                first = false;
                let key = text(rest)?;
                *rest = rest.trim_start_matches(is_space);
                eat(rest, ":")?;
                let item = value(rest, depth + 1)?;
                match members.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, old)) => *old = item,
                    None => members.push((key, item)),
                }
                *rest = rest.trim_start_matches(is_space);
                if eat(rest, "}").is_some() {
                    return Some(Json::Object(members));
                }
                eat(rest, ",")?;
            }
        }
        _ => ["null", "true", "false"]
            .into_iter()
            .find(|word| eat(rest, word).is_some())
            .map(Json::Word)
            .or_else(|| number(rest)),
    }
}

fn number(rest: &mut &str) -> Option<Json> {
    for (word, double) in [
        ("NaN", f64::NAN),
        ("Infinity", f64::INFINITY),
        ("-Infinity", f64::NEG_INFINITY),
    ] {
        if eat(rest, word).is_some() {
            return Some(Json::Float(double));
        }
    }
    let length = rest
        .bytes()
        .take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'))
        .count();
    let (digits, after) = rest.split_at_checked(length)?;
    // serde_json knows what a number is; its value is not needed for integers.
    serde_json::from_str::<Value>(digits)
        .ok()
        .filter(Value::is_number)?;
    *rest = after;
    if digits.contains(['.', 'e', 'E']) {
        return digits.parse().ok().map(Json::Float);
    }
    Some(Json::Int(if digits == "-0" {
        "0".to_owned()
    } else {
        digits.to_owned()
    }))
}

fn text(rest: &mut &str) -> Option<Vec<u32>> {
    eat(rest, "\"")?;
    let mut points: Vec<u32> = Vec::new();
    let mut chars = rest.chars();
    loop {
        let point = match chars.next()? {
            '"' => break,
            '\\' => match chars.next()? {
                'u' => hex(&mut chars)?,
                'b' => 8,
                'f' => 12,
                'n' => 10,
                'r' => 13,
                't' => 9,
                c @ ('"' | '\\' | '/') => u32::from(c),
                _ => return None,
            },
            c if u32::from(c) < 0x20 => return None,
            c => u32::from(c),
        };
        // Python joins a pair of escaped surrogates.
        match (points.last().copied(), point) {
            (Some(high @ 0xd800..=0xdbff), 0xdc00..=0xdfff) => {
                points.pop();
                points.push(0x10000 + ((high - 0xd800) << 10) + (point - 0xdc00));
            }
            _ => points.push(point),
        }
    }
    *rest = chars.as_str();
    Some(points)
}

fn hex(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |n, _| Some(n * 16 + chars.next()?.to_digit(16)?))
}
