//! `wt tail` and `wt recent`.

use super::desk::{Call, Desk, text};
use ledger::Settings;
use serde_json::json;
use std::{
    fs::OpenOptions,
    io::{BufRead, BufReader, Write},
    process::Stdio,
    time::{Duration, Instant},
};

/// Replaces times, which differ from run to run.
fn timeless(text: &str) -> String {
    let lines = text.lines().map(|line| {
        line.split(' ')
            .map(|word| {
                if word.len() == 20 && word.ends_with('Z') {
                    "TIME"
                } else {
                    word
                }
            })
            .collect::<Vec<_>>()
            .join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn three_calls() -> Desk {
    let desk = Desk::new();
    let mut ledger = desk.ledger();
    desk.call(&mut ledger, &Call::removing("build/out"));
    desk.call(&mut ledger, &Call::denied("/etc/hostname"));
    desk.call(
        &mut ledger,
        &Call {
            exit: Some(1),
            agent: "codex",
            session: "s-2",
            ..Call::removing("my file")
        },
    );
    desk
}

#[test]
fn each_action_is_one_aligned_line_with_its_outcome_rule_and_agent() {
    let shown = three_calls().says(&["tail"]);
    assert_eq!(
        timeless(&shown),
        "   1  TIME  genesis   the ledger of test.example/ann begins\n   \
            2  TIME  allow     safe-rm build/out      ok 1.2ms      (workspace-delete)  claude-code\n   \
            4  TIME  deny      safe-rm /etc/hostname                (system-paths)      claude-code\n   \
            5  TIME  allow     safe-rm 'my file'      exit 1 1.2ms  (workspace-delete)  codex"
    );
    assert!(!shown.contains('\x1b'), "colour in a pipe");
}

#[test]
fn an_operation_of_watchtowers_own_is_shown_with_its_name() {
    let desk = three_calls();
    desk.run(&["redact", "2", "--reason", "a name of a person"]);
    let shown = desk.says(&["tail"]);
    assert!(shown.contains(" wt redact ledger "), "{shown}");
}

/// Long paths and names, and entries of other kinds.
fn long_calls() -> Desk {
    let desk = three_calls();
    let mut ledger = desk.ledger();
    desk.call(
        &mut ledger,
        &Call {
            rule: "a-rule-whose-name-is-rather-long",
            agent: "an-agent-of-a-long-name",
            ..Call::removing("packages/server/src/generated/bindings/of/everything.rs")
        },
    );
    ledger
        .append(
            &[ledger::Draft {
                kind: ledger::Kind::Request,
                data: super::desk::map(serde_json::json!({"request": "ab12cd", "digest": "9".repeat(64), "rules": ["home"],
                    "summary": "delete `/home/ann/a/rather/long/path/of/a/file.txt`", "expires": "2026-01-01T00:00:00Z",
                    "tool": "safe-rm", "target_count": 1, "risk_score": 0.7})),
            }],
            ledger::Durability::Relaxed,
        )
        .unwrap();
    desk
}

#[test]
fn on_a_terminal_of_80_columns_an_action_is_one_line_and_paths_keep_their_ends() {
    let (code, shown) = long_calls().shows(80, &[("NO_COLOR", "1")], &["tail"]);
    assert_eq!(code, Some(0));
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 6, "{shown}");
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{shown}");
    assert!(!shown.contains('\x1b'), "{shown}");
    assert!(
        lines[4].contains("allow     safe-rm") && lines[4].contains("verything.rs"),
        "{shown}"
    );
    assert!(
        lines[4].contains("ok 1.2ms") && lines[4].contains("(a-rule-"),
        "{shown}"
    );
    assert!(lines[5].contains("request   ab12cd waits: delete `"), "{shown}");
    assert!(lines[5].ends_with("file.txt`"), "{shown}");
    // Columns stand below each other, and times are relative.
    let at = |line: &str, text: &str| line.find(text);
    assert_eq!(at(lines[1], "safe-rm"), at(lines[4], "safe-rm"), "{shown}");
    assert_eq!(
        at(lines[1], "ok 1.2ms"),
        at(lines[2], "(system").map(|at| at - 14),
        "{shown}"
    );
    let when = lines[1].split_whitespace().nth(1).unwrap();
    assert!(when == "now" || when.ends_with('s'), "{when}");
}

#[test]
fn colour_stands_on_a_terminal_that_has_it_and_nowhere_else() {
    let desk = three_calls();
    for (env, coloured) in [
        (&[][..], true),
        (&[("NO_COLOR", "1")][..], false),
        (&[("NO_COLOR", "")][..], true),
        (&[("TERM", "dumb")][..], false),
    ] {
        for args in [
            &["tail"][..],
            &["recent"],
            &["stats"],
            &["query", "kind == 'decision'"],
            &["report"],
            &["status"],
        ] {
            let (_, shown) = desk.shows(100, env, args);
            assert_eq!(shown.contains("\x1b["), coloured, "{env:?} {args:?}: {shown}");
        }
    }
}

#[test]
fn a_rule_chooses_what_it_decided_and_nothing_else() {
    let desk = long_calls();
    let seqs = |args: &[&str]| -> Vec<u64> {
        let rows = desk.json_lines(args);
        rows.iter().map(|row| row["seq"].as_u64().unwrap()).collect()
    };
    let rule = ["--rule", "system-paths", "--json"];
    assert_eq!(seqs(&[&["tail"][..], &rule].concat()), [4]);
    assert_eq!(seqs(&[&["recent"][..], &rule].concat()), [4]);
    assert_eq!(seqs(&[&["query", "--select", "seq"][..], &rule].concat()), [4]);
    let sums = desk.json_lines(&[&["stats"][..], &rule].concat());
    assert_eq!(
        (&sums[0]["calls"], &sums[0]["refused"]),
        (&serde_json::json!(1), &serde_json::json!(1))
    );
}

#[test]
fn recent_shows_the_last_calls_newest_first_and_nothing_else() {
    let desk = three_calls();
    let seqs: Vec<_> = desk
        .json_lines(&["recent", "--json"])
        .iter()
        .map(|action| action["seq"].clone())
        .collect();
    assert_eq!(seqs, [5, 4, 2]);
    assert_eq!(desk.json_lines(&["recent", "-n", "1", "--json"]).len(), 1);
}

#[test]
fn the_json_of_an_action_has_its_documented_form() {
    let mut lines = three_calls().json_lines(&["tail", "--json", "-n", "1"]);
    let mut action = lines.remove(0);
    action["timestamp"] = json!("TIME");
    assert_eq!(
        action,
        json!({"seq": 5, "timestamp": "TIME", "kind": "decision", "verdict": "allow", "domain": "filesystem",
            "operation": "delete", "tool": "safe-rm", "targets": ["my file"], "rule": "workspace-delete",
            "reason": "rule workspace-delete says so", "risk_score": 0.35, "principal": "ann", "agent": "codex",
            "session": "s-2", "outcome": {"seq": 6, "exit_code": 1, "signal": null, "duration_us": 1234},
            "note": ""})
    );
}

#[test]
fn actions_are_chosen_by_agent_session_and_time() {
    let desk = three_calls();
    let seqs = |args: &[&str]| -> Vec<u64> {
        let args = [&["tail", "--json"], args].concat();
        desk.json_lines(&args)
            .iter()
            .map(|action| action["seq"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(seqs(&["--agent", "codex"]), [5]);
    assert_eq!(seqs(&["--session", "s-1"]), [2, 4]);
    assert_eq!(seqs(&["--since", "1h", "-n", "2"]), [4, 5]);
    assert_eq!(seqs(&["--until", "1h"]), [] as [u64; 0]);
    assert_eq!(seqs(&["--since", "2999-01-01"]), [] as [u64; 0]);
    let said = desk.refuses(64, &["tail", "--since", "soon"]);
    assert!(
        said.starts_with("wt tail: --since `soon` is not a time"),
        "{said}"
    );
}

#[test]
fn control_sequences_in_a_record_are_shown_not_obeyed() {
    let desk = Desk::new();
    let mut ledger = desk.ledger();
    desk.call(&mut ledger, &Call::removing("a\x1b]52;c;AAAA\x07\nb"));
    desk.call(
        &mut ledger,
        &Call {
            rule: "r\x1b[2J",
            agent: "a\x1b[31m",
            ..Call::denied("/x\r/y")
        },
    );
    desk.event(
        &mut ledger,
        json!({"source": "s\x1b[1m", "message": "m\u{9b}31m"}),
    );
    for args in [&["tail"][..], &["recent"], &["tail", "--json"]] {
        let shown = desk.says(args);
        let raw: Vec<char> = shown.chars().filter(|c| c.is_control() && *c != '\n').collect();
        assert_eq!(raw, [] as [char; 0], "{args:?}: {shown}");
    }
}

#[test]
fn a_ledger_without_calls_and_no_ledger_at_all_are_told_apart() {
    assert_eq!(Desk::new().says(&["recent"]), "");
    let said = Desk::bare().refuses(74, &["tail"]);
    assert!(said.starts_with("wt tail: no ledger in `"), "{said}");
    assert!(said.contains("hint: "), "{said}");
}

#[test]
fn damage_hides_nothing_but_the_damaged_line() {
    let desk = three_calls();
    let path = desk.segment(1);
    let whole = std::fs::read_to_string(&path).unwrap();
    let damaged: Vec<String> = whole
        .lines()
        .map(|line| {
            if line.starts_with("{\"seq\":4,") {
                "\x1bnot an entry".to_owned()
            } else {
                line.to_owned()
            }
        })
        .collect();
    std::fs::write(&path, damaged.join("\n") + "\n{\"seq\":99,\"times").unwrap();
    let seqs: Vec<_> = desk
        .json_lines(&["tail", "--json"])
        .iter()
        .map(|action| action["seq"].clone())
        .collect();
    assert_eq!(seqs, [1, 2, 5]);
}

#[test]
fn tail_reads_back_across_segments() {
    let desk = Desk::new();
    let mut ledger = desk.ledger_with(Settings {
        rotate_bytes: 4096,
        ..Settings::default()
    });
    for n in 0..50 {
        desk.call(&mut ledger, &Call::removing(&format!("file-{n}")));
    }
    let files = std::fs::read_dir(desk.state()).unwrap().count();
    assert!(files > 5, "{files}");
    let shown = desk.json_lines(&["recent", "-n", "50", "--json"]);
    assert_eq!(shown.len(), 50);
    assert_eq!(shown[49]["targets"][0], "file-0");
    assert!(shown.iter().all(|action| action["outcome"]["exit_code"] == 0));
}

#[test]
fn follow_shows_what_comes_once_with_its_outcome_across_segments_and_half_written_lines() {
    let desk = three_calls();
    let mut child = desk
        .wt(&["tail", "-f", "-n", "1", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || -> u64 {
        let line = lines.next().unwrap().unwrap();
        serde_json::from_str::<serde_json::Value>(&line).unwrap()["seq"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(next(), 5);
    let mut ledger = desk.ledger_with(Settings {
        rotate_bytes: 2048,
        ..Settings::default()
    });
    let mut expected = Vec::new();
    for n in 0..20 {
        expected.push(desk.call(&mut ledger, &Call::removing(&format!("f{n}"))));
    }
    let mut seen = Vec::new();
    while seen.len() < expected.len() {
        let seq = next();
        if expected.contains(&seq) {
            seen.push(seq);
        }
    }
    assert_eq!(seen, expected);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn follow_ends_quietly_when_its_reader_goes() {
    let desk = three_calls();
    let mut child = desk
        .wt(&["tail", "-f"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "still running");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(0));
    assert_eq!(text(&child.wait_with_output().unwrap().stderr), "");
}

#[test]
fn a_line_being_written_at_that_moment_is_left_alone() {
    let desk = three_calls();
    let mut file = OpenOptions::new().append(true).open(desk.segment(1)).unwrap();
    file.write_all(b"{\"seq\":7,\"timestamp\":\"2026-01-01T00:00:00.000000Z\",\"data\":{\"ki")
        .unwrap();
    assert_eq!(desk.json_lines(&["tail", "--json"]).len(), 4);
}
