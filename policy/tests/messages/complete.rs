//! No message without a snapshot: every text that the loader's sources may put into a message is looked for in them.

use regex::Regex;
use std::{fs, path::Path};

/// Where the loader's messages are made.
const SOURCES: &[&str] = &[
    "json/mod.rs",
    "json/strings.rs",
    "document/mod.rs",
    "document/shape.rs",
    "rule.rs",
    "layer.rs",
    "examples.rs",
    "inspect.rs",
    "policy.rs",
    "lang/lexer.rs",
    "lang/parser.rs",
    "lang/primary.rs",
    "lang/strings.rs",
    "lang/check.rs",
    "lang/check_call.rs",
    "lang/own.rs",
];

/// Texts that are no message of the loader, each with why.
const OTHERS: &[(&str, &str)] = &[
    (
        "this byte is not UTF-8 text",
        "a test of its own, since a snapshot is text",
    ),
    (
        "a policy document may have at most 16 MiB",
        "a test of its own, since it takes 16 MiB",
    ),
    ("the time of the call is not known", "said when judging"),
    ("the condition cannot be read", "said when judging"),
    ("is not a network", "said when judging"),
    (
        "the test file",
        "what a test file is called, in messages about its shape",
    ),
];

fn texts(source: &str) -> Vec<String> {
    let code: String = source
        .split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect();
    let literal = Regex::new(r#""((?:[^"\\]|\\.)*)""#).unwrap();
    // Character literals of quotes would open a text that is none.
    let code = code.replace("'\"'", "' '").replace("b'\"'", "b' '");
    literal
        .captures_iter(&code)
        .map(|found| found[1].replace("\\\"", "\"").replace("\\\\", "\\"))
        .filter(|text| text.split_whitespace().filter(|word| word.len() > 1).count() >= 3)
        .collect()
}

/// The text as a pattern: what stands in braces varies.
fn pattern(text: &str) -> Regex {
    let held = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let parts: Vec<String> = Regex::new(r"\{[^}]*\}")
        .unwrap()
        .split(&held)
        .map(|part| regex::escape(&part.replace('\u{1}', "{").replace('\u{2}', "}")))
        .collect();
    Regex::new(&parts.join(".*")).unwrap()
}

#[test]
fn every_text_of_the_loader_stands_in_a_snapshot() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    let snapshots = read("tests/messages/documents.txt") + &read("tests/messages/conditions.txt");
    let mut missing = Vec::new();
    let mut count = 0;
    for name in SOURCES {
        for text in texts(&read(&format!("src/{name}"))) {
            count += 1;
            let other = OTHERS.iter().any(|(known, _)| text.contains(known));
            if !other && !snapshots.contains(&text) && !pattern(&text).is_match(&snapshots) {
                missing.push(format!("{name}: {text}"));
            }
        }
    }
    assert!(count > 70, "only {count} texts were found");
    assert!(missing.is_empty(), "no snapshot shows:\n{}", missing.join("\n"));
}
