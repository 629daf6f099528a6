//! What comes out of a tool: streamed and cut at policy's caps, hashed whole, and for the record without its secrets.

use super::{call, call_on, plain_policy};
use crate::support::{Scratch, needs, text};
use sha2::{Digest, Sha256};
use std::{fs, process::Stdio};

fn with(more: &str) -> String {
    let document = policy::default_document("default").unwrap();
    format!("{{{more},{}", document.trim_start().trim_start_matches('{'))
}

#[test]
fn large_output_is_cut_and_said_and_hashed_whole() {
    if !needs::program("rg") {
        return;
    }
    let top = tempfile::tempdir().unwrap();
    let line = format!("needle {}\n", "x".repeat(90));
    fs::write(top.path().join("big"), line.repeat(20_000)).unwrap();
    let policy = super::policy(&with("\"limits\": {\"stdout_bytes\": 1000}"));
    let done = call(top.path(), &policy, "rg-search", &["needle", "big"]).unwrap();
    let whole = line.repeat(20_000);
    assert_eq!(done.stdout, &whole.as_bytes()[..1000]);
    assert!(done.outcome.truncated);
    assert_eq!(done.outcome.stdout_bytes, whole.len() as u64);
    assert_eq!(
        done.outcome.stdout_sha256,
        Sha256::digest(&whole)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    );
    assert_eq!(
        done.stderr,
        format!(
            "rg: output cut after 1000 of {} bytes, the policy's `limits.stdout_bytes`\n",
            whole.len()
        )
    );
    assert_eq!(done.outcome.exit_code, 0);
}

/// Who is ended without a word of its own cannot tell what was in the way.
#[test]
fn a_tool_that_a_limit_ends_says_which_one_and_what_to_do() {
    if !needs::program("jq") {
        return;
    }
    let top = tempfile::tempdir().unwrap();
    fs::write(top.path().join("a"), "1").unwrap();
    for (limits, query, code, said) in [
        (
            "\"cpu_s\": 1",
            "last(range(1000000000))",
            137,
            "jq: ended after 1 s of processor time, the policy's `limits.cpu_s`\n\
             hint: ask for less, or raise `limits.cpu_s` in the policy\n",
        ),
        (
            "\"timeout_s\": 1",
            "last(range(1000000000))",
            124,
            "jq: timed out after 1 s\nhint: ask for less, or raise `limits.timeout_s` in the policy\n",
        ),
        (
            "\"memory_bytes\": 60000000",
            "[range(100000000)] | length",
            134,
            "error: cannot allocate memory\njq: ended by signal 6, with no more memory to be had\n\
             hint: ask for less, or raise `limits.memory_bytes` in the policy\n",
        ),
    ] {
        let policy = super::policy(&with(&format!("\"limits\": {{{limits}}}")));
        let done = call(top.path(), &policy, "jq-query", &[query, "a"]).unwrap();
        assert_eq!(i32::from(done.outcome.exit_code), code, "{}", done.stderr);
        assert!(done.stderr.ends_with(said), "{}", done.stderr);
        assert_eq!(done.stdout, b"");
        let note = said.lines().rev().nth(1).unwrap().split_once(": ").unwrap().1;
        assert_eq!(done.outcome.notes, [note]);
    }
}

#[test]
fn jq_is_told_no_name_of_a_file() {
    if !needs::program("jq") {
        return;
    }
    let desk = Scratch::new();
    desk.write("a.json", "{}");
    let named = desk.expect(0, &["jq-query", "input_filename", "a.json"]);
    assert!(["\"<stdin>\"\n", "null\n"].contains(&named.as_str()), "{named}");
}

