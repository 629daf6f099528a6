//! `wt alert`.

use super::desk::{Call, Desk, text};
use crate::support::{needs, running};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::Stdio,
    time::Duration,
};

fn alerts(desk: &Desk, code: i32, args: &[&str]) -> Vec<Value> {
    let output = desk.run(&[&["alert", "--json"], args].concat());
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn policy_with(alerts: &Value) -> String {
    let text = policy::default_document(policy::PROFILES[0]).unwrap();
    let mut document: Value = serde_json::from_str(text).unwrap();
    document["alerts"] = alerts.clone();
    document.to_string()
}

#[test]
fn a_quiet_ledger_has_no_alerts_and_says_so_by_its_exit_code() {
    let desk = Desk::new();
    desk.call(&mut desk.ledger(), &Call::removing("x"));
    assert_eq!(alerts(&desk, 0, &[]), [] as [Value; 0]);
}

#[test]
fn findings_of_one_kind_are_one_line_with_their_count() {
    let desk = Desk::new();
    let mut ledger = desk.ledger();
    for n in 0..3 {
        desk.call(&mut ledger, &Call::removing(&format!("/home/ann/f{n}")));
    }
    desk.call(
        &mut ledger,
        &Call {
            agent: "codex",
            ..Call::removing("/home/ann/g")
        },
    );
    desk.call(&mut ledger, &Call::denied("/home/ann/.ssh/id_rsa"));
    let mut found = alerts(&desk, 1, &[]);
    for alert in &mut found {
        for end in ["first", "last"] {
            alert[end].as_object_mut().unwrap().remove("timestamp");
        }
    }
    assert_eq!(
        found,
        [
            json!({"rule": "outside-workspace", "level": "medium", "agent": "claude-code", "count": 3,
                "first": {"seq": 2}, "last": {"seq": 6}, "what": "safe-rm /home/ann/f2"}),
            json!({"rule": "outside-workspace", "level": "medium", "agent": "codex", "count": 1,
                "first": {"seq": 8}, "last": {"seq": 8}, "what": "safe-rm /home/ann/g"}),
            json!({"rule": "credential-path", "level": "high", "agent": "claude-code", "count": 1,
                "first": {"seq": 10}, "last": {"seq": 10}, "what": "safe-rm /home/ann/.ssh/id_rsa"}),
        ]
    );
    assert_eq!(alerts(&desk, 1, &["--agent", "codex"]).len(), 1);
    assert_eq!(alerts(&desk, 0, &["--until", "1h", "--since", "2h"]).len(), 0);
}

#[test]
fn a_changed_entry_is_an_alert() {
    let desk = Desk::new();
    desk.call(&mut desk.ledger(), &Call::removing("innocent"));
    desk.forge("innocent", "harmless");
    let found = alerts(&desk, 1, &[]);
    assert_eq!(
        (&found[0]["rule"], &found[0]["level"]),
        (&json!("chain-problem"), &json!("critical"))
    );
    assert!(
        found[0]["what"]
            .as_str()
            .unwrap()
            .starts_with("tampered: entry 2: "),
        "{}",
        found[0]
    );
}

#[test]
fn the_policys_alerts_add_rules_and_replace_those_of_their_name() {
    let desk = Desk::new();
    desk.policy(&policy_with(&json!([
        {"name": "outside-workspace", "where": "False"},
        {"name": "many-codex", "where": "identity.agent.value == 'codex'", "level": "low", "threshold": 2,
         "window_s": 600},
    ])));
    let mut ledger = desk.ledger();
    desk.call(
        &mut ledger,
        &Call {
            agent: "codex",
            ..Call::removing("/home/ann/g")
        },
    );
    assert_eq!(alerts(&desk, 0, &[]), [] as [Value; 0]);
    desk.call(
        &mut ledger,
        &Call {
            agent: "codex",
            ..Call::removing("/home/ann/h")
        },
    );
    let found = alerts(&desk, 1, &[]);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["rule"], &found[0]["count"]),
        (&json!("many-codex"), &json!(2))
    );
}

