//! The approver's key as a person keeps it: another passphrase, the recovery code, another key; and what happens when
//! its file is not what it was.

use super::{swaps::asking, terminal::PASSPHRASE};
use crate::support::{Scratch, WT};
use serde_json::Value as Json;
use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

const OTHER: &str = "quite another set of words";

/// The recovery code among what was shown.
fn code(shown: &str) -> String {
    let line = shown
        .lines()
        .find(|line| line.trim().len() == 35 && line.trim().split('-').count() == 6);
    line.unwrap_or_else(|| panic!("no code in {shown}"))
        .trim()
        .to_owned()
}

impl Scratch {
    /// `wt ARGS...` with a person at the terminal: the exit code and what was shown.
    fn at_terminal(&self, answers: &[&str], args: &[&str]) -> (i32, String) {
        let argv = [&[WT], args].concat();
        self.person(&answers.join("|"), &argv).unwrap()
    }

    /// What the `admin` entries say was done.
    fn administered(&self) -> Vec<String> {
        let action = |entry: &Json| entry["data"]["statement"]["action"].as_str().unwrap().to_owned();
        self.entries_of("admin").iter().map(action).collect()
    }

    fn public_key(&self) -> String {
        let shown: Json = serde_json::from_str(&self.expect(0, &["admin", "show", "--json"])).unwrap();
        assert_eq!(
            (&shown["problem"], &shown["key_file"]),
            (&Json::from(""), &Json::from(true))
        );
        shown["ledger"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_forgotten_passphrase_is_set_anew_with_the_recovery_code_and_that_is_recorded() {
    let scratch = Scratch::new();
    crate::approvals::swaps::ask_about_files(&scratch);
    let twice = [PASSPHRASE, PASSPHRASE];
    if scratch.person("", &["/bin/true"]).is_none() {
        return;
    }
    let (done, shown) = scratch.at_terminal(&twice, &["admin", "set"]);
    assert_eq!(done, 0, "{shown}");
    let (first, key) = (code(&shown), scratch.public_key());
    scratch.write("a", "text");
    let id = scratch.asks(&["safe-rm", "a"]).unwrap();
    // A code that is not it does nothing, and is counted like a wrong passphrase.
    let wrong = first.replace(|c: char| c.is_ascii_digit(), "z");
    let (done, shown) = scratch.at_terminal(&[&wrong], &["admin", "recover"]);
    assert_eq!(done, 77, "{shown}");
    assert!(shown.contains("that is not the recovery code"), "{shown}");
    let counted: Json =
        serde_json::from_slice(&fs::read(scratch.state().join("state/backoff")).unwrap()).unwrap();
    assert_eq!(counted["failures"], 1);
    assert_eq!(scratch.administered(), ["set"]);
    // The code itself, as it may be typed from paper.
    let typed = first.to_uppercase().replace('-', " ");
    let (done, shown) = scratch.at_terminal(&[&typed, OTHER, OTHER], &["admin", "recover"]);
    assert_eq!(done, 0, "{shown}");
    let second = code(&shown);
    assert_ne!(first, second);
    assert_eq!(scratch.administered(), ["set", "recover"]);
    assert_eq!(scratch.public_key(), key, "the key stays");
    // The old passphrase and the old code are of no use; the new passphrase approves.
    let (done, shown) = scratch.at_terminal(&[PASSPHRASE, "\u{3}"], &["approve", &id]);
    assert_eq!(done, 77, "{shown}");
    assert!(
        shown.contains("that is not the passphrase") && shown.contains("broken off"),
        "{shown}"
    );
    let (done, shown) = scratch.at_terminal(&[&first], &["admin", "recover"]);
    assert_eq!(done, 77, "{shown}");
    let (done, shown) = scratch.at_terminal(&[OTHER], &["approve", &id]);
    assert_eq!(done, 0, "{shown}");
    assert_eq!(scratch.asks(&["safe-rm", "a"]), None);
    // Nothing of all that is secret is in the record.
    let ledger = fs::read_to_string(scratch.state().join(format!("ledger-{:020}.jsonl", 1))).unwrap();
    for secret in [PASSPHRASE, OTHER, &first, &second] {
        assert!(!ledger.contains(secret), "{secret}");
    }
    assert_eq!(scratch.run(&["verify", "--deep"]).status.code(), Some(0));
}

#[test]
fn a_passphrase_is_changed_and_a_key_replaced_and_each_is_recorded() {
    let Some(scratch) = asking() else { return };
    let key = scratch.public_key();
    scratch.write("a", "text");
    let id = scratch.asks(&["safe-rm", "a"]).unwrap();
    scratch.approves(&id, &["--for", "1h"]);
    let (done, shown) = scratch.at_terminal(&[PASSPHRASE, OTHER, OTHER], &["admin", "passphrase"]);
    assert_eq!(done, 0, "{shown}");
    assert_eq!(scratch.public_key(), key);
    assert_eq!(
        scratch.asks(&["safe-rm", "a"]),
        None,
        "grants stay with their key"
    );
    scratch.write("a", "text");
    let (done, shown) = scratch.at_terminal(&[OTHER, PASSPHRASE, PASSPHRASE], &["admin", "replace"]);
    assert_eq!(done, 0, "{shown}");
    assert_ne!(scratch.public_key(), key);
    assert_eq!(scratch.administered(), ["set", "passphrase", "replace"]);
    let id = scratch
        .asks(&["safe-rm", "a"])
        .expect("every grant ended with its key");
    scratch.approves(&id, &[]);
    assert_eq!(scratch.asks(&["safe-rm", "a"]), None);
    assert_eq!(scratch.run(&["verify", "--deep"]).status.code(), Some(0));
}

/// Whoever may say that a loss is as it should be could hide one.
#[test]
fn a_record_goes_on_after_a_loss_by_the_word_of_the_approver_alone() {
    let Some(scratch) = asking() else { return };
    let recover = ["clean", "--recover", "--reason", "seen"];
    let poisoned = scratch.state().join("ledger.poisoned");
    fs::write(&poisoned, "").unwrap();
    let said = scratch.refused(77, &recover);
    assert!(said.contains("terminal") && said.contains("\nhint: "), "{said}");
    assert!(poisoned.exists());
    let (done, shown) = scratch.at_terminal(&[PASSPHRASE], &recover);
    assert_eq!(done, 0, "{shown}");
    assert!(
        shown.contains("let the record go on after a loss: seen") && !poisoned.exists(),
        "{shown}"
    );
    // The last entries are gone, and the index that knew the key with them.
    scratch.run(&["safe-rm", "none"]);
    let segments = fs::read_dir(scratch.state())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let last = segments
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .max()
        .unwrap();
    let text = fs::read_to_string(&last).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    crate::effects::set_mode(&last, 0o600);
    fs::write(&last, format!("{}\n", lines[..lines.len() - 1].join("\n"))).unwrap();
    fs::remove_file(scratch.state().join("state/table")).unwrap();
    scratch.refused(74, &["safe-touch", "a"]);
    scratch.refused(77, &recover);
    scratch.refused(74, &["safe-touch", "a"]);
    let (done, shown) = scratch.at_terminal(&[PASSPHRASE], &recover);
    assert_eq!(done, 0, "{shown}");
    // This world's policy asks about files.
    scratch.refused(75, &["safe-touch", "a"]);
    // The record is cut before the entry that names the key, and the index is gone: policy or the stored key tell it.
    let text = fs::read_to_string(&last).unwrap();
    crate::effects::set_mode(&last, 0o600);
    fs::write(&last, text.split_inclusive('\n').next().unwrap()).unwrap();
    fs::remove_dir_all(scratch.state().join("state")).unwrap();
    scratch.refused(77, &recover);
    // Where no key is set there is nobody to ask.
    let keyless = Scratch::new();
    fs::write(keyless.state().join("ledger.poisoned"), "").unwrap();
    keyless.expect(0, &recover);
}

#[test]
fn weak_and_differing_passphrases_set_nothing() {
    let scratch = Scratch::new();
    if scratch.person("", &["/bin/true"]).is_none() {
        return;
    }
    let (done, shown) =
        scratch.at_terminal(&["short", "aaaaaaaaaaaaaaaa", "password12345"], &["admin", "set"]);
    assert_eq!(done, 77, "{shown}");
    assert!(
        shown.contains("a new passphrase: at least 12 characters"),
        "{shown}"
    );
    assert_eq!(shown.matches("too weak: ").count(), 3, "{shown}");
    let pairs = [PASSPHRASE, OTHER, OTHER, PASSPHRASE, PASSPHRASE, OTHER];
    let (done, shown) = scratch.at_terminal(&pairs, &["admin", "set"]);
    assert_eq!(done, 77, "{shown}");
    assert_eq!(shown.matches("two different passphrases").count(), 3, "{shown}");
    assert!(!scratch.state().join("keys/approver").exists());
    assert_eq!(scratch.entries_of("admin").len(), 0);
}

/// Puts something else in the place of the key; what is then said.
type Harm = (&'static str, fn(&Path, &Path), &'static str);

const HARMS: &[Harm] = &[
    ("missing", |_, _| (), "is missing"),
    (
        "another key",
        |key, other| {
            fs::copy(other, key).unwrap();
        },
        "is not the one that the ledger names",
    ),
    (
        "truncated",
        |key, _| cut(key, 100),
        "not in the format of an approver key",
    ),
    (
        "empty",
        |key, _| cut(key, 0),
        "not in the format of an approver key",
    ),
    (
        "a directory",
        |key, _| fs::create_dir(key).unwrap(),
        "cannot read the approver key",
    ),
    (
        "a link to it",
        |key, _| symlink(kept(key), key).unwrap(),
        "cannot read the approver key",
    ),
    (
        "writable by others",
        |key, _| {
            fs::copy(kept(key), key).unwrap();
            fs::set_permissions(key, fs::Permissions::from_mode(0o666)).unwrap();
        },
        "cannot read the approver key",
    ),
    (
        "larger than any",
        |key, _| fs::write(key, vec![b' '; 1 << 20]).unwrap(),
        "cannot read the approver key",
    ),
];

fn kept(key: &Path) -> PathBuf {
    key.with_file_name("kept")
}

/// The key, cut to so many bytes.
fn cut(key: &Path, bytes: usize) {
    let whole = fs::read(kept(key)).unwrap();
    fs::write(key, &whole[..bytes]).unwrap();
}

#[test]
fn a_key_that_is_missing_replaced_or_unreadable_answers_nothing() {
    let Some(scratch) = asking() else { return };
    let Some(stranger) = asking() else { return };
    let theirs = stranger.state().join("keys/approver");
    let key = scratch.state().join("keys/approver");
    scratch.write("a", "text");
    let id = scratch.asks(&["safe-rm", "a"]).unwrap();
    scratch.approves(&id, &["--for", "1h"]);
    scratch.write("b", "text");
    let id = scratch.asks(&["safe-rm", "b"]).unwrap();
    for (what, harm, said) in HARMS {
        fs::rename(&key, kept(&key)).unwrap();
        harm(&key, &theirs);
        for command in [
            &["approve", &id][..],
            &["grants", "revoke", "g1"],
            &["admin", "passphrase"],
        ] {
            let (done, shown) = scratch.at_terminal(&[PASSPHRASE], command);
            assert_eq!(done, 78, "{what} {command:?}: {shown}");
            assert!(shown.contains(said), "{what} {command:?}: {shown}");
            assert!(
                !shown.contains("passphrase of the approver:"),
                "{what}: it is not even asked for"
            );
        }
        let status: Json = serde_json::from_str(&scratch.expect(0, &["status", "--json"])).unwrap();
        assert!(
            status["approver"]["problem"].as_str().unwrap().contains(said),
            "{what}: {status}"
        );
        assert_eq!(scratch.asks(&["safe-rm", "b"]), Some(id.clone()), "{what}");
        // What was granted before holds: its signature is checked with the public half, which the ledger has.
        assert_eq!(scratch.asks(&["safe-rm", "a"]), None, "{what}");
        scratch.write("a", "text");
        if key.is_dir() {
            fs::remove_dir(&key).unwrap();
        } else {
            fs::remove_file(&key).ok();
        }
        fs::rename(kept(&key), &key).unwrap();
    }
    let frozen = scratch.run(&["freeze"]);
    assert_eq!(frozen.status.code(), Some(0));
    fs::rename(&key, kept(&key)).unwrap();
    let (done, shown) = scratch.at_terminal(&[PASSPHRASE], &["thaw"]);
    assert_eq!(done, 78, "{shown}");
    fs::rename(kept(&key), &key).unwrap();
    let (done, shown) = scratch.at_terminal(&[PASSPHRASE], &["thaw"]);
    assert_eq!(done, 0, "{shown}");
    scratch.approves(&id, &[]);
    assert_eq!(scratch.asks(&["safe-rm", "b"]), None);
}
