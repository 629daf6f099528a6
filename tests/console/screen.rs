//! A terminal of tmux in which a dashboard runs.

use super::desk::{Desk, text};
use crate::support::needs;
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// The last line of a terminal whose dashboard has ended: all that is said of it stands above.
pub(super) const LEFT: &str = "that is all";

/// A tmux server of this test's own, of 80 columns and 24 lines.
pub(crate) struct Screen {
    socket: String,
}

impl Screen {
    pub(super) fn start(desk: &Desk, name: &str) -> Option<Self> {
        Self::start_with(desk, name, "")
    }

    pub(super) fn start_with(desk: &Desk, name: &str, set: &str) -> Option<Self> {
        Self::start_args(desk, name, set, "")
    }

    pub(super) fn start_args(desk: &Desk, name: &str, set: &str, args: &str) -> Option<Self> {
        let command = format!(
            "{set} {} watch {args}; echo left with $?; stty -a | tr ' ;' '\n\n' | grep -x -e echo -e icanon; echo {LEFT}; sleep 60",
            super::desk::WT
        );
        Self::open(
            &desk.home().join(format!("tmux-{name}")),
            desk.home(),
            &desk.state(),
            &command,
        )
    }

    /// Runs a command of the shell in it; none where there is no tmux.
    pub(crate) fn open(socket: &Path, home: &Path, state: &Path, command: &str) -> Option<Self> {
        if !needs::program("tmux") {
            return None;
        }
        let socket = socket.display().to_string();
        let screen = Self { socket };
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

    pub(super) fn tmux(&self, args: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8");
        command.args(["-u", "-S", &self.socket]).args(args);
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
