//! `wt approvals` on a terminal: what waits in a list, and keys that answer it. The terminal is a pseudo terminal of
//! python3, which presses a key once it sees what it waits for.

use super::{swaps::asking, terminal::PASSPHRASE};
use crate::support::{Scratch, WT, text};
use serde_json::{Value as Json, json};
use std::process::{Command, Stdio};

/// Takes steps of what to wait for and what to type then; prints all that came, and exits as the command does. What
/// is waited for has no blanks: a screen is drawn without them.
const DIALOG: &str = r#"
import fcntl, json, os, pty, select, struct, sys, termios, time
steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execv(command[0], command)
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
out, seen, end = b"", 0, time.time() + 60
while time.time() < end:
    if select.select([fd], [], [], 0.1)[0]:
        try: got = os.read(fd, 65536)
        except OSError: break
        if not got: break
        out += got
    if steps and steps[0][0].encode() in out[seen:]:
        time.sleep(0.2)
        os.write(fd, steps.pop(0)[1].encode())
        seen = len(out)
else:
    os.kill(pid, 9)
sys.stdout.buffer.write(out)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

impl Scratch {
    /// `wt ARGS...` on a terminal of its own, with these steps: the exit code and all that was drawn.
    fn dialog(&self, steps: &[(&str, &str)], args: &[&str]) -> (i32, String) {
        let mut command = Command::new("python3");
        command
            .args(["-c", DIALOG, &json!(steps).to_string(), WT])
            .args(args)
            .current_dir(self.project());
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("TERM", "xterm");
        let template = self.wt::<&str>(&[]);
        for (name, value) in template.get_envs().filter(|(name, _)| *name != "PATH") {
            command.env(name, value.unwrap());
        }
        let done = command.stdin(Stdio::null()).output().unwrap();
        assert_eq!(text(&done.stderr), "");
        (done.status.code().unwrap(), text(&done.stdout))
    }

    fn answers(&self) -> Vec<String> {
        let answer = |entry: &Json| entry["data"]["answer"].as_str().unwrap().to_owned();
        self.entries_of("approval").iter().map(answer).collect()
    }
}

#[test]
fn a_person_chooses_on_a_terminal_with_one_key_each() {
    let Some(scratch) = asking() else { return };
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        scratch.write(name, "text");
        ids.push(scratch.asks(&["safe-rm", name]).unwrap());
    }
    let passphrase = format!("{PASSPHRASE}\n");
    let steps = [
        // The oldest is chosen; no to it, once to the next, and an hour to the last, which is below.
        (ids[2].as_str(), "d"),
        ("denied", "a"),
        ("approver:", &passphrase),
        ("granted", "h"),
        ("approver:", &passphrase),
        ("granted", "q"),
    ];
    let (code, drawn) = scratch.dialog(&steps, &["approvals"]);
    assert_eq!(code, 0, "{drawn}");
    assert!(!drawn.contains(PASSPHRASE), "echoed");
    for words in ["waiting", "quit", "workspace", "risk"] {
        assert!(drawn.contains(words), "{words} in {drawn}");
    }
    assert_eq!(scratch.answers(), ["denied", "approved", "approved"]);
    assert_eq!(scratch.run(&["safe-rm", "a"]).status.code(), Some(77));
    for (name, second) in [("b", Some(75)), ("c", Some(0))] {
        assert_eq!(scratch.run(&["safe-rm", name]).status.code(), Some(0), "{name}");
        scratch.write(name, "text");
        assert_eq!(scratch.run(&["safe-rm", name]).status.code(), second, "{name}");
    }
}

#[test]
fn leaving_the_list_or_giving_another_passphrase_answers_nothing() {
    let Some(scratch) = asking() else { return };
    scratch.write("a", "text");
    let id = scratch.asks(&["safe-rm", "a"]).unwrap();
    for key in ["q", "\u{1b}", "\u{3}"] {
        let (code, drawn) = scratch.dialog(&[(&id, key)], &["approvals"]);
        assert_eq!(code, 0, "{key:?}: {drawn}");
    }
    let steps = [
        (id.as_str(), "a"),
        ("approver:", "not the passphrase\n"),
        ("approver:", "\u{3}"),
        ("broken", "q"),
    ];
    let (code, drawn) = scratch.dialog(&steps, &["approvals"]);
    assert_eq!(code, 0, "{drawn}");
    assert_eq!(scratch.answers(), Vec::<String>::new());
    assert_eq!(scratch.asks(&["safe-rm", "a"]), Some(id.clone()));
    // Where nobody sits, and with `--list`, it only lists.
    for (listed, code) in [(text(&scratch.run(&["approvals"]).stdout), Some(0)), {
        let (code, drawn) = scratch.dialog(&[], &["approvals", "--list"]);
        (drawn, Some(code))
    }] {
        assert_eq!(code, Some(0));
        assert!(listed.contains(&id) && listed.contains("wants to"), "{listed}");
    }
}

#[test]
fn requests_are_printed_as_they_come() {
    let Some(scratch) = asking() else { return };
    scratch.write("a", "text");
    let mut watching = scratch
        .wt(&["approvals", "--watch", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let id = scratch.asks(&["safe-rm", "a"]).unwrap();
    let mut line = String::new();
    let mut out = std::io::BufReader::new(watching.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    watching.kill().unwrap();
    watching.wait().unwrap();
    let told: Json = serde_json::from_str(&line).unwrap();
    assert_eq!(told["id"], id.as_str());
}
