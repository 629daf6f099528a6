//! What a person approved is what he saw: names that come to lead elsewhere, objects that take another's name, and
//! contents that change, between the request and the answer and between the answer and the call.

use super::{
    terminal::PASSPHRASE,
    world::{open_policy, seen},
};
use crate::support::{Scratch, WT, text};
use serde_json::Value as Json;
use std::{fs, os::unix::fs::symlink, path::PathBuf};

/// Deletions, copies and new files wait for a person, whose key is set; none where there is no terminal to be had.
pub(crate) fn asking() -> Option<Scratch> {
    let scratch = Scratch::new();
    ask_about_files(&scratch);
    let set = scratch.person(&format!("{PASSPHRASE}|{PASSPHRASE}"), &[WT, "admin", "set"])?;
    assert_eq!(set.0, 0, "{}", set.1);
    Some(scratch)
}

pub(crate) fn ask_about_files(scratch: &Scratch) {
    let ask = r#""policies": [{"name": "ask", "priority": 9, "match": {"domain": "filesystem",
        "operation": ["delete", "copy", "create_file"]}, "action": "escalate"}, "#;
    scratch.policy(&open_policy("").replace(r#""policies": ["#, ask));
}

impl Scratch {
    /// The id under which a call waits; none where it is allowed.
    pub(crate) fn asks(&self, args: &[&str]) -> Option<String> {
        let ran = self.run(&[&[args[0], "--json"], &args[1..]].concat());
        if ran.status.code() == Some(0) {
            return None;
        }
        assert_eq!(ran.status.code(), Some(75), "{args:?}: {}", text(&ran.stderr));
        let refusal: Json = serde_json::from_str(text(&ran.stderr).trim()).unwrap();
        Some(refusal["pending"].as_str().unwrap().to_owned())
    }

    pub(crate) fn approves(&self, id: &str, more: &[&str]) {
        let argv = [&[WT, "approve", id], more].concat();
        let (code, out) = self.person(PASSPHRASE, &argv).unwrap();
        assert_eq!(code, 0, "{out}");
    }
}

/// Puts another object of the same size under a name.
fn replace(scratch: &Scratch, name: &str) {
    let new = scratch.write("new-one", "TEXT");
    fs::rename(new, scratch.file(name)).unwrap();
}

type Swap = (&'static str, fn(&Scratch));

/// What happens to `a`, of which `safe-rm a` was asked.
const SWAPS: &[Swap] = &[
    ("another file of the same size", |s| replace(s, "a")),
    ("a link to another", |s| {
        fs::remove_file(s.file("a")).unwrap();
        symlink("b", s.file("a")).unwrap();
    }),
    ("a directory", |s| {
        fs::remove_file(s.file("a")).unwrap();
        symlink("/etc/passwd", s.file("a")).unwrap();
    }),
    ("other content of the same size, with the old times", |s| {
        let times = fs::metadata(s.file("a")).unwrap().modified().unwrap();
        fs::write(s.file("a"), "TEXT").unwrap();
        let file = fs::File::options().write(true).open(s.file("a")).unwrap();
        file.set_modified(times).unwrap();
    }),
    ("one more name", |s| {
        fs::hard_link(s.file("a"), s.file("again")).unwrap()
    }),
];

#[test]
fn an_approval_serves_the_object_that_was_shown_and_no_other() {
    let Some(scratch) = asking() else { return };
    for (what, swap) in SWAPS {
        for between in ["request and answer", "answer and call"] {
            drop(fs::remove_file(scratch.file("a")));
            drop(fs::remove_file(scratch.file("again")));
            scratch.write("a", "text");
            scratch.write("b", "text");
            let id = scratch.asks(&["safe-rm", "a"]).unwrap();
            if between == "request and answer" {
                swap(&scratch);
                scratch.approves(&id, &[]);
            } else {
                scratch.approves(&id, &[]);
                swap(&scratch);
            }
            let before = seen(&scratch.project());
            let other = scratch.asks(&["safe-rm", "a"]);
            assert!(other.is_some_and(|other| other != id), "{what} between {between}");
            assert_eq!(seen(&scratch.project()), before, "{what} between {between}");
        }
    }
}

#[test]
fn an_approval_for_a_name_serves_what_the_name_leads_to_but_no_link() {
    let Some(scratch) = asking() else { return };
    scratch.write("a", "text");
    let id = scratch.asks(&["safe-rm", "a"]).unwrap();
    scratch.approves(&id, &["--for", "1h"]);
    replace(&scratch, "a");
    assert_eq!(
        scratch.asks(&["safe-rm", "a"]),
        None,
        "a name was approved for an hour"
    );
    symlink("b", scratch.file("a")).unwrap();
    assert!(scratch.asks(&["safe-rm", "a"]).is_some());
}

#[test]
fn an_approval_for_one_path_serves_no_other_spelling_that_leads_elsewhere() {
    let Some(scratch) = asking() else { return };
    fs::create_dir(scratch.file("d")).unwrap();
    scratch.write("d/x", "text");
    scratch.write("b", "text");
    let whole = scratch.asks(&["safe-rm", "-r", "d"]).unwrap();
    let inner = scratch.asks(&["safe-rm", "d/x"]).unwrap();
    scratch.approves(&whole, &["--for", "1h"]);
    let other = scratch.asks(&["safe-rm", "d/../b"]).unwrap();
    assert_eq!(
        scratch.asks(&["safe-rm", "b"]),
        Some(other),
        "one object, one request"
    );
    assert_eq!(
        scratch.asks(&["safe-rm", "d/../d/x"]),
        Some(inner),
        "however it is spelled"
    );
    assert!(
        scratch.asks(&["safe-rm", "-r", "d/"]).is_none(),
        "the very directory"
    );
}

#[test]
fn a_link_on_the_way_that_is_turned_makes_another_request() {
    let Some(scratch) = asking() else { return };
    scratch.write("one/x", "text");
    scratch.write("two/x", "text");
    symlink("one", scratch.file("way")).unwrap();
    for call in [
        &["safe-rm", "way/x"][..],
        &["safe-cp", "way/x", "out"],
        &["safe-touch", "way/new"],
    ] {
        let id = scratch.asks(call).unwrap();
        scratch.approves(&id, &["--for", "1h"]);
        fs::remove_file(scratch.file("way")).unwrap();
        symlink("two", scratch.file("way")).unwrap();
        assert_ne!(scratch.asks(call).as_ref(), Some(&id), "{call:?}");
        assert!(
            scratch.file("two/x").exists() && !scratch.file("out").exists(),
            "{call:?}"
        );
        fs::remove_file(scratch.file("way")).unwrap();
        symlink("one", scratch.file("way")).unwrap();
    }
}

#[test]
fn a_directory_that_is_swapped_makes_another_request_for_what_is_to_be_made_in_it() {
    let Some(scratch) = asking() else { return };
    fs::create_dir(scratch.file("d")).unwrap();
    let id = scratch.asks(&["safe-touch", "d/new"]).unwrap();
    scratch.approves(&id, &[]);
    fs::rename(scratch.file("d"), scratch.file("old")).unwrap();
    fs::create_dir(scratch.file("d")).unwrap();
    assert_ne!(scratch.asks(&["safe-touch", "d/new"]), Some(id));
    let made: Vec<PathBuf> = ["d/new", "old/new"]
        .iter()
        .map(|name| scratch.file(name))
        .collect();
    assert!(made.iter().all(|path| !path.exists()));
}
