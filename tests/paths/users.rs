//! An ordinary user: what the kernel refuses is told in its usual words, and nothing else changes.

use super::site::Site;
use std::{
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::Path,
};

/// Nobody's usual ids.
const UID: u32 = 65534;

/// Gives a tree to the ordinary user.
fn give(path: &Path) {
    std::process::Command::new("chown")
        .args(["-R", "65534:65534"])
        .arg(path)
        .status()
        .unwrap();
}

fn as_user(site: &Site, line: &[&str]) -> (Option<i32>, String) {
    let done = site.command().args(line).uid(UID).gid(UID).output().unwrap();
    (done.status.code(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn an_ordinary_user_works_and_is_refused_by_the_kernel_as_ever() {
    if !rustix::process::getuid().is_root() {
        return;
    }
    let site = Site::new();
    let top = site.home.parent().unwrap();
    give(top);
    let binary = Path::new(env!("CARGO_BIN_EXE_wt"));
    if binary.metadata().unwrap().mode() & 0o001 == 0 || as_user(&site, &["--version"]).0 != Some(0) {
        assert!(
            std::env::var_os("WT_TEST_REQUIRE_ALL").is_none(),
            "the binary is out of reach for other users"
        );
        eprintln!("NOT RUN: the binary is out of reach for other users");
        return;
    }
    site.file("mine", "x");
    site.file("shut/a", "x");
    site.file("roots/b", "x");
    give(&site.work);
    crate::effects::set_mode(&site.work.join("shut"), 0o555);
    std::process::Command::new("chown")
        .arg("0:0")
        .arg(site.work.join("roots"))
        .status()
        .unwrap();
    assert_eq!(
        as_user(&site, &["safe-cp", "mine", "copy"]),
        (Some(0), String::new())
    );
    assert_eq!(site.work.join("copy").metadata().unwrap().uid(), UID);
    let denied = |what: &str| (Some(1), format!("{what}: Permission denied\n"));
    assert_eq!(
        as_user(&site, &["safe-rm", "shut/a"]),
        denied("safe-rm: cannot remove 'shut/a'")
    );
    assert_eq!(
        as_user(&site, &["safe-touch", "shut/new"]),
        denied("safe-touch: cannot touch 'shut/new'")
    );
    assert_eq!(
        as_user(&site, &["safe-mkdir", "roots/d"]),
        denied("safe-mkdir: cannot create directory 'roots/d'")
    );
    let (code, text) = as_user(&site, &["safe-chmod", "700", "roots"]);
    assert_eq!(
        (code, text.as_str()),
        (
            Some(1),
            "safe-chmod: changing permissions of 'roots': Operation not permitted\n"
        )
    );
    assert_eq!(
        as_user(&site, &["safe-rm", "-r", "mine", "copy"]),
        (Some(0), String::new())
    );
    let trash = site.home.join(".watchtower/trash");
    assert!(fs::read_dir(trash).unwrap().count() >= 2);
}
