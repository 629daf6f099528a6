//! Completions of what only this machine knows, in a terminal of a real bash, zsh and fish. A function `wt` prints the
//! words that it was given, so that a test sees what the shell made of the line; the completions ask the program itself.

use crate::console::desk::{Call, Desk, WT, text};
use crate::support::needs;
use serde_json::json;
use std::process::Command;

const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// A desk with agents and sessions that are named to do harm.
fn hostile() -> Desk {
    let desk = Desk::new();
    let mut ledger = desk.ledger();
    for (agent, session) in [
        ("claude-code", "s:1"),
        ("my agent", "s:2;touch PWNED"),
        ("$(touch PWNED)", "-rf"),
        ("it's `touch PWNED`", "é 日本"),
        ("evil\u{1b}]0;HACKED\u{7}", "evil\nline"),
        ("evil\u{202e}", "evil\u{9b}31m"),
    ] {
        let call = Call {
            agent,
            session,
            // What was refused changed nothing that could be taken back.
            verdict: if agent == "evil\u{202e}" { "deny" } else { "allow" },
            ..Call::removing("f")
        };
        desk.call(&mut ledger, &call);
    }
    desk
}

/// What the shell shows when these keys are typed, or none where it is not here.
fn typed(desk: &Desk, shell: &str, keys: &[(&str, &str)]) -> Option<String> {
    let bin = desk.home().join("bin");
    if !bin.exists() {
        std::fs::create_dir(&bin).unwrap();
        rustix::fs::symlink(WT, bin.join("wt")).unwrap();
    }
    let tree = concat!(env!("CARGO_MANIFEST_DIR"), "/completions");
    let (argv, set_up) = match shell {
        "bash" => (
            vec!["bash", "--norc", "--noprofile", "-i"],
            format!(
                ". {tree}/wt.bash; wt() {{ printf '[%s]' \"$@\"; echo; }}; \
                 wt_undo() {{ wt 'undo by its link' \"$@\"; }}; PS1='% '; echo rea''dy\n"
            ),
        ),
        "zsh" => (
            vec!["zsh", "-f", "-i"],
            format!(
                "fpath=({tree} $fpath); autoload -Uz compinit; compinit -u -D; unsetopt zle_bracketed_paste; \
                 wt() {{ printf '[%s]' \"$@\"; echo; }}; wt_undo() {{ wt 'undo by its link' \"$@\"; }}; \
                 PS1='% '; echo rea''dy\n"
            ),
        ),
        _ => (
            vec!["fish", "--no-config", "-i"],
            format!(
                "source {tree}/wt.fish; function wt; printf '[%s]' $argv; echo; end; \
                 function wt_undo; wt 'undo by its link' $argv; end; echo rea''dy\n"
            ),
        ),
    };
    let mut steps = vec![json!([set_up, "ready"])];
    steps.extend(keys.iter().map(|(keys, wanted)| json!([keys, wanted])));
    let spec = json!({"argv": argv, "cwd": desk.home(), "steps": steps, "env": {
        "PATH": format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()), "HOME": desk.home(),
        "WATCHTOWER_DIR": desk.state(), "TERM": "xterm", "LC_ALL": "C.UTF-8", "TZ": "UTC"}});
    let here = Command::new(shell).arg("--version").output().is_ok();
    if !needs::met(here, format!("`{shell}`, which is not installed")) {
        return None;
    }
    let output = Command::new("python3")
        .args([
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/completions/typing.py"),
            &spec.to_string(),
        ])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{shell} {keys:?}: {}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    Some(text(&output.stdout))
}

/// Types each line as far as it goes, has it completed, sends it, and insists on the words that the command was given.
fn completes(desk: &Desk, lines: &[(&str, &str)]) {
    for shell in SHELLS {
        let keys: Vec<(String, &str)> = lines
            .iter()
            .flat_map(|(line, given)| [(format!("{line}\t"), ""), ("\n".to_owned(), *given)])
            .collect();
        let keys: Vec<(&str, &str)> = keys
            .iter()
            .map(|(keys, wanted)| (keys.as_str(), *wanted))
            .collect();
        if let Some(shown) = typed(desk, shell, &keys) {
            assert!(!shown.contains("HACKED"), "{shell}: {shown:?}");
            assert!(!desk.home().join("PWNED").exists(), "{shell}");
        }
    }
}

