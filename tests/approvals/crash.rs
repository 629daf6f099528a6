//! Killed at every system call that changes something, a call, an undo, an approval or an emptying leaves nothing that
//! the ledger does not know and nothing that cannot be put right. `WT_TEST_FULL=1` kills at every system call.

use super::{
    terminal::PASSPHRASE,
    world::{Seen, open_policy, seen, world},
};
use crate::support::{Scratch, WT, text};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
};

/// System calls that change files or the ledger, and the end of the process.
const CHANGING: &[&str] = &[
    "write",
    "pwrite64",
    "renameat2",
    "renameat",
    "unlinkat",
    "linkat",
    "symlinkat",
    "mkdirat",
    "fdatasync",
    "fsync",
    "ftruncate",
    "fchmod",
    "fchmodat",
    "fchownat",
    "utimensat",
    "exit_group",
];
/// The others that a call makes.
const OTHERS: &[&str] = &[
    "read",
    "pread64",
    "openat",
    "openat2",
    "close",
    "fstat",
    "newfstatat",
    "statx",
    "fcntl",
    "flock",
    "getdents64",
    "mmap",
    "munmap",
    "futex",
    "clone3",
    "prctl",
    "seccomp",
    "landlock_restrict_self",
    "readlinkat",
    "exit",
];

/// One place to kill a process: before its `n`th call of this name.
#[derive(Clone, Copy, Debug)]
struct Point(&'static str, u32);

/// Kills at one point after the other; `at` says whether the process got so far.
fn sweep(mut at: impl FnMut(Point) -> bool) -> u32 {
    let mut kills = 0;
    let full = std::env::var_os("WT_TEST_FULL").is_some();
    for name in CHANGING.iter().chain(if full { OTHERS } else { &[] }) {
        for n in 1.. {
            if !at(Point(name, n)) {
                break;
            }
            kills += 1;
        }
    }
    kills
}

fn has_strace() -> bool {
    let there = ["/usr/bin/strace", "/bin/strace"]
        .iter()
        .any(|path| Path::new(path).exists());
    assert!(
        there || std::env::var("WT_TEST_REQUIRE_ALL").as_deref() != Ok("1"),
        "needs strace"
    );
    if !there {
        eprintln!("NOT RUN: needs strace");
    }
    there
}

/// What strace is told to kill a process there, followed by the program.
fn killing(Point(name, n): Point) -> Vec<OsString> {
    let words = [
        "-f".to_owned(),
        "-qq".to_owned(),
        "-o".to_owned(),
        "/dev/null".to_owned(),
        "-e".to_owned(),
        format!("trace={name}"),
        "-e".to_owned(),
        format!("inject={name}:signal=SIGKILL:when={n}"),
        WT.to_owned(),
    ];
    words.into_iter().map(OsString::from).collect()
}

impl Scratch {
    /// Runs `wt ARGS...` and kills it there; whether it got so far.
    fn killed(&self, point: Point, args: &[&str]) -> bool {
        let template = self.wt::<&str>(&[]);
        let mut command = std::process::Command::new("strace");
        command
            .args(killing(point))
            .args(args)
            .current_dir(self.project())
            .env_clear();
        for (name, value) in template.get_envs() {
            command.env(name, value.unwrap());
        }
        let output = command.output().unwrap();
        let killed = output.status.signal() == Some(9);
        assert!(killed || output.status.code().is_some(), "{output:?}");
        killed
    }

    fn allowed(&self) -> Vec<u64> {
        let all = self.entries_or_torn().into_iter();
        all.filter(|entry| {
            entry["data"]["kind"] == "decision"
                && entry["data"]["decision"]["verdict"] == "allow"
                && entry["data"]["intent"]["domain"] == "filesystem"
        })
        .map(|entry| entry["seq"].as_u64().unwrap())
        .collect()
    }

    /// The entries, without a torn last line.
    fn entries_or_torn(&self) -> Vec<Json> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.state())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("ledger-"))
            .collect();
        files.sort();
        let lines = files.iter().map(|file| fs::read_to_string(file).unwrap());
        lines
            .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
            .filter_map(|line| serde_json::from_str(&line).ok())
            .collect()
    }

    fn verifies(&self) {
        let verified = self.run(&["verify", "--deep"]);
        assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stdout));
    }
}

