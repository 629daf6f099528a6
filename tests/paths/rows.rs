//! One test for each way in which a path leads elsewhere than it seems.

use super::site::Site;
use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt};

#[test]
fn a_trailing_slash_does_not_empty_what_a_link_leads_to() {
    let site = Site::new();
    site.file("tree/precious", "x");
    site.symlink("tree", "link");
    site.wt(&["safe-rm", "-r", "link/"]).denied("link");
    site.wt(&["safe-rm", "-rf", "link/."]).is(1);
    assert!(site.exists("tree/precious"));
}

#[test]
fn dots_and_prefixes_are_compared_as_the_kernel_resolves_them() {
    let site = Site::new();
    fs::write(site.outside.join("victim"), "x").unwrap();
    fs::DirBuilder::new().create(site.home.join("work-evil")).unwrap();
    fs::write(site.home.join("work-evil/victim"), "x").unwrap();
    for path in [
        "../../outside/victim",
        "./.git/../../../outside/victim",
        "../work-evil/victim",
    ] {
        let ended = site.wt(&["safe-rm", path]);
        assert!(matches!(ended.code, Some(75 | 77)), "{path}: {ended:?}");
    }
    // A tilde is a name like any other once it comes here.
    site.wt(&["safe-rm", "~/work"]).is(1);
    assert!(site.outside.join("victim").exists() && site.home.join("work-evil/victim").exists());
}

#[test]
fn an_escape_through_a_link_is_judged_where_it_ends() {
    let site = Site::new();
    fs::write(site.outside.join("victim"), "x").unwrap();
    site.symlink(&site.outside, "lnk");
    for line in [
        &["safe-rm", "lnk/victim"][..],
        &["safe-mv", "lnk/victim", "mine"],
        &["safe-chmod", "600", "lnk/victim"],
        &["safe-touch", "lnk/new"],
        &["safe-mkdir", "-p", "lnk/a/b"],
        &["safe-cp", ".git/HEAD", "lnk/new"],
        &["safe-cp", ".git/HEAD", "lnk"],
        &["safe-ln", "-s", "x", "lnk/new"],
    ] {
        site.wt(line).is(77);
    }
    assert_eq!(fs::read_dir(&site.outside).unwrap().count(), 1);
}

#[test]
fn ancestors_of_protected_paths_are_neither_moved_nor_removed() {
    let site = Site::new();
    fs::DirBuilder::new().create(site.home.join(".ssh")).unwrap();
    let home = site.home.to_str().unwrap();
    site.wt(&["safe-rm", "-rf", home]).is(77);
    site.wt(&["safe-mv", home, "/tmp/wt-elsewhere"]).is(77);
    site.wt(&["safe-chmod", "-R", "700", home]).is(77);
    site.wt(&["safe-rm", "-rf", ".."]).is(77);
    site.wt(&["safe-rm", "-rf", "/"]).is(77);
    site.wt(&["safe-mv", ".git", "git"]).is(77);
    site.wt(&["safe-rm", "-rf", ".git"]).is(77);
    assert!(site.exists(".git/HEAD"));
}

#[test]
fn the_effective_name_in_a_destination_directory_is_judged() {
    let site = Site::new();
    site.file("evil/.envrc", "x");
    site.file("evil/pre-commit", "x");
    site.wt(&["safe-cp", "evil/.envrc", "."]).is(77);
    site.wt(&["safe-mv", "evil/.envrc", "."]).is(77);
    site.wt(&["safe-cp", "evil/pre-commit", ".git/hooks"]).is(77);
    site.wt(&["safe-mv", "evil/pre-commit", ".git/hooks/"]).is(77);
    site.wt(&["safe-ln", "-s", "evil/pre-commit", ".git/hooks"])
        .is(77);
    assert!(!site.exists(".envrc"));
    assert_eq!(fs::read_dir(site.work.join(".git/hooks")).unwrap().count(), 0);
}

#[test]
fn both_operands_are_judged() {
    let site = Site::new();
    fs::write(site.outside.join("secret"), "x").unwrap();
    fs::DirBuilder::new().create(site.home.join(".ssh")).unwrap();
    fs::write(site.home.join(".ssh/id_ed25519"), "x").unwrap();
    site.file("mine", "x");
    let key = site.home.join(".ssh/id_ed25519");
    site.wt(&["safe-cp", key.to_str().unwrap(), "key"]).is(77);
    site.wt(&["safe-ln", key.to_str().unwrap(), "key"]).is(77);
    site.wt(&["safe-ln", "-s", key.to_str().unwrap(), "key"]).is(77);
    site.wt(&["safe-mv", site.outside.join("secret").to_str().unwrap(), "x"])
        .is(77);
    site.wt(&["safe-cp", "mine", site.outside.join("x").to_str().unwrap()])
        .is(77);
    assert!(!site.exists("key") && !site.exists("x") && !site.outside.join("x").exists());
}

