//! What `wt undo` brings back, exactly, and what it leaves alone.

use super::world::{seen, world};
use crate::support::{Scratch, needs};
use serde_json::Value as Json;
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
};

/// A few of everything.
pub(super) fn furnish(scratch: &Scratch) {
    scratch.write("a", "one\n");
    scratch.write("b", "two, longer\n");
    scratch.write("tree/x", "x");
    scratch.write("tree/deep/y", "y");
    fs::hard_link(scratch.file("tree/x"), scratch.file("tree/deep/again")).unwrap();
    symlink("deep/y", scratch.file("tree/link")).unwrap();
    symlink("/nowhere", scratch.file("dangling")).unwrap();
    fs::create_dir(scratch.file("tree/empty")).unwrap();
    fs::set_permissions(scratch.file("tree/deep"), fs::Permissions::from_mode(0o750)).unwrap();
    fs::set_permissions(scratch.file("a"), fs::Permissions::from_mode(0o640)).unwrap();
    scratch.write("other/x", "another x");
    scratch.write("other/only", "here before");
    scratch.write("dir/keep", "kept");
}

/// Calls that change something, each from a fresh start.
const CHANGES: &[&[&str]] = &[
    &["safe-rm", "a"],
    &["safe-rm", "a", "b", "dangling"],
    &["safe-rm", "-r", "tree"],
    &["safe-rm", "-rf", "tree", "a", "absent"],
    &["safe-touch", "new", "new"],
    &["safe-rm", "tree/x"],
    &["safe-rm", "-d", "tree/empty"],
    &["safe-rm", "-r", "tree/deep/y", "tree/deep", "tree"],
    &["safe-rm", "-rf", "tree/x", "tree", "tree/link"],
    &["safe-cp", "a", "new"],
    &["safe-cp", "a", "b"],
    &["safe-cp", "-p", "a", "dir"],
    &["safe-cp", "a", "b", "dir"],
    &["safe-cp", "-r", "tree", "copied"],
    &["safe-cp", "-a", "tree", "dir"],
    &["safe-cp", "-r", "tree/.", "other"],
    &["safe-mv", "a", "new"],
    &["safe-mv", "a", "b"],
    &["safe-mv", "a", "dir"],
    &["safe-mv", "a", "tree", "dir"],
    &["safe-mv", "tree", "grove"],
    &["safe-mv", "tree/deep/y", "tree/deep", "tree", "dir"],
    &["safe-mkdir", "new"],
    &["safe-mkdir", "-p", "new/er/est"],
    &["safe-touch", "new"],
    &["safe-touch", "-t", "200102030405", "a"],
    &["safe-chmod", "600", "b"],
    &["safe-chmod", "-R", "u-w", "dir"],
    &["safe-chmod", "600", "a", "a"],
    &["safe-chmod", "-R", "u-w,g=u", "dir", "dir/keep"],
    &["safe-touch", "-d", "@0", "a", "./a"],
    &["safe-ln", "-s", "a", "new"],
    &["safe-ln", "-sf", "a", "b"],
    &["safe-ln", "a", "new"],
];

#[test]
fn every_change_is_taken_back_to_the_last_attribute() {
    for change in CHANGES {
        let scratch = world();
        furnish(&scratch);
        let before = seen(&scratch.project());
        scratch.expect(0, change);
        assert_ne!(seen(&scratch.project()), before, "{change:?} changed nothing");
        let done = scratch.undo(&["--last"]);
        assert_eq!((done.0, done.2.as_str()), (0, ""), "{change:?}: {}", done.1);
        assert_eq!(seen(&scratch.project()), before, "{change:?}");
        let again = scratch.undo(&["--last"]);
        assert_eq!(again.0, 64, "{change:?}: {again:?}");
        assert_eq!(
            again.2.lines().next(),
            Some("wt undo: no call is left to take back"),
            "{change:?}"
        );
        assert_eq!(scratch.run(&["verify", "--deep"]).status.code(), Some(0));
    }
}

