//! `wt undo`: takes back what a recorded call did. A call of its own: judged, recorded, and done by the engine.

use super::show;
use crate::{
    caller::Caller,
    engine,
    ground::Ground,
    outcome::Output,
    report::{Exit, Failure, json_is_asked, json_text, visible},
    state::Held,
    undo,
    withdrawal::Withdrawal,
    work::Work,
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use ledger::{Draft, Durability, Kind, read::Reader};
use policy::{Intent, Target};
use serde_json::json;
use std::{io::IsTerminal, os::fd::AsFd, process::ExitCode};

/// Held while a call is chosen and taken back.
const LOCK: &str = "state/undo.lock";

pub(crate) fn build() -> Command {
    Command::new("undo")
        .about("Take back what a call did")
        .arg(
            Arg::new("SEQ")
                .value_parser(value_parser!(u64).range(1..))
                .help("The call's entry, as `wt recent` shows it"),
        )
        .arg(Arg::new("last").long("last").action(ArgAction::SetTrue).conflicts_with("SEQ").help("The last call that changed something"))
        .arg(Arg::new("dry-run").long("dry-run").action(ArgAction::SetTrue).help("Only say what would be done"))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON"))
        .after_help("A place that has changed since is left alone. Nothing is lost: what is put aside goes into the trash.")
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let wanted = matches.get_one::<u64>("SEQ").copied();
    if wanted.is_none() && !matches.get_flag("last") {
        return Err(Failure::new(Exit::Usage, "neither a call's entry nor `--last` is named").hint(
            "`wt undo --last` takes back the last call that changed something; `wt recent` lists calls with their entries",
        ));
    }
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let json = matches.get_flag("json");
    // Two at once would choose the same call.
    let _held = if matches.get_flag("dry-run") {
        None
    } else {
        Some(Held::take_at(ground.home.dir.as_fd(), LOCK)?)
    };
    let reader = Reader::open(ground.home.dir.as_fd(), &ground.home.path)?;
    let did = |found: &undo::Found| {
        let plan = undo::plan(found, caller.uid, &ground.home);
        plan.is_unsure || !plan.work.is_empty()
    };
    let found = undo::find(&reader, wanted, &caller.principal, &did)?;
    let of = found.decision.seq;
    let plan = undo::plan(&found, caller.uid, &ground.home);
    let steps = plan.steps();
    // An undo that was stopped before it was recorded.
    let is_back = steps.is_empty() && plan.left.is_empty() && plan.back > 0;
    if steps.is_empty() && !is_back {
        let why = plan.left.first().map_or("it changed nothing", String::as_str);
        return Err(Failure::new(
            Exit::Usage,
            format!("entry {of} cannot be taken back: {}", visible(why)),
        )
        .hint("`wt undo SEQ` takes back another call; `wt recent` lists them"));
    }
    if matches.get_flag("dry-run") {
        let all: Vec<_> = steps
            .iter()
            .map(|(what, path)| json!({"what": what, "path": path}))
            .collect();
        return Ok(show(&if json {
            format!(
                "{}\n",
                json_text(&json!({"of": of, "steps": all, "left": plan.left}))
            )
        } else {
            let done = steps
                .iter()
                .map(|(what, path)| format!("would be {what}: {}\n", visible(path)));
            let left = plan.left.iter().map(|why| format!("left: {}\n", visible(why)));
            let back = is_back.then(|| all_is_back(of));
            done.chain(left).chain(back).collect()
        }));
    }
    if is_back {
        note(&ground, of, 0, &plan.left)?;
        return Ok(show(&if json {
            format!("{}\n", json_text(&json!({"of": of, "effects": [], "left": []})))
        } else {
            all_is_back(of)
        }));
    }
    let intent = Intent {
        domain: "watchtower".into(),
        operation: "undo".into(),
        targets: steps
            .iter()
            .map(|(_, path)| Target {
                domain: "watchtower".into(),
                ..Target::path("path", "undo", *path)
            })
            .collect(),
        params: [("of".to_owned(), json!(of))].into_iter().collect(),
        tool: "wt".into(),
    };
    let left = plan.left;
    let (mut quiet, mut stdout, mut stderr) = (std::io::sink(), std::io::stdout(), std::io::stderr());
    let terminal = stdout.is_terminal();
    let mut output = Output {
        stdout: if json { &mut quiet } else { &mut stdout },
        stderr: &mut stderr,
        terminal,
        json: json || json_is_asked(),
        withdrawal: Withdrawal::default(),
    };
    let outcome = engine::carry(&intent, &caller, Work::Undo(Box::new(plan.work)), &mut output)
        .map_err(|stop| stop.failure())?;
    note(&ground, of, outcome.exit_code, &left)?;
    if json {
        let _ = show(&format!(
            "{}\n",
            json_text(&json!({"of": of, "effects": outcome.effects, "left": left}))
        ));
    } else {
        let _ = show(
            &left
                .iter()
                .map(|why| format!("left: {}\n", visible(why)))
                .collect::<String>(),
        );
    }
    Ok(ExitCode::from(if left.is_empty() {
        outcome.exit_code
    } else {
        1
    }))
}

fn all_is_back(of: u64) -> String {
    format!("entry {of}: everything is as it was before\n")
}

/// Records that the call `of` was taken back, and what of it was not.
fn note(ground: &Ground, of: u64, exit_code: u8, left: &[String]) -> Result<(), Failure> {
    let data = json!({"of": of, "exit_code": exit_code, "left": left});
    let entry = Draft {
        kind: Kind::Undo,
        data: data.as_object().cloned().unwrap_or_default(),
    };
    ground.ledger()?.append(&[entry], Durability::Strict)?;
    Ok(())
}
