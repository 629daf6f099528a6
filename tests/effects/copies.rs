//! Copies: exact data, no links written through, the old destination whole until the new one is.

use super::bench::Bench;
use crate::support::needs;
use policy::Verdict;
use std::{
    fs::{self, File},
    io::{Seek, SeekFrom, Write},
    os::unix::fs::MetadataExt,
};

#[test]
fn a_file_is_copied_with_its_mode_under_the_umask() {
    let bench = Bench::new();
    bench.file("a", "content");
    bench.chmod("a", 0o775);
    let ran = bench.run(&["safe-cp", "-v", "a", "b"]).ok();
    assert_eq!(ran.stdout, "'a' -> 'b'\n");
    assert_eq!((bench.read("b"), bench.mode("b")), (b"content".to_vec(), 0o755));
    assert_eq!(
        ran.judged(&bench),
        [
            ("source".into(), "read".into(), "a".into()),
            ("destination".into(), "copy".into(), "b".into())
        ]
    );
}

#[test]
fn the_effective_destination_is_judged() {
    let bench = Bench::new();
    bench.file("a", "new");
    bench.file("d/a", "old");
    let ran = bench.run(&["safe-cp", "a", "d"]).ok();
    assert_eq!(
        ran.judged(&bench),
        [
            ("source".into(), "read".into(), "a".into()),
            ("destination".into(), "copy".into(), "d/a".into()),
            ("destination".into(), "write".into(), "d/a".into())
        ]
    );
    assert_eq!(bench.read("d/a"), b"new");
    assert_eq!(fs::read(&bench.kept()[0]).unwrap(), b"old");
}

#[test]
fn what_cp_refuses_is_refused_in_the_same_words() {
    let bench = Bench::new();
    bench.file("a", "a");
    bench.file("b", "b");
    bench.dir("d/a");
    bench.dir("e");
    bench
        .run(&["safe-cp", "none", "x"])
        .fails("safe-cp: cannot stat 'none': No such file or directory\n");
    bench
        .run(&["safe-cp", "d", "x"])
        .fails("safe-cp: -r not specified; omitting directory 'd'\n");
    bench
        .run(&["safe-cp", "a", "a"])
        .fails("safe-cp: 'a' and 'a' are the same file\n");
    bench
        .run(&["safe-cp", "a", "b", "c"])
        .fails("safe-cp: target 'c': No such file or directory\n");
    bench
        .run(&["safe-cp", "a", "d"])
        .fails("safe-cp: cannot overwrite directory 'd/a' with non-directory\n");
    bench
        .run(&["safe-cp", "-r", "e", "a"])
        .fails("safe-cp: cannot overwrite non-directory 'a' with directory 'e'\n");
    bench
        .run(&["safe-cp", "-r", "d", "d/in"])
        .fails("safe-cp: cannot copy a directory, 'd', into itself, 'd/in'\n");
    bench
        .run(&["safe-cp", "a", "x/"])
        .fails("safe-cp: cannot create regular file 'x/': Not a directory\n");
    assert_eq!(bench.names(), ["a", "b", "d", "e"]);
}

#[test]
fn no_clobber_keeps_and_backup_renames_what_is_there() {
    let bench = Bench::new();
    bench.file("a", "new");
    bench.file("b", "old");
    bench.run(&["safe-cp", "-n", "a", "b"]).ok();
    assert_eq!(bench.read("b"), b"old");
    bench.run(&["safe-cp", "-b", "a", "b"]).ok();
    assert_eq!(
        (bench.read("b"), bench.read("b~")),
        (b"new".to_vec(), b"old".to_vec())
    );
    bench.run(&["safe-cp", "-b", "a", "b"]).ok();
    assert_eq!(bench.read("b~"), b"new");
    assert_eq!(fs::read(&bench.kept()[0]).unwrap(), b"old");
}

#[test]
fn a_link_at_the_destination_is_never_written_through() {
    let bench = Bench::new();
    bench.file("a", "new");
    fs::write(bench.outside.join("victim"), "old").unwrap();
    bench.symlink(bench.outside.join("victim"), "link");
    bench.symlink("nowhere", "dangling");
    bench
        .run(&["safe-cp", "a", "link"])
        .fails("safe-cp: not writing through the symbolic link 'link'\n");
    bench
        .run(&["safe-cp", "a", "dangling"])
        .fails("safe-cp: not writing through the symbolic link 'dangling'\n");
    bench.run(&["safe-cp", "-f", "a", "link"]).ok();
    assert!(bench.path("link").symlink_metadata().unwrap().is_file());
    assert_eq!(fs::read(bench.outside.join("victim")).unwrap(), b"old");
}

