//! Input that is meant to crash, hang or exhaust: it is answered, with a refusal where it goes too far.

use gtfobins::shell::{ShellScope, analyse};
use std::time::{Duration, Instant};

/// The hostile texts of the corpus, each with its pattern.
fn texts() -> Vec<(String, String)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/corpus/hostile.txt");
    let patterns = std::fs::read_to_string(path).unwrap();
    let patterns = patterns.lines().filter(|line| !line.starts_with("# "));
    patterns
        .map(|pattern| {
            let (open, close) = pattern.split_once('|').unwrap();
            let times = 100_000 / (open.len() + close.len());
            let text = format!("{}x{}", open.repeat(times), close.repeat(times));
            (pattern.to_owned(), text)
        })
        .collect()
}

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
    for (pattern, text) in texts() {
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
