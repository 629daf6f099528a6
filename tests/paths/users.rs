//! An ordinary user: what the kernel refuses is told in its usual words, and nothing else changes.

use super::site::Site;
use crate::support::{WT, needs, text, within};
use std::{
    fs,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
};

/// Nobody's usual ids.
const UID: u32 = 65534;

/// Gives a tree to the ordinary user.
fn give(path: &Path) {
    Command::new("chown")
        .args(["-R", "65534:65534"])
        .arg(path)
        .status()
        .unwrap();
}

/// The user's own copy of `wt`, wherever the checkout lies.
fn program(site: &Site) -> PathBuf {
    site.home.parent().unwrap().join("wt")
}

fn as_user(site: &Site, line: &[&str]) -> (Option<i32>, String) {
    let mut command = site.command_of(&program(site));
    let done = command.args(line).uid(UID).gid(UID).output().unwrap();
    (done.status.code(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn an_ordinary_user_works_and_is_refused_by_the_kernel_as_ever() {
    if !needs::root("become another user") {
        return;
    }
    let site = Site::new();
    fs::copy(WT, program(&site)).unwrap();
    give(site.home.parent().unwrap());
    assert_eq!(as_user(&site, &["--version"]).0, Some(0));
    site.file("mine", "x");
    site.file("shut/a", "x");
    site.file("roots/b", "x");
    give(&site.work);
    crate::effects::set_mode(&site.work.join("shut"), 0o555);
    Command::new("chown")
        .arg("0:0")
        .arg(site.work.join("roots"))
        .status()
        .unwrap();
    assert_eq!(
        as_user(&site, &["safe-cp", "mine", "copy"]),
        (Some(0), String::new())
    );
    assert_eq!(site.work.join("copy").metadata().unwrap().uid(), UID);
    site.file("closed/a", "x");
    give(&site.work.join("closed"));
    crate::effects::set_mode(&site.work.join("closed"), 0);
    let mut command = site.command_of(&program(&site));
    command
        .args(["safe-touch", "b"])
        .current_dir(site.work.join("closed"));
    // Entered as root, before the ids are changed.
    let ids = format!("--reuid={UID} --regid={UID} --clear-groups");
    let words: Vec<&str> = ids.split(' ').collect();
    let output = within("setpriv", &words, &command).output().unwrap();
    assert_eq!(
        (output.status.code(), text(&output.stderr)),
        (
            Some(64),
            "safe-touch: cannot use the working directory: you may not enter it\n\
             hint: change to a directory that you may enter, or give yourself the right: `chmod u+x`\n"
                .to_owned()
        )
    );
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
    assert!(fs::read_dir(&trash).unwrap().count() >= 2);
    // Where what is deleted cannot be kept, it is not deleted, and the record says why.
    site.file("kept", "x");
    give(&site.work);
    fs::remove_dir_all(&trash).unwrap();
    let state = site.home.join(".watchtower");
    crate::effects::set_mode(&state, 0o500);
    let (code, said) = as_user(&site, &["safe-rm", "kept"]);
    crate::effects::set_mode(&state, 0o700);
    assert_eq!(code, Some(77), "{said}");
    assert!(said.contains("cannot keep what would be lost"), "{said}");
    assert!(site.work.join("kept").exists());
    let record = fs::read_to_string(state.join("ledger-00000000000000000001.jsonl")).unwrap();
    let last = record.lines().last().unwrap();
    assert!(
        last.contains(r#""rule":"quarantine""#) && last.contains(r#""verdict":"deny""#),
        "{last}"
    );
}
