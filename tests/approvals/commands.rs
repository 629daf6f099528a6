//! What a person approved of an agent's own tools, as its hook tells them: a command in its directory on the objects
//! that it named, a file with its content. The same call again passes; whatever was changed meanwhile asks anew.

use super::terminal::PASSPHRASE;
use crate::support::{Scratch, WT, text};
use serde_json::{Value as Json, json};
use std::{fs, io::Write, os::unix::fs::symlink, path::Path, process::Stdio};

/// A world with an approver, a home beside the project, and scripts in both.
fn world() -> Option<Scratch> {
    let scratch = Scratch::new();
    let set = scratch.person(&format!("{PASSPHRASE}|{PASSPHRASE}"), &[WT, "admin", "set"])?;
    assert_eq!(set.0, 0, "{}", set.1);
    fs::create_dir(scratch.file("sub")).unwrap();
    for name in ["dep.sh", "sub/dep.sh", "cron.txt", "other.txt", "l2"] {
        scratch.write(name, "good");
    }
    for name in ["outside.sh", "letter", "diary"] {
        fs::write(scratch.home().join(name), "good").unwrap();
    }
    Some(scratch)
}

/// The id under which a tool of Claude Code waits; none where it is allowed.
fn asks_in(scratch: &Scratch, cwd: &Path, tool: &str, input: &Json) -> Option<String> {
    let event = json!({"session_id": "s", "cwd": cwd, "permission_mode": "default",
        "hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": input, "tool_use_id": "u"});
    let mut child = scratch
        .wt(&["hook", "claude-code"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(event.to_string().as_bytes())
        .unwrap();
    let out = child.wait_with_output().unwrap().stdout;
    let answer: Json = serde_json::from_slice(&out).unwrap();
    let said = &answer["hookSpecificOutput"];
    if said["permissionDecision"] == "allow" {
        return None;
    }
    let reason = said["permissionDecisionReason"].as_str().unwrap_or_default();
    let id = reason
        .split_once("waiting for a person as `")
        .and_then(|(_, rest)| rest.get(..6));
    Some(
        id.unwrap_or_else(|| panic!("{tool} {input}: {}", text(&out)))
            .to_owned(),
    )
}

fn asks(scratch: &Scratch, tool: &str, input: &Json) -> Option<String> {
    asks_in(scratch, &scratch.project(), tool, input)
}

/// Puts another file of the same size under a name.
fn replace(path: &Path) {
    let new = path.with_extension("new");
    fs::write(&new, "EVIL").unwrap();
    fs::rename(new, path).unwrap();
}

fn rewrite(path: &Path) {
    fs::write(path, "EVIL").unwrap();
}

type Swap = fn(&Scratch);

#[test]
fn a_command_on_anything_else_than_was_asked_about_is_another_one() {
    let Some(scratch) = world() else { return };
    let home = scratch.home();
    symlink(home.join("letter"), home.join("link")).unwrap();
    let outside = home
        .strip_prefix(scratch.root())
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let up = format!("../{outside}");
    let changes: &[(&str, Swap)] = &[
        ("crontab cron.txt", |s| rewrite(&s.file("cron.txt"))),
        ("sudo ./dep.sh", |s| rewrite(&s.file("dep.sh"))),
        ("sudo bash dep.sh", |s| replace(&s.file("dep.sh"))),
        ("cd sub && sudo ./dep.sh", |s| rewrite(&s.file("sub/dep.sh"))),
        ("sudo install --config=cron.txt x", |s| {
            rewrite(&s.file("cron.txt"))
        }),
        ("sudo tool -fcron.txt", |s| rewrite(&s.file("cron.txt"))),
        ("sudo sh -c 'cat *.txt | sh'", |s| rewrite(&s.file("other.txt"))),
        ("sudo tool *.txt", |s| drop(s.write("more.txt", "new"))),
        ("sudo tool < other.txt", |s| replace(&s.file("other.txt"))),
        ("TOOL_LIST=cron.txt sudo -E tool", |s| {
            rewrite(&s.file("cron.txt"))
        }),
        ("sudo python3 -c \"print(open('cron.txt'))\"", |s| {
            rewrite(&s.file("cron.txt"))
        }),
        ("bash ~/outside.sh", |s| rewrite(&s.home().join("outside.sh"))),
        ("cat ~/letter", |s| rewrite(&s.home().join("letter"))),
        ("cat ~/link", |s| rewrite(&s.home().join("letter"))),
        ("cat UP/diary", |s| {
            fs::remove_file(s.home().join("diary")).unwrap();
            symlink("letter", s.home().join("diary")).unwrap();
        }),
        ("echo x > ~/new-file", |s| {
            fs::write(s.home().join("new-file"), "x").unwrap()
        }),
    ];
    for (command, change) in changes {
        let input = json!({"command": command.replace("UP", &up)});
        let id = asks(&scratch, "Bash", &input).unwrap_or_else(|| panic!("{command} is allowed"));
        assert_eq!(
            asks(&scratch, "Bash", &input).as_ref(),
            Some(&id),
            "{command}: one call, one request"
        );
        scratch.write("beside", command);
        assert_eq!(
            asks(&scratch, "Bash", &input).as_ref(),
            Some(&id),
            "{command}: what it does not name"
        );
        change(&scratch);
        let other = asks(&scratch, "Bash", &input);
        assert!(
            other.as_ref().is_some_and(|other| *other != id),
            "{command}: {other:?}"
        );
    }
}

#[test]
fn an_approved_command_passes_once_as_it_was_and_never_as_it_is_now() {
    let Some(scratch) = world() else { return };
    for (command, file) in [
        ("sudo ./dep.sh", scratch.file("dep.sh")),
        ("cat ~/letter", scratch.home().join("letter")),
    ] {
        let input = json!({"command": command});
        let id = asks(&scratch, "Bash", &input).unwrap();
        scratch.approves(&id, &[]);
        rewrite(&file);
        let other = asks(&scratch, "Bash", &input).unwrap_or_else(|| panic!("{command} is allowed"));
        assert_ne!(other, id, "{command}");
        scratch.approves(&other, &[]);
        assert_eq!(asks(&scratch, "Bash", &input), None, "{command}");
        assert!(
            asks(&scratch, "Bash", &input).is_some(),
            "{command}: a second time"
        );
    }
}

#[test]
fn an_approved_command_is_one_of_its_directory() {
    let Some(scratch) = world() else { return };
    let input = json!({"command": "sudo make install"});
    let id = asks(&scratch, "Bash", &input).unwrap();
    scratch.approves(&id, &["--for", "1h"]);
    assert!(asks_in(&scratch, &scratch.file("sub"), "Bash", &input).is_some_and(|other| other != id));
    let inner = json!({"command": "sudo make install", "cwd": "sub"});
    assert!(asks(&scratch, "Bash", &inner).is_some_and(|other| other != id));
    assert_eq!(asks(&scratch, "Bash", &input), None);
    // Another directory under the same name.
    let (sub, old) = (scratch.file("sub"), scratch.file("old"));
    let id = asks_in(&scratch, &sub, "Bash", &input).unwrap();
    scratch.approves(&id, &[]);
    fs::rename(&sub, &old).unwrap();
    fs::create_dir(&sub).unwrap();
    assert!(asks_in(&scratch, &sub, "Bash", &input).is_some_and(|other| other != id));
}

#[test]
fn an_approval_for_an_hour_holds_for_changed_objects_but_for_no_link() {
    let Some(scratch) = world() else { return };
    let input = json!({"command": "sudo ./dep.sh > out.log"});
    let id = asks(&scratch, "Bash", &input).unwrap();
    scratch.approves(&id, &["--for", "1h"]);
    for _ in 0..2 {
        rewrite(&scratch.file("dep.sh"));
        // What the command itself writes.
        scratch.write("out.log", "done");
        assert_eq!(asks(&scratch, "Bash", &input), None);
    }
    let script = scratch.file("dep.sh");
    fs::remove_file(&script).unwrap();
    symlink("sub/dep.sh", &script).unwrap();
    assert!(asks(&scratch, "Bash", &input).is_some_and(|other| other != id));
}

#[test]
fn an_approved_file_is_written_with_the_content_that_was_approved() {
    let Some(scratch) = world() else { return };
    let (new, old) = (scratch.home().join("w"), scratch.home().join("letter"));
    for (tool, good, evil) in [
        (
            "Write",
            json!({"file_path": new, "content": "good"}),
            json!({"file_path": new, "content": "EVIL"}),
        ),
        (
            "Edit",
            json!({"file_path": old, "old_string": "good", "new_string": "fine"}),
            json!({"file_path": old, "old_string": "good", "new_string": "EVIL"}),
        ),
    ] {
        let id = asks(&scratch, tool, &good).unwrap();
        scratch.approves(&id, &[]);
        assert!(
            asks(&scratch, tool, &evil).is_some_and(|other| other != id),
            "{tool}"
        );
        assert_eq!(asks(&scratch, tool, &good), None, "{tool}: the very same call");
        assert!(asks(&scratch, tool, &good).is_some(), "{tool}: once");
    }
}
