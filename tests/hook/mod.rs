//! `wt hook` as a client runs it: an event on standard input, the answer on standard output.

mod arrival;
mod places;
mod record;
mod replay;
mod shell;
mod tools;

use serde_json::{Value as Json, json};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::in_dir(tempfile::tempdir().unwrap())
    }

    fn in_dir(dir: tempfile::TempDir) -> Self {
        let world = Self { dir };
        world.repository("project");
        assert_eq!(world.wt(&["init"], b"").0, 0);
        world
    }

    fn repository(&self, name: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.join(".git")).unwrap();
        path
    }

    pub(crate) fn workspace(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    pub(crate) fn wt(&self, args: &[&str], stdin: &[u8]) -> (i32, String) {
        self.wt_with(&[], args, stdin)
    }

    pub(crate) fn wt_with(&self, env: &[(&str, &str)], args: &[&str], stdin: &[u8]) -> (i32, String) {
        let output = self.output(env, args, stdin);
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
        )
    }

    pub(crate) fn output(&self, env: &[(&str, &str)], args: &[&str], stdin: &[u8]) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_wt"))
            .args(args)
            .current_dir(if self.workspace().is_dir() {
                self.workspace()
            } else {
                PathBuf::from("/")
            })
            .env_clear()
            .env("HOME", self.dir.path())
            .env("PATH", "/usr/bin:/bin")
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Who refuses early reads no further.
        let _closed = child.stdin.take().unwrap().write_all(stdin);
        child.wait_with_output().unwrap()
    }

    /// The decision of Claude Code's hook, and its reason.
    pub(crate) fn ask(&self, tool: &str, input: &Json, cwd: &Path) -> (String, String) {
        let event = json!({"session_id": "s", "cwd": cwd, "permission_mode": "default", "hook_event_name": "PreToolUse",
            "tool_name": tool, "tool_input": input, "tool_use_id": "u"});
        let (code, out) = self.wt(&["hook", "claude-code"], event.to_string().as_bytes());
        assert_eq!(code, 0, "{out}");
        let answer: Json = serde_json::from_str(&out).unwrap();
        let part = |key: &str| {
            answer["hookSpecificOutput"][key]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        (part("permissionDecision"), part("permissionDecisionReason"))
    }
}
