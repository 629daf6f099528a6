//! The whole story as a person and an agent live it: two terminals, one passphrase. The person's terminal is a pseudo
//! terminal of python3, since a passphrase is read from `/dev/tty` alone.

use crate::support::needs;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

pub(crate) const PASSPHRASE: &str = "four words for testing";
/// Runs a command on a terminal of its own and answers each question for a secret with the next answer.
pub(crate) const PERSON: &str = r#"
import os, pty, select, sys, time
answers, command = sys.argv[1].split("|"), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execv(command[0], command)
out, seen, end = b"", 0, time.time() + 60
while time.time() < end:
    if select.select([fd], [], [], 0.1)[0]:
        try: got = os.read(fd, 4096)
        except OSError: break
        if not got: break
        out += got
    if answers and out[seen:].endswith(b": "):
        os.write(fd, answers.pop(0).encode() + b"\n")
        seen = len(out)
else:
    os.kill(pid, 9)
sys.stdout.buffer.write(out)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

/// A home of its own directly below `/home`, where the default policy escalates.
struct Home(PathBuf);

impl Home {
    /// None where such a home cannot be made.
    fn new(name: &str) -> Option<Self> {
        let path = PathBuf::from(format!("/home/wt-test-{name}-{}", std::process::id()));
        let made =
            std::fs::create_dir(&path).is_ok() && Command::new("python3").arg("-c").arg("").status().is_ok();
        if !needs::met(
            made,
            "python3 and a directory in /home, which root alone can make",
        ) {
            return None;
        }
        let home = Self(path);
        assert_eq!(home.agent(&["init"]).status.code(), Some(0));
        Some(home)
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", &self.0)
            .current_dir(&self.0);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn agent(&self, args: &[&str]) -> Output {
        self.command(Path::new(env!("CARGO_BIN_EXE_wt")))
            .args(args)
            .output()
            .unwrap()
    }

    fn person(&self, answers: &str, args: &[&str]) -> (i32, String) {
        let mut command = self.command(Path::new("python3"));
        let done = command
            .args(["-c", PERSON, answers, env!("CARGO_BIN_EXE_wt")])
            .args(args)
            .output()
            .unwrap();
        (
            done.status.code().unwrap(),
            String::from_utf8_lossy(&done.stdout).into_owned(),
        )
    }

    fn file(&self, name: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, "text\n").unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        assert!(self.0.starts_with("/home") && self.0.to_str().unwrap().contains("wt-test-"));
        Command::new("rm")
            .arg("-r")
            .arg("--")
            .arg(&self.0)
            .status()
            .unwrap();
    }
}

fn pending(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let value: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
    value["pending"].as_str().unwrap().to_owned()
}

#[test]
fn a_waiting_call_goes_on_when_a_person_approves_in_another_terminal() {
    let Some(home) = Home::new("story") else { return };
    let twice = format!("{PASSPHRASE}|{PASSPHRASE}");
    let (code, out) = home.person(&twice, &["admin", "set"]);
    assert_eq!(code, 0, "{out}");
    assert!(!out.contains(PASSPHRASE), "echoed");
    let file = home.file("diary.txt");
    let refused = home.agent(&["safe-rm", "--json", &file]);
    assert_eq!(refused.status.code(), Some(75), "{refused:?}");
    let id = pending(&refused);

    let mut waiting = home.command(Path::new(env!("CARGO_BIN_EXE_wt")));
    let mut waiting = waiting.args(["safe-rm", "--wait", "60", &file]).spawn().unwrap();
    // It says at once what it waits for, and how that is answered.
    let mut told = BufReader::new(waiting.stderr.take().unwrap()).lines();
    let mut line = || told.next().unwrap().unwrap();
    assert!(line().starts_with(&format!("safe-rm: waiting for a person as `{id}`: ")));
    assert_eq!(
        line(),
        format!("hint: a person can run `wt approve {id}`; this call waits 60 s for that")
    );
    assert!(waiting.try_wait().unwrap().is_none(), "it waits");
    let (code, out) = home.person(PASSPHRASE, &["approve", &id, "--for", "1h"]);
    assert_eq!(code, 0, "{out}");
    assert_eq!(waiting.wait().unwrap().code(), Some(0));
    assert!(!Path::new(&file).exists());

    home.file("diary.txt");
    assert_eq!(
        home.agent(&["safe-rm", &file]).status.code(),
        Some(0),
        "the granted hour"
    );
    let (code, out) = home.person(PASSPHRASE, &["grants", "revoke", "--all"]);
    assert_eq!(code, 0, "{out}");
    home.file("diary.txt");
    assert_eq!(
        home.agent(&["safe-rm", &file]).status.code(),
        Some(75),
        "after it"
    );
    assert_eq!(home.agent(&["verify"]).status.code(), Some(0));
}