#[test]
fn owners_come_back_with_the_bits_that_their_change_took() {
    if !needs::root("give files away") {
        return;
    }
    for change in [
        &["safe-chown", "1234:4321", "a"][..],
        &["safe-chown", "1234", "b"],
        &["safe-chown", "-R", "1234:4321", "dir"],
        &["safe-chown", "1234:4321", "a", "a"],
        &["safe-chown", "-h", "1234", "dangling"],
    ] {
        let scratch = world();
        furnish(&scratch);
        chown(scratch.file("a"), Some(77), Some(88)).unwrap();
        fs::set_permissions(scratch.file("a"), fs::Permissions::from_mode(0o6755)).unwrap();
        let before = seen(&scratch.project());
        scratch.expect(0, change);
        assert_ne!(seen(&scratch.project()), before, "{change:?}");
        assert_eq!(scratch.undo(&["--last"]).0, 0, "{change:?}");
        assert_eq!(seen(&scratch.project()), before, "{change:?}");
    }
}

/// What somebody does after a call, and what then is said of the place.
type Meddle = fn(&Scratch);

#[test]
fn a_place_that_has_changed_since_is_left_as_it_is_and_said() {
    let append: Meddle = |s| fs::write(s.file("b"), "newer than both\n").unwrap();
    let swap: Meddle = |s| {
        fs::rename(s.file("b"), s.file("moved-away")).unwrap();
        s.write("b", "one\n");
    };
    let cases: [(&[&str], Meddle, &str); 13] = [
        (&["safe-rm", "b"], append, "something else stands there now"),
        (
            &["safe-rm", "b"],
            |s| symlink("a", s.file("b")).unwrap(),
            "something else stands there now",
        ),
        (&["safe-cp", "a", "b"], append, "it has changed since"),
        (&["safe-cp", "a", "b"], swap, "it has changed since"),
        (
            &["safe-mv", "a", "b"],
            swap,
            "it has changed since, or was moved to another file system",
        ),
        (
            &["safe-mv", "b", "new"],
            append,
            "something else stands there now",
        ),
        (
            &["safe-chmod", "600", "b"],
            |s| fs::set_permissions(s.file("b"), fs::Permissions::from_mode(0o604)).unwrap(),
            "it has changed since",
        ),
        (&["safe-chmod", "600", "b"], swap, "it has changed since"),
        (
            &["safe-touch", "-t", "200102030405", "b"],
            append,
            "it has changed since",
        ),
        (
            &["safe-cp", "-r", "tree", "copied"],
            |s| fs::write(s.file("copied/deep/y"), "worked on").unwrap(),
            "it has changed since",
        ),
        (
            &["safe-cp", "-r", "tree", "copied"],
            |s| {
                s.write("copied/deep/more", "");
            },
            "it has changed since",
        ),
        (
            &["safe-touch", "new"],
            |s| fs::write(s.file("new"), "text").unwrap(),
            "it has changed since",
        ),
        (
            &["safe-ln", "-s", "a", "new"],
            |s| {
                fs::remove_file(s.file("new")).unwrap();
                s.write("new", "");
            },
            "it has changed since",
        ),
    ];
    for (change, meddle, said) in cases {
        let scratch = world();
        furnish(&scratch);
        scratch.expect(0, change);
        // The kernel stamps times by its own tick; what happens in a tree within one cannot be told apart.
        if change.contains(&"-r") {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        meddle(&scratch);
        let before = seen(&scratch.project());
        let (code, out, err) = scratch.undo(&["--last"]);
        assert_eq!((code, out.as_str()), (64, ""), "{change:?}");
        assert!(err.lines().next().unwrap().ends_with(said), "{change:?}: {err}");
        assert_eq!(seen(&scratch.project()), before, "{change:?}");
        assert!(scratch.entries_of("undo").is_empty(), "{change:?}");
    }
}

#[test]
fn an_owner_that_somebody_changed_again_is_left_alone() {
    if !needs::root("give files away") {
        return;
    }
    let scratch = world();
    furnish(&scratch);
    scratch.expect(0, &["safe-chown", "1234:4321", "a"]);
    chown(scratch.file("a"), Some(5), None).unwrap();
    let (code, _, err) = scratch.undo(&["--last"]);
    assert_eq!((code, err.contains("it has changed since")), (64, true), "{err}");
    let meta = scratch.file("a").metadata().unwrap();
    assert_eq!((meta.uid(), meta.gid()), (5, 4321));
}

/// What the new file took the place of bears another name, which nobody said to take from it.
#[test]
fn a_backup_file_gets_its_name_back_and_what_had_that_before_too() {
    for applet in ["safe-mv", "safe-cp"] {
        let scratch = world();
        furnish(&scratch);
        scratch.write("c", "three\n");
        let before = seen(&scratch.project());
        scratch.expect(0, &[applet, "-b", "a", "b"]);
        let once = seen(&scratch.project());
        scratch.expect(0, &[applet, "-b", "c", "b"]);
        let read = |name: &str| fs::read_to_string(scratch.file(name)).unwrap();
        assert_eq!((read("b"), read("b~")), ("three\n".into(), "one\n".into()));
        assert_eq!(scratch.undo(&["--last"]).0, 0, "{applet}");
        assert_eq!(seen(&scratch.project()), once, "{applet}");
        assert_eq!(scratch.undo(&["--last"]).0, 0, "{applet}");
        assert_eq!(seen(&scratch.project()), before, "{applet}");
    }
}

#[test]
fn a_backup_file_that_is_another_one_now_is_left_alone() {
    let scratch = world();
    furnish(&scratch);
    scratch.expect(0, &["safe-cp", "-b", "a", "b"]);
    fs::remove_file(scratch.file("b~")).unwrap();
    scratch.write("b~", "somebody's");
    let (code, _, err) = scratch.undo(&["--last"]);
    assert_eq!(
        (code, err.contains("its backup `b~` is another file now")),
        (64, true),
        "{err}"
    );
    let read = |name: &str| fs::read_to_string(scratch.file(name)).unwrap();
    assert_eq!((read("b"), read("b~")), ("one\n".into(), "somebody's".into()));
}

#[test]
fn a_dry_run_says_of_attributes_what_an_undo_then_says_of_them() {
    let scratch = world();
    let path = scratch.write("a", "one").display().to_string();
    scratch.expect(0, &["safe-chmod", "600", "a"]);
    let words = format!("given its old attributes again: {path}\n");
    assert_eq!(
        scratch.expect(0, &["undo", "--last", "--dry-run"]),
        format!("would be {words}")
    );
    assert_eq!(scratch.expect(0, &["undo", "--last"]), words);
}

#[test]
fn a_call_of_which_nothing_can_be_taken_back_is_refused_by_a_dry_run_too() {
    let scratch = world();
    furnish(&scratch);
    scratch.expect(0, &["safe-rm", "b"]);
    scratch.write("b", "in the way");
    for args in [&["--last"][..], &["--last", "--dry-run"]] {
        let (code, out, err) = scratch.undo(args);
        assert_eq!((code, out.as_str()), (64, ""), "{err}");
        assert!(
            err.contains("cannot be taken back: ")
                && err.contains("something else stands there now\nhint: `wt undo SEQ`"),
            "{err}"
        );
    }
}

#[test]
fn what_can_come_back_does_and_the_rest_later() {
    let scratch = world();
    furnish(&scratch);
    let before = seen(&scratch.project());
    scratch.expect(0, &["safe-rm", "-r", "a", "b", "tree"]);
    let seq = scratch.last_decision();
    scratch.write("b", "in the way");
    let (code, out, _) = scratch.undo(&[&seq.to_string()]);
    let place = |name: &str| scratch.file(name).display().to_string();
    assert_eq!(code, 1);
    assert_eq!(
        out,
        format!(
            "restored: {}\nrestored: {}\nleft: {}: something else stands there now\n",
            place("tree"),
            place("a"),
            place("b")
        )
    );
    let entry = scratch.entries_of("undo").pop().unwrap()["data"].clone();
    assert_eq!(
        (&entry["of"], &entry["exit_code"]),
        (&Json::from(seq), &Json::from(0))
    );
    assert_eq!(entry["left"].as_array().unwrap().len(), 1);
    fs::remove_file(scratch.file("b")).unwrap();
    assert_eq!(
        scratch.undo(&["--last"]).0,
        64,
        "somebody has looked at it already"
    );
    assert_eq!(scratch.undo(&[&seq.to_string()]).0, 0);
    assert_eq!(seen(&scratch.project()), before);
    let (code, _, err) = scratch.undo(&[&seq.to_string()]);
    assert_eq!(code, 64);
    assert!(
        err.starts_with(&format!("wt undo: entry {seq} was taken back already")),
        "{err}"
    );
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let scratch = world();
    furnish(&scratch);
    scratch.expect(0, &["safe-cp", "-a", "tree/.", "other"]);
    let seq = scratch.last_decision();
    let (before, entries) = (seen(&scratch.project()), scratch.entries().len());
    let (code, out, _) = scratch.undo(&["--last", "--dry-run", "--json"]);
    let plan: Json = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &plan["of"], &plan["left"]),
        (0, &Json::from(seq), &serde_json::json!([]))
    );
    let mut steps: Vec<(String, String)> = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            let path = step["path"].as_str().unwrap().rsplit_once("/other/").unwrap().1;
            (step["what"].as_str().unwrap().to_owned(), path.to_owned())
        })
        .collect();
    steps.sort();
    let wanted = [
        ("put into the trash", "deep"),
        ("put into the trash", "empty"),
        ("put into the trash", "link"),
        ("restored over what replaced it", "x"),
    ];
    assert_eq!(
        steps,
        wanted.map(|(what, path)| (what.to_owned(), path.to_owned()))
    );
    assert_eq!(
        (seen(&scratch.project()), scratch.entries().len()),
        (before, entries)
    );
}

