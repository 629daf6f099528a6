//! The files that hold the policy: what `wt` does not take for one, word by word. Nothing is done then.

use crate::support::{Scratch, text};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown, symlink},
};

/// Takes `safe-rm a` to be refused with 78; what it says, the paths as `HOME` and `POLICY`.
fn said(scratch: &Scratch, dir: Option<&str>) -> String {
    let file = scratch.write("a", "x");
    let mut call = scratch.wt(&["safe-rm", "a"]);
    if let Some(dir) = dir {
        call.env("WATCHTOWER_DIR", dir);
    }
    let done = call.output().unwrap();
    assert_eq!(done.status.code(), Some(78), "{done:?}");
    assert!(file.exists());
    let policy = scratch.state().join("policy.json");
    text(&done.stderr)
        .replace(policy.to_str().unwrap(), "POLICY")
        .replace(scratch.state().to_str().unwrap(), "HOME")
}

#[test]
fn a_policy_file_that_cannot_be_trusted_is_refused_and_says_why() {
    type Change = fn(&Scratch);
    let policy = |scratch: &Scratch| scratch.state().join("policy.json");
    let cases: [(&str, Change, &str); 6] = [
        (
            "none",
            |scratch| fs::remove_file(scratch.state().join("policy.json")).unwrap(),
            "safe-rm: no policy in `HOME`\nhint: run `wt init` to write the default policy\n",
        ),
        (
            "link",
            |scratch| {
                let file = scratch.state().join("policy.json");
                fs::rename(&file, scratch.state().join("other.json")).unwrap();
                symlink("other.json", &file).unwrap();
            },
            "safe-rm: cannot open policy `POLICY`: Too many levels of symbolic links (os error 40)\n",
        ),
        (
            "directory",
            |scratch| {
                let file = scratch.state().join("policy.json");
                fs::remove_file(&file).unwrap();
                fs::create_dir(&file).unwrap();
            },
            "safe-rm: policy `POLICY` is not a regular file\n",
        ),
        (
            "fifo",
            |scratch| {
                let file = scratch.state().join("policy.json");
                fs::remove_file(&file).unwrap();
                mknodat(CWD, &file, FileType::Fifo, Mode::RUSR, 0).unwrap();
            },
            "safe-rm: policy `POLICY` is not a regular file\n",
        ),
        (
            "writable",
            |scratch| {
                let file = scratch.state().join("policy.json");
                fs::set_permissions(file, fs::Permissions::from_mode(0o620)).unwrap();
            },
            "safe-rm: policy `POLICY` can be changed by others\n\
             hint: it must be yours or root's: chmod go-w POLICY\n",
        ),
        (
            "large",
            |scratch| {
                let file = scratch.state().join("policy.json");
                let file = fs::File::options().write(true).open(file).unwrap();
                file.set_len((4 << 20) + 1).unwrap();
            },
            "safe-rm: policy `POLICY` is larger than 4194304 bytes\n",
        ),
    ];
    for (name, change, expected) in cases {
        let scratch = Scratch::new();
        change(&scratch);
        assert_eq!(said(&scratch, None), expected, "{name}");
    }
    if rustix::process::geteuid().is_root() {
        let scratch = Scratch::new();
        chown(policy(&scratch), Some(65534), None).unwrap();
        assert_eq!(
            said(&scratch, None),
            "safe-rm: policy `POLICY` can be changed by others\n\
             hint: it must be yours or root's: chmod go-w POLICY\n"
        );
    }
}

#[test]
fn a_directory_that_cannot_be_trusted_is_refused_and_says_why() {
    let scratch = Scratch::new();
    assert_eq!(
        said(&scratch, Some("relative")),
        "safe-rm: WATCHTOWER_DIR `relative` is not absolute\n\
         hint: give the full path, or unset it to use `~/.watchtower`\n"
    );
    let state = scratch.state();
    fs::set_permissions(&state, fs::Permissions::from_mode(0o730)).unwrap();
    assert_eq!(
        said(&scratch, None),
        "safe-rm: `HOME` can be written by others\nhint: chmod 700 HOME\n"
    );
    fs::set_permissions(&state, fs::Permissions::from_mode(0o700)).unwrap();
    if rustix::process::geteuid().is_root() {
        chown(&state, Some(65534), None).unwrap();
        assert_eq!(
            said(&scratch, None),
            "safe-rm: `HOME` belongs to another user\n\
             hint: unset WATCHTOWER_DIR, or point it at a directory of your own\n"
        );
        chown(&state, Some(0), None).unwrap();
    }
    let aside = scratch.home().join("aside");
    fs::rename(&state, &aside).unwrap();
    assert_eq!(
        said(&scratch, None),
        "safe-rm: cannot open `HOME`: No such file or directory (os error 2)\nhint: run `wt init`\n"
    );
    symlink(&aside, &state).unwrap();
    assert_eq!(
        said(&scratch, None),
        "safe-rm: cannot open `HOME`: Not a directory (os error 20)\n\
         hint: it must be a directory, not a link or a file\n"
    );
}

#[test]
fn a_workspaces_document_is_checked_as_one() {
    let world = Scratch::new();
    let text = r#"{"version": "2.0.0", "policies": [], "identities": [], "env": ["A"]}"#;
    let file = world.write(".watchtower/policy.json", text).display().to_string();
    // A call says what is wrong, and the command that it names says the rest.
    let refusal = world.refused(78, &["safe-rm", "x"]);
    assert!(
        refusal.contains("`wt policy check` shows at least one more problem"),
        "{refusal}"
    );
    for args in [&["policy", "check"][..], &["policy", "check", &file]] {
        let shown = world.expect(78, args);
        assert!(shown.contains("2 problems"), "{args:?}: {shown}");
    }
    // The same as somebody's own document is sound, wherever it lies.
    let own = world.write("own.json", text).display().to_string();
    world.expect(0, &["policy", "check", &own]);
    let state = world.state().join("policy.json");
    fs::write(&state, text).unwrap();
    world.expect(0, &["policy", "check", &state.display().to_string()]);
}

#[test]
fn an_expired_rule_is_a_problem_that_a_summary_counts() {
    let world = Scratch::bare();
    let text = r#"{"version": "2.0.0", "policies": [{"name": "a", "expires": "2026-01-15T00:00:00Z", "action": "allow",
        "examples": [{"intent": {"domain": "ssh", "operation": "ps"}, "expect": "allow"}]}]}"#;
    let file = world.write("policy.json", text).display().to_string();
    let shown = world.expect(1, &["policy", "test", &file]);
    assert!(
        shown.contains("rule `a` never decides any more: it has expired"),
        "{shown}"
    );
    assert_eq!(
        shown.lines().last(),
        Some("1 test: 1 passed, 0 failed; 1 problem"),
        "{shown}"
    );
}
