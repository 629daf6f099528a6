//! Whether the arguments of a call are what the tool's schema says; the schema that is listed is the one that holds.
//! Knows the words that our own schemas use, and no others.

use crate::report::{Exit, Failure, visible};
use serde_json::{Map, Value as Json};

/// Characters of a value that a message shows.
const SHOWN: usize = 80;

/// Refuses arguments that do not fit, by name. Only null passes for an optional argument that is left out, since some
/// clients must name every argument.
pub(super) fn check(schema: &Map<String, Json>, given: &Map<String, Json>) -> Result<(), Failure> {
    let none = Map::new();
    let known = schema
        .get("properties")
        .and_then(Json::as_object)
        .unwrap_or(&none);
    if let Some(unknown) = given.keys().find(|name| !known.contains_key(*name)) {
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        let hint = match names.as_slice() {
            [] => "it takes no arguments".to_owned(),
            names => format!("it takes {}", names.join(", ")),
        };
        return Err(usage(format!("unknown argument `{}`", shown(unknown))).hint(hint));
    }
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Json::as_array)
        .map(|names| names.iter().filter_map(Json::as_str).collect())
        .unwrap_or_default();
    let is_there = |name: &str| given.get(name).is_some_and(|value| !value.is_null());
    if let Some(missing) = required.iter().find(|name| !is_there(name)) {
        let what = known
            .get(*missing)
            .and_then(|property| property.get("description"));
        let what = what.and_then(Json::as_str).unwrap_or_default();
        return Err(usage(format!("argument `{missing}` is missing")).hint(format!("it is {what}")));
    }
    let fitting = given.iter().filter(|(_, value)| !value.is_null());
    for (name, value) in fitting {
        let property = known.get(name).unwrap_or(&Json::Null);
        fits(property, value).map_err(|why| usage(format!("argument `{name}` {why}")))?;
    }
    Ok(())
}

/// Whether one value fits; else the rest of a sentence about it.
fn fits(schema: &Json, value: &Json) -> Result<(), String> {
    let word = |key: &str| schema.get(key).and_then(Json::as_str).unwrap_or_default();
    match (word("type"), value) {
        ("boolean", Json::Bool(_)) => Ok(()),
        ("string", Json::String(text)) => fits_text(schema, text),
        ("integer", Json::Number(number)) => {
            // A number without a fraction is an integer, however it is written.
            let number = number.as_f64().filter(|number| number.fract() == 0.0);
            let number = number.ok_or_else(|| format!("is {}, not an integer", shown(&value.to_string())))?;
            fits_range(schema, number)
        }
        ("array", Json::Array(items)) => {
            let of = schema.get("items").unwrap_or(&Json::Null);
            items.iter().enumerate().try_for_each(|(index, item)| {
                fits(of, item).map_err(|why| format!("has an item, number {}, that {why}", index + 1))
            })
        }
        (wanted, _) => Err(format!("is {}, not {}", kind(value), article(wanted))),
    }
}

fn fits_text(schema: &Json, text: &str) -> Result<(), String> {
    let words = schema.get("enum").and_then(Json::as_array);
    let least = schema.get("minLength").and_then(Json::as_u64).unwrap_or(0);
    if text.is_empty() && (least > 0 || words.is_some()) {
        return Err("is empty".to_owned());
    }
    match words {
        Some(words) if !words.iter().any(|word| word == text) => {
            let words: Vec<&str> = words.iter().filter_map(Json::as_str).collect();
            Err(format!("is `{}`, not one of {}", shown(text), words.join(", ")))
        }
        _ => Ok(()),
    }
}

fn fits_range(schema: &Json, number: f64) -> Result<(), String> {
    let bound = |key: &str| schema.get(key).and_then(Json::as_f64);
    match (bound("minimum"), bound("maximum")) {
        (Some(min), _) if number < min => Err(format!("is {number}, less than {min}")),
        (_, Some(max)) if number > max => Err(format!("is {number}, more than {max}")),
        _ => Ok(()),
    }
}

const fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    }
}

fn article(wanted: &str) -> String {
    let vowel = wanted.starts_with(['a', 'i', 'o']);
    format!("{} {wanted}", if vowel { "an" } else { "a" })
}

fn shown(text: &str) -> String {
    visible(text).chars().take(SHOWN).collect()
}

