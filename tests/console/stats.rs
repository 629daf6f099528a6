//! `wt stats`.

use super::desk::{Call, Desk, text};
use ledger::Settings;
use serde_json::{Value, json};

fn busy_desk() -> Desk {
    let desk = Desk::new();
    let mut ledger = desk.ledger();
    for n in 0..3 {
        desk.call(&mut ledger, &Call::removing(&format!("src/f{n}")));
    }
    desk.call(
        &mut ledger,
        &Call {
            exit: Some(1),
            ..Call::removing("gone")
        },
    );
    desk.call(&mut ledger, &Call::denied("/etc/ssh/sshd_config"));
    desk.call(&mut ledger, &Call::denied("/etc/ssh/sshd_config"));
    let remote = Call {
        verdict: "escalate",
        domain: "ssh",
        operation: "read",
        tool: "ssh-cat",
        rule: "remote-reads",
        target: json!({"role": "path", "domain": "ssh", "operation": "read", "host": "db1", "path": "/var/log/x"}),
        agent: "codex",
        exit: None,
        ..Call::removing("")
    };
    desk.call(&mut ledger, &remote);
    desk
}

fn stats(desk: &Desk, args: &[&str]) -> Value {
    serde_json::from_str(&desk.says(&[&["stats", "--json"], args].concat())).unwrap()
}

fn row(name: &str, calls: u64, refused: u64) -> Value {
    json!({"name": name, "calls": calls, "refused": refused})
}

#[test]
fn every_breakdown_counts_calls_and_refusals() {
    let sums = stats(&busy_desk(), &[]);
    let by = &sums["by"];
    assert_eq!(
        (&sums["calls"], &sums["refused"], &sums["failed"]),
        (&json!(7), &json!(3), &json!(1))
    );
    assert_eq!(
        by["verdict"],
        json!([row("allow", 4, 0), row("deny", 2, 2), row("escalate", 1, 1)])
    );
    assert_eq!(by["domain"], json!([row("filesystem", 6, 2), row("ssh", 1, 1)]));
    assert_eq!(by["agent"], json!([row("claude-code", 6, 2), row("codex", 1, 1)]));
    assert_eq!(by["host"], json!([row("db1", 1, 1)]));
    assert_eq!(
        by["path"],
        json!([row("/work/src", 3, 0), row("/etc/ssh", 2, 2), row("/work", 1, 0)])
    );
    assert_eq!(
        sums["refusals"],
        json!([
            {"rule": "system-paths", "what": "safe-rm /etc/ssh/sshd_config", "calls": 2},
            {"rule": "remote-reads", "what": "ssh-cat db1:/var/log/x", "calls": 1},
        ])
    );
    assert_eq!(sums["duration_us"], json!({"median": 1234, "p95": 1234}));
    assert_eq!(
        sums["hours"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hour| hour["calls"].as_u64().unwrap())
            .sum::<u64>(),
        7
    );
}

#[test]
fn stats_has_its_documented_members() {
    let sums = stats(&busy_desk(), &[]);
    let members: Vec<&str> = sums.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "entries",
            "unreadable",
            "first",
            "last",
            "calls",
            "refused",
            "failed",
            "duration_us",
            "kinds",
            "by",
            "refusals",
            "gtfo",
            "hours"
        ]
    );
}

#[test]
fn an_agents_sums_hold_its_calls_and_their_outcomes_only() {
    let sums = stats(&busy_desk(), &["--agent", "codex"]);
    assert_eq!(
        (&sums["calls"], &sums["entries"], &sums["failed"]),
        (&json!(1), &json!(1), &json!(0))
    );
    let none = stats(&busy_desk(), &["--since", "2999-01-01"]);
    assert_eq!((&none["calls"], &none["first"]), (&json!(0), &Value::Null));
}

#[test]
fn sums_do_not_depend_on_how_the_ledger_is_cut() {
    let desk = Desk::new();
    let mut ledger = desk.ledger_with(Settings {
        rotate_bytes: 3000,
        ..Settings::default()
    });
    for n in 0..40 {
        desk.call(
            &mut ledger,
            &Call {
                exit: Some(n % 2),
                ..Call::removing(&format!("d{}/f", n % 4))
            },
        );
    }
    let sums = stats(&desk, &[]);
    assert_eq!((&sums["calls"], &sums["failed"]), (&json!(40), &json!(20)));
    assert_eq!(sums["by"]["path"][0], row("/work/d0", 10, 0));
}

#[test]
fn the_screen_shows_tables_and_no_control_sequence() {
    let desk = busy_desk();
    desk.call(
        &mut desk.ledger(),
        &Call {
            agent: "x\x1b[31m",
            ..Call::denied("/etc/\x07")
        },
    );
    let shown = desk.says(&["stats"]);
    assert!(
        shown.starts_with("13 entries, 8 calls, 4 refused, 1 failed\nfrom 20"),
        "{shown}"
    );
    assert!(
        shown.contains("\nagent          calls  refused\n  claude-code      6        2\n"),
        "{shown}"
    );
    assert!(shown.contains("x\\u{1b}[31m"), "{shown}");
    assert!(!shown.contains('\x1b') && !shown.contains('\x07'));
}

#[test]
fn damaged_and_missing_ledgers_are_counted_and_said() {
    let desk = busy_desk();
    let path = desk.segment(1);
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        whole.replacen("\"kind\":\"decision\"", "\"kind\":0000000000", 1),
    )
    .unwrap();
    assert_eq!(stats(&desk, &[])["unreadable"], 1);
    let output = Desk::bare().run(&["stats"]);
    assert_eq!(output.status.code(), Some(74), "{}", text(&output.stderr));
}

#[test]
fn entries_of_every_kind_are_counted_as_read() {
    let scratch = crate::support::Scratch::new();
    let diary = scratch.home().join("diary.txt");
    std::fs::write(&diary, "x").unwrap();
    scratch.refused(75, &["safe-rm".as_ref(), diary.as_os_str()]);
    let shown = scratch.expect(0, &["stats"]);
    assert!(!shown.contains("cannot be read"), "{shown}");
    let sums: Value = serde_json::from_str(&scratch.expect(0, &["stats", "--json"])).unwrap();
    assert_eq!(sums["unreadable"], json!(0), "{sums}");
    let of_requests = row("request", 1, 0);
    assert!(sums["kinds"].as_array().unwrap().contains(&of_requests), "{sums}");
}
