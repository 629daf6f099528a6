//! A scratch world in which file system changes and Watchtower's own housekeeping are allowed to everybody, and a look
//! at everything in a tree, to say that something is exactly as it was.

use super::terminal::PERSON;
use crate::support::{Scratch, needs, text};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What lets everybody do everything that no floor forbids. `more` goes to the top of the document.
pub(crate) fn open_policy(more: &str) -> String {
    let rule = |name: &str, domain: &str| {
        format!(
            r#"{{"name": "{name}", "priority": 1, "match": {{"domain": "{domain}"}}, "action": "allow"}}"#
        )
    };
    format!(
        r#"{{"version": "2.0.0", {more} "policies": [{}, {}]}}"#,
        rule("files", "filesystem"),
        rule("own", "watchtower")
    )
}

pub(crate) fn world() -> Scratch {
    let scratch = Scratch::new();
    scratch.policy(&open_policy(""));
    scratch
}

/// All that a change could have changed, apart from what no undo can bring back (times of directories, ctime).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) ino: u64,
    pub(crate) kind: &'static str,
    pub(crate) mode: u32,
    pub(crate) owner: (u32, u32),
    pub(crate) links: u64,
    pub(crate) modified: Option<(i64, i64)>,
    pub(crate) content: Vec<u8>,
}

/// Everything below `root`.
pub(crate) fn seen(root: &Path) -> BTreeMap<PathBuf, Seen> {
    let mut all = BTreeMap::new();
    look(root, root, &mut all);
    all
}

fn look(root: &Path, at: &Path, all: &mut BTreeMap<PathBuf, Seen>) {
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        let meta = path.symlink_metadata().unwrap();
        let (kind, content) = if meta.is_dir() {
            ("dir", Vec::new())
        } else if meta.is_symlink() {
            (
                "symlink",
                fs::read_link(&path)
                    .unwrap()
                    .into_os_string()
                    .into_encoded_bytes(),
            )
        } else {
            ("file", fs::read(&path).unwrap())
        };
        let seen = Seen {
            ino: meta.ino(),
            kind,
            mode: meta.mode() & 0o7777,
            owner: (meta.uid(), meta.gid()),
            links: if meta.is_dir() { 0 } else { meta.nlink() },
            modified: (!meta.is_dir()).then(|| (meta.mtime(), meta.mtime_nsec())),
            content,
        };
        all.insert(path.strip_prefix(root).unwrap().to_owned(), seen);
        if meta.is_dir() {
            look(root, &path, all);
        }
    }
}

impl Scratch {
    /// `wt undo ...`: exit code, stdout and stderr.
    pub(crate) fn undo(&self, args: &[&str]) -> (i32, String, String) {
        let ran = self.run(&[&["undo"], args].concat());
        (ran.status.code().unwrap(), text(&ran.stdout), text(&ran.stderr))
    }

    /// Runs a command on a terminal of its own and answers its questions for secrets; its exit code, negative for a
    /// signal, and all that it printed. None where there is no python3 to make a terminal.
    pub(crate) fn person(&self, answers: &str, argv: &[&str]) -> Option<(i32, String)> {
        let there = Command::new("python3")
            .arg("-c")
            .arg("")
            .output()
            .is_ok_and(|done| done.status.success());
        if !needs::met(there, "python3, which makes a terminal") {
            return None;
        }
        let mut command = Command::new("python3");
        command
            .args(["-c", PERSON, answers])
            .args(argv)
            .current_dir(self.project());
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        let template = self.wt::<&str>(&[]);
        for (name, value) in template.get_envs().filter(|(name, _)| *name != "PATH") {
            command.env(name, value.unwrap());
        }
        let done = command.stdin(Stdio::null()).output().unwrap();
        let code = done.status.code().unwrap();
        // What os.waitstatus_to_exitcode gives for a signal comes through exit() as its low byte.
        let code = if code >= 128 { code - 256 } else { code };
        Some((code, text(&done.stdout)))
    }

    /// The number of the last decision.
    pub(crate) fn last_decision(&self) -> u64 {
        self.entries_of("decision").last().unwrap()["seq"]
            .as_u64()
            .unwrap()
    }

    /// What `wt trash --json` lists.
    pub(crate) fn trash(&self) -> Vec<Json> {
        let listed: Json = serde_json::from_str(&self.expect(0, &["trash", "--json"])).unwrap();
        listed.as_array().unwrap().clone()
    }

    /// Names in Watchtower's own quarantine.
    pub(crate) fn kept(&self) -> Vec<String> {
        let Ok(listing) = fs::read_dir(self.state().join("trash")) else {
            return Vec::new();
        };
        let mut names: Vec<String> = listing
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}
