//! Every command that reads, on every ledger that there can be: none, empty, damaged, torn, being written to, with text
//! that a terminal would obey and names that are no text; into a pipe that nobody reads, without colour.

use super::desk::{Call, Desk, text};
use serde_json::json;
use std::{
    io::Write,
    process::{Output, Stdio},
    sync::atomic::{AtomicBool, Ordering},
};

/// Commands that only read, as a person types them, with the exit codes that a sound ledger may give.
const READERS: &[(&[&str], &[i32])] = &[
    (&["tail"], &[0]),
    (&["tail", "--json"], &[0]),
    (&["tail", "--where", "decision.verdict == 'deny'"], &[0]),
    (&["recent"], &[0]),
    (&["recent", "--json"], &[0]),
    (&["stats"], &[0]),
    (&["stats", "--json"], &[0]),
    (&["report"], &[0]),
    (&["report", "--json"], &[0]),
    (&["report", "--format", "markdown"], &[0]),
    (&["report", "--format", "html"], &[0]),
    (&["query"], &[0]),
    (&["query", "--json"], &[0]),
    (&["query", "--count"], &[0]),
    (&["query", "--group-by", "kind,tool"], &[0]),
    (
        &[
            "query",
            "--select",
            "seq,intent.targets.*.path,identity.session",
            "--format",
            "csv",
        ],
        &[0],
    ),
    (
        &["query", "--select", "seq,intent.targets.*.path,identity.session"],
        &[0],
    ),
    (&["alert"], &[0, 1]),
    (&["alert", "--json"], &[0, 1]),
    (&["status"], &[0]),
    (&["status", "--json"], &[0]),
    (&["doctor"], &[0]),
    (&["doctor", "--json"], &[0]),
    (&["watch", "--once"], &[0]),
    (&["watch", "--once", "--tab", "approvals"], &[0]),
    (&["watch", "--once", "--tab", "alerts"], &[0]),
    (&["watch", "--once", "--tab", "policy"], &[0]),
    (&["watch", "--once", "--tab", "integrity"], &[0]),
    (&["gtfo"], &[0]),
    (&["gtfo", "--json"], &[0]),
    (&["export"], &[0]),
    (&["export", "--format", "json"], &[0]),
    (&["export", "--format", "csv"], &[0]),
    (&["export", "--format", "ocsf"], &[0]),
    (&["export", "--format", "otlp"], &[0]),
    (&["export", "--format", "cef"], &[0]),
    (&["verify"], &[0]),
    (&["verify", "--json"], &[0]),
    (&["approvals", "--list"], &[0]),
    (&["grants"], &[0]),
    (&["trash"], &[0]),
    (&["policy", "suggest"], &[0]),
    (&["clean", "--before", "1d"], &[77]),
];

/// What no output may hold: C0 and C1 controls but newline and tab, and what reorders or hides its neighbours.
fn is_obeyed(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn harmless(args: &[&str], output: &Output) {
    // An export into a pipe is the record itself, byte for byte.
    if args[0] == "export" {
        return;
    }
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let shown = std::str::from_utf8(bytes).unwrap_or_else(|e| panic!("{args:?}: {name}: {e}"));
        // Markdown and CSV end lines with what their formats demand.
        let bad = shown
            .chars()
            .find(|c| is_obeyed(*c) && !(*c == '\r' && args.contains(&"csv")));
        assert_eq!(bad, None, "{args:?}: {name}: {shown:?}");
        assert!(!shown.contains("panicked"), "{args:?}: {shown}");
    }
}

/// Runs them all; an exit code that is neither expected nor one of `also` is a failure.
fn all(desk: &Desk, also: &[i32]) {
    for (args, codes) in READERS {
        let output = desk.run(args);
        let code = output.status.code().unwrap();
        assert!(
            codes.contains(&code) || also.contains(&code),
            "{args:?}: {code}: {}",
            text(&output.stderr)
        );
        if code > 5 && args[0] != "status" {
            assert!(
                text(&output.stderr).contains("hint: "),
                "{args:?}: {}",
                text(&output.stderr)
            );
        }
        harmless(args, &output);
    }
}

const EVIL: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}gpj.exe\u{200b}\r\n-rf=cmd|' /C calc'!A0";

fn evil() -> Desk {
    let desk = Desk::new();
    let mut ledger = desk.ledger();
    for verdict in ["allow", "deny", "shadow", "escalate"] {
        let call = Call {
            verdict,
            domain: EVIL,
            operation: EVIL,
            tool: EVIL,
            rule: EVIL,
            agent: EVIL,
            session: EVIL,
            target: json!({"role": "path", "domain": EVIL, "operation": EVIL, "path": EVIL, "host": EVIL, "name": EVIL,
                "namespace": EVIL, "resource": EVIL, "user": EVIL, "url": ""}),
            exit: (verdict == "allow" || verdict == "shadow").then_some(1),
            risk: 0.9,
        };
        desk.call(&mut ledger, &call);
        desk.call(
            &mut ledger,
            &Call {
                domain: "filesystem",
                operation: "delete",
                ..call
            },
        );
    }
    // Bytes that are no UTF-8, as they are recorded.
    desk.call(&mut ledger, &Call::removing("name-\\xff\\xfe-\\\\end"));
    desk.event(
        &mut ledger,
        json!({"source": EVIL, "type": EVIL, "message": EVIL}),
    );
    desk
}

