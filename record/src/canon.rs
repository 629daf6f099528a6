//! RFC 8785 canonical JSON of entry data, written in one walk over the value, in which secrets are taken out as well.
//! Keys in UTF-16 order, ES6 numbers, shortest escapes; integers beyond 2^53 become strings.

use super::{
    MAX_DATA_BYTES, MAX_SAFE_INTEGER,
    calls::{Call, Place},
    line::DecimalBuffer,
    names::{self, Likeness},
    secrets::Secrets,
};
use serde_json::{Map, Number, Value};
use std::{fmt, ops::Range};

/// [`MAX_SAFE_INTEGER`] as a double.
const LARGEST: f64 = 9_007_199_254_740_991.0;
/// Deepest nesting of recorded data.
pub const MAX_DEPTH: usize = 64;
/// Room that most entries need.
const USUAL_BYTES: usize = 4096;

/// Why data has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// In words for a person.
    pub why: String,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// Writes the canonical form of data as it is.
///
/// # Errors
/// Data that is nested too deeply or too large.
pub fn canonical(data: &Map<String, Value>) -> Result<Vec<u8>, Unfit> {
    canonical_without(data, &[], &[], None)
}

/// Writes the canonical form of data with `own` members put in place of those of their names, and without the
/// secrets in members that are not `kept` as they are.
///
/// # Errors
/// As [`canonical`].
pub fn canonical_without(
    data: &Map<String, Value>,
    own: &[(&str, Value)],
    kept: &[&str],
    secrets: Option<&Secrets<'_>>,
) -> Result<Vec<u8>, Unfit> {
    let mut writer = Writer {
        out: Vec::with_capacity(USUAL_BYTES),
        members: Vec::with_capacity(64),
        secrets,
    };
    for (name, item) in data {
        if !own.iter().any(|(own, _)| own == name) {
            writer.members.push((name, item));
        }
    }
    writer
        .members
        .extend(own.iter().map(|(name, item)| (*name, item)));
    writer.members_from(0, 1, kept)?;
    let out = writer.out;
    if out.len() > MAX_DATA_BYTES {
        return Err(Unfit {
            why: format!("its data has {} bytes, {MAX_DATA_BYTES} are the limit", out.len()),
        });
    }
    Ok(out)
}

/// The walk.
struct Writer<'a> {
    out: Vec<u8>,
    /// Members of the objects that are being written, each object's behind those of the one around it.
    members: Vec<(&'a str, &'a Value)>,
    secrets: Option<&'a Secrets<'a>>,
}

impl<'a> Writer<'a> {
    /// Writes the object whose members are those from `start` on.
    fn members_from(&mut self, start: usize, depth: usize, kept: &[&str]) -> Result<(), Unfit> {
        let members = self.members.get_mut(start..).unwrap_or_default();
        if members.iter().all(|(name, _)| name.is_ascii()) {
            members.sort_unstable_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
        } else {
            members.sort_unstable_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        }
        self.out.push(b'{');
        let mut at = start;
        let end = self.members.len();
        while at < end {
            let Some(&(name, item)) = self.members.get(at) else {
                break;
            };
            if at > start {
                self.out.push(b',');
            }
            string(&mut self.out, name);
            self.out.push(b':');
            if kept.contains(&name) {
                let secrets = self.secrets.take();
                self.value(item, depth)?;
                self.secrets = secrets;
            } else {
                self.member(name, item, depth)?;
            }
            at += 1;
        }
        self.out.push(b'}');
        self.members.truncate(start);
        Ok(())
    }

    fn member(&mut self, name: &str, item: &'a Value, depth: usize) -> Result<(), Unfit> {
        if let (Some(secrets), Value::String(text)) = (self.secrets, item)
            && names::likeness(name.as_bytes()) == Likeness::Secret
            && names::is_value(text)
        {
            string(&mut self.out, &secrets.mark("named", text));
            return Ok(());
        }
        self.value(item, depth)
    }

    fn value(&mut self, json: &'a Value, depth: usize) -> Result<(), Unfit> {
        match json {
            Value::Null => self.out.extend_from_slice(b"null"),
            Value::Bool(true) => self.out.extend_from_slice(b"true"),
            Value::Bool(false) => self.out.extend_from_slice(b"false"),
            Value::Number(n) => number(&mut self.out, n)?,
            Value::String(text) => self.text(text, None, Place::Anywhere),
            Value::Array(items) => self.array(items, depth)?,
            Value::Object(map) => {
                let depth = deeper(depth)?;
                let start = self.members.len();
                self.members
                    .extend(map.iter().map(|(name, item)| (name.as_str(), item)));
                self.members_from(start, depth, &[])?;
            }
        }
        Ok(())
    }

    /// A text after an option like `--password` is a secret, and what a program of the list takes for one.
    fn array(&mut self, items: &'a [Value], depth: usize) -> Result<(), Unfit> {
        self.out.push(b'[');
        let mut follows_option = false;
        let mut call = Call::default();
        // The first of a command's words is its program, and the others are as texts in quotes.
        let place = match items.first() {
            Some(Value::String(first)) if !first.contains(' ') => Place::Beginning,
            _ => Place::Anywhere,
        };
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            let (Value::String(text), Some(secrets)) = (item, self.secrets) else {
                follows_option = false;
                self.value(item, deeper(depth)?)?;
                continue;
            };
            deeper(depth)?;
            let argument = call.word(text.as_bytes());
            if follows_option && names::is_value(text) {
                string(&mut self.out, &secrets.mark("argument", text));
                follows_option = false;
            } else {
                follows_option = names::is_option(text.as_bytes());
                self.text(text, argument, place);
            }
        }
        self.out.push(b']');
        Ok(())
    }

    /// A text, and the part of it that is known to be a secret.
    fn text(&mut self, text: &str, argument: Option<Range<usize>>, place: Place) {
        let redacted = self
            .secrets
            .and_then(|secrets| secrets.redacted(text, argument, place));
        string(&mut self.out, redacted.as_deref().unwrap_or(text));
    }
}

fn deeper(depth: usize) -> Result<usize, Unfit> {
    if depth >= MAX_DEPTH {
        return Err(Unfit {
            why: format!("its data is nested deeper than {MAX_DEPTH}"),
        });
    }
    Ok(depth + 1)
}

fn number(out: &mut Vec<u8>, n: &Number) -> Result<(), Unfit> {
    match n.as_u64().map(i128::from).or_else(|| n.as_i64().map(i128::from)) {
        Some(n) => integer(out, n),
        None => {
            let double = n.as_f64().filter(|d| d.is_finite());
            let text = double.and_then(|d| serde_json_canonicalizer::to_string(&d).ok());
            let text = text.ok_or_else(|| Unfit {
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

/// Writes an integer that has at most 64 bits.
pub(crate) fn integer(out: &mut Vec<u8>, n: i128) {
    let size = u64::try_from(n.unsigned_abs()).unwrap_or(u64::MAX);
    let quote: &[u8] = if size > MAX_SAFE_INTEGER { b"\"" } else { b"" };
    out.extend_from_slice(quote);
    if n < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(DecimalBuffer::default().write(size));
    out.extend_from_slice(quote);
}

/// Writes a text.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
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
