//! Sources that mean harm, each given to a `wt policy eval --jsonl` that is up and running: how long it takes to the
//! answer, and the most memory that the process ever held, as the kernel counted it.

use crate::support::{WT, running::forgo_huge_pages};
use serde_json::{Value as Json, json};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

/// What is promised of a release build: 50 ms and 32 MiB. Memory is measured as it is; time has room for a build that is
/// not optimised and a machine that does other things.
const SOON: Duration = if cfg!(debug_assertions) {
    Duration::from_millis(2500)
} else {
    Duration::from_millis(50)
};
const MOST_KIB: u64 = 32 * 1024;

struct Evaluator {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Evaluator {
    fn start() -> Self {
        // Another build of the same source may be measured, a release for one.
        let program = std::env::var("WT_HOSTILE_PROGRAM").unwrap_or_else(|_| WT.to_owned());
        let mut child = Command::new(program)
            .args(["policy", "eval", "--jsonl"])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self {
            child,
            input,
            output: BufReader::new(output),
        }
    }

    fn ask(&mut self, source: &str) -> (Json, Duration) {
        let scope = json!({"s": "a".repeat(1000), "xs": [1, 2, 3], "target": {"path": "/x"}});
        let question = format!("{}\n", json!({"expr": source, "scope": scope}));
        let begun = Instant::now();
        self.input.write_all(question.as_bytes()).unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        (serde_json::from_str(&answer).unwrap(), begun.elapsed())
    }