fn usage(message: String) -> Failure {
    Failure::new(Exit::Usage, message)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::agents::mcp::tools;
    use serde_json::{Value as Json, json};

    fn said(tool: &str, given: &Json) -> String {
        let tools = tools::all();
        let tool = tools.iter().find(|known| known.name == tool).unwrap();
        check(&tool.input_schema, given.as_object().unwrap())
            .map_or_else(|why| why.message, |()| String::new())
    }

    #[test]
    fn arguments_of_another_type_than_the_schema_says_are_refused_by_name() {
        for (tool, given, expected) in [
            (
                "safe_rm",
                json!({"path": 7}),
                "argument `path` is a number, not a string",
            ),
            (
                "safe_rm",
                json!({"path": ["a"]}),
                "argument `path` is an array, not a string",
            ),
            (
                "safe_rm",
                json!({"path": {"a": 1}}),
                "argument `path` is an object, not a string",
            ),
            (
                "safe_rm",
                json!({"path": "a", "paths": "b"}),
                "argument `paths` is a string, not an array",
            ),
            (
                "safe_rm",
                json!({"path": "a", "paths": ["b", 7]}),
                "argument `paths` has an item, number 2, that is a number, not a string",
            ),
            (
                "safe_rm",
                json!({"path": "a", "paths": ["b", null]}),
                "argument `paths` has an item, number 2, that is null, not a string",
            ),
            (
                "safe_rm",
                json!({"path": "a", "force": "true"}),
                "argument `force` is a string, not a boolean",
            ),
            (
                "safe_rm",
                json!({"path": "a", "force": 1}),
                "argument `force` is a number, not a boolean",
            ),
            ("safe_rm", json!({"path": ""}), "argument `path` is empty"),
            ("safe_rm", json!({"path": null}), "argument `path` is missing"),
            ("safe_rm", json!({"paths": ["a"]}), "argument `path` is missing"),
            (
                "safe_rm",
                json!({"path": "a", "mode": ""}),
                "argument `mode` is empty",
            ),
            (
                "safe_rm",
                json!({"path": "a", "mode": "all"}),
                "argument `mode` is `all`, not one of file, dir, dir-recursive",
            ),
            (
                "safe_rm",
                json!({"path": "a", "shell": "sh"}),
                "unknown argument `shell`",
            ),
            (
                "safe_chmod",
                json!({"path": "a", "mode": 755}),
                "argument `mode` is a number, not a string",
            ),
            (
                "safe_chmod",
                json!({"path": "a", "mode": "755", "recursive": true}),
                "argument `recursive` is a boolean, not a string",
            ),
            (
                "ssh_ls",
                json!({"host": "h", "path": "/x", "port": "22"}),
                "argument `port` is a string, not an integer",
            ),
            (
                "ssh_ls",
                json!({"host": "h", "path": "/x", "port": 22.5}),
                "argument `port` is 22.5, not an integer",
            ),
            (
                "ssh_ls",
                json!({"host": "h", "path": "/x", "port": 65_536}),
                "argument `port` is 65536, more than 65535",
            ),
            ("list_approvals", json!({"all": true}), "unknown argument `all`"),
            ("check_command", json!({}), "argument `command` is missing"),
            (
                "check_command",
                json!({"command": 7}),
                "argument `command` is a number, not a string",
            ),
            (
                "explain_refusal",
                json!({"seq": "7"}),
                "argument `seq` is a string, not an integer",
            ),
            (
                "explain_refusal",
                json!({"seq": 0}),
                "argument `seq` is 0, less than 1",
            ),
            (
                "recent_activity",
                json!({"limit": 101}),
                "argument `limit` is 101, more than 100",
            ),
            (
                "wait_for_approval",
                json!({"id": "x", "seconds": true}),
                "argument `seconds` is a boolean, not an integer",
            ),
        ] {
            assert_eq!(said(tool, &given), expected, "{tool} {given}");
        }
    }

    #[test]
    fn arguments_as_the_schema_says_are_taken() {
        for (tool, given) in [
            (
                "safe_rm",
                json!({"path": "a", "paths": ["b", "c"], "mode": "dir", "force": true}),
            ),
            ("safe_rm", json!({"path": "a", "paths": [], "mode": null})),
            ("ssh_ls", json!({"host": "h", "path": "/x", "port": 22})),
            ("ssh_ls", json!({"host": "h", "path": "/x", "port": 22.0})),
            ("list_approvals", json!({})),
            ("recent_activity", json!({"limit": null})),
            ("explain_refusal", json!({"seq": 7})),
        ] {
            assert_eq!(said(tool, &given), "", "{tool} {given}");
        }
    }
}
