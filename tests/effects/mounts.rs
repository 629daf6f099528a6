//! Other mounts: where things are kept, what a move across does, what a full disk leaves. Each test has a mount
//! namespace of its own, which ends with its process.

use super::bench::Bench;
use crate::support::needs;
use policy::Verdict;
use rustix::mount::{MountFlags, mount, mount_bind};
use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

fn tmpfs(on: &Path, size: &str) {
    let options = std::ffi::CString::new(format!("size={size},mode=0755")).unwrap();
    mount("none", on, "tmpfs", MountFlags::empty(), options.as_c_str()).unwrap();
}

fn own_trash(mount: &Path) -> PathBuf {
    mount.join(format!(
        ".watchtower-trash-{}",
        rustix::process::getuid().as_raw()
    ))
}

#[test]
fn what_is_deleted_on_another_mount_is_kept_at_its_top() {
    if !needs::private_mounts() {
        return;
    }
    let bench = Bench::new();
    let other = bench.dir("other");
    tmpfs(&other, "4m");
    bench.file("other/deep/a", "content");
    let ran = bench.run(&["safe-rm", "other/deep/a"]).ok();
    let trash = own_trash(&other);
    assert_eq!(trash.metadata().unwrap().mode() & 0o7777, 0o700);
    let entry = ran.effects[0]["kept"]["entry"].as_str().unwrap();
    assert_eq!(ran.effects[0]["kept"]["store"], trash.display().to_string());
    assert_eq!(fs::read(trash.join(entry)).unwrap(), b"content");
    bench.file("other/b", "2");
    bench.run(&["safe-rm", "-r", "other/deep", "other/b"]).ok();
    assert_eq!(fs::read_dir(&trash).unwrap().count(), 3);
    assert!(bench.kept().is_empty());
}

#[test]
fn judging_alone_makes_no_quarantine() {
    if !needs::private_mounts() {
        return;
    }
    let bench = Bench::new();
    let other = bench.dir("other");
    tmpfs(&other, "4m");
    bench.file("other/a", "");
    rustix::fs::link(bench.path("other/a"), bench.path("other/b")).unwrap();
    bench.file("new", "");
    bench
        .run(&["safe-cp", "new", "other/a"])
        .refused("hard-link", Verdict::Escalate);
    assert!(!own_trash(&other).exists());
}

#[test]
fn where_no_quarantine_can_be_made_a_copy_is_kept_within_the_limit() {
    if !needs::private_mounts() {
        return;
    }
    let mut bench = Bench::new();
    let other = bench.dir("other");
    tmpfs(&other, "16m");
    // Something in the way of the quarantine: it is not used, and not replaced.
    bench.file(own_trash(&other), "in the way");
    bench.file("other/t/sub/a", "content");
    bench.chmod("other/t/sub/a", 0o640);
    bench.symlink("sub/a", "other/t/l");
    bench.run(&["safe-rm", "-r", "other/t"]).ok();
    assert!(!bench.exists("other/t"));
    let kept = bench.kept();
    assert_eq!(kept.len(), 1);
    assert_eq!(fs::read(kept[0].join("sub/a")).unwrap(), b"content");
    assert_eq!(kept[0].join("sub/a").metadata().unwrap().mode() & 0o7777, 0o640);
    assert_eq!(fs::read_link(kept[0].join("l")).unwrap(), Path::new("sub/a"));
    bench.policy = super::bench::policy_with(r#""limits": {}, "trash": {"copy_bytes": 4}"#);
    bench.file("other/big", "12345");
    bench
        .run(&["safe-rm", "other/big"])
        .refused("cannot-undo", Verdict::Escalate);
    assert!(bench.exists("other/big"));
    bench.run_approved(&["safe-rm", "other/big"]).ok();
    assert!(!bench.exists("other/big"));
    assert_eq!(bench.kept().len(), 1);
}

#[test]
fn a_trash_directory_of_another_user_or_open_to_others_is_not_used() {
    if !needs::private_mounts() {
        return;
    }
    let bench = Bench::new();
    let other = bench.dir("other");
    tmpfs(&other, "4m");
    let trash = own_trash(&other);
    fs::create_dir(&trash).unwrap();
    super::bench::set_mode(&trash, 0o755);
    bench.file("other/a", "x");
    bench.run(&["safe-rm", "other/a"]).ok();
    assert_eq!(
        (bench.kept().len(), fs::read_dir(&trash).unwrap().count()),
        (1, 0)
    );
}

#[test]
fn a_move_to_another_mount_keeps_everything_and_the_source() {
    if !needs::private_mounts() {
        return;
    }
    let bench = Bench::new();
    let other = bench.dir("other");
    tmpfs(&other, "4m");
    bench.file("t/sub/a", "content");
    bench.chmod("t/sub/a", 0o604);
    rustix::fs::link(bench.path("t/sub/a"), bench.path("t/second")).unwrap();
    bench.file("f", "plain");
    bench.run(&["safe-mv", "t", "f", "other"]).ok();
    let (a, second) = (
        bench.path("other/t/sub/a").metadata().unwrap(),
        bench.path("other/t/second").metadata().unwrap(),
    );
    assert_eq!((a.mode() & 0o7777, a.ino()), (0o604, second.ino()));
    assert_eq!(bench.read("other/f"), b"plain");
    assert_eq!(bench.names(), ["other"]);
    assert_eq!(bench.kept().len(), 2);
    bench.file("f", "newer");
    bench.run(&["safe-mv", "f", "other/f"]).ok();
    assert_eq!(bench.read("other/f"), b"newer");
    assert_eq!(fs::read_dir(own_trash(&other)).unwrap().count(), 1);
}

#[test]
fn mount_points_and_trees_with_mounts_in_them() {
    if !needs::private_mounts() {
        return;
    }
    let bench = Bench::new();
    fs::write(bench.outside.join("victim"), "x").unwrap();
    super::bench::set_mode(&bench.outside.join("victim"), 0o644);
    bench.dir("t/bound");
    bench.file("t/a", "");
    mount_bind(&bench.outside, bench.path("t/bound")).unwrap();
    bench
        .run(&["safe-rm", "-r", "t/bound"])
        .refused("mount-point", Verdict::Deny);
    bench
        .run(&["safe-mv", "t/bound", "x"])
        .refused("mount-point", Verdict::Deny);
    for line in [
        &["safe-rm", "-r", "t"][..],
        &["safe-mv", "t", "x"],
        &["safe-chmod", "-R", "go-r", "t"],
        &["safe-cp", "-r", "t", "u"],
    ] {
        bench.run(line).refused("mount-crossing", Verdict::Escalate);
    }
    assert_eq!(
        bench.outside.join("victim").metadata().unwrap().mode() & 0o777,
        0o644
    );
    // A file bound over another.
    bench.file("f", "below");
    mount_bind(bench.outside.join("victim"), bench.path("f")).unwrap();
    bench.run(&["safe-rm", "f"]).refused("mount-point", Verdict::Deny);
}

#[test]
fn policy_may_let_a_recursive_call_cross() {
    if !needs::private_mounts() {
        return;
    }
    let mut bench = Bench::new();
    bench.policy = super::bench::policy_with(r#""limits": {"cross_mounts": true}"#);
    let bound = bench.dir("t/bound");
    tmpfs(&bound, "1m");
    bench.file("t/bound/a", "x");
    bench.chmod("t/bound/a", 0o644);
    bench.run(&["safe-chmod", "-R", "go-r", "t"]).ok();
    assert_eq!(bench.mode("t/bound/a"), 0o600);
    bench.run(&["safe-cp", "-r", "t", "u"]).ok();
    assert_eq!(bench.read("u/bound/a"), b"x");
}

#[test]
fn a_full_disk_leaves_the_old_destination_whole() {
    if !needs::private_mounts() {
        return;
    }
    let bench = Bench::new();
    let other = bench.dir("other");
    tmpfs(&other, "256k");
    bench.file("big", vec![7; 1 << 20]);
    bench.file("other/a", "old");
    let text = "No space left on device\n";
    bench
        .run(&["safe-cp", "big", "other/a"])
        .fails(&format!("safe-cp: error writing 'other/a': {text}"));
    bench
        .run(&["safe-cp", "big", "other/b"])
        .fails(&format!("safe-cp: error writing 'other/b': {text}"));
    bench
        .run(&["safe-mv", "big", "other/a"])
        .fails(&format!("safe-mv: cannot move 'big' to 'other/a': {text}"));
    assert_eq!(bench.read("other/a"), b"old");
    assert_eq!(bench.read("big").len(), 1 << 20);
    let left: Vec<_> = fs::read_dir(&other)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| name == "a" || name.to_str().unwrap().starts_with(".watchtower-trash-")),
        "{left:?}"
    );
    bench.file("t/one", vec![1; 1 << 20]);
    let ran = bench.run(&["safe-mv", "t", "other"]);
    assert_eq!(ran.exit, Some(1), "{ran:?}");
    assert!(!bench.exists("other/t") && bench.exists("t/one"));
}

