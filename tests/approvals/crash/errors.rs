//! Refused by the kernel at any system call that changes a name or an attribute, a call or an undo loses nothing: what it
//! did before is on record and comes back, and what it could not do is told.

use super::{files::furnish, injecting};
use crate::{
    approvals::world::{seen, world},
    support::{Scratch, needs, text},
};
use std::{fs, path::Path, process::Output};

/// System calls by which an effect changes something.
const EFFECTS: &[&str] = &[
    "renameat2",
    "renameat",
    "unlinkat",
    "linkat",
    "symlinkat",
    "mkdirat",
    "fchmod",
    "fchmodat",
    "fchown",
    "utimensat",
];

/// Calls that take something away or put something in its place.
const REPLACING: &[&[&str]] = &[
    &["safe-rm", "-r", "tree", "b"],
    &["safe-cp", "-r", "tree/.", "other"],
    &["safe-cp", "-b", "a", "c"],
    &["safe-mv", "-b", "a", "c"],
    &["safe-mv", "a", "b"],
    &["safe-ln", "-sf", "a", "b"],
];

/// Runs `wt ARGS...` with its `n`th system call of this name failing; nothing where it does not make so many.
fn failing(scratch: &Scratch, name: &str, n: u32, args: &[&str]) -> Option<Output> {
    let (output, failed) = refused(scratch, &format!("{name}:error=ENOSPC:when={n}"), args);
    failed.then_some(output)
}

/// Runs `wt ARGS...` with what `inject` tells strace, and whether it came to that.
fn refused(scratch: &Scratch, inject: &str, args: &[&str]) -> (Output, bool) {
    let log = scratch.home().join("trace");
    let output = scratch.traced(injecting(inject, &log), args);
    let traced = fs::read_to_string(log).unwrap();
    (output, traced.contains("(INJECTED)"))
}

/// The content of every file below a directory.
fn contents(at: &Path, found: &mut Vec<Vec<u8>>) {
    for entry in fs::read_dir(at).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            contents(&path, found);
        } else if path.is_file() {
            found.push(fs::read(&path).unwrap());
        }
    }
}

#[test]
fn a_change_that_fails_anywhere_loses_nothing_and_is_taken_back_whole() {
    if !needs::program("strace") {
        return;
    }
    for change in [
        &["safe-rm", "a"][..],
        &["safe-rm", "-r", "tree", "b"],
        &["safe-cp", "a", "b"],
        &["safe-cp", "-b", "a", "c"],
        &["safe-cp", "-a", "a", "b"],
        &["safe-cp", "-r", "tree/.", "other"],
        &["safe-cp", "-r", "tree", "copied"],
        &["safe-mv", "a", "b"],
        &["safe-mv", "-b", "a", "c"],
        &["safe-mv", "tree/x", "tree", "other2"],
        &["safe-ln", "-sf", "a", "b"],
        &["safe-chmod", "600", "a", "b"],
        &["safe-touch", "-t", "200102030405", "b"],
        &["safe-mkdir", "-p", "new/er"],
    ] {
        let scratch = world();
        furnish(&scratch);
        let before = seen(&scratch.project());
        let mut had = Vec::new();
        contents(&scratch.project(), &mut had);
        let mut failures = 0;
        for name in EFFECTS {
            for n in 1.. {
                let Some(output) = failing(&scratch, name, n, change) else {
                    assert_eq!(scratch.undo(&["--last"]).0, 0, "{change:?}");
                    assert_eq!(seen(&scratch.project()), before, "{change:?}");
                    break;
                };
                failures += 1;
                let what = format!("{change:?}, {name} {n}: {}", text(&output.stderr));
                let mut has = Vec::new();
                contents(&scratch.project(), &mut has);
                contents(&scratch.state().join("trash"), &mut has);
                for content in &had {
                    assert!(has.contains(content), "{what}: {:?} is gone", text(content));
                }
                let seq = scratch.last_decision().to_string();
                let (code, out, err) = scratch.undo(&[&seq]);
                assert!(matches!(code, 0 | 64), "{what}: {code} {out}{err}");
                assert_eq!(seen(&scratch.project()), before, "{what}: {code} {out}{err}");
            }
        }
        assert!(failures > 0, "{change:?}");
        scratch.verifies();
    }
}

#[test]
fn an_undo_that_fails_anywhere_is_finished_by_the_next() {
    if !needs::program("strace") {
        return;
    }
    for change in REPLACING {
        let scratch = world();
        furnish(&scratch);
        let before = seen(&scratch.project());
        let mut failures = 0;
        for name in EFFECTS {
            for n in 1.. {
                scratch.expect(0, change);
                let seq = scratch.last_decision().to_string();
                let failed = failing(&scratch, name, n, &["undo", &seq]);
                let (code, out, err) = scratch.undo(&[&seq]);
                let said = failed.as_ref().map(|output| text(&output.stderr));
                let what = format!("{change:?}, {name} {n}: {said:?}, then {code} {out}{err}");
                assert!(matches!(code, 0 | 64), "{what}");
                assert_eq!(seen(&scratch.project()), before, "{what}");
                if failed.is_none() {
                    break;
                }
                failures += 1;
            }
        }
        assert!(failures > 0, "{change:?}");
    }
}

#[test]
fn a_file_system_without_free_renames_and_exchanges_does_as_well() {
    if !needs::program("strace") {
        return;
    }
    for change in REPLACING {
        let scratch = world();
        furnish(&scratch);
        let before = seen(&scratch.project());
        // Those of fuse, 9p and nfs answer so (rename(2)); a plain rename has no flags.
        let all = "renameat2:error=EINVAL";
        let (output, met) = refused(&scratch, all, change);
        assert!(met && output.status.code() == Some(0), "{change:?}: {output:?}");
        assert_ne!(seen(&scratch.project()), before, "{change:?}");
        let number = scratch.last_decision().to_string();
        // What the undo itself keeps count of is replaced by a rename without flags: that one is let through.
        let mut done = false;
        for first in 1..=3 {
            let inject = format!("renameat2:error=EINVAL:when={first}+");
            let (output, met) = refused(&scratch, &inject, &["undo", &number]);
            if output.status.code() == Some(0) {
                assert!(met, "{change:?}");
                done = true;
                break;
            }
        }
        assert!(done, "{change:?}");
        assert_eq!(seen(&scratch.project()), before, "{change:?}");
    }
}
