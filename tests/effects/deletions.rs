//! Deletions: one rename into the quarantine, of exactly the object that was judged.

use super::bench::Bench;
use policy::Verdict;
use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt};

#[test]
fn a_deleted_file_is_kept_under_the_decisions_number() {
    let bench = Bench::new();
    bench.file("a", "content");
    let ran = bench.run(&["safe-rm", "-v", "a"]).ok();
    assert_eq!(ran.stdout, "removed 'a'\n");
    assert!(!bench.exists("a"));
    let kept = bench.kept();
    assert_eq!(kept.len(), 1);
    assert_eq!(fs::read(&kept[0]).unwrap(), b"content");
    let entry = kept[0].file_name().unwrap().to_str().unwrap();
    assert_eq!(ran.effects[0]["kept"]["entry"], entry);
    assert_eq!(entry.len(), 22);
}

#[test]
fn what_rm_refuses_is_refused_in_the_same_words() {
    let bench = Bench::new();
    bench.dir("full/in");
    bench.file("file", "");
    bench
        .run(&["safe-rm", "none"])
        .fails("safe-rm: cannot remove 'none': No such file or directory\n");
    bench
        .run(&["safe-rm", "none/deep/er"])
        .fails("safe-rm: cannot remove 'none/deep/er': No such file or directory\n");
    bench
        .run(&["safe-rm", "full"])
        .fails("safe-rm: cannot remove 'full': Is a directory\n");
    bench
        .run(&["safe-rm", "-d", "full"])
        .fails("safe-rm: cannot remove 'full': Directory not empty\n");
    bench
        .run(&["safe-rm", "file/"])
        .fails("safe-rm: cannot remove 'file/': Not a directory\n");
    bench
        .run(&["safe-rm", "-r", "."])
        .fails("safe-rm: refusing to remove '.' or '..' directory: skipping '.'\n");
    bench.run(&["safe-rm", "-f", "none", "file/none"]).ok();
    assert_eq!(bench.names(), ["file", "full"]);
}

#[test]
fn trees_go_whole_and_empty_directories_with_d() {
    let bench = Bench::new();
    bench.file("tree/a/b/c", "12345");
    bench.symlink("/etc", "tree/link");
    bench.dir("empty");
    let ran = bench.run(&["safe-rm", "-r", "tree"]).ok();
    assert_eq!((ran.targets[0].entries, ran.targets[0].size), (5, 5));
    bench.run(&["safe-rm", "-d", "empty/"]).ok();
    assert!(bench.names().is_empty());
    assert_eq!(bench.kept().len(), 2);
}

#[test]
fn a_symlink_with_trailing_slash_is_refused() {
    let bench = Bench::new();
    fs::write(bench.outside.join("precious"), "x").unwrap();
    bench.symlink(&bench.outside, "link");
    bench
        .run(&["safe-rm", "-r", "link/"])
        .refused("link-as-directory", Verdict::Deny);
    bench
        .run(&["safe-rm", "link/"])
        .fails("safe-rm: cannot remove 'link/': Not a directory\n");
    bench.run(&["safe-rm", "-r", "link"]).ok();
    assert!(!bench.exists("link"));
    assert_eq!(fs::read(bench.outside.join("precious")).unwrap(), b"x");
}

#[test]
fn a_path_through_a_link_is_judged_by_where_it_leads() {
    let bench = Bench::new();
    fs::write(bench.outside.join("victim"), "x").unwrap();
    bench.symlink(&bench.outside, "lnk");
    let ran = bench.run(&["safe-rm", "lnk/victim"]);
    assert_eq!(
        ran.targets[0].path,
        bench.outside.join("victim").display().to_string()
    );
}

#[test]
fn a_link_itself_is_deleted_never_what_it_leads_to() {
    let bench = Bench::new();
    bench.file("target", "x");
    bench.symlink("target", "link");
    bench.run(&["safe-rm", "link"]).ok();
    assert_eq!(bench.names(), ["target"]);
}

#[test]
fn an_object_swapped_after_the_judgement_is_put_back_and_refused() {
    let bench = Bench::new();
    let path = bench.file("a", "judged");
    let ran = bench.run_with(&["safe-rm", "a"], Verdict::Shadow, || {
        rustix::fs::rename(&path, bench.path("elsewhere")).unwrap();
        fs::write(&path, "another").unwrap();
    });
    ran.fails(
        "safe-rm: cannot remove 'a': it is no longer the object that was judged; nothing was changed\n",
    );
    assert_eq!(bench.read("a"), b"another");
    assert_eq!(bench.kept().len(), 0);
}

#[test]
fn force_passes_over_a_name_that_is_gone_and_not_over_a_quarantine_that_is() {
    let bench = Bench::new();
    let path = bench.file("a", "text");
    let ran = bench.run_with(&["safe-rm", "-f", "a"], Verdict::Shadow, || {
        fs::remove_dir(bench.home.join("trash")).unwrap();
    });
    ran.fails("safe-rm: cannot remove 'a': No such file or directory\n");
    assert_eq!(bench.read("a"), b"text");
    bench
        .run_with(&["safe-rm", "-f", "a"], Verdict::Shadow, || {
            fs::remove_file(&path).unwrap();
        })
        .ok();
}

