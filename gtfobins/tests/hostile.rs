//! Input that is meant to crash, hang or exhaust: it is answered, with a refusal where it goes too far.

use gtfobins::shell::{ShellScope, analyse};
use std::time::{Duration, Instant};

/// Patterns as `open|close`, repeated around a word until the text is 100 KB long.
const PATTERNS: &[&str] = &[
    "(|)",
    "((|))",
    "$(|)",
    "{ |;}",
    "\"$(|)\"",
    "`|`",
    "${a:-|}",
    "$((|))",
    "a;|",
    "(|",
    "((|",
    "$(|",
    "\"|",
    "if |",
    "<(|)",
    "[[ ( | ) ]]",
    "case x in x) |;;esac",
    "f(){ |;}",
    "<<a |",
    "x=(|)",
    "{a,|}",
    "{a,b}|",
    "$a|",
    "x=$x$x;|",
    "for i in 1 2 3; do |;done",
    "a|b ",
    "\\|",
    "~|/",
    "eval |",
    "sh -c '|'",
    "find . -exec |\\;",
    "xargs |",
    "env |",
    "sudo |",
    "$[|]",
    "${a[|]}",
    "a[|]=1 ",
    "'|'",
    "#|",
    "$'\\x41|'",
    "*|",
    "git -c a=b |",
    "rm a;|",
    "echo a |b|",
    "sed -e s/a/b/ |",
    "awk '{|}'",
    "cat <(|)",
    "python3 -c '|'",
    "!|",
    "time |",
    "f(){ f;f;};f|",
    "a=b |",
    "tar c |",
    "find . |",
    "curl a |",
];

fn scope() -> ShellScope {
    ShellScope {
        cwd: "/w".into(),
        home: "/home/u".into(),
        ..ShellScope::default()
    }
}

#[test]
fn a_hundred_kilobytes_of_anything_are_answered_in_time() {
    // The release build answers within 50 ms; unoptimised and beside other tests it may take longer.
    let most = if cfg!(debug_assertions) {
        Duration::from_secs(5)
    } else {
        Duration::from_millis(50)
    };
    let mut slow = Vec::new();
    for pattern in PATTERNS {
        let (open, close) = pattern.split_once('|').unwrap();
        let times = 100_000 / (open.len() + close.len());
        let text = format!("{}x{}", open.repeat(times), close.repeat(times));
        let start = Instant::now();
        analyse(&text, &scope());
        let took = start.elapsed();
        println!("{took:>12?} {pattern}");
        if took > most {
            slow.push(format!("{pattern} took {took:?}"));
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

#[test]
fn what_goes_too_far_is_refused() {
    for text in [
        "(".repeat(1000),
        "true;".repeat(5000),
        "x".repeat(200_000),
        format!("echo {}", "{a,b}".repeat(30)),
        "f(){ f; f; }; f".to_owned(),
    ] {
        let analysis = analyse(&text, &scope());
        let stopped = analysis.refused.is_some() || analysis.parts.iter().any(|p| !p.concerns.is_empty());
        assert!(stopped, "{:.40}", text);
    }
}

#[test]
fn fifty_and_more_parts_are_all_seen() {
    let analysis = analyse(&format!("{} rm -rf ~", "true;".repeat(120)), &scope());
    assert_eq!(analysis.parts.len(), 121);
    assert_eq!(analysis.refused, None);
}
