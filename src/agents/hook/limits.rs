//! How much an event may hold. What is beyond is refused before anything is made of it, so that a refusal costs no more
//! than reading: within 50 ms.

use super::action::Action;
use policy::{Intent, Target};
use serde_json::Value as Json;

/// Largest event: a file that is written is in it as a whole.
pub(super) const MAX_EVENT_BYTES: usize = 8 << 20;
/// Longest name: of a tool, a session, a call, a directory. Linux has no longer paths (PATH_MAX).
const MAX_NAME_BYTES: usize = 4096;
/// Most values in one event. Each costs more than its bytes when it is read.
const MAX_VALUES: usize = 20_000;
/// Most that is told of one call beside the content of files; an entry of the record takes copies of it.
const MAX_ARGUMENT_BYTES: usize = 256 << 10;

/// A text that names something: it goes into the record as it is, and no client makes long ones.
pub(super) fn name<'a>(key: &str, text: &'a str) -> Result<&'a str, String> {
    if text.len() > MAX_NAME_BYTES {
        return Err(format!(
            "the event's `{key}` is longer than {MAX_NAME_BYTES} bytes"
        ));
    }
    Ok(text)
}

/// Whether an event has no more values than it may, by the commas between them; those in texts do not count.
pub(super) fn values(event: &[u8]) -> Result<(), String> {
    let (mut text, mut escaped, mut commas) = (false, false, 0);
    for byte in event {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = text,
            b'"' => text = !text,
            b',' if !text => commas += 1,
            _ => {}
        }
    }
    if commas >= MAX_VALUES {
        return Err(format!("the event has more than {MAX_VALUES} values"));
    }
    Ok(())
}

/// Why what a tool would do is too long to be judged and recorded; none where it is not.
pub(super) fn too_long(action: &Action) -> Option<String> {
    let bytes = match action {
        Action::Shell { command, .. } => command.len(),
        Action::Intent(intent) => told(intent),
        Action::Nothing | Action::Own => 0,
    };
    (bytes > MAX_ARGUMENT_BYTES)
        .then(|| format!("the tool's arguments have more than {MAX_ARGUMENT_BYTES} bytes"))
}

/// The bytes of what is told of a call.
fn told(intent: &Intent) -> usize {
    let named = |target: &Target| {
        let path = target.path.as_ref().map_or(0, |path| path.len());
        path + target.name.len() + target.host.len() + target.url.len()
    };
    let targets: usize = intent.targets.iter().map(named).sum();
    targets + intent.params.values().map(weight).sum::<usize>()
}

/// The bytes of a value's texts, and one for each value.
fn weight(value: &Json) -> usize {
    1 + match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
        Json::String(text) => text.len(),
        Json::Array(items) => items.iter().map(weight).sum(),
        Json::Object(members) => members.iter().map(|(key, value)| key.len() + weight(value)).sum(),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_VALUES, values};

    #[test]
    fn only_commas_between_values_count() {
        let many = ",".repeat(2 * MAX_VALUES);
        for event in [
            format!("[\"{many}\"]"),
            format!("[\"\\\"{many}\"]"),
            format!("[\"\\\\\\\"{many}\"]"),
        ] {
            assert_eq!(values(event.as_bytes()), Ok(()));
        }
        for event in [
            format!("[{many}]"),
            format!("[\"\\\\\"{many}]"),
            format!("[\"a\", \"\"{many}]"),
        ] {
            assert!(values(event.as_bytes()).is_err());
        }
        assert_eq!(values(",".repeat(MAX_VALUES - 1).as_bytes()), Ok(()));
        assert!(values(",".repeat(MAX_VALUES).as_bytes()).is_err());
    }
}
