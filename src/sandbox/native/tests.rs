//! The confined thread in pairs: the same act succeeds on a free thread and fails on the confined one with
//! the exact errno, at every Landlock ABI that a kernel in the field may have.

use super::*;
use crate::sandbox::Access;
use rustix::{
    fs::{AtFlags, CWD, Mode as Bits, OFlags, RawDir, RenameFlags, mkdirat, openat, renameat_with, unlinkat},
    io::Errno,
};
use std::{
    fs::File,
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    sync::Arc,
};

struct Dirs {
    _top: tempfile::TempDir,
    inside: PathBuf,
    outside: PathBuf,
}

fn dirs() -> Dirs {
    let top = tempfile::tempdir().unwrap();
    let (inside, outside) = (top.path().join("inside"), top.path().join("outside"));
    for dir in [&inside, &outside] {
        std::fs::create_dir(dir).unwrap();
        std::fs::write(dir.join("file"), "text").unwrap();
    }
    Dirs {
        _top: top,
        inside,
        outside,
    }
}

fn hold(path: &Path) -> Arc<OwnedFd> {
    Arc::new(
        openat(
            CWD,
            path,
            OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Bits::empty(),
        )
        .unwrap(),
    )
}

fn confined(grants: Vec<Grant>, newest: ABI) -> Confined {
    start()
        .unwrap()
        .confine_up_to(NativePlan { grants }, newest)
        .unwrap()
        .ready(&MinSandbox::NATIVE)
        .unwrap()
}

fn running_abi() -> u8 {
    crate::sandbox::landlock::abi().unwrap()
}

#[test]
fn an_effect_returns_its_value_from_the_confined_thread() {
    let value = confined(Vec::new(), NEWEST)
        .perform(|| String::from("done"))
        .unwrap();
    assert_eq!(value, "done");
}

