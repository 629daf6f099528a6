//! Modes of what is made: the caller's mask, and the default access lists of directories, as coreutils meet them.

use crate::support::{Scratch, needs, within};
use rustix::fs::{XattrFlags, getxattr, setxattr};
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

/// An access list: rights of owner, group and others, and those of one more user with the mask, if there is one (acl(5);
/// the form is of linux/posix_acl_xattr.h).
fn list(rights: [u16; 3], further: Option<(u32, u16, u16)>) -> Vec<u8> {
    let none = u32::MAX;
    let [owner, group, others] = rights;
    let mut entries = vec![(1u16, owner, none), (4, group, none), (0x20, others, none)];
    if let Some((uid, right, mask)) = further {
        entries.insert(1, (2, right, uid));
        entries.insert(3, (0x10, mask, none));
    }
    let mut list = 2u32.to_le_bytes().to_vec();
    for (tag, right, id) in entries {
        list.extend(tag.to_le_bytes());
        list.extend(right.to_le_bytes());
        list.extend(id.to_le_bytes());
    }
    list
}

const ACCESS: &str = "system.posix_acl_access";
const DEFAULT: &str = "system.posix_acl_default";

fn set(path: &Path, name: &str, list: &[u8]) -> bool {
    let done = setxattr(path, name, list, XattrFlags::empty());
    needs::met(done.is_ok(), "a file system with access lists")
}

fn got(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut value = [0; 256];
    let len = getxattr(path, name, &mut value[..]).ok()?;
    Some(value[..len].to_vec())
}

/// Sets what a directory gives to owner, group and others in it.
fn give(dir: &Path, rights: [u16; 3]) -> bool {
    set(dir, DEFAULT, &list(rights, None))
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

/// Overwriting is like writing into the file: who may read it stays, whatever the directory gives to new files.
#[test]
fn an_overwritten_file_keeps_its_access_list_and_gets_no_other() {
    let desk = Scratch::new();
    for name in ["f", "tree/kept", "tree/plain", "listed/kept", "listed/plain"] {
        desk.write(name, name);
    }
    let (open, shut) = (
        list([7, 7, 7], Some((1234, 7, 7))),
        list([6, 0, 0], Some((4321, 4, 4))),
    );
    let (kept, plain) = (desk.file("listed/kept"), desk.file("listed/plain"));
    if !set(&desk.file("listed"), DEFAULT, &open) || !set(&kept, ACCESS, &shut) {
        return;
    }
    setxattr(&kept, "user.note", b"mine", XattrFlags::empty()).unwrap();
    std::fs::set_permissions(&plain, PermissionsExt::from_mode(0o640)).unwrap();
    for lines in [
        &[
            ["safe-cp", "-f", "f", "listed/kept"],
            ["safe-cp", "-f", "f", "listed/plain"],
        ][..],
        &[["safe-cp", "-r", "tree/.", "listed"]],
    ] {
        for args in lines {
            let output = masked(&desk, "0022", args);
            assert!(output.status.success(), "{args:?}: {output:?}");
        }
        assert_eq!(got(&kept, ACCESS), Some(shut.clone()), "{lines:?}");
        assert_eq!(
            got(&kept, "user.note").as_deref(),
            Some(&b"mine"[..]),
            "{lines:?}"
        );
        assert_eq!((mode(&kept), mode(&plain)), (0o640, 0o640), "{lines:?}");
        assert_eq!(got(&plain, ACCESS), None, "{lines:?}");
    }
}

/// A copy that keeps attributes has the lists of its source, or none.
#[test]
fn a_copy_that_keeps_attributes_gets_no_list_from_its_directory() {
    let desk = Scratch::new();
    for name in ["plain", "own", "tree/plain", "tree/own", "listed/x"] {
        desk.write(name, name);
    }
    let (open, shut) = (
        list([7, 7, 7], Some((1234, 7, 7))),
        list([6, 0, 0], Some((4321, 4, 4))),
    );
    if !set(&desk.file("listed"), DEFAULT, &open) {
        return;
    }
    for own in ["own", "tree/own"] {
        assert!(set(&desk.file(own), ACCESS, &shut));
    }
    for args in [
        &["safe-cp", "-p", "plain", "own", "listed"][..],
        &["safe-cp", "-a", "tree", "listed"],
    ] {
        let output = masked(&desk, "0022", args);
        assert!(output.status.success(), "{args:?}: {output:?}");
    }
    for (name, wanted) in [("plain", None), ("own", Some(&shut))] {
        for below in ["", "tree"] {
            let copy = desk.file("listed").join(below).join(name);
            assert_eq!(got(&copy, ACCESS).as_ref(), wanted, "{}", copy.display());
        }
    }
    let tree = desk.file("listed/tree");
    assert_eq!((got(&tree, ACCESS), got(&tree, DEFAULT)), (None, None));
}

/// Below a set-group-ID directory a new one has another group than it will have: its list comes after its owner.
#[test]
fn a_directory_gets_its_list_when_it_has_its_owner() {
    if !needs::root("give a directory away") || !needs::program("strace") {
        return;
    }
    let desk = Scratch::new();
    desk.write("src/n", "text");
    std::fs::create_dir(desk.file("dir")).unwrap();
    std::os::unix::fs::chown(desk.file("dir"), None, Some(88)).unwrap();
    std::fs::set_permissions(desk.file("dir"), PermissionsExt::from_mode(0o2775)).unwrap();
    if !set(&desk.file("src"), ACCESS, &list([7, 5, 0], Some((1234, 5, 5)))) {
        return;
    }
    let traced = desk.file("trace");
    let words = [
        "-f",
        "-qq",
        "-y",
        "-o",
        traced.to_str().unwrap(),
        "-e",
        "trace=fchown,fsetxattr,fchmod",
    ];
    let output = within("strace", &words, &desk.wt(&["safe-cp", "-a", "src", "dir"])).output();
    assert!(output.unwrap().status.success());
    let trace = std::fs::read_to_string(&traced).unwrap();
    let calls: Vec<&str> = trace
        .lines()
        .filter(|line| line.contains("/dir/src>"))
        .filter_map(|line| line.split_once('(')?.0.rsplit(' ').next())
        .collect();
    assert_eq!(calls, ["fchown", "fsetxattr", "fchmod"], "{trace}");
    assert_eq!(mode(&desk.file("dir/src")), 0o750);
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
