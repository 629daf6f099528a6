//! `wt policy check`: everything that is wrong with documents, at once.

use super::{json_flag, load, now, problems_text, read, sample, sources};
use crate::{
    caller::Caller,
    facts::workspace,
    home::{DEFAULT_NAME, Home, POLICY_NAME},
    report::{Exit, Failure, json_text},
    view::{out, words::count},
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use policy::{Inspection, Layer, Source, inspect};
use serde_json::json;
use std::{os::fd::AsFd, path::Path, process::ExitCode};

/// The command line.
pub(super) fn build() -> Command {
    Command::new("check")
        .about(
            "Say everything that is wrong with policies: shape, names, unreachable rules, failing examples",
        )
        .arg(
            Arg::new("FILE")
                .action(ArgAction::Append)
                .help("Documents, each checked by itself; without any, those in force here together"),
        )
        .arg(json_flag())
}

/// The documents in force for this process's calls, the workspace's own among them.
fn in_force_here() -> Result<Vec<Source>, Failure> {
    let caller = Caller::of_this_process()?;
    let home = Home::open(&caller)?;
    let mut layers = home.layers(&caller)?;
    // The roots that a policy names are known where it loads; a git root is found without them.
    let named = load(&sources(&layers)).map(|policy| policy.settings().workspace.roots.clone());
    if let Some(root) = workspace::find(&caller, &named.unwrap_or_default()) {
        layers.extend(home.project_layer(&caller, root.dir.as_fd(), &root.path)?);
    }
    Ok(sources(&layers))
}

/// Whether a file lies where a workspace has its own document, which is nobody's home.
fn is_project(path: &str) -> bool {
    let named = |path: &Path, name: &str| path.file_name().is_some_and(|last| last == name);
    let Ok(real) = Path::new(path).canonicalize() else {
        return false;
    };
    let Some(dir) = real.parent().filter(|dir| named(dir, DEFAULT_NAME)) else {
        return false;
    };
    let is_home = Caller::of_this_process().is_ok_and(|caller| {
        let own = caller.homes.iter().map(|home| home.join(DEFAULT_NAME));
        let chosen = Home::open(&caller).ok().map(|home| home.path);
        own.chain(chosen)
            .any(|home| home.canonicalize().is_ok_and(|home| home == dir))
    });
    named(&real, POLICY_NAME) && !is_home
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
        vec![in_force_here()?]
    } else {
        // One that cannot be read keeps no problem of the others back.
        let mut take = |path: &&String| {
            let source = read(path).map_err(|failure| unread.get_or_insert(failure)).ok()?;
            let layer = if is_project(path) {
                Layer::Project
            } else {
                source.layer
            };
            Some(Source { layer, ..source })
        };
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
