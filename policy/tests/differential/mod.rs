//! CPython is the oracle: whatever the language accepts has CPython's value, or raises where CPython raises.
//! One CPython answers a whole batch.

mod oracle;
mod source;
mod typed;
mod untyped;

use policy::{EvalErrorKind, NoAnswer, evaluate};
use serde_json::{Map, Value as Json};
use source::Dice;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Expressions of each generator in one run, unless `WT_DIFFERENTIAL` says how many.
const EACH: usize = 110_000;
/// Expressions in one batch for CPython.
const BATCH: usize = 10_000;

/// What is told instead of an answer that CPython does not come to in its time, as with `round(1, -10**18)`.
const TOO_LONG: &str = "TooLong";

/// What the two answers to one expression are.
struct Pair {
    source: String,
    ours: Result<String, NoAnswer>,
    python: Result<String, String>,
}

impl Pair {
    /// Why the two do not go together, if they do not.
    fn disagreement(&self) -> Option<String> {
        let told = |ours: &str, python: &str| {
            Some(format!(
                "{}\n    ours:   {ours}\n    python: {python}",
                self.source
            ))
        };
        match (&self.ours, &self.python) {
            // It may still have come to the same.
            (Ok(_), Err(python)) if python == TOO_LONG => None,
            (Ok(ours), Ok(python)) if ours != python => told(ours, python),
            (Ok(ours), Err(python)) => told(ours, &format!("raises {python}")),
            (Err(NoAnswer::Eval(e)), Ok(python)) if e.kind == EvalErrorKind::Raised => {
                told(&format!("raises: {}", e.message), python)
            }
            (Err(NoAnswer::Eval(e)), Ok(python)) if e.kind == EvalErrorKind::Rejected => {
                (!is_named(&e.message)).then(|| told(&format!("rejects: {}", e.message), python))?
            }
            (Err(NoAnswer::Expr(e)), Ok(python)) => {
                (!is_named(&e.message)).then(|| told(&format!("rejects: {}", e.message), python))?
            }
            _ => None,
        }
    }
}

/// Whether the documentation names this rejection: its table of rejections quotes every message, `...` standing
/// for what varies.
fn is_named(message: &str) -> bool {
    let documented = include_str!("../../../docs/policy.md");
    let table = documented.split("## Rejections").nth(1).unwrap_or_default();
    let table = table.split("\n## ").next().unwrap_or_default();
    table
        .lines()
        .filter_map(|line| line.strip_prefix("| ").and_then(|l| l.split(" | ").next()))
        .any(|pattern| {
            let mut rest = message;
            pattern.trim().split("...").enumerate().all(|(n, part)| {
                let found = if n == 0 {
                    rest.starts_with(part).then_some(0)
                } else {
                    rest.find(part)
                };
                found.is_some_and(|at| {
                    rest = rest.get(at + part.len()..).unwrap_or_default();
                    true
                })
            })
        })
}

fn scope() -> Map<String, Json> {
    serde_json::from_str(include_str!("scope.json")).unwrap()
}

/// Where chance begins: where it always does, unless `WT_DIFFERENTIAL_SEED` says where. `tests/campaigns/differential.sh`
/// goes to new places.
fn seed() -> u64 {
    let told = std::env::var("WT_DIFFERENTIAL_SEED").ok();
    told.map_or(0x5eed_0003, |told| told.parse().unwrap())
}

fn run(name: &str, make: fn(&mut Dice) -> String) {
    let all: usize = std::env::var("WT_DIFFERENTIAL")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(EACH);
    let Some(python) = oracle::python() else { return };
    let (scope, seed) = (scope(), seed());
    let mut dice = Dice::new(seed);
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    let mut bad: Vec<String> = Vec::new();
    let (mut own_time, mut python_time) = (Duration::ZERO, Duration::ZERO);
    for begun in (0..all).step_by(BATCH) {
        let sources: Vec<String> = (begun..all.min(begun + BATCH)).map(|_| make(&mut dice)).collect();
        let clock = Instant::now();
        let ours: Vec<_> = sources.iter().map(|source| evaluate(source, &scope)).collect();
        own_time += clock.elapsed();
        // Beyond a limit CPython might need more than this machine has.
        let beyond = |answer: &Result<String, NoAnswer>| matches!(answer, Err(NoAnswer::Eval(e)) if e.kind == EvalErrorKind::Limit);
        let asked: Vec<usize> = (0..sources.len()).filter(|n| !beyond(&ours[*n])).collect();
        let clock = Instant::now();
        let answers = oracle::ask(&python, &scope, asked.iter().map(|n| sources[*n].as_str()));
        python_time += clock.elapsed();
        *tally.entry("beyond a limit").or_default() += sources.len() - asked.len();
        for (n, python) in asked.into_iter().zip(answers) {
            let pair = Pair {
                source: sources[n].clone(),
                ours: ours[n].clone(),
                python,
            };
            let kind = match (&pair.ours, &pair.python) {
                (Ok(_), Err(python)) if python == TOO_LONG => TOO_LONG,
                (Ok(_), _) => "a value",
                (Err(NoAnswer::Expr(_)), Ok(_)) => "rejected at load",
                (Err(NoAnswer::Eval(e)), Ok(_)) if e.kind == EvalErrorKind::Rejected => "rejected",
                (Err(_), _) => "an error in both",
            };
            *tally.entry(kind).or_default() += 1;
            bad.extend(pair.disagreement());
        }
    }
    println!("{name}, seed {seed}: {all} expressions: {tally:?}; ours {own_time:?}, CPython {python_time:?}");
    let unanswered = tally.get(TOO_LONG).copied().unwrap_or_default();
    assert!(
        unanswered <= all / 1000,
        "CPython did not answer {unanswered} of {all}"
    );
    bad.sort_by_key(String::len);
    assert!(
        bad.is_empty(),
        "{} disagreements from seed {seed}, the shortest:\n{}",
        bad.len(),
        bad[..bad.len().min(25)].join("\n")
    );
}

#[test]
fn typed_expressions_have_cpythons_values() {
    run("typed", typed::expression);
}

#[test]
fn untyped_expressions_have_cpythons_values_or_raise_where_it_raises() {
    run("untyped", untyped::expression);
}

#[test]
fn every_disagreement_ever_found_stays_settled() {
    let Some(python) = oracle::python() else { return };
    let scope = scope();
    let sources: Vec<&str> = include_str!("regressions.txt")
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with("# "))
        .collect();
    let answers = oracle::ask(&python, &scope, sources.iter().copied());
    for (source, python) in sources.iter().zip(answers) {
        let pair = Pair {
            source: (*source).to_owned(),
            ours: evaluate(source, &scope),
            python,
        };
        assert_eq!(pair.disagreement(), None);
    }
}
