//! `wt policy`: documents checked, tested, explained, replayed and compared. Reads only; nothing is ever applied.

mod check;
mod diff;
mod eval;
mod explain;
mod history;
mod replay;
mod sample;
mod suggest;
mod test;

use crate::{
    caller::Caller,
    home::{Home, LayerFile},
    report::{Exit, Failure, json_text},
    view::out,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use policy::{Layer, Policy, Problem, Source};
use std::process::ExitCode;

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("policy")
        .about("Check, test, explain, replay and compare policies")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(check::build())
        .subcommand(explain::build())
        .subcommand(test::build())
        .subcommand(eval::build())
        .subcommand(replay::build())
        .subcommand(diff::build())
        .subcommand(suggest::build())
        .subcommand(Command::new("schema").about("Print the JSON Schema of policies, for editors"))
}

/// Does what is asked.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    match matches.subcommand() {
        Some(("check", matches)) => check::run(matches),
        Some(("explain", matches)) => explain::run(matches),
        Some(("test", matches)) => test::run(matches),
        Some(("eval", matches)) => eval::run(matches),
        Some(("replay", matches)) => replay::run(matches),
        Some(("diff", matches)) => diff::run(matches),
        Some(("suggest", matches)) => suggest::run(matches),
        _ => out::stream(|out| {
            out.line(&serde_json::to_string_pretty(&policy::schema()).unwrap_or_default())?;
            Ok(ExitCode::SUCCESS)
        }),
    }
}

/// `--json`, which every one of them has.
fn json_flag() -> Arg {
    Arg::new("json")
        .long("json")
        .action(ArgAction::SetTrue)
        .help("Answer as JSON")
}

/// A policy's file.
fn file(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).value_name("FILE").required(true).help(help)
}

/// A document from a file, as a user's layer.
fn read(path: &str) -> Result<Source, Failure> {
    let bytes =
        std::fs::read(path).map_err(|e| Failure::new(Exit::Config, format!("cannot read `{path}`: {e}")))?;
    Ok(Source {
        layer: Layer::User,
        path: path.to_owned(),
        bytes,
    })
}

/// The documents in force for this process's calls.
fn in_force() -> Result<Vec<Source>, Failure> {
    let caller = Caller::of_this_process()?;
    Ok(sources(&Home::open(&caller)?.layers(&caller)?))
}

fn sources(layers: &[LayerFile]) -> Vec<Source> {
    let source = |file: &LayerFile| Source {
        layer: file.layer,
        path: file.path.display().to_string(),
        bytes: file.bytes.clone(),
    };
    layers.iter().map(source).collect()
}

/// A document as the user's layer among those in force: below the system's, in the place of the user's own.
fn candidate(path: &str) -> Result<Policy, Failure> {
    let system = in_force()
        .unwrap_or_default()
        .into_iter()
        .filter(|source| source.layer == Layer::System);
    let sources: Vec<Source> = system.chain([read(path)?]).collect();
    load(&sources)
}

fn load(sources: &[Source]) -> Result<Policy, Failure> {
    policy::load(sources).map_err(|problems| {
        let path = problems.first().map_or("", |problem| problem.path.as_str());
        let check = format!("wt policy check {}", shell_words::quote(path));
        Failure::of_policy(&problems, &check)
    })
}

/// The word of a verdict.
fn word(verdict: policy::Verdict) -> &'static str {
    crate::view::lines::verdict_word(verdict)
}

/// The time as of which documents are inspected (RFC 3339).
fn now() -> String {
    jiff::Timestamp::now().to_string()
}

/// Problems as JSON or as a person reads them, one blank line between them.
fn problems_text(problems: &[Problem], json: bool) -> String {
    if json {
        return json_text(&serde_json::json!(problems));
    }
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n\n")
}
