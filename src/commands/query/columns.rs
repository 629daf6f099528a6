//! The fields that a question asks for: paths into an entry such as `decision.verdict` or
//! `intent.targets.*.path`.

use crate::report::{Exit, Failure};
use policy::Wanted;
use serde_json::{Map, Value as Json};

/// No question has more fields.
const MAX_FIELDS: usize = 64;

/// Fields, in the order asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    names: Vec<String>,
    paths: Vec<Vec<String>>,
}

impl Columns {
    /// Reads `a,b.c,d.0.e,f.*.g`.
    ///
    /// # Errors
    /// 64 for an empty field or too many.
    pub(super) fn read(text: &str) -> Result<Self, Failure> {
        let names: Vec<String> = text.split(',').map(|field| field.trim().to_owned()).collect();
        if names.len() > MAX_FIELDS {
            return Err(Failure::new(
                Exit::Usage,
                format!("more than {MAX_FIELDS} fields"),
            ));
        }
        let paths: Vec<Vec<String>> = names
            .iter()
            .map(|name| name.split('.').map(str::to_owned).collect())
            .collect();
        if paths.iter().flatten().any(String::is_empty) {
            return Err(
                Failure::new(Exit::Usage, format!("`{text}` has an empty field name"))
                    .hint("fields are paths as `decision.verdict`, with commas between them"),
            );
        }
        Ok(Self { names, paths })
    }

    /// As they were written.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Adds what they read.
    pub(super) fn want(&self, wanted: &mut Wanted) {
        for path in &self.paths {
            match path.as_slice() {
                [first, second, ..] if second.parse::<usize>().is_err() && second != "*" => {
                    wanted.add(first, Some(second));
                }
                [first, ..] => wanted.add(first, None),
                [] => {}
            }
        }
    }

    /// Their values in an entry; null where there is none.
    pub(super) fn values(&self, seq: u64, timestamp: &str, data: &Map<String, Json>) -> Vec<Json> {
        let value = |path: &Vec<String>| match path.as_slice() {
            [only] if only == "seq" => Json::from(seq),
            [only] if only == "timestamp" => Json::from(timestamp),
            [first, rest @ ..] => data.get(first).map_or(Json::Null, |value| follow(value, rest)),
            [] => Json::Null,
        };
        self.paths.iter().map(value).collect()
    }
}

fn follow(value: &Json, path: &[String]) -> Json {
    let Some((first, rest)) = path.split_first() else {
        return value.clone();
    };
    if first == "*" {
        let items = value
            .as_array()
            .into_iter()
            .flatten()
            .map(|item| follow(item, rest));
        return items.filter(|item| !item.is_null()).collect();
    }
    let next = match value {
        Json::Object(map) => map.get(first),
        Json::Array(items) => first.parse::<usize>().ok().and_then(|index| items.get(index)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    };
    next.map_or(Json::Null, |value| follow(value, rest))
}

/// A value in a table or a CSV file: text as it is, nothing for null, everything else as JSON.
pub(super) fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
    }
}

/// A line of CSV (RFC 4180). A field that a spreadsheet would take for a formula is kept from it by a quote.
pub(super) fn csv<'a>(fields: impl Iterator<Item = &'a str>) -> String {
    let field = |text: &str| {
        let text = match text.chars().next() {
            Some('=' | '+' | '-' | '@' | '\t' | '\r') if text.parse::<f64>().is_err() => format!("'{text}"),
            _ => text.to_owned(),
        };
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    fields.map(field).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::{Columns, csv, plain};
    use serde_json::{Value as Json, json};

    fn values(fields: &str) -> Vec<Json> {
        let data = json!({"a": {"b": [{"c": 1}, {"c": 2}, {}]}, "d": "t", "e": null});
        Columns::read(fields)
            .unwrap()
            .values(7, "T", data.as_object().unwrap())
    }

    #[test]
    fn paths_lead_to_values_and_absent_ones_to_null() {
        assert_eq!(
            values("seq, timestamp,d,a.b.1.c,a.b.*.c,a.x.y,d.x,e,a.b.9"),
            [
                json!(7),
                json!("T"),
                json!("t"),
                json!(2),
                json!([1, 2]),
                Json::Null,
                Json::Null,
                Json::Null,
                Json::Null
            ]
        );
        assert!(Columns::read("a,,b").is_err());
        assert!(Columns::read("a..b").is_err());
        assert!(Columns::read(&"a,".repeat(80)).is_err());
    }

    #[test]
    fn csv_quotes_what_it_must_and_starts_no_formula() {
        let fields = ["a", "b,c", "say \"x\"", "l\nf", "=cmd()", "-1", "-x"];
        assert_eq!(
            csv(fields.into_iter()),
            "a,\"b,c\",\"say \"\"x\"\"\",\"l\nf\",'=cmd(),-1,'-x"
        );
        assert_eq!(plain(&json!([1, "x"])), "[1,\"x\"]");
    }
}
