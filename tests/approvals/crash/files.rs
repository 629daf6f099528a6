//! Calls that change files, undos and emptyings.

use super::sweep;
use crate::support::needs;
use crate::{
    approvals::world::{Seen, seen, world},
    support::Scratch,
};
use std::{collections::BTreeMap, fs, path::PathBuf};

pub(super) fn furnish(scratch: &Scratch) {
    scratch.write("a", "one\n");
    scratch.write("b", "two, longer\n");
    scratch.write("c", "three\n");
    scratch.write("c~", "an older three\n");
    scratch.write("tree/x", "x");
    scratch.write("tree/deep/y", "y");
    scratch.write("other/x", "another x");
    scratch.write("other/only", "here before");
    scratch.write("other2/only", "here before");
}

/// What was there must be as it was; new names are given back.
fn unharmed(before: &BTreeMap<PathBuf, Seen>, scratch: &Scratch, what: &str) -> Vec<PathBuf> {
    let after = seen(&scratch.project());
    for (path, was) in before {
        assert_eq!(after.get(path), Some(was), "{what}: {}", path.display());
    }
    after
        .into_keys()
        .filter(|path| !before.contains_key(path))
        .collect()
}

#[test]
fn a_change_that_was_killed_anywhere_is_taken_back_whole() {
    if !needs::program("strace") {
        return;
    }
    for change in [
        &["safe-rm", "a"][..],
        &["safe-rm", "-r", "tree", "b"],
        &["safe-rm", "-r", "tree/deep/y", "tree/deep", "tree"],
        &["safe-cp", "a", "b"],
        &["safe-cp", "-b", "a", "c"],
        &["safe-cp", "-r", "tree/.", "other"],
        &["safe-cp", "-r", "tree", "copied"],
        &["safe-mv", "a", "b"],
        &["safe-mv", "-b", "a", "c"],
        &["safe-mv", "tree", "grove"],
        &["safe-mv", "tree/x", "tree", "other2"],
        &["safe-ln", "-sf", "a", "b"],
        &["safe-chmod", "600", "b"],
        &["safe-touch", "-t", "200102030405", "b"],
        &["safe-mkdir", "-p", "new/er"],
    ] {
        let scratch = world();
        furnish(&scratch);
        let before = seen(&scratch.project());
        let (mut undone, mut untouched) = (0, 0);
        let clean = |scratch: &Scratch| {
            let new: Vec<PathBuf> = seen(&scratch.project())
                .into_keys()
                .filter(|path| !before.contains_key(path))
                .collect();
            assert!(new.is_empty(), "{change:?}: {new:?}");
        };
        let kills = sweep(|point| {
            if !scratch.killed(point, change) {
                assert_eq!(scratch.undo(&["--last"]).0, 0, "{change:?}");
                clean(&scratch);
                return false;
            }
            let what = format!("{change:?} killed at {point:?}");
            let allowed = scratch.allowed();
            let (code, out, err) = match allowed.last() {
                Some(seq) => scratch.undo(&[&seq.to_string()]),
                None => (64, String::new(), "nothing was decided".to_owned()),
            };
            assert!(matches!(code, 0 | 1 | 64), "{what}: {code} {err}");
            let new = unharmed(&before, &scratch, &format!("{what}: {out}{err}"));
            // What was made without a record of it may be anybody's: it is left, and that is said.
            for path in &new {
                let shown = scratch.file(path).display().to_string();
                let told = (out.clone() + &err).contains("is not on record");
                assert!(told, "{what}: {shown} stays: {out}{err}");
                assert!(!shown.contains("/.wt-"), "{what}: {shown}");
            }
            for path in new.iter().rev() {
                let path = scratch.file(path);
                if path.is_dir() {
                    fs::remove_dir_all(&path).unwrap()
                } else {
                    fs::remove_file(&path).unwrap()
                }
            }
            if code == 0 {
                undone += 1
            } else {
                untouched += 1
            }
            true
        });
        assert!(
            kills > 5 && undone > 0 && untouched > 0,
            "{change:?}: {kills} {undone} {untouched}"
        );
        unharmed(&before, &scratch, &format!("{change:?}"));
        scratch.verifies();
        // Everything in the quarantine is known, and can be let go of.
        let kept = scratch.kept().into_iter().filter(|name| !name.ends_with(".from"));
        assert_eq!(kept.count(), scratch.trash().len(), "{change:?}");
        scratch.expect(0, &["trash", "empty", "--all"]);
        assert_eq!(scratch.kept(), Vec::<String>::new(), "{change:?}");
    }
}

#[test]
fn an_undo_that_was_killed_anywhere_is_finished_by_the_next() {
    if !needs::program("strace") {
        return;
    }
    for change in [
        &["safe-rm", "-r", "tree", "b"][..],
        &["safe-cp", "-r", "tree/.", "other"],
        &["safe-mv", "a", "b"],
        &["safe-chmod", "600", "b"],
        &["safe-cp", "-r", "tree", "copied"],
    ] {
        let scratch = world();
        furnish(&scratch);
        let before = seen(&scratch.project());
        let kills = sweep(|point| {
            scratch.expect(0, change);
            let seq = *scratch.allowed().last().unwrap();
            let number = seq.to_string();
            let killed = scratch.killed(point, &["undo", &number]);
            let (code, out, err) = scratch.undo(&[&number]);
            let what = format!("{change:?}, undo killed at {point:?}: {out}{err}");
            match code {
                0 => (),
                64 => assert!(err.contains("was taken back already"), "{what}"),
                _ => panic!("{what}"),
            }
            assert_eq!(seen(&scratch.project()), before, "{what}");
            assert_eq!(scratch.undo(&[&number]).0, 64, "{what}");
            killed
        });
        assert!(kills > 5, "{change:?}: {kills}");
        scratch.verifies();
    }
}

#[test]
fn an_emptying_that_was_killed_anywhere_leaves_no_half_of_a_tree_to_take_back() {
    if !needs::program("strace") {
        return;
    }
    let scratch = world();
    furnish(&scratch);
    let (mut back, mut gone) = (0, 0);
    sweep(|point| {
        let before = seen(&scratch.project());
        scratch.expect(0, &["safe-rm", "-r", "tree"]);
        let number = scratch.allowed().last().unwrap().to_string();
        let killed = scratch.killed(point, &["trash", "empty", "--all"]);
        if scratch.undo(&[&number]).0 == 0 {
            assert_eq!(seen(&scratch.project()), before, "killed at {point:?}");
            back += 1;
        } else {
            assert!(!scratch.file("tree").exists(), "killed at {point:?}");
            gone += 1;
            scratch.write("tree/x", "x");
            scratch.write("tree/deep/y", "y");
        }
        scratch.expect(0, &["trash", "empty", "--all"]);
        assert_eq!(scratch.kept(), Vec::<String>::new(), "killed at {point:?}");
        killed
    });
    assert!(back > 2 && gone > 2, "{back} {gone}");
    scratch.verifies();
}
