//! A terminal of tmux in which a dashboard runs.

use super::desk::{Desk, text};
use crate::support::needs;
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

/// The last line of a terminal whose dashboard has ended: all that is said of it stands above.
pub(super) const LEFT: &str = "that is all";

/// A tmux server of this test's own, of 80 columns and 24 lines.
pub(crate) struct Screen {
    /// Where its socket is: of a path of a socket 107 bytes are read (unix(7)), and a checkout may lie deep.
    dir: tempfile::TempDir,
}

impl Screen {
    pub(super) fn start(desk: &Desk) -> Option<Self> {
        Self::start_with(desk, "")
    }

    pub(super) fn start_with(desk: &Desk, set: &str) -> Option<Self> {
        Self::start_args(desk, set, "")
    }

    pub(super) fn start_args(desk: &Desk, set: &str, args: &str) -> Option<Self> {
        let command = format!(
            "{set} {} watch {args}; echo left with $?; stty -a | tr ' ;' '\n\n' | grep -x -e echo -e icanon; echo {LEFT}; sleep 60",
            super::desk::WT
        );
        Self::open(desk.home(), &desk.state(), &command)
    }

    /// Runs a command of the shell in it; none where there is no tmux.
    pub(crate) fn open(home: &Path, state: &Path, command: &str) -> Option<Self> {
        if !needs::program("tmux") {
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let screen = Self { dir };
        let started = screen
            .tmux(&[
                "-f",
                "/dev/null",
                "new-session",
                "-d",
                "-x",
                "80",
                "-y",
                "24",
                "sh",
                "-c",
                command,
            ])
            .env("WATCHTOWER_DIR", state)
            .env("HOME", home)
            .output()
            .unwrap();
        assert!(started.status.success(), "{}", text(&started.stderr));
        Some(screen)
    }

    fn socket(&self) -> PathBuf {
        self.dir.path().join("tmux")
    }

    pub(super) fn tmux(&self, args: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8");
        command.args(["-u", "-S"]).arg(self.socket()).args(args);
        command
    }

    /// The program that its shell runs.
    pub(super) fn child(&self) -> i32 {
        let told = self.tmux(&["list-panes", "-F", "#{pane_pid}"]).output().unwrap();
        let shell = text(&told.stdout).trim().to_owned();
        let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
        children.split_whitespace().next().unwrap().parse().unwrap()
    }

    pub(crate) fn keys(&self, keys: &[&str]) {
        assert!(
            self.tmux(&[&["send-keys"], keys].concat())
                .status()
                .unwrap()
                .success()
        );
    }

    /// Whether tmux was asked for the mouse by what runs in it.
    pub(super) fn holds_mouse(&self) -> bool {
        let told = self
            .tmux(&["display-message", "-p", "#{mouse_any_flag}"])
            .output();
        text(&told.unwrap().stdout).trim() == "1"
    }

    pub(crate) fn shows(&self, wanted: &str) -> String {
        let begun = Instant::now();
        loop {
            let shown = text(&self.tmux(&["capture-pane", "-p"]).output().unwrap().stdout);
            if shown.contains(wanted) {
                return shown;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "no `{wanted}` in:\n{shown}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        drop(self.tmux(&["kill-server"]).output());
    }
}
