//! The batched CPython.

use serde_json::{Map, Value as Json};
use std::{
    io::Write,
    process::{Command, Stdio},
};

const SCRIPT: &str = include_str!("oracle.py");

/// The interpreter, if there is one; its absence is an error where every tool is required.
pub(super) fn python() -> Option<String> {
    let found = Command::new("python3")
        .arg("--version")
        .output()
        .is_ok_and(|o| o.status.success());
    if !found {
        assert!(
            std::env::var_os("WT_TEST_REQUIRE_ALL").is_none(),
            "python3 is required and not there"
        );
        println!("NOT RUN: python3 is not there");
    }
    found.then(|| "python3".to_owned())
}

/// Evaluates all sources over the scope; each answer is JSON text or the name of the exception.
pub(super) fn ask<'s>(
    python: &str,
    scope: &Map<String, Json>,
    sources: impl Iterator<Item = &'s str>,
) -> Vec<Result<String, String>> {
    let mut child = Command::new(python)
        .args(["-I", "-W", "ignore", "-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = serde_json::to_string(scope).unwrap();
    let mut count = 0;
    for source in sources {
        input.push('\n');
        input.push_str(&serde_json::to_string(source).unwrap());
        count += 1;
    }
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "the oracle failed");
    let answers: Vec<_> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| match line.strip_prefix("= ") {
            Some(value) => Ok(value.to_owned()),
            None => Err(line.strip_prefix("! ").unwrap_or(line).to_owned()),
        })
        .collect();
    assert_eq!(answers.len(), count, "the oracle left something unanswered");
    answers
}