#[test]
fn agents_and_sessions_are_completed_and_reach_the_command_as_they_are_recorded() {
    completes(
        &hostile(),
        &[
            ("wt tail --agent cla", "[tail][--agent][claude-code]"),
            ("wt tail --agent my", "[tail][--agent][my agent]"),
            ("wt tail --agent=my", "[tail][--agent=my agent]"),
            ("wt tail --agent it", "[tail][--agent][it's `touch PWNED`]"),
            ("wt stats --session s:2", "[stats][--session][s:2;touch PWNED]"),
            ("wt stats --session é", "[stats][--session][é 日本]"),
        ],
    );
}

#[test]
fn a_list_of_all_agents_holds_none_that_the_terminal_would_obey_and_runs_nothing() {
    let desk = hostile();
    for shell in SHELLS {
        let Some(shown) = typed(&desk, shell, &[("wt tail --agent \t\t", "claude-code")]) else {
            continue;
        };
        assert!(
            !shown.contains("HACKED") && !shown.contains('\u{202e}'),
            "{shell}: {shown:?}"
        );
        assert!(!desk.home().join("PWNED").exists(), "{shell}");
    }
}

#[test]
fn rules_applets_and_entries_are_completed_by_every_name_of_the_program() {
    completes(
        &hostile(),
        &[
            (
                "wt tail --rule kubernetes-exec-",
                "[tail][--rule][kubernetes-exec-in-dev]",
            ),
            ("wt check -- safe-mk", "[check][--][safe-mkdir]"),
            ("wt man rece", "[man][recent]"),
            ("wt gtfo show apt-g", "[gtfo][show][apt-get]"),
            ("wt undo 1", "[undo][10]"),
            ("wt_undo 1", "[undo by its link][10]"),
        ],
    );
}

#[test]
fn what_waits_and_what_was_granted_is_completed() {
    let world = crate::support::Scratch::new();
    std::fs::write(world.home().join("diary.txt"), "private").unwrap();
    let refused = world
        .wt(&[
            std::ffi::OsStr::new("safe-rm"),
            world.home().join("diary.txt").as_os_str(),
        ])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(75), "{}", text(&refused.stderr));
    let answer = |args: &[&str]| {
        let output = world
            .wt(&[&["__complete", "--"], args].concat())
            .output()
            .unwrap();
        assert_eq!(
            (output.status.code(), text(&output.stderr).as_str()),
            (Some(0), "")
        );
        text(&output.stdout)
    };
    let waiting = answer(&["wt", "approve", ""]);
    let (id, about) = waiting.trim_end().split_once('\t').unwrap();
    assert!(
        text(&refused.stderr).contains(&format!("wt approve {id}")),
        "{waiting}"
    );
    assert!(about.starts_with("delete `/"), "{waiting}");
    assert_eq!(answer(&["wt", "deny", ""]), waiting);
    assert_eq!(answer(&["wt_approvals", ""]), waiting);
    assert_eq!(answer(&["wt", "grants", "revoke", ""]), "");
}

#[test]
fn completing_changes_nothing_says_nothing_and_always_ends_well() {
    let desk = hostile();
    let before = tree(&desk);
    let places: [&[&str]; 9] = [
        &["wt", "tail", "--agent", ""],
        &["wt", "tail", "--rule", ""],
        &["wt", "approve", ""],
        &["wt", "grants", "revoke", ""],
        &["wt", "undo", ""],
        &["wt", "prove", ""],
        &["nonsense", ""],
        &[],
        &["wt", "tail", "--agent", "\u{1b}]0;x\u{7}"],
    ];
    for place in places {
        let output = desk.run(&[&["__complete", "--"], place].concat());
        assert_eq!(
            (output.status.code(), text(&output.stderr).as_str()),
            (Some(0), ""),
            "{place:?}"
        );
        assert!(
            !text(&output.stdout)
                .chars()
                .any(|c| c.is_control() && c != '\n' && c != '\t'),
            "{place:?}"
        );
    }
    assert_eq!(tree(&desk), before);
    // Nothing to read at all, and a policy and a ledger that nobody can read.
    let empty = Desk::bare();
    for place in places {
        let output = empty.run(&[&["__complete", "--"], place].concat());
        assert_eq!(
            (output.status.code(), text(&output.stderr).as_str()),
            (Some(0), ""),
            "{place:?}"
        );
    }
    desk.policy("{\"policies\": [{\"name\": ");
    std::fs::write(desk.segment(1), b"\x00\xff{\"seq\":\n").unwrap();
    for place in places {
        let output = desk.run(&[&["__complete", "--"], place].concat());
        assert_eq!(
            (output.status.code(), text(&output.stderr).as_str()),
            (Some(0), ""),
            "{place:?}"
        );
    }
}

/// Every file of the desk with its bytes.
fn tree(desk: &Desk) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut dirs = vec![desk.home().to_path_buf()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}