    /// The most memory that was ever resident, in KiB.
    fn peak(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

impl Drop for Evaluator {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// What the answer must be.
#[derive(Clone, Copy)]
enum Answer {
    /// Not accepted at load.
    Load,
    /// Accepted, and stopped by a limit.
    Limit,
    /// A value, since it is harmless here.
    Value,
}

const LIMITS: [&str; 3] = [
    "an integer beyond 64 bits",
    "more than 100,000 steps",
    "more than 1 MiB of intermediate data",
];

fn measure(class: &str, sources: &[(String, Answer)]) {
    forgo_huge_pages();
    let mut evaluator = Evaluator::start();
    assert_eq!(evaluator.ask("1 + 1").0, json!({"ok": 2}));
    let (base, mut longest) = (evaluator.peak(), Duration::ZERO);
    for (source, expected) in sources {
        let (answer, took) = evaluator.ask(source);
        let shown: String = source.chars().take(60).collect();
        let error = answer["error"].as_str();
        match expected {
            Answer::Value => assert_eq!(error, None, "{shown}"),
            Answer::Limit => assert!(error.is_some_and(|e| LIMITS.contains(&e)), "{shown}: {answer}"),
            Answer::Load => assert!(error.is_some_and(|e| !LIMITS.contains(&e)), "{shown}: {answer}"),
        }
        assert!(took < SOON, "{shown} took {took:?}");
        longest = longest.max(took);
    }
    let peak = evaluator.peak();
    println!(
        "{class}: {} sources, longest {longest:?}, peak {peak} KiB ({base} KiB before)",
        sources.len()
    );
    assert!(peak < MOST_KIB, "{class} made the process {peak} KiB large");
}

fn all(answer: Answer, sources: &[&str]) -> Vec<(String, Answer)> {
    sources
        .iter()
        .map(|source| ((*source).to_owned(), answer))
        .collect()
}

#[test]
fn classes_underscores_and_format_tricks_are_refused_in_time_and_memory() {
    let sources = [
        "().__class__",
        "().__class__.__base__.__subclasses__()",
        "target.__dict__",
        "[x for x in ().__class__.__mro__]",
        "'{0.__class__}'.format(s)",
        "'{0.__class__.__init__.__globals__}'.format(s)",
        "s.format_map(xs)",
        "f'{s.__class__}'",
        "f'{s!a}'",
        "'%s' .__mod__(s)",
        "__import__('os').system('id')",
        "getattr(s, 'x')",
        "eval('1')",
        "lambda: 1",
        "_x",
    ];
    measure("classes and formats", &all(Answer::Load, &sources));
}

#[test]
fn numbers_and_texts_without_end_meet_a_limit_in_time_and_memory() {
    let sources = [
        "9**9**9",
        "'a'*10**9",
        "[0]*10**9",
        "2**63",
        "1 << 10**9",
        "'a'.ljust(10**9)",
        "'a'.zfill(10**15)",
        "'\\t'.expandtabs(10**9)",
        "list(range(10**9))",
        "sum(range(10**12))",
        "sorted(range(10**6))",
        "s.replace('a', s).replace('a', s)",
        "','.join([s] * 5000)",
        "max([s * 100 for x in range(99)])",
        "str([[s] * 100] * 100)",
        "[round(1e308, k) for k in range(99999)]",
        "[round(1e308, -k % 300) for k in range(99999)]",
    ];
    measure("numbers and texts", &all(Answer::Limit, &sources));
}

#[test]
fn comprehensions_that_explode_meet_a_limit_in_time_and_memory() {
    let sources = [
        "[a+b+c+d for a in range(99) for b in range(99) for c in range(99) for d in range(99)]",
        "any(a*b == -1 for a in range(9999) for b in range(9999))",
        "{a: {b: c for b in range(999) for c in range(99)} for a in range(999)}",
        "[[[[0 for a in range(99)] for b in range(99)] for c in range(99)] for d in range(99)]",
        "{(a, b) for a in range(999) for b in range(999)}",
        "sum(sum(sum(c for c in range(99)) for b in range(99)) for a in range(99))",
        "[list(s) for k in range(999)]",
        "{str(k): {k} for k in range(9999)}",
        "[s.split('a') for x in range(9999)]",
    ];
    measure("comprehensions", &all(Answer::Limit, &sources));
}

#[test]
fn a_million_characters_are_refused_in_time_and_memory() {
    let n = 1_000_000;
    let sources = [
        "(", "-", "a", "1+", "'", "a.", "not ", "\n", "[1],", "f'{x}'", "9", "é",
    ];
    let sources: Vec<_> = sources
        .iter()
        .map(|part| (part.repeat(n / part.len()), Answer::Load))
        .collect();
    measure("a million characters", &sources);
}

#[test]
fn depth_is_refused_in_time_and_memory() {
    let sources = [
        "(", "[", "{", "-", "not ", "x[", "f(", "1 if ", "2**", "f'{", "lambda: ",
    ];
    let mut sources: Vec<_> = sources
        .iter()
        .map(|part| (part.repeat(60_000 / part.len()), Answer::Load))
        .collect();
    sources.extend([
        (format!("{}1{}", "(".repeat(300), ")".repeat(300)), Answer::Load),
        (format!("x{}", "[0]".repeat(300)), Answer::Load),
        (format!("1{}", " if 1 else 1".repeat(300)), Answer::Load),
        (format!("{}1{}", "(".repeat(60), ")".repeat(60)), Answer::Value),
    ]);
    measure("depth", &sources);
}

#[test]
fn patterns_that_blow_up_are_refused_or_linear_in_time_and_memory() {
    let many = |pattern: &str| {
        format!(
            "[{}]",
            format!("matches(s,'{pattern}'),").repeat(60_000 / (pattern.len() + 15))
        )
    };
    let mut sources = all(
        Answer::Value,
        &[
            "matches(s, '(a+)+$')",
            "matches(s + 'b', '^(a|a)*$')",
            "matches(s + 'b', '(a*)*b')",
        ],
    );
    sources.extend(all(
        Answer::Load,
        &[
            "matches(s, '((a{99}){99}){99}')",
            "matches(s, '(')",
            "matches(s, '\\\\1')",
            "glob(s, '[')",
            "matches(s, '\\\\pL{9999}')",
        ],
    ));
    for pattern in [
        "a",
        "(a+)+$",
        "(\\\\w{9}){9}",
        "\\\\w{99}",
        "[^a]{999}",
        "(((a{9}){9}){9}){9}",
    ] {
        sources.push((many(pattern), Answer::Load));
    }
    for long in ["(", "a|", "[a-z]", "{a,b}", "*", "**/"] {
        sources.push((
            format!("matches(s,'{}')", long.repeat(60_000 / long.len())),
            Answer::Load,
        ));
        sources.push((
            format!("glob(s,'{}')", long.repeat(60_000 / long.len())),
            Answer::Load,
        ));
    }
    sources.push((
        "[matches(s, 'x' * k) for k in range(999)]".to_owned(),
        Answer::Limit,
    ));
    sources.push((
        "[glob(s, '/{a,b}/' + str(k)) for k in range(999)]".to_owned(),
        Answer::Limit,
    ));
    // Long text against what must be compared with each of its letters at each place.
    for asked in [
        "matches('é' * 400000, '(.{1,500})z')",
        "matches('x' * 500000, '(.{1,500})z')",
        "matches('ab' * 400000, '(a?){500}a{500}[c-z]')",
        "matches('aé' * 300000, r'(\\d*\\w*){10}!')",
        "[matches(t, '[ab]*a[ab]{20}[c-z]') for t in ['aab' * 200000]]",
        "glob('a' * 500000, '*a????????????????????c')",
    ] {
        sources.push((asked.to_owned(), Answer::Limit));
    }
    measure("patterns", &sources);
}

#[test]
fn sources_as_long_as_they_may_be_cost_no_more_than_their_length() {
    let names: Vec<String> = (0..4000).map(|n| format!("v{n}")).collect();
    let names = names.join(",");
    let sources = [
        (format!("({}1)", "\n".repeat(65_000)), Answer::Value),
        (format!("1{}", "\n".repeat(65_000)), Answer::Value),
        (format!("({}1)", "#\n".repeat(32_000)), Answer::Value),
        (format!("s.{}()", "a".repeat(65_000)), Answer::Load),
        ("9".repeat(65_000), Answer::Load),
        (format!("float('0.{}')", "9".repeat(65_000)), Answer::Value),
        (format!("f'{}'", "{xs}".repeat(16_000)), Answer::Value),
        ("'a'".repeat(21_000), Answer::Value),
        (format!("'{}'", "\\x41".repeat(16_000)), Answer::Value),
        (format!("[({names}) for ({names}) in xs]"), Answer::Load),
        (format!("len([{}])", "[1],".repeat(16_000)), Answer::Value),
        (format!("len({{{}}})", "1,".repeat(32_000)), Answer::Limit),
        (format!("1 {}", "< 1 ".repeat(16_000)), Answer::Value),
        (format!("{}True", "True and ".repeat(7000)), Answer::Value),
    ];
    measure("long sources", &sources);
}
