//! `wt policy check`: everything that is wrong with documents, at once.

use super::{in_force, json_flag, now, problems_text, read, sample};
use crate::{
    report::{Exit, Failure, json_text},
    view::{out, words::count},
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use policy::{Inspection, Source, inspect};
use serde_json::json;
use std::process::ExitCode;

/// The command line.
pub(super) fn build() -> Command {
    Command::new("check")
        .about(
            "Say everything that is wrong with policies: shape, names, unreachable rules, failing examples",
        )
        .arg(
            Arg::new("FILE")
                .action(ArgAction::Append)
                .help("Documents, each checked by itself; without any, those in force together"),
        )
        .arg(json_flag())
}

/// Checks.
pub(super) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let json = matches.get_flag("json");
    let given: Vec<&String> = matches
        .get_many("FILE")
        .map(Iterator::collect)
        .unwrap_or_default();
    let mut unread = None;
    let sets: Vec<Vec<Source>> = if given.is_empty() {
        vec![in_force()?]
    } else {
        // One that cannot be read keeps no problem of the others back.
        let mut take = |path: &&String| read(path).map_err(|failure| unread.get_or_insert(failure)).ok();
        given
            .iter()
            .filter_map(|path| take(path).map(|source| vec![source]))
            .collect()
    };
    let checked: Vec<(Vec<String>, Inspection)> = sets
        .iter()
        .map(|sources| {
            let names = sources.iter().map(|source| source.path.clone()).collect();
            (names, inspect(sources, &now(), &sample::scope))
        })
        .collect();
    let sound = checked
        .iter()
        .all(|(_, inspection)| inspection.problems.is_empty());
    out::stream(|out| {
        for (names, inspection) in &checked {
            if json {
                let examples = inspection.examples.len();
                out.line(&json_text(&json!({
                    "files": names, "ok": inspection.problems.is_empty(),
                    "problems": inspection.problems, "examples": examples, "unjudged": inspection.unjudged,
                })))?;
            } else if inspection.problems.is_empty() {
                let examples = inspection.examples.len();
                let examples = count(examples as u64, "example holds", "examples hold");
                out.line(&format!("{}: ok, {examples}", names.join(", ")))?;
            } else {
                out.line(&problems_text(&inspection.problems, false))?;
                let problems = count(inspection.problems.len() as u64, "problem", "problems");
                let waiting = match inspection.unjudged as u64 {
                    0 => String::new(),
                    n => format!(
                        "; {} judged when they are mended",
                        count(n, "example is", "examples are")
                    ),
                };
                out.line(&format!("{}: {problems}{waiting}", names.join(", ")))?;
            }
        }
        Ok(if sound {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(Exit::Config as u8)
        })
    })
    .and_then(|code| unread.map_or(Ok(code), Err))
}
