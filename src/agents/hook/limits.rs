//! How much an event may hold. What is beyond is refused before much is made of it: within 50 ms.

use super::{action::Action, event::Phase};
use memchr::memchr2;
use policy::{Intent, Target};
use serde_json::Value as Json;

/// Largest event of any kind.
pub(super) const MAX_EVENT_BYTES: usize = 16 << 20;
/// Largest event of a tool about to run: a file that is written is in it as a whole. Afterwards it may stand there twice.
const MAX_BEFORE_BYTES: usize = 4 << 20;
/// Longest name: of a tool, a session, a call, a directory. Linux has no longer paths (PATH_MAX).
const MAX_NAME_BYTES: usize = 4096;
/// Most values in the event of a tool about to run. Each costs more than its bytes when it is read.
const MAX_BEFORE_VALUES: usize = 50_000;
/// Most values in any event: a tool's answer may list every line of a file.
const MAX_VALUES: usize = 250_000;
/// Most that is told of one call beside the content of files; an entry of the record takes copies of it.
const MAX_ARGUMENT_BYTES: usize = 400 << 10;
/// Largest event that is glanced at where it cannot be read.
pub(super) const MAX_GLANCE_BYTES: usize = 2 << 20;
/// Targets that are kept of a call that tells too much.
const MAX_KEPT: usize = 16;

/// A text that names something: it goes into the record as it is, and no client makes long ones.
pub(super) fn name<'a>(key: &str, text: &'a str) -> Result<&'a str, String> {
    if text.len() > MAX_NAME_BYTES {
        return Err(format!(
            "the event's `{key}` is longer than {MAX_NAME_BYTES} bytes"
        ));
    }
    Ok(text)
}

/// Whether JSON text has few enough values to be read at all.
pub(super) fn values(json: &[u8]) -> Result<(), String> {
    few(json, MAX_VALUES)
}

/// Whether the event is small enough for its phase.
pub(super) fn event(phase: Phase, event: &[u8]) -> Result<(), String> {
    match phase {
        Phase::After | Phase::Session => Ok(()),
        Phase::Before if event.len() > MAX_BEFORE_BYTES => {
            Err(format!("the event is larger than {MAX_BEFORE_BYTES} bytes"))
        }
        Phase::Before => few(event, MAX_BEFORE_VALUES),
    }
}

/// Whether arguments that came as a text have few enough values.
pub(super) fn arguments(text: &str) -> Result<(), String> {
    few(text.as_bytes(), MAX_BEFORE_VALUES)
}

fn few(json: &[u8], most: usize) -> Result<(), String> {
    if values_in(json, most) > most {
        return Err(format!("the event has more than {most} values"));
    }
    Ok(())
}

/// At least as many as the values of JSON text, counted until there are too many: before each stands one of these,
/// outside texts.
fn values_in(json: &[u8], most: usize) -> usize {
    let (mut count, mut at) = (1, 0);
    while let Some(byte) = json.get(at).filter(|_| count <= most) {
        at += 1;
        match byte {
            b',' | b':' | b'[' | b'{' => count += 1,
            b'"' => at = after_text(json, at),
            _ => {}
        }
    }
    count
}

/// Where a text ends that began before `at`.
fn after_text(json: &[u8], mut at: usize) -> usize {
    while let Some(rest) = json.get(at..)
        && let Some(found) = memchr2(b'"', b'\\', rest)
    {
        if rest.get(found) == Some(&b'"') {
            return at + found + 1;
        }
        at += found + 2;
    }
    json.len()
}

/// Why what a tool would do is too long to be judged and recorded, and what to do instead; none where it is not.
pub(super) fn too_long(action: &Action) -> Option<(String, &'static str)> {
    match action {
        Action::Shell(call) if call.command.len() > gtfobins::shell::MAX_COMMAND_BYTES => Some((
            format!(
                "the command is longer than {} bytes",
                gtfobins::shell::MAX_COMMAND_BYTES
            ),
            "write long texts with the client's own file tool",
        )),
        Action::Intent(intent) if intent.targets.iter().any(|target| path(target) > MAX_NAME_BYTES) => {
            Some((
                format!("a path is longer than {MAX_NAME_BYTES} bytes"),
                "Linux has no longer ones",
            ))
        }
        Action::Intent(intent) if told(intent) > MAX_ARGUMENT_BYTES => Some((
            format!("the tool's arguments have more than {MAX_ARGUMENT_BYTES} bytes"),
            "hand over less at a time",
        )),
        Action::Shell(_) | Action::Intent(_) | Action::Nothing | Action::Own => None,
    }
}