fn furnish(scratch: &Scratch) {
    scratch.write("a", "one\n");
    scratch.write("b", "two, longer\n");
    scratch.write("tree/x", "x");
    scratch.write("tree/deep/y", "y");
    scratch.write("other/x", "another x");
    scratch.write("other/only", "here before");
}

/// What was there must be as it was; new names are given back.
fn unharmed(before: &BTreeMap<PathBuf, Seen>, scratch: &Scratch, what: &str) -> Vec<PathBuf> {
    let after = seen(&scratch.project());
    for (path, was) in before {
        assert_eq!(after.get(path), Some(was), "{what}: {}", path.display());
    }
    after
        .into_keys()
        .filter(|path| !before.contains_key(path))
        .collect()
}

#[test]
fn a_change_that_was_killed_anywhere_is_taken_back_whole() {
    if !has_strace() {
        return;
    }
    for change in [
        &["safe-rm", "a"][..],
        &["safe-rm", "-r", "tree", "b"],
        &["safe-cp", "a", "b"],
        &["safe-cp", "-r", "tree/.", "other"],
        &["safe-cp", "-r", "tree", "copied"],
        &["safe-mv", "a", "b"],
        &["safe-mv", "tree", "grove"],
        &["safe-ln", "-sf", "a", "b"],
        &["safe-chmod", "600", "b"],
        &["safe-touch", "-t", "200102030405", "b"],
        &["safe-mkdir", "-p", "new/er"],
    ] {
        let scratch = world();
        furnish(&scratch);
        let before = seen(&scratch.project());
        let (mut undone, mut untouched) = (0, 0);
        let clean = |scratch: &Scratch| {
            let new: Vec<PathBuf> = seen(&scratch.project())
                .into_keys()
                .filter(|path| !before.contains_key(path))
                .collect();
            assert!(new.is_empty(), "{change:?}: {new:?}");
        };
        let kills = sweep(|point| {
            if !scratch.killed(point, change) {
                assert_eq!(scratch.undo(&["--last"]).0, 0, "{change:?}");
                clean(&scratch);
                return false;
            }
            let what = format!("{change:?} killed at {point:?}");
            let allowed = scratch.allowed();
            let (code, out, err) = match allowed.last() {
                Some(seq) => scratch.undo(&[&seq.to_string()]),
                None => (64, String::new(), "nothing was decided".to_owned()),
            };
            assert!(matches!(code, 0 | 1 | 64), "{what}: {code} {err}");
            let new = unharmed(&before, &scratch, &format!("{what}: {out}{err}"));
            // What was made without a record of it may be anybody's: it is left, and that is said.
            for path in &new {
                let shown = scratch.file(path).display().to_string();
                let told = (out.clone() + &err).contains("is not on record");
                assert!(told, "{what}: {shown} stays: {out}{err}");
                assert!(!shown.contains("/.wt-"), "{what}: {shown}");
            }
            for path in new.iter().rev() {
                let path = scratch.file(path);
                if path.is_dir() {
                    fs::remove_dir_all(&path).unwrap()
                } else {
                    fs::remove_file(&path).unwrap()
                }
            }
            if code == 0 {
                undone += 1
            } else {
                untouched += 1
            }
            true
        });
        assert!(
            kills > 5 && undone > 0 && untouched > 0,
            "{change:?}: {kills} {undone} {untouched}"
        );
        unharmed(&before, &scratch, &format!("{change:?}"));
        scratch.verifies();
        // Everything in the quarantine is known, and can be let go of.
        let kept = scratch.kept().into_iter().filter(|name| !name.ends_with(".from"));
        assert_eq!(kept.count(), scratch.trash().len(), "{change:?}");
        scratch.expect(0, &["trash", "empty", "--all"]);
        assert_eq!(scratch.kept(), Vec::<String>::new(), "{change:?}");
    }
}

