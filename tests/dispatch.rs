//! Names: which program an argv picks, and what a wrong line gets.

use crate::support::{Scratch, WT, text};
use std::{
    ffi::OsStr,
    io::Read,
    os::unix::{ffi::OsStrExt, process::CommandExt},
    process::{Command, Stdio},
};

#[test]
fn an_applet_is_picked_by_the_exact_basename_of_argv0() {
    for (argv0, code, says) in [
        ("safe-rm", 64, "safe-rm: "),
        ("/somewhere/else/safe-rm", 64, "safe-rm: "),
        ("safe-rmx", 64, "wt: `safe-rmx` is not a name of this program"),
        ("x-safe-rm", 64, "wt: `x-safe-rm` is not a name of this program"),
        ("SAFE-RM", 64, "wt: `SAFE-RM` is not a name of this program"),
        ("wt_nothing", 64, "wt: `wt_nothing` is not a name of this program"),
        ("", 64, "wt: `` is not a name of this program"),
    ] {
        let output = Command::new(WT).arg0(argv0).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{argv0}");
        assert!(
            text(&output.stderr).starts_with(says),
            "{argv0}: {}",
            text(&output.stderr)
        );
        assert!(text(&output.stderr).contains("\nhint: "), "{argv0}");
    }
}

#[test]
fn wt_neither_runs_itself_nor_unknown_words() {
    let scratch = Scratch::bare();
    for (args, says) in [
        (&["wt", "safe-rm", "x"][..], "wt: `wt` does not run itself"),
        (&["nothing"], "wt: `nothing` is neither a command nor an applet"),
        (&["wt_tail"], "wt: `wt_tail` is neither a command nor an applet"),
        (
            &["prove"],
            "wt prove: the following required arguments were not provided: <SEQ",
        ),
    ] {
        let said = scratch.refused(64, args);
        assert!(said.starts_with(says), "{said}");
    }
}

#[test]
fn a_wrong_line_is_a_usage_error_and_changes_nothing() {
    let scratch = Scratch::new();
    let file = scratch.write("keep.txt", "kept");
    let before = scratch.entries().len();
    let nul = OsStr::from_bytes(b"");
    let many: Vec<String> = (0..=10_000).map(|n| n.to_string()).collect();
    let many: Vec<&str> = std::iter::once("safe-rm")
        .chain(many.iter().map(String::as_str))
        .collect();
    for args in [
        &["safe-rm"][..],
        &["safe-rm", "--recurs", "keep.txt"],
        &["safe-rm", "--no-preserve-root", "keep.txt"],
        &["safe-rm", "-rf", "-x", "keep.txt"],
        &["safe-rm", "--mode=everything", "keep.txt"],
        &["safe-rm", "-Z", "keep.txt"],
        &["safe-cp", "keep.txt"],
        &["safe-cp", "--target-directory=/tmp", "keep.txt"],
        &["safe-cp", "--source=--target-directory=/tmp", "keep.txt"],
        &["safe-cp", "--attributes-only", "keep.txt", "b"],
        &["safe-mv", "-t", "/tmp", "keep.txt"],
        &["safe-mkdir", "--mode", "9999", "d"],
        &["safe-chmod", "--reference=keep.txt", "keep.txt"],
        &["safe-chmod", "u+q", "keep.txt"],
        &["safe-chmod", "-xq", "keep.txt"],
        &["safe-chmod", "-x", "-w", "keep.txt"],
        &["safe-chmod", "-vx", "keep.txt"],
        &["safe-chown", "--from=root", "root", "keep.txt"],
        &["safe-touch", "-t", "notatime", "keep.txt"],
        &["safe-ln", "-s", "keep.txt"],
        &many,
    ] {
        let shown = args.iter().take(4).collect::<Vec<_>>();
        let output = scratch.run(args);
        assert_eq!(
            output.status.code(),
            Some(64),
            "{shown:?}: {}",
            text(&output.stderr)
        );
        assert!(
            text(&output.stderr).starts_with(&format!("{}: ", args[0])),
            "{shown:?}: {}",
            text(&output.stderr)
        );
    }
    assert_eq!(scratch.run(&[OsStr::new("safe-rm"), nul]).status.code(), Some(64));
    assert_eq!(std::fs::read_to_string(file).unwrap(), "kept");
    assert_eq!(scratch.entries().len(), before);
}

#[test]
fn a_descriptor_that_the_caller_left_open_is_closed_first() {
    let scratch = Scratch::new();
    let mut child = Command::new("sh")
        .args(["-c", "exec 9>&1 >/dev/null; exec \"$0\" mcp", WT])
        .current_dir(scratch.project())
        .env("HOME", scratch.home())
        .env("WATCHTOWER_DIR", scratch.state())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut left_open = String::new();
    // Ends only when the last copy of the pipe is closed, which the server holds as descriptor 9 until it closes it.
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut left_open)
        .unwrap();
    assert!(
        child.try_wait().unwrap().is_none(),
        "the server ended, and that closed it"
    );
    drop(child.stdin.take());
    child.wait().unwrap();
}
