//! Links: exact text, the judged object, an existing name only with force.

use super::bench::Bench;
use policy::Verdict;
use std::{fs, os::unix::fs::MetadataExt};

#[test]
fn a_symbolic_link_has_exactly_the_text_given_and_is_judged_by_where_it_leads() {
    let bench = Bench::new();
    bench.dir("d");
    bench.file("a", "");
    let ran = bench.run(&["safe-ln", "-s", "../a", "d/l"]).ok();
    assert_eq!(fs::read_link(bench.path("d/l")).unwrap().to_str(), Some("../a"));
    assert_eq!(
        ran.judged(&bench),
        [
            ("referent".into(), "read".into(), "a".into()),
            ("link".into(), "symlink".into(), "d/l".into())
        ]
    );
    bench.run(&["safe-ln", "-s", "no//where/../x", "dangling"]).ok();
    assert_eq!(
        fs::read_link(bench.path("dangling")).unwrap().to_str(),
        Some("no//where/../x")
    );
    bench.run(&["safe-ln", "-s", "../a", "d"]).ok();
    assert_eq!(fs::read_link(bench.path("d/a")).unwrap().to_str(), Some("../a"));
}

#[test]
fn an_existing_name_is_replaced_only_with_force() {
    let bench = Bench::new();
    bench.file("a", "");
    bench.file("l", "old");
    bench
        .run(&["safe-ln", "-s", "a", "l"])
        .fails("safe-ln: failed to create symbolic link 'l': File exists\n");
    let ran = bench.run(&["safe-ln", "-s", "-f", "a", "l"]).ok();
    assert_eq!(ran.judged(&bench)[2], ("link".into(), "write".into(), "l".into()));
    assert_eq!(fs::read_link(bench.path("l")).unwrap().to_str(), Some("a"));
    assert_eq!(fs::read(&bench.kept()[0]).unwrap(), b"old");
}

#[test]
fn a_link_to_a_directory_is_a_name_with_n() {
    let bench = Bench::new();
    bench.dir("one");
    bench.dir("two");
    bench.symlink("one", "current");
    bench.run(&["safe-ln", "-s", "-f", "-n", "two", "current"]).ok();
    assert_eq!(
        fs::read_link(bench.path("current")).unwrap().to_str(),
        Some("two")
    );
    bench.run(&["safe-ln", "-s", "x", "current"]).ok();
    assert!(bench.exists("two/x"));
}

#[test]
fn a_hard_link_is_made_to_the_object_that_was_judged() {
    let bench = Bench::new();
    let path = bench.file("a", "judged");
    let ran = bench.run_with(&["safe-ln", "a", "b"], Verdict::Shadow, || {
        rustix::fs::rename(&path, bench.path("moved")).unwrap();
        fs::write(&path, "another").unwrap();
    });
    ran.ok();
    assert_eq!(bench.read("b"), b"judged");
    assert_eq!(
        bench.path("b").metadata().unwrap().ino(),
        bench.path("moved").metadata().unwrap().ino()
    );
    bench.dir("d");
    bench
        .run(&["safe-ln", "d", "e"])
        .fails("safe-ln: d: hard link not allowed for directory\n");
    bench
        .run(&["safe-ln", "none", "e"])
        .fails("safe-ln: failed to access 'none': No such file or directory\n");
    bench
        .run(&["safe-ln", "-f", "b", "moved"])
        .fails("safe-ln: 'b' and 'moved' are the same file\n");
}
