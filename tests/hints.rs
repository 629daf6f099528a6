//! Who is refused is told why, by the exit code of that cause, and what to do instead.

use crate::support::Scratch;
use std::fs;

/// The whole of what a refusal says: one line and one hint.
fn said(scratch: &Scratch, code: i32, args: &[&str]) -> (String, String) {
    let text = scratch.refused(code, args);
    let mut lines = text.lines().map(str::to_owned);
    let (line, hint) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    assert_eq!(lines.next(), None, "{text}");
    assert!(hint.starts_with("hint: "), "{text}");
    (line, hint)
}

#[test]
fn what_was_never_a_head_is_a_usage_error_and_a_head_that_does_not_fit_is_tampering() {
    let scratch = Scratch::new();
    scratch.expect(0, &["checkpoint"]);
    let note = scratch.expect(0, &["checkpoint"]);
    scratch.write("garbage", b"\xff\x00 no head\n");
    scratch.write("empty", "");
    scratch.write("text", "a line\n\nand another\n");
    for file in ["garbage", "empty", "text"] {
        let (line, hint) = said(&scratch, 64, &["verify", "--against", file]);
        assert_eq!(line, format!("wt verify: `{file}` is no signed note"));
        assert!(hint.contains("`wt checkpoint`"), "{hint}");
    }
    scratch.write("whole", &note);
    scratch.expect(0, &["verify", "--against", "whole"]);
    // One letter of the root, and the size: both read as heads that were not signed so.
    let root = note.lines().nth(2).unwrap();
    let other = if root.starts_with('A') { "B" } else { "A" };
    scratch.write("root", note.replacen(root, &format!("{other}{}", &root[1..]), 1));
    let size = note.lines().nth(1).unwrap();
    scratch.write("size", note.replacen(size, "1", 1));
    for file in ["root", "size"] {
        let text = scratch.expect(1, &["verify", "--against", file]);
        assert!(text.contains("has a signature that does not fit"), "{text}");
    }
    let elsewhere = Scratch::new();
    elsewhere.expect(0, &["checkpoint"]);
    scratch.write("foreign", elsewhere.expect(0, &["checkpoint"]));
    let text = scratch.expect(1, &["verify", "--against", "foreign"]);
    assert!(text.contains("is not signed by the ledger's key"), "{text}");
}

#[test]
fn nothing_of_the_predecessor_is_said_as_such() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.file("empty")).unwrap();
    let (line, hint) = said(&scratch, 5, &["verify", "--legacy", "empty"]);
    assert_eq!(line, "wt verify: no ledger of the Python predecessor in `empty`");
    assert!(hint.contains("`ledger-YYYYmmdd-HHMMSS.jsonl`"), "{hint}");
}

#[test]
fn an_undo_of_no_call_names_both_ways_to_name_one() {
    let scratch = Scratch::new();
    let (line, hint) = said(&scratch, 64, &["undo"]);
    assert_eq!(line, "wt undo: neither a call's entry nor `--last` is named");
    assert!(
        hint.contains("`wt undo --last`") && hint.contains("`wt recent`"),
        "{hint}"
    );
    said(&scratch, 64, &["undo", "--last"]);
}

#[test]
fn whoever_is_stopped_is_told_who_can_let_it_go_on() {
    let scratch = Scratch::new();
    scratch.write("a", "x");
    scratch.expect(0, &["freeze", "--reason", "look"]);
    let (line, hint) = said(&scratch, 77, &["safe-rm", "a"]);
    assert!(line.contains("(rule `frozen`, entry "), "{line}");
    assert_eq!(
        hint,
        "hint: `wt status` says why; a person lets calls go on with `wt thaw`"
    );
}