/// Who reads no further ends a call in silence; a disk that takes no more is said.
#[test]
fn output_that_cannot_be_written_is_said_and_output_that_nobody_reads_is_not() {
    if !needs::program("jq") {
        return;
    }
    let desk = Scratch::new();
    desk.write("a.json", "{\"name\": 1}");
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    for (args, stdout, code, said) in [
        (
            &["jq-query", ".", "a.json"][..],
            Stdio::from(full.try_clone().unwrap()),
            74,
            "jq: cannot write to standard output: No space left on device (os error 28)\n",
        ),
        (
            &["jq-query", ".", "a.json"],
            Stdio::from(closed.try_clone().unwrap()),
            141,
            "",
        ),
        (
            &["applets"],
            Stdio::from(full),
            74,
            "wt: cannot write to standard output: No space left on device (os error 28)\n",
        ),
        (&["applets"], Stdio::from(closed), 0, ""),
    ] {
        let child = desk.wt(args).stdout(stdout).stderr(Stdio::piped()).spawn();
        let output = child.unwrap().wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), text(&output.stderr).as_str()),
            (Some(code), said),
            "{args:?}"
        );
    }
}

#[test]
fn a_terminal_gets_no_binary_data_and_no_control_sequences_and_anything_else_gets_every_byte() {
    if !needs::program("jq") || !needs::program("rg") {
        return;
    }
    let top = tempfile::tempdir().unwrap();
    fs::write(top.path().join("a"), "\"\\u001b]52;c;aGk=\\u0007\"").unwrap();
    fs::write(top.path().join("latin"), b"needle \xff\xfe\n").unwrap();
    let policy = plain_policy();
    let plain = call(top.path(), &policy, "jq-query", &["-r", ".", "a"]).unwrap();
    assert_eq!(plain.stdout, b"\x1b]52;c;aGk=\x07\n");
    let shown = call_on(top.path(), &policy, "jq-query", &["-r", ".", "a"], &[], true).unwrap();
    assert_eq!(text(&shown.stdout), "^[]52;c;aGk=^G\n");
    let latin = call(top.path(), &policy, "rg-search", &["needle", "latin"]).unwrap();
    assert_eq!(latin.stdout, b"needle \xff\xfe\n");
    fs::write(top.path().join("bin"), b"needle \0 more\n").unwrap();
    let binary = call_on(
        top.path(),
        &policy,
        "rg-search",
        &["--json", "needle", "bin"],
        &[],
        true,
    )
    .unwrap();
    assert!(!binary.stdout.contains(&0));
}

#[test]
fn what_a_shadowed_call_leaves_in_the_record_has_no_secrets() {
    if !needs::program("rg") {
        return;
    }
    let desk = Scratch::new();
    let token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
    desk.write("notes", format!("needle {token}\n"));
    desk.policy(
        r#"{"version": "2.0.0", "policies": [{"name": "watched", "priority": 1, "match": {"domain": "search"}, "condition": "True", "action": "shadow"}]}"#,
    );
    let out = desk.expect(0, &["rg-search", "needle", "notes"]);
    assert!(out.contains(token), "the caller sees what is there");
    let outcome = desk.entries_of("outcome").pop().unwrap();
    let effects = outcome["data"]["execution"]["effects"].to_string();
    assert!(
        effects.contains("needle") && !effects.contains(token),
        "{outcome}"
    );
}

#[test]
fn the_version_of_a_tool_is_learnt_once_and_recorded_from_then_on() {
    if !needs::program("jq") {
        return;
    }
    let desk = Scratch::new();
    desk.write("a.json", "{}");
    desk.expect(0, &["jq-query", ".", "a.json"]);
    desk.expect(0, &["jq-query", ".", "a.json"]);
    let real = std::process::Command::new("/usr/bin/jq")
        .arg("--version")
        .output()
        .unwrap();
    let version = text(&real.stdout).trim().to_owned();
    let learnt: Vec<_> = desk
        .entries_of("outcome")
        .iter()
        .map(|entry| entry["data"]["execution"]["effects"].clone())
        .collect();
    assert_eq!(learnt[0][0]["tool_version"], version.as_str(), "{learnt:?}");
    assert_eq!(learnt[1].as_array().unwrap().len(), 0);
    let decisions = desk.entries_of("decision");
    let recorded = |at: usize| decisions[at]["data"]["enforcement"]["tool"]["version"].clone();
    assert_eq!(
        (recorded(0), recorded(1)),
        (serde_json::Value::Null, version.into())
    );
}