#[test]
fn a_hard_link_to_somewhere_else_escalates() {
    let site = Site::new();
    fs::write(site.outside.join("victim"), "x").unwrap();
    rustix::fs::link(site.outside.join("victim"), site.work.join("link")).unwrap();
    site.wt(&["safe-chmod", "600", "link"]).is(75);
    site.wt(&["safe-touch", "link"]).is(75);
    // Its name in the workspace may go: the other name keeps the content.
    site.wt(&["safe-rm", "link"]).is(0);
    assert_eq!(fs::read(site.outside.join("victim")).unwrap(), b"x");
}

#[test]
fn names_that_look_like_options_are_operands_only_after_two_hyphens() {
    let site = Site::new();
    site.file("-rf", "x");
    site.file("--reference=x", "x");
    site.file("keep", "x");
    site.wt(&["safe-rm", "--reference=x", "keep"]).is(64);
    site.wt(&["safe-chmod", "--reference=x", "keep"]).is(64);
    assert!(site.exists("keep") && site.exists("-rf"));
    site.wt(&["safe-rm", "--", "-rf", "--reference=x"]).is(0);
    site.file("-rf", "x");
    site.wt(&["safe-rm", "./-rf"]).is(0);
    assert!(site.exists("keep") && !site.exists("-rf"));
}

#[test]
fn a_dangling_link_as_destination_creates_nothing() {
    let site = Site::new();
    site.file("mine", "x");
    site.symlink(site.outside.join("made"), "dangling");
    for line in [
        &["safe-cp", "mine", "dangling"][..],
        &["safe-touch", "dangling"],
        &["safe-mkdir", "-p", "dangling/x"],
    ] {
        let mut command = site.command();
        let done = command.env("POSIXLY_CORRECT", "1").args(line).output().unwrap();
        assert_eq!(done.status.code(), Some(1), "{line:?} {done:?}");
    }
    assert!(!site.outside.join("made").exists());
}

#[test]
fn an_absent_protected_name_is_not_created() {
    let site = Site::new();
    site.file("mine", "x");
    fs::DirBuilder::new().create(site.work.join(".claude")).unwrap();
    let home = site.home.to_str().unwrap();
    let bashrc = format!("{home}/.bashrc");
    for line in [
        &["safe-touch", ".envrc"][..],
        &["safe-touch", ".git/hooks/pre-commit"],
        &["safe-touch", "CLAUDE.md"],
        &["safe-cp", "mine", "AGENTS.md"],
        &["safe-mv", "mine", ".env.local"],
        &["safe-ln", "-s", "mine", "SOUL.md"],
        &["safe-touch", ".claude/settings.json"],
        &["safe-mkdir", "-p", ".watchtower/x"],
        &["safe-touch", &bashrc],
        &["safe-cp", "mine", &bashrc],
    ] {
        site.wt(line).is(77);
    }
    assert!(site.exists("mine") && !site.home.join(".bashrc").exists());
}

#[test]
fn magic_links_and_devices_are_not_followed() {
    let site = Site::new();
    site.file("mine", "x");
    for line in [
        &["safe-cp", "/dev/stdin", "new"][..],
        &["safe-cp", "/proc/self/fd/0", "new"],
        &["safe-cp", "mine", "/dev/stdout"],
        &["safe-rm", "/proc/self/cwd/mine"],
        &["safe-rm", "/proc/self/root/etc/hostname"],
        &["safe-touch", "/proc/self/cwd/new"],
    ] {
        let ended = site.wt(line);
        assert!(matches!(ended.code, Some(1 | 77)), "{line:?}: {ended:?}");
    }
    assert!(site.exists("mine") && !site.exists("new"));
}

#[test]
fn exact_bytes_of_names_reach_the_object_and_the_record() {
    let site = Site::new();
    for name in [
        &b"a\nb"[..],
        b"\x1b[31m",
        b"\xff\xfe",
        b"tab\tx",
        "zero\u{200b}width".as_bytes(),
    ] {
        let name = OsStr::from_bytes(name);
        fs::write(site.work.join(name), "x").unwrap();
        site.wt(&[OsStr::new("safe-rm"), OsStr::new("-v"), name]).is(0);
        assert!(!site.exists(name));
    }
    let paths: Vec<String> = site
        .entries()
        .iter()
        .filter_map(|entry| {
            entry["data"]["scope"]["targets"][0]["name"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(
        paths,
        ["a\nb", "\u{1b}[31m", r"\xff\xfe", "tab\tx", "zero\u{200b}width"]
    );
}
