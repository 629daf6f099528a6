//! Moves: the judged object gets the new name, or nothing happens.

use super::bench::Bench;
use policy::Verdict;
use std::fs;

#[test]
fn a_file_and_a_tree_get_new_names() {
    let bench = Bench::new();
    bench.file("a", "x");
    bench.file("t/sub/f", "y");
    bench.dir("d");
    let ran = bench.run(&["safe-mv", "-v", "a", "b"]).ok();
    assert_eq!(ran.stdout, "renamed 'a' -> 'b'\n");
    assert_eq!(
        ran.judged(&bench),
        [
            ("source".into(), "delete".into(), "a".into()),
            ("destination".into(), "move".into(), "b".into())
        ]
    );
    bench.run(&["safe-mv", "t", "b", "d/"]).ok();
    assert_eq!(
        (bench.read("d/t/sub/f"), bench.read("d/b")),
        (b"y".to_vec(), b"x".to_vec())
    );
    assert_eq!((bench.names(), bench.kept().len()), (vec!["d".to_owned()], 0));
}

#[test]
fn what_is_overwritten_is_kept() {
    let bench = Bench::new();
    bench.file("a", "new");
    bench.file("b", "old");
    let ran = bench.run(&["safe-mv", "a", "b"]).ok();
    assert_eq!(
        ran.judged(&bench)[2],
        ("destination".into(), "write".into(), "b".into())
    );
    assert_eq!(bench.read("b"), b"new");
    assert_eq!(fs::read(&bench.kept()[0]).unwrap(), b"old");
    assert_eq!(bench.kept().len(), 1);
    bench.file("c", "newer");
    bench.run(&["safe-mv", "-b", "c", "b"]).ok();
    assert_eq!(
        (bench.read("b"), bench.read("b~")),
        (b"newer".to_vec(), b"new".to_vec())
    );
    bench.file("e", "no");
    bench.run(&["safe-mv", "-n", "e", "b"]).ok();
    assert_eq!(
        (bench.read("b"), bench.read("e")),
        (b"newer".to_vec(), b"no".to_vec())
    );
}

#[test]
fn what_mv_refuses_is_refused_in_the_same_words() {
    let bench = Bench::new();
    bench.file("a", "x");
    bench.dir("d/e");
    bench.file("f/d/full", "x");
    bench
        .run(&["safe-mv", "none", "x"])
        .fails("safe-mv: cannot stat 'none': No such file or directory\n");
    bench
        .run(&["safe-mv", "a", "a"])
        .fails("safe-mv: 'a' and 'a' are the same file\n");
    bench
        .run(&["safe-mv", "d", "d/e"])
        .fails("safe-mv: cannot move 'd' to a subdirectory of itself, 'd/e/d'\n");
    bench
        .run(&["safe-mv", "d", "f"])
        .fails("safe-mv: cannot move 'd' to 'f/d': Directory not empty\n");
    bench
        .run(&["safe-mv", "d", "a"])
        .fails("safe-mv: cannot overwrite non-directory 'a' with directory 'd'\n");
    bench
        .run(&["safe-mv", "a", "none/x"])
        .fails("safe-mv: cannot move 'a' to 'none/x': No such file or directory\n");
    assert_eq!(bench.names(), ["a", "d", "f"]);
}

#[test]
fn a_directory_replaces_only_an_empty_one() {
    let bench = Bench::new();
    bench.file("d/f", "x");
    bench.dir("into/d");
    bench.run(&["safe-mv", "d", "into"]).ok();
    assert_eq!(bench.read("into/d/f"), b"x");
    assert_eq!(bench.names(), ["into"]);
}

#[test]
fn a_source_swapped_after_the_judgement_stays() {
    let bench = Bench::new();
    let path = bench.file("a", "judged");
    let ran = bench.run_with(&["safe-mv", "a", "b"], Verdict::Shadow, || {
        rustix::fs::rename(&path, bench.path("elsewhere")).unwrap();
        fs::write(&path, "another").unwrap();
    });
    assert_eq!(ran.exit, Some(1));
    assert_eq!(bench.names(), ["a", "elsewhere"]);
    assert_eq!(bench.read("a"), b"another");
}

#[test]
fn a_tree_that_would_bring_protected_names_is_refused() {
    let bench = Bench::new();
    bench.file("t/.envrc", "own");
    // A tree whose own names are protected already moves along; see the policy's tests for the lists.
    bench.run(&["safe-mv", "t", "u"]).ok();
    assert!(bench.exists("u/.envrc"));
}
