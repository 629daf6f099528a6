//! RFC 8785 canonical JSON of entry data, written in one walk over the value.
//! Keys in UTF-16 order, ES6 numbers, shortest escapes; integers beyond 2^53 become strings.

use super::{LedgerError, MAX_DATA_BYTES, MAX_SAFE_INTEGER};
use serde_json::{Map, Number, Value};

/// [`MAX_SAFE_INTEGER`] as a double.
const LARGEST: f64 = 9_007_199_254_740_991.0;
/// Deepest nesting of recorded data.
pub(super) const MAX_DEPTH: usize = 64;

/// Writes the canonical form of an entry's data.
///
/// # Errors
/// Data that is nested too deeply or too large.
pub(crate) fn canonical(data: &Map<String, Value>) -> Result<Vec<u8>, LedgerError> {
    let mut out = Vec::with_capacity(1024);
    object(&mut out, data, 1)?;
    if out.len() > MAX_DATA_BYTES {
        return Err(LedgerError::Draft {
            why: format!("its data has {} bytes, {MAX_DATA_BYTES} are the limit", out.len()),
        });
    }
    Ok(out)
}

fn value(out: &mut Vec<u8>, json: &Value, depth: usize) -> Result<(), LedgerError> {
    match json {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(n) => number(out, n)?,
        Value::String(text) => string(out, text),
        Value::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                value(out, item, deeper(depth)?)?;
            }
            out.push(b']');
        }
        Value::Object(map) => object(out, map, deeper(depth)?)?,
    }
    Ok(())
}

fn deeper(depth: usize) -> Result<usize, LedgerError> {
    if depth >= MAX_DEPTH {
        return Err(LedgerError::Draft {
            why: format!("its data is nested deeper than {MAX_DEPTH}"),
        });
    }
    Ok(depth + 1)
}

fn object(out: &mut Vec<u8>, map: &Map<String, Value>, depth: usize) -> Result<(), LedgerError> {
    let mut members: Vec<(&String, &Value)> = map.iter().collect();
    members.sort_unstable_by(|(a, _), (b, _)| {
        if a.is_ascii() && b.is_ascii() {
            a.as_bytes().cmp(b.as_bytes())
        } else {
            a.encode_utf16().cmp(b.encode_utf16())
        }
    });
    out.push(b'{');
    for (i, (key, item)) in members.into_iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        string(out, key);
        out.push(b':');
        value(out, item, depth)?;
    }
    out.push(b'}');
    Ok(())
}

fn number(out: &mut Vec<u8>, n: &Number) -> Result<(), LedgerError> {
    let exact = n
        .as_u64()
        .map(|n| n <= MAX_SAFE_INTEGER)
        .or_else(|| n.as_i64().map(|n| n.unsigned_abs() <= MAX_SAFE_INTEGER));
    match exact {
        Some(true) => out.extend_from_slice(n.to_string().as_bytes()),
        Some(false) => string(out, &n.to_string()),
        None => {
            let double = n.as_f64().filter(|d| d.is_finite());
            let text = double.and_then(|d| serde_json_canonicalizer::to_string(&d).ok());
            let text = text.ok_or_else(|| LedgerError::Draft {
                why: format!("`{n}` is no number that JSON has"),
            })?;
            // A large double without a fraction is spelled as an integer, and would be read back as one.
            let integer = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
            if integer && n.as_f64().is_some_and(|d| d.abs() > LARGEST) {
                string(out, &text);
            } else {
                out.extend_from_slice(text.as_bytes());
            }
        }
    }
    Ok(())
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|&b| b < 0x20 || b == b'"' || b == b'\\') {
        let (plain, special) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((&byte, after)) = special.split_first() else {
            break;
        };
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            other => out.extend_from_slice(format!("\\u{other:04x}").as_bytes()),
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::canonical;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    fn text(value: Value) -> String {
        String::from_utf8(canonical(value.as_object().unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn the_examples_of_rfc_8785_come_out_as_printed() {
        assert_eq!(
            text(json!({
                "numbers": [333333333.3333333, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                "string": "\u{20ac}$\u{000f}\u{000a}A'\u{0042}\u{0022}\u{005c}\\\"/",
                "literals": [null, true, false]
            })),
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
        assert_eq!(
            text(
                json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7})
            ),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
    }

    #[test]
    fn integers_that_a_double_may_not_hold_are_strings() {
        assert_eq!(
            text(
                json!({"a": 9_007_199_254_740_991_u64, "b": 9_007_199_254_740_992_u64, "c": i64::MIN, "d": -1, "e": -0.0, "f": 1e17})
            ),
            r#"{"a":9007199254740991,"b":"9007199254740992","c":"-9223372036854775808","d":-1,"e":0,"f":"100000000000000000"}"#
        );
    }

    #[test]
    fn data_nested_too_deeply_is_refused() {
        let mut value = json!({});
        for _ in 0..64 {
            value = json!({"a": value});
        }
        assert!(canonical(value.as_object().unwrap()).is_err());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            any::<f64>()
                .prop_filter("spelled as an integer", |f| f.abs() < super::LARGEST
                    || f.abs() >= 1e21)
                .prop_filter_map("finite", |f| serde_json::Number::from_f64(f).map(Value::from)),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_that_of_the_reference_crate(value in any_json()) {
            let map: Map<String, Value> = [("a".to_owned(), value)].into_iter().collect();
            prop_assert_eq!(canonical(&map).unwrap(), serde_json_canonicalizer::to_vec(&map).unwrap());
        }
    }
}