#[test]
fn a_source_link_is_followed_for_a_file_and_kept_for_a_tree() {
    let bench = Bench::new();
    bench.file("a", "content");
    bench.symlink("a", "link");
    let ran = bench.run(&["safe-cp", "link", "b"]).ok();
    assert_eq!(ran.judged(&bench)[0].2, "a");
    assert!(bench.path("b").symlink_metadata().unwrap().is_file());
    bench.run(&["safe-cp", "-a", "link", "c"]).ok();
    assert_eq!(fs::read_link(bench.path("c")).unwrap().to_str(), Some("a"));
}

#[test]
fn a_tree_is_copied_with_modes_links_and_times() {
    let bench = Bench::new();
    bench.file("t/sub/f", "data");
    bench.chmod("t/sub/f", 0o640);
    bench.symlink("sub/f", "t/l");
    rustix::fs::link(bench.path("t/sub/f"), bench.path("t/second")).unwrap();
    bench.chmod("t/sub", 0o750);
    let past = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    File::open(bench.path("t/sub/f"))
        .unwrap()
        .set_modified(past)
        .unwrap();
    File::open(bench.path("t/sub"))
        .unwrap()
        .set_modified(past)
        .unwrap();
    bench.run(&["safe-cp", "-a", "t", "u"]).ok();
    let (f, second) = (
        bench.path("u/sub/f").metadata().unwrap(),
        bench.path("u/second").metadata().unwrap(),
    );
    assert_eq!(
        (f.mode() & 0o7777, f.mtime(), f.ino()),
        (0o640, 1_000_000_000, second.ino())
    );
    let sub = bench.path("u/sub").metadata().unwrap();
    assert_eq!((sub.mode() & 0o7777, sub.mtime()), (0o750, 1_000_000_000));
    assert_eq!(fs::read_link(bench.path("u/l")).unwrap().to_str(), Some("sub/f"));
    bench.run(&["safe-cp", "-r", "t", "v"]).ok();
    let plain = bench.path("v/sub/f").metadata().unwrap();
    assert_eq!((plain.mode() & 0o7777, plain.nlink()), (0o640, 1));
    assert_ne!(plain.mtime(), 1_000_000_000);
}

#[test]
fn a_tree_is_merged_into_a_directory_and_what_it_overwrites_is_kept() {
    let bench = Bench::new();
    bench.file("t/a", "new");
    bench.file("t/sub/b", "new");
    bench.file("d/t/a", "old");
    bench.file("d/t/stays", "old");
    bench.dir("d/t/sub");
    let ran = bench.run(&["safe-cp", "-r", "t", "d"]).ok();
    assert_eq!(
        (bench.read("d/t/a"), bench.read("d/t/sub/b")),
        (b"new".to_vec(), b"new".to_vec())
    );
    assert_eq!(bench.read("d/t/stays"), b"old");
    let kept = bench.kept();
    assert_eq!(fs::read(&kept[0]).unwrap(), b"old");
    // No target of the decision names it, so the quarantine itself says where it was.
    assert_eq!(kept[1].extension().unwrap(), "from");
    assert_eq!(fs::read_link(&kept[1]).unwrap(), bench.path("d/t/a"));
    assert!(ran.effects.iter().any(|effect| effect["op"] == "overwrite"));
}

#[test]
fn set_id_bits_are_stripped_from_copies() {
    let bench = Bench::new();
    bench.file("a", "x");
    bench.chmod("a", 0o6755);
    for (options, name) in [("-f", "plain"), ("-p", "preserved"), ("-a", "archived")] {
        bench.run(&["safe-cp", options, "a", name]).ok();
        assert_eq!(bench.mode(name), 0o755, "{options}");
    }
}

#[test]
fn holes_stay_holes_and_the_length_is_exact() {
    let bench = Bench::new();
    let path = bench.file("sparse", "");
    let mut file = File::options().write(true).open(&path).unwrap();
    file.write_all(b"start").unwrap();
    file.seek(SeekFrom::Start(5 << 30)).unwrap();
    file.write_all(b"end").unwrap();
    file.set_len((5 << 30) + (1 << 20)).unwrap();
    drop(file);
    bench.run(&["safe-cp", "sparse", "copy"]).ok();
    let (from, to) = (path.metadata().unwrap(), bench.path("copy").metadata().unwrap());
    assert_eq!(to.len(), from.len());
    assert!(
        to.blocks() <= from.blocks() + 64,
        "{} > {}",
        to.blocks(),
        from.blocks()
    );
    let mut copy = File::open(bench.path("copy")).unwrap();
    let mut bytes = [0; 8];
    std::os::unix::fs::FileExt::read_at(&copy, &mut bytes, 5 << 30).unwrap();
    assert_eq!(&bytes, b"end\0\0\0\0\0");
    copy.seek(SeekFrom::Start(0)).unwrap();
}