#[test]
fn an_alert_of_the_policy_that_cannot_be_read_is_named() {
    let desk = Desk::new();
    for (alert, want) in [
        (
            json!({"name": "x", "where": "1 +"}),
            "alert `x` of the policy: condition, column",
        ),
        (
            json!({"name": "y", "where": "True", "notify": ["sh"]}),
            "alert `y` of the policy: `notify` is",
        ),
    ] {
        desk.policy(&policy_with(&json!([alert])));
        let said = desk.refuses(78, &["alert"]);
        assert!(said.contains(want), "{said}");
    }
}

#[test]
fn a_command_and_a_webhook_are_told_with_the_alert_as_json() {
    if !needs::program("curl") {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let desk = Desk::new();
    let told = desk.home().join("told");
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    desk.policy(&policy_with(&json!([
        {"name": "outside-workspace", "where": "intent.operation == 'delete'",
         "notify": ["/bin/sh", "-c", format!("cat > {}", told.display())]},
        {"name": "hooked", "where": "intent.operation == 'delete'", "notify": ["webhook", url]},
    ])));
    desk.call(&mut desk.ledger(), &Call::removing("x"));
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = String::new();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
            request.push_str(&line);
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        stream
            .write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
            .unwrap();
        (request, body)
    });
    let output = desk.run(&["alert", "--deliver"]);
    assert_eq!(
        (output.status.code(), text(&output.stderr).as_str()),
        (Some(1), "")
    );
    let (request, body) = server.join().unwrap();
    assert!(request.starts_with("POST /hook HTTP/1.1\r\n"), "{request}");
    for (json, rule) in [
        (body, "hooked"),
        (std::fs::read(told).unwrap(), "outside-workspace"),
    ] {
        let alert: Value = serde_json::from_slice(&json).unwrap();
        assert_eq!((&alert["rule"], &alert["count"]), (&json!(rule), &json!(1)));
    }
}

#[test]
fn a_way_that_fails_is_said_and_the_alert_is_still_shown() {
    let desk = Desk::new();
    desk.policy(&policy_with(
        &json!([{"name": "x", "where": "intent.operation == 'delete'", "notify": ["/bin/false"]}]),
    ));
    desk.call(&mut desk.ledger(), &Call::removing("x"));
    let output = desk.run(&["alert", "--deliver"]);
    assert_eq!(
        text(&output.stderr),
        "wt alert: nobody was told of `x`: `/bin/false` failed: exit status: 1\n"
    );
    assert!(
        text(&output.stdout).contains("medium    x"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn following_tells_at_once_and_loses_no_count_when_it_ends() {
    let desk = Desk::new();
    let mut child = desk
        .wt(&["alert", "--follow", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = running::lines(child.stdout.take().unwrap());
    let alert = |line: String| serde_json::from_str::<Value>(&line).unwrap();
    let mut ledger = desk.ledger();
    let of = |agent| Call {
        agent,
        ..Call::removing("/home/ann/0")
    };
    // Only what comes after the start is told: calls of another agent say when that is.
    let started = (0..200).any(|_| {
        desk.call(&mut ledger, &of("codex"));
        lines.recv_timeout(Duration::from_millis(100)).is_ok()
    });
    assert!(started, "nothing is told");
    let next_of = |agent: &str| loop {
        let next = alert(lines.recv_timeout(Duration::from_secs(20)).unwrap());
        if next["agent"] == agent {
            return next;
        }
    };
    desk.call(&mut ledger, &of("claude-code"));
    let first = next_of("claude-code");
    assert_eq!(
        (&first["rule"], &first["count"]),
        (&json!("outside-workspace"), &json!(1))
    );
    for n in 1..10 {
        desk.call(&mut ledger, &Call::removing(&format!("/home/ann/{n}")));
    }
    // A third one says when these were read.
    desk.call(&mut ledger, &of("copilot"));
    next_of("copilot");
    running::send(child.id(), rustix::process::Signal::TERM);
    let rest: Vec<Value> = lines.iter().map(alert).collect();
    let last = rest.iter().rfind(|alert| alert["agent"] == "claude-code");
    assert_eq!(last.map(|alert| alert["count"].clone()), Some(json!(10)));
    assert_eq!(child.wait().unwrap().code(), Some(143));
}