#[test]
fn nobody_approves_without_a_terminal_or_with_another_passphrase() {
    let Some(home) = Home::new("alone") else { return };
    let twice = format!("{PASSPHRASE}|{PASSPHRASE}");
    assert_eq!(home.person(&twice, &["admin", "set"]).0, 0);
    let file = home.file("diary.txt");
    let id = pending(&home.agent(&["safe-rm", "--json", &file]));
    let mut alone = home.command(Path::new("setsid"));
    let alone = alone
        .args(["--wait", env!("CARGO_BIN_EXE_wt"), "approve", &id])
        .output()
        .unwrap();
    assert_eq!(alone.status.code(), Some(77), "{alone:?}");
    let (code, out) = home.person("not it at all|nor this one|and not this", &["approve", &id]);
    assert_eq!(code, 77, "{out}");
    let counted = std::fs::read_to_string(home.0.join(".watchtower/state/backoff")).unwrap();
    let counted: serde_json::Value = serde_json::from_str(&counted).unwrap();
    assert_eq!(counted["failures"], 3, "{out}");
    assert_eq!(home.agent(&["safe-rm", &file]).status.code(), Some(75));
    std::fs::rename(home.0.join(".watchtower/keys/approver"), home.0.join("away")).unwrap();
    assert_eq!(
        home.person(PASSPHRASE, &["approve", &id]).0,
        78,
        "the key is missing"
    );
}

#[test]
fn a_deleted_tree_comes_back_and_a_changed_place_is_left_alone() {
    let Some(home) = Home::new("undo") else { return };
    let work = std::env::temp_dir().join(format!("wt-undo-{}", std::process::id()));
    std::fs::create_dir(&work).unwrap();
    std::fs::create_dir(work.join("tree")).unwrap();
    std::fs::write(work.join("tree/file"), "one").unwrap();
    std::fs::hard_link(work.join("tree/file"), work.join("tree/second")).unwrap();
    let tree = work.join("tree").to_str().unwrap().to_owned();
    assert_eq!(home.agent(&["safe-rm", "-r", &tree]).status.code(), Some(0));
    let (code, out) = home.person("", &["undo", "--last"]);
    assert_eq!(code, 0, "{out}");
    let meta = std::fs::metadata(work.join("tree/second")).unwrap();
    assert_eq!(std::os::unix::fs::MetadataExt::nlink(&meta), 2);
    assert_eq!(home.person("", &["undo", "--last"]).0, 64, "taken back already");
    assert_eq!(home.agent(&["safe-rm", "-r", &tree]).status.code(), Some(0));
    let tried = home.agent(&["undo", "--last", "--dry-run"]);
    assert_eq!(tried.status.code(), Some(0), "to look, an agent needs nobody");
    std::fs::write(&tree, "something else").unwrap();
    let (code, out) = home.person("", &["undo", "--last"]);
    assert_eq!(
        (code, out.contains("something else stands there now")),
        (64, true),
        "{out}"
    );
    let tried = home.agent(&["undo", "--last", "--dry-run"]);
    assert_eq!(tried.status.code(), Some(64), "as the undo itself");
    Command::new("rm")
        .arg("-r")
        .arg("--")
        .arg(&work)
        .status()
        .unwrap();
}