#[test]
fn empty_files_and_files_of_proc_are_copied() {
    let bench = Bench::new();
    bench.file("empty", "");
    bench.run(&["safe-cp", "empty", "copy"]).ok();
    assert_eq!(bench.read("copy"), b"");
    bench.run(&["safe-cp", "/proc/sys/kernel/ostype", "ostype"]).ok();
    assert_eq!(bench.read("ostype"), b"Linux\n");
}

#[test]
fn protected_descendants_are_left_out_and_counted() {
    let bench = Bench::new();
    bench.file("t/.envrc", "evil");
    bench.file("t/sub/.envrc", "evil");
    bench.file("t/fine", "x");
    let ran = bench.run(&["safe-cp", "-r", "t", "u"]);
    assert_eq!(
        (ran.exit, ran.stderr.as_str()),
        (Some(0), "safe-cp: left out 2 protected objects of 't'\n")
    );
    assert_eq!(ran.targets[0].extra["left_out"], 2);
    assert!(bench.exists("u/fine") && !bench.exists("u/.envrc") && !bench.exists("u/sub/.envrc"));
}

#[test]
fn overwriting_a_hard_linked_file_escalates() {
    let bench = Bench::new();
    bench.file("a", "new");
    bench.file("b", "old");
    rustix::fs::link(bench.path("b"), bench.path("c")).unwrap();
    bench
        .run(&["safe-cp", "a", "b"])
        .refused("hard-link", Verdict::Escalate);
    bench.run_approved(&["safe-cp", "a", "b"]).ok();
    assert_eq!(
        (bench.read("b"), bench.read("c")),
        (b"new".to_vec(), b"old".to_vec())
    );
}

#[test]
fn special_files_in_a_tree_are_left_out_and_told() {
    let bench = Bench::new();
    bench.file("t/a", "x");
    rustix::fs::mkfifoat(rustix::fs::CWD, bench.path("t/fifo"), rustix::fs::Mode::RUSR).unwrap();
    bench
        .run(&["safe-cp", "-r", "t", "u"])
        .fails("safe-cp: left out 't/fifo': it is a fifo\n");
    assert!(bench.exists("u/a") && !bench.exists("u/fifo"));
}

#[test]
fn a_directory_that_was_there_keeps_its_attributes_whatever_is_copied_into_it() {
    let bench = Bench::new();
    bench.file("over/new", "new");
    bench.file("into/over/old", "old");
    bench.chmod("over", 0o777);
    bench.chmod("into/over", 0o700);
    let times = |name: &str| {
        let meta = bench.path(name).metadata().unwrap();
        (meta.mode(), meta.uid(), meta.gid())
    };
    let before = times("into/over");
    for manner in ["-a", "-rp", "-r"] {
        bench.run(&["safe-cp", manner, "over", "into"]).ok();
        assert_eq!(times("into/over"), before, "{manner}");
        assert_eq!(bench.read("into/over/new"), b"new");
    }
}

#[test]
fn a_destination_swapped_after_the_judgement_is_put_back() {
    let bench = Bench::new();
    bench.file("a", "new");
    let path = bench.file("b", "judged");
    let ran = bench.run_with(&["safe-cp", "a", "b"], Verdict::Shadow, || {
        rustix::fs::rename(&path, bench.path("elsewhere")).unwrap();
        fs::write(&path, "another").unwrap();
    });
    assert_eq!(ran.exit, Some(1));
    assert_eq!(
        (bench.read("b"), bench.read("elsewhere")),
        (b"another".to_vec(), b"judged".to_vec())
    );
    assert_eq!(bench.names(), ["a", "b", "elsewhere"]);
}

#[test]
fn user_attributes_are_kept_by_an_archive_and_capabilities_by_nothing() {
    use rustix::fs::{XattrFlags, getxattr, setxattr};
    // CAP_NET_RAW, effective, revision 2 (linux/capability.h).
    const CAPABILITY: [u8; 20] = [1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let bench = Bench::new();
    let path = bench.file("a", "x");
    let set = setxattr(&path, "user.note", b"kept", XattrFlags::empty());
    if !needs::met(set.is_ok(), "a file system with user attributes") {
        return;
    }
    let capable = setxattr(&path, "security.capability", &CAPABILITY, XattrFlags::empty()).is_ok();
    let value = |name: &str, attribute: &str| {
        let mut value = [0; 64];
        getxattr(bench.path(name), attribute, &mut value[..])
            .ok()
            .map(|len| value[..len].to_vec())
    };
    for (options, name, note) in [
        ("-f", "plain", None),
        ("-p", "p", None),
        ("-a", "archive", Some(b"kept".to_vec())),
    ] {
        bench.run(&["safe-cp", options, "a", name]).ok();
        assert_eq!(
            (value(name, "user.note"), value(name, "security.capability")),
            (note, None),
            "{options}"
        );
    }
    if capable {
        bench.run(&["safe-mv", "a", "moved"]).ok();
        assert!(value("moved", "security.capability").is_some());
    }
}
