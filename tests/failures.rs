//! What went wrong, for a program that reads it: one JSON object on stderr, whatever it was that failed.

use crate::support::{Scratch, text};
use serde_json::{Value as Json, json};
use std::process::{Command, Output};

/// The one object that a call leaves on stderr; its `exit_code` is how the call ended.
fn failure(output: &Output) -> Json {
    let said = text(&output.stderr);
    let object: Json = serde_json::from_str(&said).unwrap_or_else(|e| panic!("{e}: {said}"));
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(
        object["exit_code"].as_i64(),
        output.status.code().map(i64::from),
        "{said}"
    );
    object
}

fn asked_by_environment(mut call: Command) -> Output {
    call.env("WT_ERRORS", "json").output().unwrap()
}

#[test]
fn an_effect_that_fails_is_one_object_with_every_message() {
    let scratch = Scratch::new();
    let none = "cannot remove 'none': No such file or directory";
    for output in [
        scratch.run(&["safe-rm", "--json", "none"]),
        asked_by_environment(scratch.wt(&["safe-rm", "none"])),
    ] {
        assert_eq!(
            failure(&output),
            json!({"error": none, "hint": "", "exit_code": 1})
        );
    }
    let two = failure(&scratch.run(&["safe-rm", "none", "--json", "other"]));
    let other = "cannot remove 'other': No such file or directory";
    assert_eq!(
        two,
        json!({"error": none, "errors": [none, other], "hint": "", "exit_code": 1})
    );
    assert_eq!(
        scratch.run(&["safe-rm", "none", "other"]).stderr,
        format!("safe-rm: {none}\nsafe-rm: {other}\n").into_bytes()
    );
}

#[test]
fn a_usage_error_is_an_object_where_the_option_stands_among_the_options() {
    let scratch = Scratch::new();
    for args in [
        &["safe-rm", "--json", "--bogus"][..],
        &["safe-rm", "--bogus", "x", "--json"],
        &["status", "--json", "--bogus"],
    ] {
        let error = failure(&scratch.run(args))["error"].to_string();
        assert!(error.contains("--bogus"), "{args:?}: {error}");
    }
    assert_eq!(
        failure(&asked_by_environment(scratch.wt(&["safe-rm", "--bogus"])))["exit_code"],
        64
    );
    let lines = text(&scratch.run(&["safe-rm", "--bogus", "--", "--json"]).stderr);
    assert!(lines.starts_with("safe-rm: unknown option"), "{lines}");
}