#[test]
fn an_undo_that_was_killed_anywhere_is_finished_by_the_next() {
    if !has_strace() {
        return;
    }
    for change in [
        &["safe-rm", "-r", "tree", "b"][..],
        &["safe-cp", "-r", "tree/.", "other"],
        &["safe-mv", "a", "b"],
        &["safe-chmod", "600", "b"],
        &["safe-cp", "-r", "tree", "copied"],
    ] {
        let scratch = world();
        furnish(&scratch);
        let before = seen(&scratch.project());
        let kills = sweep(|point| {
            scratch.expect(0, change);
            let seq = *scratch.allowed().last().unwrap();
            let number = seq.to_string();
            let killed = scratch.killed(point, &["undo", &number]);
            let (code, out, err) = scratch.undo(&[&number]);
            let what = format!("{change:?}, undo killed at {point:?}: {out}{err}");
            match code {
                0 => (),
                64 => assert!(err.contains("was taken back already"), "{what}"),
                _ => panic!("{what}"),
            }
            assert_eq!(seen(&scratch.project()), before, "{what}");
            assert_eq!(scratch.undo(&[&number]).0, 64, "{what}");
            killed
        });
        assert!(kills > 5, "{change:?}: {kills}");
        scratch.verifies();
    }
}

#[test]
fn an_emptying_that_was_killed_anywhere_leaves_no_half_of_a_tree_to_take_back() {
    if !has_strace() {
        return;
    }
    let scratch = world();
    furnish(&scratch);
    let (mut back, mut gone) = (0, 0);
    sweep(|point| {
        let before = seen(&scratch.project());
        scratch.expect(0, &["safe-rm", "-r", "tree"]);
        let number = scratch.allowed().last().unwrap().to_string();
        let killed = scratch.killed(point, &["trash", "empty", "--all"]);
        if scratch.undo(&[&number]).0 == 0 {
            assert_eq!(seen(&scratch.project()), before, "killed at {point:?}");
            back += 1;
        } else {
            assert!(!scratch.file("tree").exists(), "killed at {point:?}");
            gone += 1;
            scratch.write("tree/x", "x");
            scratch.write("tree/deep/y", "y");
        }
        scratch.expect(0, &["trash", "empty", "--all"]);
        assert_eq!(scratch.kept(), Vec::<String>::new(), "killed at {point:?}");
        killed
    });
    assert!(back > 2 && gone > 2, "{back} {gone}");
    scratch.verifies();
}

/// Deletions wait for a person.
fn asking() -> Scratch {
    let scratch = Scratch::new();
    let policy = open_policy("").replace(
        r#""policies": ["#,
        r#""policies": [{"name": "ask", "priority": 9, "match": {"domain": "filesystem", "operation": "delete"},
            "action": "escalate"}, "#,
    );
    scratch.policy(&policy);
    scratch
}

fn pending(scratch: &Scratch) -> Vec<String> {
    let listed: Json = serde_json::from_str(&scratch.expect(0, &["approvals", "--json"])).unwrap();
    let ids = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|request| request["id"].as_str().unwrap().to_owned());
    ids.collect()
}

fn uses(scratch: &Scratch) -> usize {
    let all = scratch.entries_or_torn();
    all.iter()
        .filter(|entry| entry["data"]["kind"] == "decision" && !entry["data"]["grant"].is_null())
        .count()
}

fn of_kind(scratch: &Scratch, kind: &str) -> usize {
    let all = scratch.entries_or_torn();
    all.iter().filter(|entry| entry["data"]["kind"] == kind).count()
}

#[test]
fn an_asking_call_that_was_killed_anywhere_asks_once() {
    if !has_strace() {
        return;
    }
    let scratch = asking();
    let kills = sweep(|point| {
        let name = format!("{}{}", point.0, point.1);
        let file = scratch.write(&name, "x");
        let killed = scratch.killed(point, &["safe-rm", &name]);
        assert!(file.exists());
        let asked = scratch.run(&["safe-rm", "--json", &name]);
        assert_eq!(asked.status.code(), Some(75), "killed at {point:?}");
        let refusal: Json = serde_json::from_str(text(&asked.stderr).trim()).unwrap();
        let id = refusal["pending"].as_str().unwrap();
        assert_eq!(pending(&scratch), [id], "killed at {point:?}");
        scratch.expect(0, &["deny", id]);
        assert_eq!(
            scratch.run(&["safe-rm", &name]).status.code(),
            Some(77),
            "killed at {point:?}"
        );
        assert_eq!(pending(&scratch), Vec::<String>::new(), "killed at {point:?}");
        killed
    });
    assert!(kills > 5, "{kills}");
    scratch.verifies();
}

