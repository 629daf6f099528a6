//! `wt gtfo`: what is known, what the ledger has seen, the import through the engine, rights of real program files.

use crate::support::{Scratch, needs, running, text};
use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

/// Lets everything happen but what is protected.
const OPEN: &str = r#"{"version": "2.0.0", "policies": [
    {"name": "all", "priority": 1, "match": {"domain": "*", "operation": "*"}, "action": "allow"}
]}"#;

/// A checkout of one entry in the form of the upstream database.
fn checkout(scratch: &Scratch) -> PathBuf {
    scratch.write(
        "db/_gtfobins/frobnicate",
        "---\nfunctions:\n  shell:\n    - code: |\n        frobnicate --launch /bin/sh\n      contexts:\n        sudo:\n        unprivileged:\n...\n",
    );
    scratch.write(
        "db/_data/functions.yml",
        "shell:\n  label: Shell\n  mitre:\n    - T1059\n",
    );
    scratch.file("db")
}

#[test]
fn an_import_is_judged_recorded_and_written_whole() {
    let scratch = Scratch::new();
    scratch.policy(OPEN);
    let db = checkout(&scratch);
    scratch.write("facts.json", "older");
    let said = scratch.expect(0, &["gtfo", "import", db.to_str().unwrap(), "-o", "facts.json"]);
    let path = fs::canonicalize(scratch.file("facts.json")).unwrap();
    assert_eq!(said, format!("1 entry in `{}`\n", path.display()));
    let facts: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(facts["binaries"][0]["name"], "frobnicate");
    assert_eq!(facts["binaries"][0]["recipes"][0]["options"][0], "--launch");
    assert_eq!(facts["functions"]["shell"][0], "T1059");
    let decision = scratch.entries_of("decision").pop().unwrap();
    let intent = &decision["data"]["intent"];
    assert_eq!(
        (&intent["domain"], &intent["operation"]),
        (&"watchtower".into(), &"gtfo_import".into())
    );
    let targets = decision["data"]["scope"]["targets"].as_array().unwrap();
    let judged: Vec<(&str, &str)> = targets
        .iter()
        .map(|t| {
            (
                t["operation"].as_str().unwrap(),
                t["path"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    let read = fs::canonicalize(&db).unwrap();
    assert_eq!(
        judged,
        [
            ("gtfo_import", ""),
            ("read", read.to_str().unwrap()),
            ("write", path.to_str().unwrap())
        ]
    );
    let outcome = scratch.entries_of("outcome").pop().unwrap();
    assert_eq!(outcome["data"]["of"], decision["seq"]);
    assert_eq!(outcome["data"]["execution"]["effects"][0]["op"], "write");
    assert_eq!(
        fs::read_dir(scratch.project()).unwrap().count(),
        3,
        "nothing is left beside it"
    );
}

#[test]
fn an_import_that_nobody_at_a_terminal_asked_for_waits_for_a_person() {
    let scratch = Scratch::new();
    let db = checkout(&scratch);
    let said = scratch.refused(75, &["gtfo", "import", db.to_str().unwrap(), "-o", "facts.json"]);
    assert!(said.contains("own-commands-by-agents"), "{said}");
    assert!(!scratch.file("facts.json").exists());
    assert_eq!(scratch.entries_of("decision").len(), 1);
}

#[test]
fn an_import_onto_a_protected_name_is_denied_and_printing_needs_no_record() {
    let scratch = Scratch::new();
    scratch.policy(OPEN);
    let db = checkout(&scratch);
    scratch.refused(77, &["gtfo", "import", db.to_str().unwrap(), "-o", ".envrc"]);
    assert!(!scratch.file(".envrc").exists());
    let before = scratch.entries().len();
    let printed = scratch.expect(0, &["gtfo", "import", db.to_str().unwrap(), "-o", "-"]);
    assert!(printed.contains("frobnicate"));
    assert_eq!(scratch.entries().len(), before);
}

#[test]
fn an_import_never_writes_through_a_link() {
    let scratch = Scratch::new();
    scratch.policy(OPEN);
    let db = checkout(&scratch);
    scratch.write("kept", "kept");
    std::os::unix::fs::symlink(scratch.file("kept"), scratch.file("facts.json")).unwrap();
    scratch.expect(0, &["gtfo", "import", db.to_str().unwrap(), "-o", "facts.json"]);
    assert_eq!(fs::read_to_string(scratch.file("kept")).unwrap(), "kept");
    assert!(
        fs::symlink_metadata(scratch.file("facts.json"))
            .unwrap()
            .is_file()
    );
}

/// The findings of a command, as (binary, functions, why), those invoked.
fn invoked(scratch: &Scratch, command: &str, path: &str) -> Vec<(String, Vec<String>, String)> {
    let output = scratch
        .wt(&["check", "--json", "--shell", command])
        .env("PATH", path)
        .output()
        .unwrap();
    let answer: Value = serde_json::from_str(&text(&output.stdout)).unwrap();
    let alerts = answer["gtfo"].as_array().unwrap();
    alerts
        .iter()
        .filter(|alert| alert["invoked"] == true)
        .map(|alert| {
            let functions = alert["functions"].as_array().unwrap().iter();
            (
                alert["binary"].as_str().unwrap().to_owned(),
                functions.map(|f| f.as_str().unwrap().to_owned()).collect(),
                alert["why"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

fn program(scratch: &Scratch, name: &str, mode: u32) -> PathBuf {
    let path = scratch.write(Path::new("bin").join(name), "#!/bin/sh\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

#[test]
fn a_recipe_that_needs_set_user_id_counts_where_the_real_file_has_it() {
    let scratch = Scratch::new();
    let dir = scratch.file("bin");
    let path = dir.to_str().unwrap();
    program(&scratch, "agetty", 0o755);
    let command = "agetty -l /bin/sh -o -p -a root tty";
    assert_eq!(invoked(&scratch, command, path), []);
    program(&scratch, "agetty", 0o4755);
    let found = invoked(&scratch, command, path);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].0.as_str(), found[0].1.as_slice()),
        ("agetty", &["shell".to_owned()][..])
    );
    assert!(found[0].2.contains("set-user-ID"), "{}", found[0].2);
    // By its path and through a link of another name in another directory.
    let absolute = format!("{path}/{command}");
    assert_eq!(invoked(&scratch, &absolute, "/usr/bin").len(), 1);
    fs::create_dir(scratch.file("links")).unwrap();
    std::os::unix::fs::symlink(dir.join("agetty"), scratch.file("links/agetty")).unwrap();
    assert_eq!(
        invoked(&scratch, command, scratch.file("links").to_str().unwrap()).len(),
        1
    );
    // The directory that `PATH` names first decides, also where the command itself sets it.
    assert_eq!(invoked(&scratch, command, "/usr/bin"), []);
    assert_eq!(
        invoked(&scratch, &format!("PATH={path} {command}"), "/usr/bin").len(),
        1
    );
}

#[test]
fn capabilities_are_read_from_the_real_file() {
    let scratch = Scratch::new();
    let dir = scratch.file("bin");
    let path = dir.to_str().unwrap();
    let python = program(&scratch, "python3", 0o755);
    let command = "python3 -c 'import os; os.execl(\"/bin/sh\", \"sh\")'";
    assert!(
        invoked(&scratch, command, path)
            .iter()
            .all(|(_, _, why)| !why.contains("CAP_"))
    );
    // Revision 2, effective, CAP_SETUID: what `setcap cap_setuid+ep` writes.
    let value = "0x0100000280000000000000000000000000000000";
    let set = Command::new("python3")
        .args([
            "-c",
            "import os, sys; os.setxattr(sys.argv[1], 'security.capability', bytes.fromhex(sys.argv[2][2:]))",
        ])
        .arg(&python)
        .arg(value)
        .output()
        .unwrap();
    if !needs::root("give a file capabilities")
        || !needs::met(
            set.status.success(),
            format!("a file system with capabilities: {}", text(&set.stderr)),
        )
    {
        return;
    }
    let found = invoked(&scratch, command, path);
    assert!(
        found.iter().any(|(binary, functions, why)| binary == "python"
            && functions.contains(&"shell".to_owned())
            && why.contains("with CAP_SETUID")),
        "{found:?}"
    );
    let answer = scratch.run(&["check", "--json", "--shell", &format!("{path}/{command}")]);
    let answer: Value = serde_json::from_str(&text(&answer.stdout)).unwrap();
    assert_eq!(answer["gtfo"][0]["score"], 1.0);
}

/// An event of Claude Code for one shell command.
fn hooked(scratch: &Scratch, command: &str) -> Value {
    let event = json!({"session_id": "s", "cwd": scratch.project(), "permission_mode": "default",
        "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_input": {"command": command}, "tool_use_id": "u"});
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
    let output = child.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_applet_call_and_every_checked_command_carries_its_alerts_in_the_record() {
    let scratch = Scratch::new();
    scratch.write("a", "x");
    let cp = scratch.project().join("safe-cp");
    std::os::unix::fs::symlink(super::support::WT, &cp).unwrap();
    let done = Command::new(&cp)
        .args(["a", "b"])
        .current_dir(scratch.project())
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", scratch.home())
        .env("WATCHTOWER_DIR", scratch.state())
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    hooked(&scratch, "tar cf x.tar . --checkpoint-action=exec=sh");
    let seen = scratch.expect(0, &["gtfo", "--json"]);
    let seen: Vec<Value> = seen.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let uses: Vec<(&str, &str, bool)> = seen
        .iter()
        .map(|line| {
            (
                line["alert"]["binary"].as_str().unwrap(),
                line["verdict"].as_str().unwrap(),
                line["alert"]["invoked"].as_bool().unwrap(),
            )
        })
        .collect();
    assert!(uses.contains(&("cp", "allow", false)), "{uses:?}");
    assert!(uses.contains(&("tar", "escalate", true)), "{uses:?}");
    let refused = scratch.expect(0, &["gtfo", "--where", "decision.verdict == 'escalate'"]);
    assert!(refused.contains("tar uses shell"), "{refused}");
    assert!(!refused.contains(" cp "), "{refused}");
}

#[test]
fn the_monitor_shows_alerts_as_they_come() {
    let scratch = Scratch::new();
    hooked(&scratch, "find . -exec id \\;");
    let mut child = scratch
        .wt(&["gtfo", "--monitor", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = running::lines(child.stdout.take().unwrap());
    // Only what comes after the start is shown.
    let mut shown = (0..200).filter_map(|_| {
        hooked(&scratch, "vim -c '!id' x");
        lines.recv_timeout(Duration::from_millis(100)).ok()
    });
    let line: Value = serde_json::from_str(&shown.next().unwrap()).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(line["alert"]["binary"], "vim");
    assert_eq!(line["alert"]["invoked"], true);
}

#[test]
fn the_list_is_filtered_by_function_context_and_risk() {
    let scratch = Scratch::new();
    let names = |args: &[&str]| -> Vec<String> {
        let mut all = vec!["gtfo", "--list", "--json"];
        all.extend(args);
        let out = scratch.expect(0, &all);
        out.lines()
            .map(|line| {
                serde_json::from_str::<Value>(line).unwrap()["name"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            })
            .collect()
    };
    let all = names(&[]);
    assert!(all.len() >= 458 + 50, "{}", all.len());
    let suid = names(&["--function", "shell", "--context", "suid"]);
    assert!(suid.contains(&"agetty".to_owned()) && !suid.contains(&"aria2c".to_owned()));
    let loads = names(&["--function", "library-load"]);
    assert!(loads.contains(&"openssl".to_owned()) && loads.len() < all.len());
    assert!(names(&["--function", "shell", "--risk", "medium"]).is_empty());
    let said = scratch.refused(64, &["gtfo", "--list", "--function", "flying"]);
    assert!(
        said.contains("unknown function `flying`") && said.contains("hint: known are shell"),
        "{said}"
    );
}

#[test]
fn one_entry_is_shown_with_recipes_and_with_the_forms_that_are_looked_into() {
    let scratch = Scratch::new();
    let shown = scratch.expect(0, &["gtfo", "show", "timeout"]);
    assert!(shown.contains("looked into: timeout 1 COMMAND"), "{shown}");
    let shown: Value = serde_json::from_str(&scratch.expect(0, &["gtfo", "show", "rg", "--json"])).unwrap();
    assert!(
        !shown["reason"].as_str().unwrap().is_empty(),
        "a supplement entry has its reason"
    );
    assert_eq!(shown["recipes"][0]["options"][0], "--pre");
    scratch.refused(64, &["gtfo", "show", "no-such-program"]);
}

#[test]
fn a_command_is_checked_without_being_run_or_recorded() {
    let scratch = Scratch::new();
    let before = scratch.entries().len();
    let said = scratch.expect(
        0,
        &["gtfo", "check", "--", "find", ".", "-exec", "touch", "ran", ";"],
    );
    assert!(said.contains("find uses shell"), "{said}");
    assert!(!scratch.file("ran").exists());
    assert_eq!(scratch.entries().len(), before);
    assert_eq!(
        scratch.expect(0, &["gtfo", "check", "--", "uptime"]),
        "nothing of the database is used\n"
    );
}

#[test]
fn a_command_that_is_one_call_of_an_applet_is_checked_as_that_call() {
    let scratch = Scratch::new();
    scratch.write("a", "");
    for (command, code, rule) in [
        ("safe-rm a", 0, "deletes"),
        ("safe-rm 'a' # all of it", 0, "deletes"),
        ("safe-rm -r /", 77, ""),
        ("safe-rm -r \"$HOME\"", 77, ""),
        ("safe-chmod 4755 a", 77, ""),
        // What else such a command does is judged as ever.
        ("safe-rm a > /etc/passwd", 77, ""),
    ] {
        let asked = scratch.run(&["check", "--json", "--shell", command]);
        let answer: Value = serde_json::from_str(&text(&asked.stdout)).unwrap();
        assert_eq!(asked.status.code(), Some(code), "{command}: {answer}");
        let rules = answer["rules"].as_array().unwrap();
        assert!(
            rule.is_empty() || rules.iter().any(|got| got["rule"] == rule),
            "{command}: {rules:?}"
        );
    }
    // Whatever either says is heard.
    fs::hard_link(scratch.file("a"), scratch.file("b")).unwrap();
    let asked = scratch.run(&[
        "check",
        "--json",
        "--shell",
        "LD_PRELOAD=/tmp/x.so safe-chmod 600 a",
    ]);
    let answer: Value = serde_json::from_str(&text(&asked.stdout)).unwrap();
    assert_eq!(asked.status.code(), Some(75), "{answer}");
    for rule in ["hard-link", "foreign-library"] {
        assert!(answer["rules"].to_string().contains(rule), "{rule}: {answer}");
    }
    let wrong = scratch.run(&["check", "--shell", "safe-rm --no-such a"]);
    assert_eq!(wrong.status.code(), Some(64), "{wrong:?}");
}
