//! JSON as Python's `json.dumps(value, sort_keys=True, separators=(",", ":"))` writes it.

use super::json::Json;

/// The text that was hashed.
pub(super) fn dumps(value: &Json) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

fn write(out: &mut String, value: &Json) {
    match value {
        Json::Word(word) => out.push_str(word),
        Json::Int(digits) => out.push_str(digits),
        Json::Float(double) => out.push_str(&float(*double)),
        Json::Text(points) => text(out, points),
        Json::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(out, item);
            }
            out.push(']');
        }
        Json::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
            out.push('{');
            for (i, (key, item)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                text(out, key);
                out.push(':');
                write(out, item);
            }
            out.push('}');
        }
    }
}

fn text(out: &mut String, points: &[u32]) {
    out.push('"');
    for &point in points {
        match point {
            0x22 => out.push_str("\\\""),
            0x5c => out.push_str("\\\\"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            0x0a => out.push_str("\\n"),
            0x0d => out.push_str("\\r"),
            0x09 => out.push_str("\\t"),
            0x20..=0x7e => out.extend(char::from_u32(point)),
            0..=0xffff => out.push_str(&format!("\\u{point:04x}")),
            _ => {
                let rest = point - 0x10000;
                out.push_str(&format!(
                    "\\u{:04x}\\u{:04x}",
                    0xd800 + (rest >> 10),
                    0xdc00 + (rest & 0x3ff)
                ));
            }
        }
    }
    out.push('"');
}

/// `repr` of a float: the shortest digits that read back, with an exponent below 1e-4 and from 1e16 on.
fn float(double: f64) -> String {
    if double.is_nan() {
        return "NaN".to_owned();
    }
    if double.is_infinite() {
        return if double > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let shortest = format!("{double:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{double}");
        return if plain.contains('.') {
            plain
        } else {
            format!("{plain}.0")
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::{dumps, float};
    use crate::legacy::json::parse;

    #[test]
    fn floats_are_spelled_as_python_does() {
        for (double, want) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (123_456_789.123, "123456789.123"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(float(double), want);
        }
    }

    #[test]
    fn values_are_written_as_python_does() {
        for (text, want) in [
            (
                r#"{"b": 1, "a": [true, null, 1.50, 12345678901234567890123]}"#,
                r#"{"a":[true,null,1.5,12345678901234567890123],"b":1}"#,
            ),
            (
                r#""é 😀 \ud83d\ude00 \udc80 \u007f /""#,
                r#""\u00e9 \ud83d\ude00 \ud83d\ude00 \udc80 \u007f /""#,
            ),
            (r#"{"a": 1, "a": 2}"#, r#"{"a":2}"#),
            (r#"{"\uffff": 1, "😀": 2}"#, r#"{"\uffff":1,"\ud83d\ude00":2}"#),
        ] {
            assert_eq!(dumps(&parse(text.as_bytes()).unwrap()), want, "{text}");
        }
    }

    #[test]
    fn what_python_does_not_read_is_not_read() {
        for text in [
            "{",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            "\"\n\"",
            "\"\\x\"",
            "1 2",
            "",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