#[test]
fn a_read_only_mount_changes_nothing() {
    if !needs::private_mounts() {
        return;
    }
    let bench = Bench::new();
    let other = bench.dir("other");
    tmpfs(&other, "1m");
    bench.file("other/a", "x");
    rustix::mount::mount_remount(&other, MountFlags::RDONLY, "").unwrap();
    let ran = bench.run(&["safe-rm", "other/a"]);
    assert_eq!(
        (ran.exit, ran.stderr.as_str()),
        (
            Some(1),
            "safe-rm: cannot remove 'other/a': Read-only file system\n"
        )
    );
    assert!(bench.exists("other/a"));
    assert!(bench.kept().is_empty());
}

#[test]
fn directories_of_an_overlays_lower_layer_are_deleted_and_moved() {
    if !needs::private_mounts() {
        return;
    }
    let bench = Bench::new();
    let layers = bench.outside.join("layers");
    fs::create_dir(&layers).unwrap();
    tmpfs(&layers, "8m");
    for dir in ["lower/d/sub", "lower/e/sub", "upper", "work"] {
        fs::DirBuilder::new()
            .recursive(true)
            .create(layers.join(dir))
            .unwrap();
    }
    fs::write(layers.join("lower/d/sub/f"), "d").unwrap();
    fs::write(layers.join("lower/e/sub/f"), "e").unwrap();
    let merged = bench.dir("merged");
    let at = layers.display();
    let options = format!("lowerdir={at}/lower,upperdir={at}/upper,workdir={at}/work,redirect_dir=off");
    let options = std::ffi::CString::new(options).unwrap();
    let overlay = mount(
        "overlay",
        &merged,
        "overlay",
        MountFlags::empty(),
        options.as_c_str(),
    );
    if !needs::met(overlay.is_ok(), "an overlay file system") {
        return;
    }
    let ran = bench.run(&["safe-rm", "-r", "merged/d"]).ok();
    assert!(!bench.exists("merged/d"));
    let entry = ran.effects[0]["kept"]["entry"].as_str().unwrap();
    assert_eq!(
        fs::read(own_trash(&merged).join(entry).join("sub/f")).unwrap(),
        b"d"
    );
    bench.run(&["safe-mv", "merged/e", "merged/moved"]).ok();
    assert_eq!(bench.read("merged/moved/sub/f"), b"e");
    assert!(!bench.exists("merged/e"));
}