#[test]
fn names_with_newlines_escapes_and_invalid_utf8_act_on_the_exact_bytes() {
    let bench = Bench::new();
    for name in [&b"a\nb"[..], b"\x1b[2J", b"\xff\xfe", b"-rf", b"a b'c"] {
        let name = OsStr::from_bytes(name);
        bench.file(name, "x");
        bench.file([name, OsStr::new("2")].join(OsStr::new("")), "other");
        bench.run(&[OsStr::new("safe-rm"), OsStr::new("--"), name]).ok();
        assert!(!bench.exists(name));
    }
    assert_eq!(bench.kept().len(), 5);
    let ran = bench.run(&[OsStr::new("safe-rm"), OsStr::from_bytes(b"no\xff\n")]);
    assert_eq!(ran.targets[0].name, "no\\xff\n");
    ran.fails("safe-rm: cannot remove 'no'$'\\377\\n': No such file or directory\n");
}

#[test]
fn a_file_is_not_deleted_where_a_directory_was_named_nor_the_other_way_round() {
    let bench = Bench::new();
    bench.file("f", "x");
    bench.dir("d");
    bench.dir("e");
    bench
        .run(&["safe-rm", "f", "--mode=dir"])
        .fails("safe-rm: cannot remove 'f': Not a directory\n");
    bench
        .run(&["safe-rm", "d", "--mode=file"])
        .fails("safe-rm: cannot remove 'd': Is a directory\n");
    assert_eq!(bench.names(), ["d", "e", "f"]);
    bench.run(&["safe-rm", "d", "--mode=dir"]).ok();
    bench.run(&["safe-rm", "-d", "e", "f"]).ok();
    assert!(bench.names().is_empty());
}

#[test]
fn a_fifo_a_socket_and_a_device_are_refused() {
    let bench = Bench::new();
    rustix::fs::mkfifoat(rustix::fs::CWD, bench.path("fifo"), rustix::fs::Mode::RUSR).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(bench.path("socket")).unwrap();
    for line in [
        ["safe-rm", "fifo"],
        ["safe-rm", "socket"],
        ["safe-rm", "/dev/null"],
        ["safe-chmod", "600"],
    ] {
        let mut line = line.to_vec();
        if line[0] == "safe-chmod" {
            line.push("fifo");
        }
        let ran = bench.run(&line);
        assert_eq!(ran.floors[0].hint, "name a regular file, a directory or a link");
        ran.refused("special-file", Verdict::Deny);
    }
}

#[test]
fn the_root_and_homes_are_refused() {
    let mut bench = Bench::new();
    bench.dir("person");
    bench.places.homes = vec![bench.path("person").display().to_string()];
    for path in ["/", "/.", "//", "/../.."] {
        bench
            .run(&["safe-rm", "-rf", path])
            .refused("mount-point", Verdict::Deny);
    }
    bench
        .run(&["safe-rm", "-r", "person"])
        .refused("protected-ancestor", Verdict::Deny);
    bench
        .run(&["safe-mv", "person", "x"])
        .refused("protected-ancestor", Verdict::Deny);
}

#[test]
fn a_target_that_does_not_exist_is_judged_by_its_nearest_ancestor() {
    let bench = Bench::new();
    bench.symlink(&bench.outside, "lnk");
    let ran = bench.run(&["safe-rm", "lnk/no/such"]);
    assert_eq!(
        ran.targets[0].path,
        bench.outside.join("no/such").display().to_string()
    );
    assert!(!ran.targets[0].exists);
    let ran = bench.run(&["safe-rm", "/no-such-root-dir/x"]);
    assert_eq!(ran.targets[0].path, "/no-such-root-dir/x");
}

#[test]
fn a_tree_that_holds_what_policy_protects_is_refused() {
    let mut bench = Bench::new();
    bench.file("t/sub/prod.db", "x");
    bench.file("t/other", "x");
    let protect = format!(
        r#""protect": {{"paths": ["{}/**/prod.db"]}}"#,
        bench.work.display()
    );
    bench.policy = super::bench::policy_with(&protect);
    bench
        .run(&["safe-rm", "-r", "t"])
        .refused("protected-below", Verdict::Deny);
    bench
        .run(&["safe-mv", "t", "u"])
        .refused("protected-below", Verdict::Deny);
    bench
        .run(&["safe-chmod", "-R", "700", "t"])
        .refused("protected-below", Verdict::Deny);
    bench.run(&["safe-rm", "t/other"]).ok();
}

#[test]
fn a_tree_beyond_the_limit_of_entries_is_refused_unread() {
    let mut bench = Bench::new();
    for n in 0..20 {
        bench.file(format!("t/{n}"), "");
    }
    bench.policy = super::bench::policy_with(r#""limits": {"max_entries": 10}"#);
    bench
        .run(&["safe-rm", "-r", "t"])
        .refused("too-many-entries", Verdict::Deny);
}

#[test]
fn an_entry_has_the_number_of_its_target_among_those_that_exist() {
    let bench = Bench::new();
    bench.dir("d");
    bench.file("a", "a");
    bench.file("b", "b");
    let ran = bench.run(&["safe-rm", "none", "d", "a", "b"]);
    assert_eq!(ran.exit, Some(1));
    let ends: Vec<String> = bench
        .kept()
        .iter()
        .map(|p| p.extension().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(ends, ["1", "2"]);
    assert_eq!(fs::read(&bench.kept()[0]).unwrap(), b"a");
}
