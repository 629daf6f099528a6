//! Policies that were checked before: a call relies on that only for the very bytes that were checked, and a false
//! word about them lets nothing pass.

use crate::support::{Scratch, text};
use sha2::{Digest, Sha256};
use std::fs;
use watchtower::record::hex;

const UNSOUND: &str = r#"{"version": "2.0.0", "policies": [
    {"name": "all", "match": {"domain": "*"}, "condition": "no_such_name", "action": "allow"}]}"#;

#[test]
fn a_checked_policy_is_remembered_by_its_bytes() {
    let scratch = Scratch::new();
    scratch.write("a", "x");
    scratch.expect(0, &["safe-rm", "a"]);
    let policy = fs::read(scratch.state().join("policy.json")).unwrap();
    let line = format!(
        "{} {}\n",
        hex(&Sha256::digest(&policy)),
        env!("CARGO_PKG_VERSION")
    );
    let known = || fs::read_to_string(scratch.state().join("state/checked")).unwrap();
    assert_eq!(known(), line);
    scratch.write("a", "x");
    scratch.expect(0, &["safe-rm", "a"]);
    assert_eq!(known(), line, "known documents are not remembered twice");

    scratch.write("a", "x");
    scratch.policy(UNSOUND);
    let refusal = scratch.refused(78, &["safe-rm", "a"]);
    assert!(refusal.contains("no_such_name"), "{refusal}");
    assert!(scratch.file("a").exists());
    assert_eq!(known(), line, "a refused document is not remembered");
}

#[test]
fn a_false_word_about_a_policy_lets_nothing_pass() {
    let scratch = Scratch::new();
    scratch.write("a", "x");
    scratch.policy(UNSOUND);
    fs::create_dir(scratch.state().join("state")).unwrap();
    let line = format!(
        "{} {}\n",
        hex(&Sha256::digest(UNSOUND)),
        env!("CARGO_PKG_VERSION")
    );
    fs::write(scratch.state().join("state/checked"), line).unwrap();
    let output = scratch.run(&["safe-rm", "a"]);
    assert_eq!(output.status.code(), Some(77), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains("the condition cannot be read"),
        "{}",
        text(&output.stderr)
    );
    assert!(scratch.file("a").exists());
}

#[test]
fn what_is_remembered_may_be_missing_or_damaged() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.state().join("state")).unwrap();
    for bytes in [&b"\xff\xfe not a line"[..], b"", &[b'x'; 100_000]] {
        fs::write(scratch.state().join("state/checked"), bytes).unwrap();
        scratch.write("a", "x");
        scratch.expect(0, &["safe-rm", "a"]);
    }
}
