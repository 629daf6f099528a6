//! Who is refused is told why, by the exit code of that cause, and what to do instead.

use crate::support::{Scratch, text, within};
use std::fs;

/// The whole of what a refusal says: one line and one hint.
fn said(scratch: &Scratch, code: i32, args: &[&str]) -> (String, String) {
    let said = scratch.refused(code, args);
    let mut lines = said.lines().map(str::to_owned);
    let (line, hint) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    assert_eq!(lines.next(), None, "{said}");
    assert!(hint.starts_with("hint: "), "{said}");
    (line, hint)
}

/// How `wt ARGS...` ends under these limits on open files, each as `ulimit` takes it, and what it says.
fn with_open_files(scratch: &Scratch, limits: &str, args: &[&str]) -> (Option<i32>, String) {
    let script = format!("{limits}; exec \"$@\"");
    let output = within("/bin/sh", &["-c", &script, "sh"], &scratch.wt(args)).output();
    let output = output.unwrap();
    (output.status.code(), text(&output.stderr))
}

#[test]
fn a_hard_limit_on_open_files_that_is_too_low_refuses_before_anything_is_opened() {
    let scratch = Scratch::new();
    let entries = scratch.entries().len();
    for limit in ["3", "64", "255"] {
        for args in [&["safe-touch", "x"][..], &["status"], &["mcp"], &["safe-nothing"]] {
            let (code, said) = with_open_files(&scratch, &format!("ulimit -n {limit}"), args);
            assert_eq!(
                said,
                format!(
                    "wt: only {limit} files may be open at a time, and `wt` needs 256\n\
                     hint: raise the hard limit, `ulimit -Hn`, of whoever starts it\n"
                )
            );
            assert_eq!(code, Some(69));
        }
    }
    assert!(!scratch.file("x").exists());
    assert_eq!(scratch.entries().len(), entries);
}

