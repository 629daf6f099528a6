//! Modes and owners: of the object that was opened, never of a name.

use super::bench::Bench;
use crate::support::needs;
use policy::Verdict;
use std::{fs, os::unix::fs::MetadataExt};

#[test]
fn modes_are_set_and_told() {
    let bench = Bench::new();
    bench.file("a", "");
    bench.chmod("a", 0o644);
    let ran = bench.run(&["safe-chmod", "-v", "600", "a"]).ok();
    assert_eq!(
        ran.stdout,
        "mode of 'a' changed from 0644 (rw-r--r--) to 0600 (rw-------)\n"
    );
    assert_eq!(
        (
            ran.effects[0]["before"].as_str(),
            ran.effects[0]["after"].as_str()
        ),
        (Some("0644"), Some("0600"))
    );
    bench.run(&["safe-chmod", "u+x,g=r", "a"]).ok();
    assert_eq!(bench.mode("a"), 0o740);
    bench
        .run(&["safe-chmod", "600", "none"])
        .fails("safe-chmod: cannot access 'none': No such file or directory\n");
}

#[test]
fn an_unreadable_file_is_changed_too() {
    let bench = Bench::new();
    bench.file("a", "");
    bench.chmod("a", 0);
    bench.run(&["safe-chmod", "600", "a"]).ok();
    assert_eq!(bench.mode("a"), 0o600);
}

#[test]
fn dangerous_modes_are_refused() {
    let bench = Bench::new();
    bench.file("t/a", "");
    for mode in ["4755", "2755", "6777", "u+s", "g+s", "777", "o+w", "a+w", "+s"] {
        bench
            .run(&["safe-chmod", mode, "t/a"])
            .refused("special-mode", Verdict::Deny);
        bench
            .run(&["safe-chmod", "-R", mode, "t"])
            .refused("special-mode", Verdict::Deny);
    }
    assert_eq!(bench.mode("t/a") & 0o6002, 0);
}

#[test]
fn trees_are_changed_without_following_links() {
    let bench = Bench::new();
    bench.file("t/sub/a", "");
    fs::write(bench.outside.join("victim"), "").unwrap();
    super::bench::set_mode(&bench.outside.join("victim"), 0o644);
    bench.symlink(bench.outside.join("victim"), "t/link");
    bench.symlink(&bench.outside, "t/dirlink");
    let ran = bench.run(&["safe-chmod", "-R", "go-rwx", "t"]).ok();
    assert_eq!(ran.targets[0].entries, 5);
    assert_eq!((bench.mode("t"), bench.mode("t/sub/a")), (0o700, 0o600));
    assert_eq!(
        bench.outside.join("victim").metadata().unwrap().mode() & 0o777,
        0o644
    );
    bench
        .run(&["safe-chmod", "-R", "700", "t/dirlink"])
        .refused("link-as-directory", Verdict::Deny);
}

#[test]
fn hard_linked_files_escalate() {
    let bench = Bench::new();
    fs::write(bench.outside.join("victim"), "").unwrap();
    bench.dir("t");
    rustix::fs::link(bench.outside.join("victim"), bench.path("t/l")).unwrap();
    for line in [
        &["safe-chmod", "600", "t/l"][..],
        &["safe-chmod", "-R", "go-r", "t"],
        &["safe-chown", "0", "t/l"],
        &["safe-chown", "-R", "0", "t"],
        &["safe-touch", "t/l"],
    ] {
        bench.run(line).refused("hard-link", Verdict::Escalate);
    }
}

#[test]
fn a_hard_link_that_appears_in_a_tree_meanwhile_is_left_alone() {
    let bench = Bench::new();
    let victim = bench.outside.join("victim");
    fs::write(&victim, "").unwrap();
    super::bench::set_mode(&victim, 0o644);
    bench.file("t/a", "");
    let ran = bench.run_with(&["safe-chmod", "-R", "go-r", "t"], Verdict::Shadow, || {
        rustix::fs::link(&victim, bench.path("t/l")).unwrap();
    });
    ran.fails("safe-chmod: changing permissions of 't/l': it has further names\n");
    assert_eq!(victim.metadata().unwrap().mode() & 0o777, 0o644);
}

/// The kernel takes set-ID bits from a file whose owner is set, also to the one it has (chown(2)).
#[test]
fn an_owner_that_a_file_has_already_costs_it_no_bits() {
    let bench = Bench::new();
    bench.file("a", "");
    bench.chmod("a", 0o4755);
    let me = rustix::process::getuid().as_raw().to_string();
    let ran = bench.run(&["safe-chown", "-v", &me, "a"]).ok();
    assert!(
        ran.stdout.starts_with("ownership of 'a' retained as "),
        "{}",
        ran.stdout
    );
    assert_eq!(bench.mode("a"), 0o4755);
}

#[test]
fn owners_are_set_on_links_themselves_with_h() {
    if !needs::root("give files away") {
        return;
    }
    let bench = Bench::new();
    bench.file("a", "");
    bench.symlink("a", "link");
    bench.run(&["safe-chown", "-h", "1234:5678", "link"]).ok();
    let (link, a) = (
        bench.path("link").symlink_metadata().unwrap(),
        bench.path("a").metadata().unwrap(),
    );
    assert_eq!((link.uid(), link.gid(), a.uid()), (1234, 5678, 0));
    let ran = bench.run(&["safe-chown", "-v", "1234", "link"]).ok();
    assert_eq!(ran.stdout, "changed ownership of 'link' from 0:0 to 1234:0\n");
    assert_eq!(bench.path("a").metadata().unwrap().uid(), 1234);
    bench.run(&["safe-chown", "root:root", "a"]).ok();
    assert_eq!(bench.path("a").metadata().unwrap().uid(), 0);
    assert_eq!(
        bench.run(&["safe-chown", "no-such-user-here", "a"]).exit,
        Some(64)
    );
}
