//! `wt policy test`: the examples of documents and the tests of files beside them.

use super::{json_flag, now, problems_text, read, sample, word};
use crate::{
    report::{Exit, Failure, json_text},
    view::{out, words::count},
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use policy::{Inspection, Policy, Problem, Source, inspect, run_tests};
use serde_json::{Value as Json, json};
use std::{path::Path, process::ExitCode};

/// The command line.
pub(super) fn build() -> Command {
    Command::new("test")
        .about("Run the examples in policies and the tests in `*.test.json` files")
        .arg(
            Arg::new("FILE")
                .action(ArgAction::Append)
                .required(true)
                .help("Policies, and test files; beside POLICY.json, POLICY.test.json runs too"),
        )
        .arg(json_flag())
        .after_help(
            "A test file: {\"policy\": \"policy.json\", \"tests\": [{\"name\": \"...\", \"argv\": [\"safe-rm\", \"-r\", \
             \"target\"], \"expect\": \"allow\"}]}. Exit code 1 where a test fails.",
        )
}

/// Runs them all.
pub(super) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let given: Vec<&String> = matches
        .get_many("FILE")
        .map(Iterator::collect)
        .unwrap_or_default();
    let mut all = Inspection::default();
    let mut take = |found: Inspection| {
        all.examples.extend(found.examples);
        all.problems.extend(found.problems);
        all.unjudged += found.unjudged;
    };
    // A policy that does not load keeps no result of the others back.
    let mut unusable: Vec<Problem> = Vec::new();
    let mut last: Option<Policy> = None;
    for path in given {
        if path.ends_with(".test.json") {
            let bytes = read(path)?.bytes;
            let named = under_test(path, &bytes).map(|policy| read(&policy)).transpose()?;
            let policy = match (named, &last) {
                (Some(source), _) => usable(&source, &mut unusable),
                (None, Some(policy)) => Some(policy.clone()),
                (None, None) if unusable.is_empty() => {
                    return Err(Failure::new(Exit::Usage, format!("`{path}` names no policy"))
                        .hint("name the policy before it, or in its `policy`"));
                }
                (None, None) => None,
            };
            if let Some(policy) = policy {
                take(run_tests(&policy, path, &bytes, &sample::scope));
            }
            continue;
        }
        let source = read(path)?;
        last = policy::load(std::slice::from_ref(&source)).ok();
        let mut found = inspect(&[source], &now(), &sample::scope);
        if last.is_none() {
            unusable.append(&mut found.problems);
        }
        take(found);
        let Some(policy) = &last else { continue };
        let beside = path.strip_suffix(".json").map(|stem| format!("{stem}.test.json"));
        if let Some(beside) = beside.filter(|beside| Path::new(beside).exists()) {
            take(run_tests(policy, &beside, &read(&beside)?.bytes, &sample::scope));
        }
    }
    let code = match (unusable.is_empty(), all.problems.is_empty()) {
        (true, true) => ExitCode::SUCCESS,
        (true, false) => ExitCode::from(1),
        (false, _) => ExitCode::from(Exit::Config as u8),
    };
    unusable.append(&mut all.problems);
    all.problems = unusable;
    report(&all, code, matches.get_flag("json"))
}

/// The policy, or none and its problems.
fn usable(source: &Source, problems: &mut Vec<Problem>) -> Option<Policy> {
    policy::load(std::slice::from_ref(source))
        .map_err(|found| problems.extend(found))
        .ok()
}

/// The policy that a test file names, from where the file stands.
fn under_test(path: &str, bytes: &[u8]) -> Option<String> {
    let document: Json = serde_json::from_slice(bytes).ok()?;
    let named = document.get("policy")?.as_str()?;
    let dir = Path::new(path).parent().unwrap_or(Path::new(""));
    Some(dir.join(named).to_str()?.to_owned())
}

fn report(found: &Inspection, code: ExitCode, json: bool) -> Result<ExitCode, Failure> {
    let (outcomes, problems) = (&found.examples, &found.problems);
    let passed = outcomes.iter().filter(|outcome| outcome.passed).count();
    let failed = outcomes.len() - passed;
    out::stream(|out| {
        if json {
            let tests: Vec<Json> = outcomes
                .iter()
                .map(|o| {
                    json!({"name": o.name, "expected": o.expected, "found": o.found, "rule": o.rule, "passed": o.passed})
                })
                .collect();
            let answer = json!({"tests": tests, "passed": passed, "failed": failed, "unjudged": found.unjudged, "problems": problems});
            out.line(&json_text(&answer))?;
            return Ok(code);
        }
        for outcome in outcomes {
            let mark = if outcome.passed { "ok  " } else { "FAIL" };
            let text = format!(
                "{mark} {}: {} by {}",
                outcome.name,
                word(outcome.found),
                outcome.rule
            );
            out.line(&crate::report::visible(&text))?;
        }
        if !problems.is_empty() {
            out.line("")?;
            out.line(&problems_text(problems, false))?;
            out.line("")?;
        }
        let tests = count(outcomes.len() as u64, "test", "tests");
        let unjudged = match found.unjudged {
            0 => String::new(),
            n => format!(", {n} to be judged when the policy is mended"),
        };
        // One for each failed test, and what is wrong beside them.
        let more = match problems.len().saturating_sub(failed) as u64 {
            0 => String::new(),
            n => format!("; {}", count(n, "problem", "problems")),
        };
        out.line(&format!(
            "{tests}: {passed} passed, {failed} failed{unjudged}{more}"
        ))?;
        Ok(code)
    })
}
