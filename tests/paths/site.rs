//! A person's home with a git workspace in it and Watchtower set up, in a scratch directory.

use serde_json::Value as Json;
use std::{
    ffi::OsStr,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// See the module.
pub(crate) struct Site {
    _top: TempDir,
    pub(crate) home: PathBuf,
    pub(crate) work: PathBuf,
    /// Neither home nor workspace nor /tmp: where policy lets nothing happen.
    pub(crate) outside: PathBuf,
}

/// How a line ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stderr: String,
}

impl Ended {
    #[track_caller]
    pub(crate) fn is(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// Denied, with this rule or reason in the message.
    #[track_caller]
    pub(crate) fn denied(self, why: &str) {
        assert!(self.stderr.contains(why), "{self:?}");
        self.is(77);
    }
}

impl Site {
    pub(crate) fn new() -> Self {
        // Below /var/tmp, so that the freedom which the default policy gives in /tmp does not hide a refusal.
        let top = tempfile::Builder::new()
            .prefix("wt-paths-")
            .tempdir_in("/var/tmp")
            .unwrap();
        let real = top.path().canonicalize().unwrap();
        let (home, outside) = (real.join("home"), real.join("outside"));
        let work = home.join("work");
        for dir in [&home, &outside, &work, &work.join(".git/hooks")] {
            fs::DirBuilder::new().recursive(true).create(dir).unwrap();
        }
        fs::write(work.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        let site = Self {
            _top: top,
            home,
            work,
            outside,
        };
        site.wt(&["init"]).is(0);
        site
    }

    pub(crate) fn command(&self) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_wt").as_ref())
    }

    /// The same of another copy of `wt`.
    pub(crate) fn command_of(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.work)
            .env_clear()
            .env("HOME", &self.home)
            .env("PATH", "/usr/bin:/bin");
        command.stdin(Stdio::null());
        command
    }

    /// Runs `wt` with these words in the workspace.
    pub(crate) fn wt<S: AsRef<OsStr>>(&self, words: &[S]) -> Ended {
        let done = self.command().args(words).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended {
            code: done.status.code(),
            stderr: text(&done.stderr),
        }
    }

    pub(crate) fn file(&self, path: impl AsRef<Path>, content: &str) -> PathBuf {
        let path = self.work.join(path);
        fs::DirBuilder::new()
            .recursive(true)
            .create(path.parent().unwrap())
            .unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn symlink(&self, target: impl AsRef<Path>, name: &str) {
        rustix::fs::symlink(target.as_ref(), self.work.join(name)).unwrap();
    }

    pub(crate) fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.work.join(path).symlink_metadata().is_ok()
    }

    pub(crate) fn mode(&self, path: impl AsRef<Path>) -> u32 {
        self.work.join(path).metadata().unwrap().mode() & 0o7777
    }

    /// Every entry of the ledger; what a killed call left of one at the end of a segment is none.
    pub(crate) fn entries(&self) -> Vec<Json> {
        let dir = fs::read_dir(self.home.join(".watchtower")).unwrap();
        let mut segments: Vec<PathBuf> = dir.map(|entry| entry.unwrap().path()).collect();
        segments.retain(|path| path.extension() == Some(OsStr::new("jsonl")));
        segments.sort();
        let texts = segments.iter().map(|path| fs::read_to_string(path).unwrap());
        texts
            .flat_map(|text| {
                let lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
                lines
                    .map(|line| serde_json::from_str(line).unwrap())
                    .collect::<Vec<_>>()
            })
            .collect()
    }
}