#[test]
fn the_report_names_abi_rights_and_profile() {
    let d = dirs();
    let thread = confined(vec![Grant::new(hold(&d.inside), Access::MOVE)], NEWEST);
    let report = serde_json::to_value(thread.enforcement()).unwrap();
    assert_eq!(report["mode"], "thread");
    assert_eq!(report["landlock"]["abi"], running_abi());
    assert_eq!(report["landlock"]["granted"][0], Access::MOVE.names());
    assert_eq!(report["seccomp"]["profile"], "native");
    assert_eq!(report["seccomp"]["mismatch"], "EPERM");
    assert_eq!(report["seccomp"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(report.get("missing"), None);
}

#[test]
fn landlock_keeps_the_thread_inside_its_grants_at_every_abi() {
    for abi in 0..=running_abi() {
        let d = dirs();
        let access = Access::LOOK | Access::MAKE_FILE | Access::REMOVE_FILE;
        let thread = confined(
            vec![Grant::new(hold(&d.inside), access)],
            ABI::from(i32::from(abi)),
        );
        assert_eq!(thread.enforcement().landlock_abi(), abi);
        assert_eq!(
            thread.enforcement().missing.len(),
            usize::from(abi == 0),
            "ABI {abi}"
        );
        let (inside, outside) = (d.inside.join("file"), d.outside.join("file"));
        let (read_in, read_out, gone_in, gone_out) = thread
            .perform(move || {
                let read = |path: &Path| openat(CWD, path, OFlags::RDONLY, Bits::empty()).map(drop);
                let gone = |path: &Path| unlinkat(CWD, path, AtFlags::empty());
                (read(&inside), read(&outside), gone(&inside), gone(&outside))
            })
            .unwrap();
        let beyond = if abi == 0 { Ok(()) } else { Err(Errno::ACCESS) };
        assert_eq!((read_in, gone_in), (Ok(()), Ok(())), "ABI {abi}");
        assert_eq!((read_out, gone_out), (beyond, beyond), "ABI {abi}");
        assert_eq!(d.outside.join("file").exists(), abi != 0);
    }
}

#[test]
fn a_rename_between_directories_needs_equal_rights_on_both_sides() {
    for abi in 1..=running_abi() {
        let d = dirs();
        std::fs::create_dir(d.inside.join("tree")).unwrap();
        let both = [hold(&d.inside), hold(&d.outside)];
        let thread = confined(
            both.iter()
                .map(|dir| Grant::new(Arc::clone(dir), Access::MOVE))
                .collect(),
            ABI::from(i32::from(abi)),
        );
        // ABI 1 refuses every such rename, so Landlock stays off there and the report says so.
        assert_eq!(
            thread.enforcement().landlock_abi(),
            if abi == 1 { 0 } else { abi }
        );
        let [from, to] = both;
        let moved = thread
            .perform(move || renameat_with(from, "tree", to, "tree", RenameFlags::NOREPLACE))
            .unwrap();
        assert_eq!(moved, Ok(()), "ABI {abi}");
    }
    let d = dirs();
    std::fs::create_dir(d.inside.join("tree")).unwrap();
    let (from, to) = (hold(&d.inside), hold(&d.outside));
    let grants = vec![
        Grant::new(Arc::clone(&from), Access::MOVE),
        Grant::new(Arc::clone(&to), Access::MOVE | Access::READ),
    ];
    let moved = confined(grants, NEWEST)
        .perform(move || renameat_with(from, "tree", to, "tree", RenameFlags::NOREPLACE))
        .unwrap();
    assert_eq!(moved, Err(Errno::XDEV));
}

#[test]
fn calls_outside_the_profile_are_refused_with_eperm_and_the_rest_of_the_process_is_free() {
    let answers = || {
        [
            rustix::net::socket(
                rustix::net::AddressFamily::INET,
                rustix::net::SocketType::STREAM,
                None,
            )
            .map(drop),
            rustix::fs::memfd_create("x", rustix::fs::MemfdFlags::CLOEXEC).map(drop),
            rustix::process::chroot("/"),
            nix::sched::unshare(nix::sched::CloneFlags::CLONE_FILES).map_err(|_| Errno::PERM),
        ]
    };
    let thread = confined(Vec::new(), NEWEST);
    assert_eq!(thread.perform(answers).unwrap(), [Err(Errno::PERM); 4]);
    let free = std::thread::spawn(answers).join().unwrap();
    assert_eq!(free[..2], [Ok(()), Ok(())]);
}

#[test]
fn no_program_can_be_started_from_the_confined_thread() {
    let thread = confined(Vec::new(), ABI::Unsupported);
    let answer = thread
        .perform(|| {
            std::process::Command::new("/bin/true")
                .status()
                .map_err(|e| e.raw_os_error())
        })
        .unwrap();
    assert_eq!(answer.unwrap_err(), Some(Errno::PERM.raw_os_error()));
    assert!(
        std::process::Command::new("/bin/true")
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn held_descriptors_keep_their_rights() {
    let d = dirs();
    let outside = File::open(d.outside.join("file")).unwrap();
    let listed = hold(&d.outside);
    let (read, list) = confined(Vec::new(), NEWEST)
        .perform(move || {
            let mut bytes = [0; 8];
            let read = rustix::io::read(&outside, &mut bytes);
            let list = openat(&listed, ".", OFlags::RDONLY | OFlags::DIRECTORY, Bits::empty()).map(drop);
            (read, list)
        })
        .unwrap();
    assert_eq!(read, Ok(4));
    assert_eq!(list, Err(Errno::ACCESS));
}

#[test]
fn a_tree_is_listed_made_and_removed_below_a_grant() {
    let d = dirs();
    let dir = hold(&d.inside);
    let access = Access::LOOK | Access::MAKE_DIR | Access::REMOVE_DIR;
    let names = confined(vec![Grant::new(Arc::clone(&dir), access)], NEWEST)
        .perform(move || {
            mkdirat(&dir, "new", Bits::from_raw_mode(0o700)).unwrap();
            let list = openat(&dir, ".", OFlags::RDONLY | OFlags::DIRECTORY, Bits::empty()).unwrap();
            let mut buffer = Vec::with_capacity(4096);
            let mut entries = RawDir::new(&list, buffer.spare_capacity_mut());
            let mut names = Vec::new();
            while let Some(entry) = entries.next() {
                names.push(entry.unwrap().file_name().to_string_lossy().into_owned());
            }
            unlinkat(&dir, "new", AtFlags::REMOVEDIR).unwrap();
            names.sort();
            names
        })
        .unwrap();
    assert_eq!(names, [".", "..", "file", "new"]);
}

#[test]
fn less_than_policy_demands_is_refused_with_69() {
    let demanding = MinSandbox {
        landlock_abi: 3,
        ..MinSandbox::NATIVE
    };
    let error = start()
        .unwrap()
        .confine_up_to(NativePlan::default(), ABI::V2)
        .unwrap()
        .ready(&demanding)
        .unwrap_err();
    let failure = crate::report::Failure::from(error);
    assert_eq!(failure.code, 69);
    assert_eq!(
        failure.message,
        "policy demands Landlock ABI 3, which this machine does not enforce"
    );
    assert!(failure.hint.contains("wt doctor"));
    assert!(
        start()
            .unwrap()
            .confine_up_to(NativePlan::default(), ABI::V3)
            .unwrap()
            .ready(&demanding)
            .is_ok()
    );
}
