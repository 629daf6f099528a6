//! Modes of what is made: the caller's mask, and the default access lists of directories, as coreutils meet them.

use crate::support::{Scratch, needs, within};
use rustix::fs::{XattrFlags, setxattr};
use std::{
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::Output,
};

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().mode() & 0o7777
}

/// `wt ARGS...` where the caller's mask is this.
fn masked(desk: &Scratch, mask: &str, args: &[&str]) -> Output {
    let script = format!("umask {mask} && exec \"$@\"");
    within("/bin/sh", &["-c", &script, "sh"], &desk.wt(args))
        .output()
        .unwrap()
}

/// Sets what a directory gives to owner, group and others in it (acl(5); the form is of linux/posix_acl_xattr.h).
fn give(dir: &Path, rights: [u16; 3]) -> bool {
    let mut list = 2u32.to_le_bytes().to_vec();
    for (tag, right) in [1u16, 4, 0x20].into_iter().zip(rights) {
        list.extend(tag.to_le_bytes());
        list.extend(right.to_le_bytes());
        list.extend(u32::MAX.to_le_bytes());
    }
    let done = setxattr(dir, "system.posix_acl_default", &list, XattrFlags::empty());
    needs::met(done.is_ok(), "a file system with access lists")
}

/// A workspace with a directory whose default list is this, a file of 0644 and a tree of a directory 0755 with it.
fn with_list(rights: [u16; 3]) -> Option<Scratch> {
    let desk = Scratch::new();
    for (path, mode) in [("f", 0o644), ("tree/f", 0o644), ("listed/x", 0o600)] {
        let file = desk.write(path, "text");
        std::fs::set_permissions(file, PermissionsExt::from_mode(mode)).unwrap();
    }
    std::fs::set_permissions(desk.file("tree"), PermissionsExt::from_mode(0o755)).unwrap();
    give(&desk.file("listed"), rights).then_some(desk)
}

#[test]
fn a_default_list_closes_what_is_made_in_its_directory() {
    let Some(desk) = with_list([7, 0, 0]) else { return };
    for (name, args) in [
        ("copy", &["safe-cp", "f", "listed/copy"][..]),
        ("tree", &["safe-cp", "-r", "tree", "listed/tree"]),
        ("file", &["safe-touch", "listed/file"]),
        ("dir", &["safe-mkdir", "listed/dir"]),
    ] {
        let output = masked(&desk, "0022", args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        let made = desk.file("listed").join(name);
        let most = if made.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&made), most, "{name}");
    }
    assert_eq!(mode(&desk.file("listed/tree/f")), 0o600);
}

#[test]
fn a_default_list_opens_what_is_made_in_its_directory_whatever_the_mask() {
    let Some(desk) = with_list([7, 7, 7]) else { return };
    for (name, args, wanted) in [
        ("copy", &["safe-cp", "f", "listed/copy"][..], 0o644),
        ("tree", &["safe-cp", "-r", "tree", "listed/tree"], 0o755),
        ("file", &["safe-touch", "listed/file"], 0o666),
        ("dir", &["safe-mkdir", "listed/dir"], 0o777),
        ("exact", &["safe-mkdir", "-m", "750", "listed/exact"], 0o750),
    ] {
        let output = masked(&desk, "0077", args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        assert_eq!(mode(&desk.file("listed").join(name)), wanted, "{name}");
    }
}

/// What a mask takes from the owner is taken from what the caller makes, and never from Watchtower's own files.
#[test]
fn a_mask_that_takes_everything_leaves_watchtower_whole() {
    let desk = Scratch::new();
    desk.write("f", "text");
    desk.write("tree/g", "text");
    for (args, made, wanted) in [
        (&["safe-touch", "new"][..], "new", 0),
        (&["safe-mkdir", "one"], "one", 0),
        (&["safe-mkdir", "-p", "up/to/here"], "up", 0o300),
        (&["safe-cp", "f", "copy"], "copy", 0),
        (&["safe-cp", "-r", "tree", "twin"], "twin", 0),
    ] {
        let output = masked(&desk, "0777", args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        assert_eq!(mode(&desk.file(made)), wanted, "{made}");
    }
    assert!(masked(&desk, "0777", &["safe-rm", "f"]).status.success());
    // Not from a terminal, which is for a person to answer.
    let asked = masked(&desk, "0777", &["undo", "--last"]);
    assert_eq!(asked.status.code(), Some(75), "{asked:?}");
    assert!(desk.state().join("state/requests").is_dir());
    let mut dirs = vec![desk.state()];
    while let Some(dir) = dirs.pop() {
        assert_eq!(mode(&dir) & 0o700, 0o700, "{}", dir.display());
        for entry in dir.read_dir().unwrap() {
            let path = entry.unwrap().path();
            // What lies in the trash has the mode that it had.
            if path.is_dir() && !path.ends_with("trash") {
                dirs.push(path);
            } else if path.is_file() {
                assert_eq!(mode(&path) & 0o400, 0o400, "{}", path.display());
            }
        }
    }
}
