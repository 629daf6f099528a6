//! A real call, each of its system calls made to fail in turn: no effect without its decision, no exit code that says
//! otherwise, a record that verifies, and a next call that goes on. The long form (`WT_LONG=1`) takes every system
//! call of the process, the short one those of its two appends.

use crate::support::{Scratch, WT, needs, text};
use ledger::{Ledger, Settings, verify};
use serde_json::Value;
use std::{
    collections::HashMap,
    fs::{self, File},
    os::fd::AsFd,
    path::Path,
    process::{Command, ExitStatus},
};

const ERRORS: [&str; 6] = ["EIO", "ENOSPC", "EDQUOT", "EINTR", "EMFILE", "EROFS"];

/// One invocation in the process: the name of the system call and how many of that name came before.
#[derive(Clone, Debug, PartialEq)]
struct Moment {
    name: String,
    nth: usize,
    /// Its arguments, for messages.
    shown: String,
}

fn strace(scratch: &Scratch, options: &[&str], file: &str) -> ExitStatus {
    let mut command = Command::new("timeout");
    command
        .args(["-s", "KILL", "60", "strace", "-f", "-qq"])
        .args(options);
    command.args([WT, "safe-touch", file]);
    let prepared = scratch.wt::<&str>(&[]);
    command
        .current_dir(prepared.get_current_dir().unwrap())
        .env_clear();
    command.envs(
        prepared
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    command.output().unwrap().status
}

/// The system calls of the call's main thread.
fn moments(scratch: &Scratch) -> Vec<Moment> {
    let trace = scratch.home().join("trace");
    let status = strace(scratch, &["-o", trace.to_str().unwrap()], "traced");
    assert_eq!(status.code(), Some(0));
    let said = fs::read_to_string(&trace).unwrap();
    let main = said.split_whitespace().next().unwrap().to_owned();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut all = Vec::new();
    for line in said.lines() {
        let Some((pid, rest)) = line.split_once(' ') else {
            continue;
        };
        let rest = rest.trim_start();
        let Some((name, shown)) = rest.split_once('(') else {
            continue;
        };
        if pid != main || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            continue;
        }
        let nth = seen.entry(name.to_owned()).or_default();
        *nth += 1;
        all.push(Moment {
            name: name.to_owned(),
            nth: *nth,
            shown: shown.chars().take(60).collect(),
        });
    }
    all
}

/// What can fail for a reason of its own; threads, signals and memory are not the ledger's.
fn is_ours(moment: &Moment) -> bool {
    let others = [
        "futex",
        "clone3",
        "mmap",
        "mprotect",
        "munmap",
        "madvise",
        "brk",
        "exit_group",
        "sigaltstack",
    ];
    let descriptor_check = moment.name == "fcntl" && moment.shown.contains("F_GETFD");
    !(others.contains(&moment.name.as_str()) || moment.name.starts_with("rt_sig") || descriptor_check)
}

fn decisions_for(scratch: &Scratch, file: &Path) -> usize {
    let is_for = |entry: &&Value| {
        let targets = entry["data"]["scope"]["targets"].as_array().unwrap();
        entry["data"]["decision"]["verdict"] == "allow"
            && targets.iter().any(|t| t["path"].as_str() == file.to_str())
    };
    scratch.entries_of("decision").iter().filter(is_for).count()
}

fn verified(scratch: &Scratch) -> verify::Report {
    let dir = File::open(scratch.state()).unwrap();
    verify::verify(dir.as_fd(), &scratch.state()).unwrap()
}

#[test]
fn whatever_system_call_fails_nothing_is_done_that_is_not_on_record() {
    if !needs::program("strace") {
        return;
    }
    let scratch = Scratch::new();
    scratch.expect(0, &["safe-touch", "first"]);
    let all = moments(&scratch);
    let begin = all
        .iter()
        .position(|moment| moment.shown.contains("\"ledger.lock\""))
        .unwrap();
    let end = all.iter().rposition(|moment| moment.name == "flock").unwrap();
    let chosen: Vec<Moment> = if std::env::var_os("WT_LONG").is_some() {
        let skip = |moment: &&Moment| is_ours(moment) && moment.name != "execve";
        all.iter().filter(skip).cloned().collect()
    } else {
        all[begin..=end]
            .iter()
            .filter(|moment| is_ours(moment))
            .cloned()
            .collect()
    };
    let names: Vec<&str> = chosen.iter().map(|moment| moment.name.as_str()).collect();
    for needed in [
        "openat",
        "flock",
        "statx",
        "pread64",
        "write",
        "pwrite64",
        "fdatasync",
    ] {
        assert!(names.contains(&needed), "{needed} is not among {names:?}");
    }
    let (mut done, mut refused, mut last_words) = (0, 0, 0);
    for (at, moment) in chosen.iter().enumerate() {
        for error in ERRORS {
            let case = format!(
                "{error} at {}({} (number {})",
                moment.name, moment.shown, moment.nth
            );
            let name = format!("file-{at}-{error}");
            let file = scratch.file(&name);
            let inject = format!("inject={}:error={error}:when={}", moment.name, moment.nth);
            let trace = format!("trace={}", moment.name);
            let before = scratch.entries_of("suspended").len();
            let status = strace(&scratch, &["-o", "/dev/null", "-e", &trace, "-e", &inject], &name);
            let recorded = decisions_for(&scratch, &file);
            if file.exists() {
                done += 1;
                assert_eq!(recorded, 1, "{case}: done and not on record");
            } else {
                refused += 1;
                assert_ne!(status.code(), Some(0), "{case}: says that it was done");
            }
            // No room for the entry: the last word is written in the place that is kept for it.
            let is_entry = moment.name == "write" && moment.shown.contains(r#"{\"seq\":"#);
            if is_entry && ["ENOSPC", "EDQUOT"].contains(&error) {
                last_words += 1;
                let now = scratch.entries_of("suspended").len();
                assert_eq!(now, before + 1, "{case}");
            }
            if moment.name == "fdatasync" && error != "EINTR" {
                assert!(!file.exists(), "{case}: done without a durable decision");
                assert_eq!(status.code(), Some(74), "{case}");
                assert!(scratch.state().join("ledger.poisoned").exists(), "{case}");
            }
            if scratch.state().join("ledger.poisoned").exists() {
                let state = scratch.state();
                let dir = File::open(&state).unwrap().into();
                let mut ledger = Ledger::open(dir, &state, Settings::default()).unwrap();
                ledger.recover("injected", "test").unwrap();
            }
            let next = scratch.run(&["safe-touch", &format!("next-{at}-{error}")]);
            assert_eq!(next.status.code(), Some(0), "{case}: {}", text(&next.stderr));
            assert_eq!(verified(&scratch).findings, vec![], "{case}");
        }
    }
    assert!(refused > 40 && done > 0, "{refused} refused, {done} done");
    assert_eq!(
        last_words, 4,
        "two entries, each without room and beyond the quota"
    );
    eprintln!(
        "{} system calls, {} errors each: {refused} refused, {done} done",
        chosen.len(),
        ERRORS.len()
    );
}
