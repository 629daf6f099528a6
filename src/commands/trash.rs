//! `wt trash`: what deleted and overwritten objects occupy, and letting go of them for good. What goes is what policy
//! no longer keeps, or everything; a call of its own, judged, recorded, and done by the engine.

use super::show;
use crate::{
    caller::Caller,
    engine,
    ground::Ground,
    outcome::Output,
    report::{Failure, json_is_asked, json_text, visible},
    undo::{self, Item, Keep, Origin},
    view::words::{count, size},
    withdrawal::Withdrawal,
    work::Work,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use policy::{Intent, Target};
use serde_json::json;
use std::{io::IsTerminal, os::fd::AsFd, process::ExitCode};

pub(crate) fn build() -> Command {
    let json = || {
        Arg::new("json")
            .long("json")
            .action(ArgAction::SetTrue)
            .help("Print JSON")
    };
    Command::new("trash")
        .about("Show what can be taken back, and let go of it")
        .arg(json())
        .subcommand(
            Command::new("list")
                .about("Show it; what happens without a subcommand")
                .arg(json()),
        )
        .subcommand(
            Command::new("empty")
                .about("Delete for good what policy no longer keeps")
                .arg(
                    Arg::new("all")
                        .long("all")
                        .action(ArgAction::SetTrue)
                        .help("Everything"),
                )
                .arg(
                    Arg::new("dry-run")
                        .long("dry-run")
                        .action(ArgAction::SetTrue)
                        .help("Only say what would go"),
                )
                .arg(json()),
        )
        .after_help(
            "Policy's `trash.max_days` and `trash.max_bytes` say what is kept, and it is never more than is free \
             beside it; the oldest goes first. That is seen to without this command too, about once an hour.",
        )
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let items = undo::items(ground.home.dir.as_fd(), &ground.home.path, caller.uid)?;
    match matches.subcommand() {
        Some(("empty", matches)) => empty(&ground, &caller, items, matches),
        Some((_, matches)) => list(&ground, items, matches),
        None => list(&ground, items, matches),
    }
}

fn list(ground: &Ground, mut items: Vec<Item>, matches: &ArgMatches) -> Result<ExitCode, Failure> {
    items.retain(|item| !item.is_remnant());
    let origins = origins(ground, &items)?;
    let json = matches.get_flag("json");
    let mut shown = text(&items, &origins, json);
    if json {
        return Ok(show(&shown));
    }
    if origins.iter().any(|origin| origin.comes_back) {
        shown.push_str("`wt undo` with the number in front takes that call back\n");
    }
    let left = || {
        items
            .iter()
            .zip(&origins)
            .filter(|(_, origin)| !origin.comes_back)
    };
    if left().next().is_some() {
        shown.push_str("what an undo put aside comes back by hand, with `cp -a` from:\n");
    }
    for (item, _) in left() {
        let entry = item.place.name.to_string_lossy();
        let place = visible(&format!("{}/{entry}", item.place.path));
        shown.push_str(&format!("{:>8}  {place}\n", item.seq));
    }
    Ok(show(&shown))
}

fn origins(ground: &Ground, items: &[Item]) -> Result<Vec<Origin>, Failure> {
    undo::origins(ground.home.dir.as_fd(), &ground.home.path, items)
}

fn text(items: &[Item], origins: &[Origin], json: bool) -> String {
    let both = || items.iter().zip(origins);
    if json {
        let all: Vec<_> = both().map(|(item, origin)| item.to_json(&origin.path)).collect();
        return format!("{}\n", json_text(&json!(all)));
    }
    let mut out = String::new();
    for (item, origin) in both() {
        let what = if origin.path.is_empty() {
            &item.place.path
        } else {
            &origin.path
        };
        out.push_str(&format!(
            "{:>8}  {}  {:>9}  {}\n",
            item.seq,
            item.since,
            size(item.bytes),
            visible(what)
        ));
    }
    let bytes = items.iter().map(|item| item.bytes).sum();
    let all = count(items.len() as u64, "object", "objects");
    out + &format!("{all}, {}\n", size(bytes))
}

fn empty(
    ground: &Ground,
    caller: &Caller,
    items: Vec<Item>,
    matches: &ArgMatches,
) -> Result<ExitCode, Failure> {
    let wanted = &ground.policy.settings().trash;
    let keep = if matches.get_flag("all") {
        Keep::Nothing
    } else {
        Keep::Within {
            days: wanted.max_days,
            bytes: wanted.max_bytes,
        }
    };
    let going = undo::beyond(items, keep);
    let json = matches.get_flag("json");
    let shown = text(&going, &origins(ground, &going)?, json);
    if matches.get_flag("dry-run") || going.is_empty() {
        return Ok(show(&shown));
    }
    let intent = Intent {
        domain: "watchtower".into(),
        operation: "trash_empty".into(),
        targets: vec![Target {
            role: "trash".into(),
            domain: "watchtower".into(),
            operation: "trash_empty".into(),
            name: "trash".to_owned(),
            ..Target::default()
        }],
        params: [("objects".to_owned(), json!(going.len()))].into_iter().collect(),
        tool: "wt".into(),
    };
    let (mut quiet, mut stderr) = (std::io::sink(), std::io::stderr());
    let mut output = Output {
        stdout: &mut quiet,
        stderr: &mut stderr,
        terminal: std::io::stdout().is_terminal(),
        json: json || json_is_asked(),
        withdrawal: Withdrawal::default(),
    };
    let outcome = engine::carry(
        &intent,
        caller,
        Work::Undo(Box::new(undo::erasing(going))),
        &mut output,
    )
    .map_err(|stop| stop.failure())?;
    let _ = show(&shown);
    Ok(ExitCode::from(outcome.exit_code))
}
