//! Killed at every system call that changes something, a call, an undo, an approval or an emptying leaves nothing that
//! the ledger does not know and nothing that cannot be put right. `WT_TEST_FULL=1` kills at every system call.

mod errors;
mod files;
mod queue;

use crate::support::{Scratch, WT, text};
use serde_json::Value as Json;
use std::{
    ffi::OsString,
    fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Output},
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
pub(crate) struct Point(pub(crate) &'static str, pub(crate) u32);

/// Kills at one point after the other; `at` says whether the process got so far.
pub(crate) fn sweep(mut at: impl FnMut(Point) -> bool) -> u32 {
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

/// What strace is told to kill a process there, followed by the program.
pub(crate) fn killing(Point(name, n): Point) -> Vec<OsString> {
    injecting(&format!("{name}:signal=SIGKILL:when={n}"), Path::new("/dev/null"))
}

/// What strace is told to inject, with what it then writes down where, followed by the program.
fn injecting(inject: &str, log: &Path) -> Vec<OsString> {
    let name = inject.split(':').next().unwrap();
    let (trace, inject) = (format!("trace={name}"), format!("inject={inject}"));
    let before = ["-f", "-qq", "-o"].map(OsString::from);
    let after = ["-e", &trace, "-e", &inject, WT].map(OsString::from);
    before.into_iter().chain([log.into()]).chain(after).collect()
}

impl Scratch {
    /// Runs `wt ARGS...` as strace is told.
    fn traced(&self, told: Vec<OsString>, args: &[&str]) -> Output {
        let template = self.wt::<&str>(&[]);
        let mut command = Command::new("strace");
        command
            .args(told)
            .args(args)
            .current_dir(self.project())
            .env_clear();
        for (name, value) in template.get_envs() {
            command.env(name, value.unwrap());
        }
        command.output().unwrap()
    }

    /// Runs `wt ARGS...` and kills it there; whether it got so far.
    pub(crate) fn killed(&self, point: Point, args: &[&str]) -> bool {
        let output = self.traced(killing(point), args);
        let killed = output.status.signal() == Some(9);
        assert!(killed || output.status.code().is_some(), "{output:?}");
        killed
    }

    pub(crate) fn allowed(&self) -> Vec<u64> {
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
    pub(crate) fn entries_or_torn(&self) -> Vec<Json> {
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

    pub(crate) fn verifies(&self) {
        let verified = self.run(&["verify", "--deep"]);
        assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stdout));
    }
}