/// What can be kept of a call that tells too much: what it would do, to what, without its long parts.
pub(super) fn shortened(intent: Intent) -> Intent {
    let bytes = told(&intent);
    let mut params = intent.params;
    params.retain(|_, value| weight(value) <= MAX_NAME_BYTES);
    params.insert("arguments_bytes".to_owned(), bytes.into());
    let short = |target: &Target| {
        [
            path(target),
            target.name.len(),
            target.host.len(),
            target.url.len(),
        ]
        .iter()
        .all(|bytes| *bytes <= MAX_NAME_BYTES)
    };
    Intent {
        targets: intent.targets.into_iter().filter(short).take(MAX_KEPT).collect(),
        params,
        ..intent
    }
}

fn path(target: &Target) -> usize {
    target.path.as_ref().map_or(0, |path| path.len())
}

/// The bytes of what is told of a call, as they are written.
fn told(intent: &Intent) -> usize {
    let named = |target: &Target| path(target) + target.name.len() + target.host.len() + target.url.len();
    let targets: usize = intent.targets.iter().map(named).sum();
    targets + intent.params.values().map(weight).sum::<usize>()
}

/// At least the bytes of a value in JSON (RFC 8785).
fn weight(value: &Json) -> usize {
    const MARKS: usize = 2;
    match value {
        Json::Null | Json::Bool(_) => "false".len(),
        Json::Number(number) => number.to_string().len(),
        Json::String(text) => MARKS + written(text),
        Json::Array(items) => MARKS + items.iter().map(|item| weight(item) + ",".len()).sum::<usize>(),
        Json::Object(members) => {
            let one = |(key, value): (&String, &Json)| MARKS + written(key) + weight(value) + ":,".len();
            MARKS + members.iter().map(one).sum::<usize>()
        }
    }
}

/// The bytes of a text in JSON (RFC 8785, 3.2.2.2); of one that is too long as it is, at least so many.
fn written(text: &str) -> usize {
    if text.len() > MAX_ARGUMENT_BYTES {
        return text.len();
    }
    let byte = |byte: u8| match byte {
        b'"' | b'\\' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.bytes().map(byte).sum()
}

#[cfg(test)]
mod tests {
    use super::{values_in, weight};
    use serde_json::{Value, json};

    fn count(value: &Value) -> usize {
        1 + match value {
            Value::Array(items) => items.iter().map(count).sum(),
            Value::Object(members) => members.values().map(count).sum(),
            _ => 0,
        }
    }

    #[test]
    fn no_value_goes_uncounted_and_no_text_is_counted() {
        for value in [
            json!(1),
            json!([]),
            json!([[[[]]], {"a": {"b": [{}]}}]),
            json!({"\"": 1, "\\": [2, 3], "\\\"": {",": ":"}}),
            json!([1, 2, {"a": "[,:{", "b": null}]),
        ] {
            let (text, real) = (value.to_string(), count(&value));
            let counted = values_in(text.as_bytes(), usize::MAX);
            assert!(
                (real..=2 * real).contains(&counted),
                "{text}: {counted} for {real}"
            );
        }
        let quoted = json!("[,:{".repeat(100)).to_string();
        assert_eq!(values_in(quoted.as_bytes(), usize::MAX), 1);
        assert_eq!(values_in(br#"["\\", 1]"#, usize::MAX), 3);
    }

    #[test]
    fn nothing_weighs_less_than_it_is_when_written() {
        for value in [
            json!("plain"),
            json!("\"\\ \u{1}\u{1f} ü\n"),
            json!([null, true, false, -1.234_567_890_123_456_7e-300, i64::MIN]),
            json!({"a\"": [], "b": {}, "c": [[1], {"d": "e"}]}),
        ] {
            let text = value.to_string();
            let weighed = weight(&value);
            assert!(
                (text.len()..=2 * text.len()).contains(&weighed),
                "{text}: {weighed}"
            );
        }
    }
}
