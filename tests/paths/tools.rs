//! The ways out that cp, mv, mkdir, chmod, chown, touch and ln have, and that the applets do not.

use super::site::Site;
use std::fs;

#[test]
fn cp_has_no_ways_out() {
    let site = Site::new();
    site.file("a", "x");
    for option in [
        "-t",
        "--target-directory=/var/tmp",
        "--parents",
        "-l",
        "-s",
        "--attributes-only",
        "--backup=numbered",
        "--suffix=x",
        "--preserve=all",
        "-L",
        "-H",
        "-x",
    ] {
        site.wt(&["safe-cp", option, "a", "b"]).is(64);
    }
    assert!(!site.exists("b"));
}

#[test]
fn mv_and_ln_have_no_ways_out() {
    let site = Site::new();
    site.file("a", "x");
    for option in [
        "-t",
        "--target-directory=/var/tmp",
        "-S",
        "--strip-trailing-slashes",
        "--exchange",
    ] {
        site.wt(&["safe-mv", option, "a", "b"]).is(64);
    }
    for option in ["-t", "--target-directory=/var/tmp", "-L", "-r", "--backup", "-d"] {
        site.wt(&["safe-ln", option, "a", "b"]).is(64);
    }
    assert!(site.exists("a") && !site.exists("b"));
}

#[test]
fn modes_that_raise_privileges_are_refused_in_every_spelling() {
    let site = Site::new();
    site.file("a", "x");
    for mode in [
        "6777",
        "4755",
        "2755",
        "u+s",
        "g+s",
        "ug+s",
        "+s",
        "a=rwxs",
        "u=rwxs,go=rx",
        "777",
        "o+w",
        "a+w",
        "666",
    ] {
        site.wt(&["safe-chmod", mode, "a"]).is(77);
        site.wt(&["safe-mkdir", "-m", mode, "d"]).is(77);
    }
    site.wt(&["safe-chmod", "--reference=a", "a"]).is(64);
    assert!(!site.exists("d"));
    assert_eq!(site.mode("a") & 0o6002, 0);
}

#[test]
fn chown_neither_follows_nor_takes_odd_names() {
    let site = Site::new();
    fs::write(site.outside.join("victim"), "x").unwrap();
    site.file("t/a", "x");
    site.symlink(site.outside.join("victim"), "t/link");
    site.symlink(&site.outside, "dirlink");
    for option in ["-L", "-H", "-P", "--dereference", "--reference=t", "--from=0"] {
        site.wt(&["safe-chown", option, "0", "t"]).is(64);
    }
    for owner in ["-1", "4294967295", "4294967296", "0x0", "1.0", "", "a b"] {
        site.wt(&["safe-chown", owner, "t/a"]).is(64);
    }
    site.wt(&["safe-chown", "-R", "0", "dirlink"]).is(77);
    site.wt(&["safe-chown", "0", "t/link"]).is(77);
}

#[test]
fn touch_does_not_plant_what_shells_and_tools_obey() {
    let site = Site::new();
    let home = site.home.to_str().unwrap().to_owned();
    for name in [
        ".bashrc",
        ".profile",
        ".zshrc",
        ".ssh/authorized_keys",
        ".npmrc",
        ".cargo/config.toml",
        ".config/autostart/x.desktop",
    ] {
        let path = format!("{home}/{name}");
        fs::DirBuilder::new()
            .recursive(true)
            .create(std::path::Path::new(&path).parent().unwrap())
            .unwrap();
        site.wt(&["safe-touch", &path]).is(77);
        assert!(!std::path::Path::new(&path).exists());
    }
    for name in [
        ".envrc",
        ".git/hooks/post-checkout",
        ".npmrc",
        ".cargo/config.toml",
        ".vscode/tasks.json",
    ] {
        fs::DirBuilder::new()
            .recursive(true)
            .create(site.work.join(name).parent().unwrap())
            .unwrap();
        site.wt(&["safe-touch", name]).is(77);
        assert!(!site.exists(name));
    }
    for option in ["-r", "--reference=x", "--no-dereference", "-h", "--time=atime"] {
        site.wt(&["safe-touch", option, "x"]).is(64);
    }
}

#[test]
fn a_renamed_directory_does_not_slip_past_rules_on_its_content() {
    let site = Site::new();
    site.file("kit/hooks/pre-commit", "evil");
    site.file("kit/config", "evil");
    site.file("evil/pre-commit", "evil");
    site.wt(&["safe-mv", "evil", ".git/hooks/evil"]).is(77);
    site.wt(&["safe-mkdir", "new"]).is(0);
    site.wt(&["safe-mv", "kit", "new/.git"]).is(77);
    assert!(!site.exists("new/.git"));
    site.wt(&["safe-cp", "-r", "kit", "new/.git"]).is(77);
    assert!(!site.exists("new/.git"));
    // A copy leaves out what it may not bring.
    site.file("whole/.git/hooks/pre-commit", "evil");
    site.file("whole/.git/config", "evil");
    site.file("whole/.git/HEAD", "ref: refs/heads/main");
    site.file("whole/sub/.git", "gitdir: ../../evil");
    let ended = site.wt(&["safe-cp", "-r", "whole", "copied"]).is(0);
    assert_eq!(ended.stderr, "safe-cp: left out 3 protected objects of 'whole'\n");
    assert!(!site.exists("copied/.git/hooks/pre-commit") && !site.exists("copied/.git/config"));
    assert!(site.exists("copied/.git/HEAD") && site.exists("copied/sub") && !site.exists("copied/sub/.git"));
}
