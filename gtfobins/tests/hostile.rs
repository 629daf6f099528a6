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

/// Each goes as deep as the parser lets it, again within each call of a function or shell.
fn towers() -> Vec<String> {
    let within = |open: &str, close: &str, times: usize, inner: &str| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    let mut towers = Vec::new();
    for (open, close) in [
        ("{ ", " }"),
        ("( ", " )"),
        ("if true; then ", " fi"),
        ("for a in b; do ", " done"),
        ("case a in a) ", " ;; esac"),
        ("echo $( ", " ; )"),
        ("echo \"$(", " ; )\""),
        ("cat <( ", " ; )"),
        ("echo ${a:-$( ", " ; )}"),
        ("g() { ", " }; g"),
    ] {
        towers.push(within(open, close, 30, "true;"));
        towers.push(format!("f() {{ {}; }}; f", within(open, close, 18, "f;")));
        towers.push(format!("f() {{ {}; }}; f", within(open, close, 36, "f;")));
        towers.push(format!(
            "x='{}'; eval \"$x\"",
            within(open, close, 30, "eval \"$x\";")
        ));
    }
    for (open, close) in [("${a:-", "}"), ("$((", "))"), ("${a[", "]}"), ("${a:-\"", "\"}")] {
        towers.push(format!("f() {{ echo {}; }}; f", within(open, close, 18, "$(f)")));
        towers.push(format!("f() {{ echo {}; }}; f", within(open, close, 36, "$(f)")));
    }
    for wrapper in [
        "env ",
        "sudo ",
        "sh -c ",
        "eval ",
        "xargs ",
        "nice ",
        "find . -exec ",
        "bash -c \"",
        "! ",
        "time ",
    ] {
        towers.push(format!("f() {{ {}f; }}; f", wrapper.repeat(20)));
        towers.push(format!("{}ls", wrapper.repeat(64_000 / wrapper.len())));
    }
    for path in ["a/", "*/", "?/", "[a]/", "**/", "../", "./"] {
        for program in ["cat", "rm -r", "ls", "cp x", "echo >", "bash", "unknown"] {
            towers.push(format!("{program} {}x", path.repeat(60_000 / path.len())));
        }
    }
    for mark in [
        "{", "{a,", "[", "`", "$", "\\", "'\"", "$'", "@(", "((", "[[ (", "<<a\n", "a=(",
    ] {
        towers.push(format!("echo {}", mark.repeat(64_000 / mark.len())));
        towers.push(mark.repeat(64_000 / mark.len()));
    }
    towers
}

#[test]
fn no_nesting_exhausts_the_stack_of_a_thread() {
    // Threads have 2 MiB, as those of the server; a deeper tower ends the process, and this test with it.
    let answered = std::thread::Builder::new().stack_size(2 << 20).spawn(|| {
        for tower in towers() {
            let start = Instant::now();
            analyse(&tower, &scope());
            println!("{:>12?} {:.60}", start.elapsed(), tower.replace('\n', " "));
        }
    });
    answered.unwrap().join().unwrap();
}

#[test]
fn what_is_nested_as_people_nest_it_is_followed() {
    let text = "f() { if true; then for a in 1 2; do ( echo \"$(g \"$a\")\" ); done; fi; }
        g() { { case $1 in 1) echo ${b:-${c:-$(cat x)}} ;; esac; }; }; bash -c 'sh -c \"sudo env f\"'; f";
    let analysis = analyse(text, &scope());
    assert_eq!(analysis.refused, None);
    assert!(
        analysis.parts.iter().any(|part| part.argv == ["cat", "x"]),
        "{analysis:?}"
    );
}

#[test]
fn a_path_that_linux_cannot_have_is_refused() {
    for program in ["cat", "rm -r", "ls", "cp x", "echo >", "bash", "curl -o"] {
        for (times, refused) in [(2000, false), (2050, true)] {
            let analysis = analyse(&format!("{program} {}x", "a/".repeat(times)), &scope());
            assert_eq!(
                analysis.refused.is_some(),
                refused,
                "{program} {times}: {:?}",
                analysis.refused
            );
        }
    }
    let word = analyse(&format!("echo {}", "a/".repeat(5000)), &scope());
    assert_eq!(word.refused, None, "what is only printed is no path");
}

#[test]
fn fifty_and_more_parts_are_all_seen() {
    let analysis = analyse(&format!("{} rm -rf ~", "true;".repeat(120)), &scope());
    assert_eq!(analysis.parts.len(), 121);
    assert_eq!(analysis.refused, None);
}