#[test]
fn no_recorded_text_reaches_the_terminal_as_anything_but_text() {
    let desk = evil();
    all(&desk, &[]);
    for args in [
        &["tail"][..],
        &["recent"],
        &["stats"],
        &["report"],
        &["query"],
        &["alert"],
        &["status"],
        &["gtfo"],
        &["export"],
        &["export", "--format", "json"],
        &["export", "--format", "csv"],
        &["export", "--format", "cef"],
    ] {
        let (_, shown) = desk.shows(80, &[("NO_COLOR", "1")], args);
        // What a terminal adds itself is the end of a line.
        let bad = shown.chars().find(|c| is_obeyed(*c));
        assert_eq!(bad, None, "{args:?}: {shown:?}");
    }
}

#[test]
fn an_empty_ledger_is_a_ledger() {
    all(&Desk::new(), &[]);
}

#[test]
fn without_a_ledger_every_command_says_so_and_how_to_get_one() {
    let desk = Desk::bare();
    for (args, _) in READERS {
        let output = desk.run(args);
        let code = output.status.code().unwrap();
        let said = text(&output.stderr) + &text(&output.stdout);
        assert!([1, 3, 5, 74, 78].contains(&code), "{args:?}: {code}: {said}");
        harmless(args, &output);
    }
}

#[test]
fn a_damaged_ledger_answers_with_what_is_left_and_is_named_as_damaged() {
    let desk = Desk::new();
    let mut ledger = desk.ledger();
    for n in 0..5 {
        desk.call(&mut ledger, &Call::removing(&format!("f{n}")));
    }
    drop(ledger);
    let path = desk.segment(1);
    let whole = std::fs::read(&path).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let middle = [
        lines[..4].concat(),
        b"{\"seq\":5,\x00\xff\x1b[2J\n".to_vec(),
        lines[5..].concat(),
    ]
    .concat();
    let half = whole[..whole.len() / 2].to_vec();
    let zeros = [&whole[..200], &[0; 4096], &whole[200..]].concat();
    for damaged in [middle, half, zeros, b"\xff\xfe\n\n\n".to_vec(), Vec::new()] {
        std::fs::write(&path, damaged).unwrap();
        all(&desk, &[1, 2, 3, 5, 74]);
        let verified = desk.run(&["verify"]);
        assert!([1, 2, 3, 5].contains(&verified.status.code().unwrap()));
    }
}

#[test]
fn a_ledger_that_is_written_to_meanwhile_answers_everything() {
    let desk = Desk::new();
    desk.call(&mut desk.ledger(), &Call::removing("first"));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut ledger = desk.ledger();
            let mut n = 0;
            while !done.load(Ordering::Relaxed) {
                desk.call(&mut ledger, &Call::removing(&format!("f{n}")));
                n += 1;
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        });
        all(&desk, &[]);
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(desk.run(&["verify"]).status.code(), Some(0));
}

#[test]
fn half_a_line_at_the_end_is_not_an_entry_yet() {
    let desk = Desk::new();
    desk.call(&mut desk.ledger(), &Call::removing("first"));
    let mut file = std::fs::File::options()
        .append(true)
        .open(desk.segment(1))
        .unwrap();
    file.write_all(b"{\"seq\":4,\"timestamp\":\"2026-").unwrap();
    // Torn is what verification says, and what the next call will mend.
    all(&desk, &[2]);
}

#[test]
fn a_reader_that_goes_away_ends_every_command_quietly() {
    let desk = Desk::new();
    let mut ledger = desk.ledger();
    for n in 0..800 {
        desk.call(
            &mut ledger,
            &Call {
                exit: None,
                ..Call::denied(&format!("/etc/some/long/path/{n}"))
            },
        );
    }
    drop(ledger);
    // `clean` refuses here, and says so.
    for (args, codes) in READERS.iter().filter(|(args, _)| args[0] != "clean") {
        let args: Vec<&str> = match args {
            ["tail" | "recent", ..] => [args, &["-n", "3000"][..]].concat(),
            _ => args.to_vec(),
        };
        let mut child = desk
            .wt(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Gone before a word was read.
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(text(&output.stderr), "", "{args:?}");
        let code = output.status.code();
        assert!(
            code.is_some_and(|code| codes.contains(&code) || code == 0),
            "{args:?}: {:?}",
            output.status
        );
    }
}

#[test]
fn nothing_is_coloured_in_a_pipe() {
    let desk = Desk::new();
    desk.call(&mut desk.ledger(), &Call::denied("/etc/x"));
    for (args, _) in READERS {
        let output = desk
            .wt(args)
            .env("TERM", "xterm-256color")
            .env("CLICOLOR_FORCE", "1")
            .output()
            .unwrap();
        assert!(
            !output.stdout.contains(&0x1b),
            "{args:?}: {}",
            text(&output.stdout)
        );
    }
}