#[test]
fn a_tree_that_was_renamed_meanwhile_is_found_once_it_is_back() {
    let scratch = world();
    furnish(&scratch);
    let before = seen(&scratch.project());
    scratch.expect(0, &["safe-rm", "tree/deep/y"]);
    fs::rename(scratch.file("tree"), scratch.file("grove")).unwrap();
    let (code, _, err) = scratch.undo(&["--last"]);
    assert_eq!(code, 64);
    assert!(
        err.contains("its directory cannot be opened: no such file or directory"),
        "{err}"
    );
    // A link in its stead leads nowhere either.
    symlink("grove", scratch.file("tree")).unwrap();
    let (code, _, err) = scratch.undo(&["--last"]);
    assert_eq!(
        (code, err.contains("its directory cannot be opened")),
        (64, true),
        "{err}"
    );
    assert!(!scratch.file("grove/deep/y").exists());
    fs::remove_file(scratch.file("tree")).unwrap();
    fs::rename(scratch.file("grove"), scratch.file("tree")).unwrap();
    assert_eq!(scratch.undo(&["--last"]).0, 0);
    assert_eq!(seen(&scratch.project()), before);
}

#[test]
fn an_access_time_alone_comes_back_too() {
    let scratch = world();
    let file = scratch.write("t", "text");
    scratch.expect(0, &["safe-touch", "-d", "2010-01-01", "t"]);
    let accessed = || fs::metadata(&file).unwrap().atime();
    let before = accessed();
    scratch.expect(0, &["safe-touch", "-a", "-d", "2001-01-01", "t"]);
    assert_ne!(accessed(), before);
    assert_eq!(scratch.undo(&["--last"]).0, 0);
    assert_eq!(accessed(), before);
}
