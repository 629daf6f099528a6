//! No message without a snapshot: every text that the loader's sources may put into a message is looked for in them.

use regex::Regex;
use std::{fs, path::Path};

/// Files whose texts are no messages of the loader, each with what they are. Every other file is looked through.
const NOT_OF_THE_LOADER: &[(&str, &str)] = &[
    ("decide.rs", "reasons of decisions"),
    ("explain.rs", "explanations of decisions"),
    ("lang/answer.rs", "answers of `wt policy eval`"),
    ("lang/builtins.rs", "errors of evaluations"),
    ("lang/compare.rs", "errors of evaluations"),
    ("lang/convert.rs", "errors of evaluations"),
    ("lang/error.rs", "errors of evaluations"),
    ("lang/eval.rs", "errors of evaluations"),
    ("lang/facts.rs", "errors of evaluations"),
    ("lang/float.rs", "errors of evaluations"),
    ("lang/iterate.rs", "errors of evaluations"),
    ("lang/methods.rs", "errors of evaluations"),
    ("lang/number.rs", "errors of evaluations"),
    ("lang/open.rs", "errors of evaluations"),
    ("lang/operators.rs", "errors of evaluations"),
    ("lang/order.rs", "errors of evaluations"),
    ("lang/show.rs", "errors of evaluations"),
    ("lang/split.rs", "errors of evaluations"),
    ("lang/str_methods.rs", "errors of evaluations"),
    ("lang/subscript.rs", "errors of evaluations"),
    ("lang/value.rs", "errors of evaluations"),
    ("protect/mod.rs", "reasons of protection"),
    ("protect/reach.rs", "reasons of protection"),
    ("risk.rs", "no text at all"),
];

/// Texts that are no message of the loader, each with why.
const OTHERS: &[(&str, &str)] = &[
    ("what the tests are for", "describes a key of test files"),
    (
        "the policy under test, beside this file",
        "describes a key of test files",
    ),
    ("the time of the call is not known", "said when judging"),
    ("the condition cannot be read", "said when judging"),
    ("is not a network", "said when judging"),
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

/// Every source file of the crate, by its name below `src`.
fn sources(dir: &Path, below: &str, out: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            sources(&entry.path(), &format!("{name}/"), out);
        } else if name.ends_with(".rs") && !name.ends_with("tests.rs") {
            out.push(name);
        }
    }
}

#[test]
fn every_text_of_the_loader_stands_in_a_snapshot() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    let snapshots = read("tests/messages/documents.txt") + &read("tests/messages/conditions.txt");
    let schema = policy::schema().to_string();
    let mut files = Vec::new();
    sources(&root.join("src"), "", &mut files);
    for (name, why) in NOT_OF_THE_LOADER {
        assert!(files.iter().any(|file| file == name), "{name} ({why}) is gone");
    }
    files.retain(|file| NOT_OF_THE_LOADER.iter().all(|(name, _)| file != name));
    let mut missing = Vec::new();
    let mut count = 0;
    for name in files {
        for text in texts(&read(&format!("src/{name}"))) {
            count += 1;
            let other = OTHERS.iter().any(|(known, _)| text.contains(known));
            // What a key is for is told by the schema; for one that is missing it is a hint, which the snapshots have.
            let told = name.ends_with("keys.rs") && schema.contains(&text.replace('"', "\\\""));
            if !other && !told && !snapshots.contains(&text) && !pattern(&text).is_match(&snapshots) {
                missing.push(format!("{name}: {text}"));
            }
        }
    }
    assert!(count > 150, "only {count} texts were found");
    assert!(missing.is_empty(), "no snapshot shows:\n{}", missing.join("\n"));
}

#[test]
fn every_key_that_may_be_missing_stands_in_a_snapshot() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let snapshots = fs::read_to_string(root.join("tests/messages/documents.txt")).unwrap();
    let required = Regex::new(r#"required\(\s*"([^"]+)",(?s:.*?)"((?:[^"\\]|\\.)*)",?\s*\)"#).unwrap();
    let mut count = 0;
    for name in ["src/document/keys.rs", "src/document/rule_keys.rs"] {
        let source = fs::read_to_string(root.join(name)).unwrap();
        for found in required.captures_iter(&source) {
            count += 1;
            let (lacks, about) = (
                format!("lacks the key `{}`", &found[1]),
                found[2].replace("\\\"", "\""),
            );
            let told = snapshots
                .split("\n\n")
                .any(|problem| problem.contains(&lacks) && problem.contains(&about));
            assert!(told, "{name}: {lacks}: {about}");
        }
    }
    assert!(count >= 14, "only {count} keys were found");
}