#[test]
fn an_approval_and_its_one_use_that_were_killed_anywhere_are_what_the_ledger_says() {
    if !has_strace() {
        return;
    }
    let scratch = asking();
    let twice = format!("{PASSPHRASE}|{PASSPHRASE}");
    if scratch.person(&twice, &[WT, "admin", "set"]).is_none() {
        return;
    }
    let (mut granted, mut waiting) = (0, 0);
    sweep(|point| {
        let name = format!("{}{}", point.0, point.1);
        let file = scratch.write(&name, "x");
        scratch.run(&["safe-rm", &name]);
        let id = pending(&scratch).pop().unwrap();
        let grants = of_kind(&scratch, "grant");
        let mut argv: Vec<String> = vec!["/usr/bin/strace".to_owned()];
        argv.extend(killing(point).into_iter().map(|word| word.into_string().unwrap()));
        argv.extend(["approve".to_owned(), id.clone()]);
        let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
        let (code, out) = scratch.person(PASSPHRASE, &argv).unwrap();
        let made = of_kind(&scratch, "grant") - grants;
        assert!(made <= 1, "killed at {point:?}");
        let asked_again = scratch.run(&["safe-rm", &name]);
        if made == 1 {
            granted += 1;
            assert_eq!(
                asked_again.status.code(),
                Some(0),
                "killed at {point:?}: {}",
                text(&asked_again.stderr)
            );
            assert!(!file.exists());
            scratch.write(&name, "x");
            assert_eq!(
                scratch.run(&["safe-rm", &name]).status.code(),
                Some(75),
                "killed at {point:?}: once is once"
            );
        } else {
            waiting += 1;
            assert_eq!(asked_again.status.code(), Some(75), "killed at {point:?}: {out}");
        }
        for id in pending(&scratch) {
            scratch.expect(0, &["deny", &id]);
        }
        assert!(code == 0 || code == -9, "killed at {point:?}: {code} {out}");
        code != 0
    });
    assert!(granted > 0 && waiting > 0, "{granted} {waiting}");
    scratch.verifies();
}

#[test]
fn a_use_that_was_killed_anywhere_counts_when_the_ledger_has_it() {
    if !has_strace() {
        return;
    }
    let scratch = asking();
    let twice = format!("{PASSPHRASE}|{PASSPHRASE}");
    let Some((0, _)) = scratch.person(&twice, &[WT, "admin", "set"]) else {
        return;
    };
    scratch.write("f", "x");
    scratch.run(&["safe-rm", "f"]);
    let id = pending(&scratch).pop().unwrap();
    let wide = [
        WT, "approve", &id, "--scope", "dir", "--uses", "100000", "--for", "1h",
    ];
    assert_eq!(scratch.person(PASSPHRASE, &wide).unwrap().0, 0);
    let used = |scratch: &Scratch| {
        let listed: Json = serde_json::from_str(&scratch.expect(0, &["grants", "--json"])).unwrap();
        usize::try_from(listed[0]["used"].as_u64().unwrap()).unwrap()
    };
    let kills = sweep(|point| {
        let name = format!("{}{}", point.0, point.1);
        let file = scratch.write(&name, "x");
        let killed = scratch.killed(point, &["safe-rm", &name]);
        assert_eq!(used(&scratch), uses(&scratch), "killed at {point:?}");
        assert_eq!(
            scratch.run(&["safe-rm", "-f", &name]).status.code(),
            Some(0),
            "killed at {point:?}"
        );
        assert!(!file.exists());
        assert_eq!(used(&scratch), uses(&scratch), "killed at {point:?}");
        killed
    });
    assert!(kills > 5, "{kills}");
    scratch.verifies();
}
