//! Which call `wt undo` takes back, and which it never does.

use super::{
    undo::furnish,
    world::{seen, world},
};
use crate::support::text;
use std::fs;

#[test]
fn calls_are_taken_back_one_after_the_other_newest_first() {
    let scratch = world();
    furnish(&scratch);
    let mut states = vec![seen(&scratch.project())];
    for change in [
        &["safe-cp", "a", "b"][..],
        &["safe-mv", "b", "dir"],
        &["safe-rm", "-r", "tree"],
        &["safe-mkdir", "tree"],
        &["safe-chmod", "700", "tree"],
    ] {
        scratch.expect(0, change);
        states.push(seen(&scratch.project()));
    }
    states.pop();
    while let Some(state) = states.pop() {
        let done = scratch.undo(&["--last"]);
        assert_eq!(done.0, 0, "{done:?}");
        assert_eq!(seen(&scratch.project()), state);
    }
    assert_eq!(scratch.undo(&["--last"]).0, 64);
}

#[test]
fn refused_and_foreign_and_reading_calls_are_not_taken_back() {
    let scratch = world();
    furnish(&scratch);
    assert_eq!(scratch.undo(&["--last"]).0, 64);
    scratch.run(&["safe-rm", "absent"]);
    let (code, _, err) = scratch.undo(&["--last"]);
    assert_eq!(code, 64, "{err}");
    let (code, _, err) = scratch.undo(&["1"]);
    assert_eq!(code, 64);
    assert!(
        err.starts_with("wt undo: entry 1 is no call that changed files"),
        "{err}"
    );
    assert_eq!(scratch.undo(&["4711"]).0, 64);
    assert_eq!(text(&scratch.run(&["undo"]).stdout), "");
}

#[test]
fn redaction_does_not_lose_the_way_back() {
    let scratch = world();
    let secret = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB";
    scratch.write(secret, "text");
    scratch.expect(0, &["safe-rm", secret]);
    let (code, _, err) = scratch.undo(&["--last"]);
    // No name is made up; the object is still in the trash, and that is said.
    assert_eq!(code, 64, "{err}");
    assert!(
        err.contains("a secret in its name was taken out of the record"),
        "{err}"
    );
    assert_eq!(scratch.trash().len(), 1);
    assert_eq!(fs::read_dir(scratch.project()).unwrap().count(), 1, "only .git");
}
