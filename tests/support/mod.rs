//! A scratch world for one test: a home, Watchtower's directory in it, and a project with a git root.
//! Lies below cargo's own temporary directory, not below `/tmp`, which the default policy opens to everybody.

pub(crate) mod needs;
pub(crate) mod running;

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

/// The binary under test.
pub(crate) const WT: &str = env!("CARGO_BIN_EXE_wt");

/// Where the worlds of tests lie: in cargo's own directory for them, or in the person's state directory where the checkout
/// itself lies in a place that the default policy opens to everybody.
pub(crate) fn base() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let open = ["/tmp", "/var/tmp", "/dev/shm"]
        .iter()
        .any(|dir| own.starts_with(dir));
    match std::env::var_os("HOME").filter(|_| open) {
        Some(home) => {
            let base = PathBuf::from(home).join(".local/state/watchtower-tests");
            fs::create_dir_all(&base).unwrap();
            base
        }
        None => own,
    }
}

/// One test's world; removed when dropped.
pub(crate) struct Scratch {
    root: TempDir,
}

impl Scratch {
    /// A home, a project with `.git`, and no Watchtower directory yet.
    pub(crate) fn bare() -> Self {
        let root = tempfile::Builder::new().prefix("wt-").tempdir_in(base()).unwrap();
        let scratch = Self { root };
        fs::create_dir_all(scratch.home()).unwrap();
        fs::create_dir_all(scratch.project().join(".git")).unwrap();
        scratch
    }

    /// The same after `wt init`.
    pub(crate) fn new() -> Self {
        let scratch = Self::bare();
        let made = scratch.run(&["init"]);
        assert_eq!(made.status.code(), Some(0), "wt init: {}", text(&made.stderr));
        scratch
    }

    /// What holds home and project.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// The home directory.
    pub(crate) fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    /// Watchtower's directory.
    pub(crate) fn state(&self) -> PathBuf {
        self.home().join(".watchtower")
    }

    /// The project: a git root that the caller owns.
    pub(crate) fn project(&self) -> PathBuf {
        self.root.path().join("project")
    }

    /// A path in the project.
    pub(crate) fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.project().join(name)
    }

    /// Writes a file in the project, making its directories.
    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Replaces the user's policy.
    pub(crate) fn policy(&self, document: &str) {
        fs::write(self.state().join("policy.json"), document).unwrap();
    }

    /// `wt ARGS...` in the project, with an environment of its own.
    pub(crate) fn wt<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(WT);
        command
            .args(args)
            .current_dir(self.project())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.home())
            .env("WATCHTOWER_DIR", self.state());
        command
    }

    /// Runs `wt ARGS...` to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Output {
        self.wt(args).output().unwrap()
    }

    /// Runs `wt ARGS...` and insists on its exit code; gives stdout.
    pub(crate) fn expect<S: AsRef<OsStr>>(&self, code: i32, args: &[S]) -> String {
        let output = self.run(args);
        let shown: Vec<_> = args.iter().map(|arg| arg.as_ref().to_string_lossy()).collect();
        assert_eq!(
            output.status.code(),
            Some(code),
            "wt {shown:?}: {}",
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Runs `wt ARGS...`, insists on its exit code and that nothing went to stdout; gives stderr.
    pub(crate) fn refused<S: AsRef<OsStr>>(&self, code: i32, args: &[S]) -> String {
        let output = self.run(args);
        let shown: Vec<_> = args.iter().map(|arg| arg.as_ref().to_string_lossy()).collect();
        assert_eq!(
            output.status.code(),
            Some(code),
            "wt {shown:?}: {}",
            text(&output.stderr)
        );
        assert_eq!(text(&output.stdout), "", "wt {shown:?} wrote to stdout");
        text(&output.stderr)
    }

    /// The ledger's entries, parsed; what a call that runs has written of one is none yet.
    pub(crate) fn entries(&self) -> Vec<serde_json::Value> {
        let mut files: Vec<PathBuf> = fs::read_dir(self.state())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("ledger-"))
            .collect();
        files.sort();
        files
            .iter()
            .flat_map(|file| {
                fs::read_to_string(file)
                    .unwrap()
                    .split_inclusive('\n')
                    .filter(|line| line.ends_with('\n'))
                    .map(|line| serde_json::from_str(line).unwrap())
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// The entries of one kind.
    pub(crate) fn entries_of(&self, kind: &str) -> Vec<serde_json::Value> {
        self.entries()
            .into_iter()
            .filter(|entry| entry["data"]["kind"] == kind)
            .collect()
    }
}

/// Bytes as text, for comparison and messages.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A command as another one runs it: `PROGRAM WORDS...`, then the command's own words, with its directory and nothing but
/// its environment.
pub(crate) fn within(program: &str, words: &[&str], plain: &Command) -> Command {
    let mut command = Command::new(program);
    command
        .args(words)
        .arg(plain.get_program())
        .args(plain.get_args())
        .env_clear();
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap());
    }
    if let Some(dir) = plain.get_current_dir() {
        command.current_dir(dir);
    }
    command
}