#[test]
fn a_soft_limit_on_open_files_that_is_too_low_is_raised() {
    let scratch = Scratch::new();
    for (name, limits) in [("x", "ulimit -n 256"), ("y", "ulimit -Sn 3; ulimit -Hn 256")] {
        let ended = with_open_files(&scratch, limits, &["safe-touch", name]);
        assert_eq!(ended, (Some(0), String::new()));
        assert!(scratch.file(name).exists());
    }
    scratch.write("text", "a word\n");
    let search = ["rg-search", "word", "text"];
    let ended = with_open_files(&scratch, "ulimit -Sn 3; ulimit -Hn 1001", &search);
    assert_eq!(ended, (Some(0), String::new()));
    let (code, said) = with_open_files(&scratch, "ulimit -n 1000", &search);
    let why = "the hard limit on open files is 1000 and must be 1001; raise `ulimit -Hn`";
    assert!(said.contains(why), "{said}");
    assert_eq!(code, Some(69));
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
    let first = root.chars().next().unwrap();
    let other = root.replacen(first, if first == 'A' { "B" } else { "A" }, 1);
    scratch.write("root", note.replacen(root, &other, 1));
    let size = note.lines().nth(1).unwrap();
    scratch.write("size", note.replacen(size, "1", 1));
    for file in ["root", "size"] {
        let said = scratch.expect(1, &["verify", "--against", file]);
        assert!(said.contains("has a signature that does not fit"), "{said}");
    }
    let elsewhere = Scratch::new();
    elsewhere.expect(0, &["checkpoint"]);
    scratch.write("foreign", elsewhere.expect(0, &["checkpoint"]));
    let said = scratch.expect(1, &["verify", "--against", "foreign"]);
    assert!(said.contains("is not signed by the ledger's key"), "{said}");
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
fn options_that_say_nothing_or_two_things_are_usage_errors() {
    let scratch = Scratch::new();
    let before = scratch.entries().len();
    for args in [
        &["freeze", "--agent", ""][..],
        &["freeze", "--agent", "  "],
        &["redact", "2", "--reason", ""],
        &["redact", "2", "--reason", " \t"],
        &["clean", "--recover", "--reason", ""],
        &["clean", "--yes", "--reason", " "],
        &["query", "--format", "csv", "--json"],
        &["query", "--json", "--format", "table"],
        &["report", "--format", "html", "--json"],
        &["report", "--json", "--format", "text"],
    ] {
        let said = scratch.refused(64, args);
        let named = ["--agent", "--reason", "--json"];
        assert!(named.iter().any(|name| said.contains(name)), "{args:?}: {said}");
        assert!(said.contains("hint"), "{said}");
    }
    assert_eq!(scratch.entries().len(), before);
    for args in [
        &["query", "--format", "json", "--json"][..],
        &["report", "--json"],
        &["report", "--format", "json", "--json"],
        &["freeze", "--agent", "bob", "--reason", ""],
    ] {
        scratch.expect(0, args);
    }
}

#[test]
fn a_working_directory_that_was_removed_is_said_by_every_applet_alike() {
    let scratch = Scratch::new();
    let file = scratch.write("kept", "x");
    let gone = scratch.file("gone");
    for args in [
        &["rg-search", "x"][..],
        &["rg-search", "x", "."],
        &["rg-search", "x", "/tmp"],
        &["jq-query", ".", "a"],
        &["safe-touch", "a"],
        &["safe-rm", file.to_str().unwrap()],
        &["ssh-cat", "host", "/a"],
        &["check", "--", "safe-rm", "a"],
        &["check", "--shell", "rm a"],
    ] {
        fs::create_dir(&gone).unwrap();
        let words = ["-c", "rmdir ../gone; exec \"$@\"", "sh"];
        let output = within("/bin/sh", &words, scratch.wt(args).current_dir(&gone))
            .output()
            .unwrap();
        let name = if args[0] == "check" { "wt check" } else { args[0] };
        assert_eq!(
            (output.status.code(), text(&output.stderr)),
            (
                Some(64),
                format!(
                    "{name}: cannot use the working directory: it was removed\n\
                     hint: change to a directory that exists\n"
                )
            ),
            "{args:?}"
        );
    }
    assert!(file.exists());
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

#[test]
fn a_line_that_a_command_does_not_take_is_told_what_it_takes() {
    let scratch = Scratch::bare();
    for (line, what, way_out) in [
        (
            "setup claude",
            "wt setup: invalid value `claude` for `<CLIENT>`",
            "it is one of `opencode`, `claude-code`, ",
        ),
        (
            "watch --tab Alerts",
            "wt watch: invalid value `Alerts` for `--tab <NAME>`",
            "it is one of `activity`, ",
        ),
        (
            "policy test",
            "wt policy: the following required arguments were not provided: <FILE>...",
            "`wt policy test --help` shows what it accepts",
        ),
        (
            "grants revoke",
            "wt grants: the following required arguments were not provided: <ID>...",
            "`wt grants revoke --help` shows what it accepts",
        ),
        (
            "admin",
            "wt admin: a subcommand is missing",
            "it is one of `set`, `show`, ",
        ),
        (
            "status --jsn",
            "wt status: unexpected argument `--jsn` found",
            "did you mean `--json`? `wt status --help` shows what it accepts",
        ),
        (
            "help nothing",
            "wt: unrecognized subcommand `nothing`",
            "`wt --help` shows what it accepts",
        ),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let (said, hint) = said(&scratch, 64, &words);
        assert_eq!(said, what);
        assert!(hint.starts_with(&format!("hint: {way_out}")), "{line}: {hint}");
    }
}

#[test]
fn help_on_a_command_names_it_as_it_is_called() {
    let scratch = Scratch::bare();
    for (line, usage) in [
        ("help tail", "Usage: wt tail "),
        ("help policy eval", "Usage: wt policy eval "),
        ("policy eval --help", "Usage: wt policy eval "),
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let help = scratch.expect(0, &words);
        assert!(help.contains(usage), "{line}: {help}");
    }
}
