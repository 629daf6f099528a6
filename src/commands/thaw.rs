//! `wt thaw`: lets calls go on after a freeze. Signed: only the approver can.

use super::show;
use crate::{
    approver,
    caller::Caller,
    ground::Ground,
    report::{Failure, json_text, visible},
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::{os::fd::AsFd, process::ExitCode};

pub(crate) fn build() -> Command {
    Command::new("thaw")
        .about("Let calls go on after a freeze")
        .arg(
            Arg::new("reason")
                .long("reason")
                .value_name("TEXT")
                .help("Why, for the record"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print JSON"),
        )
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let reason = matches.get_one::<String>("reason").map_or("", String::as_str);
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let (state, mut ledger) = (ground.state(), ground.ledger()?);
    let frozen = state.frozen(&mut ledger)?;
    let json = matches.get_flag("json");
    if frozen.is_empty() {
        let text = if json {
            "{\"thawed\":[]}\n"
        } else {
            "nothing is stopped\n"
        };
        return Ok(show(text));
    }
    let known = state.approver_key(&mut ledger)?;
    let list: Vec<String> = frozen
        .iter()
        .map(|freeze| {
            let whom = if freeze.agent.is_empty() {
                "everyone"
            } else {
                &freeze.agent
            };
            format!("entry {} ({whom}: {})", freeze.seq, visible(&freeze.reason))
        })
        .collect();
    let approver = approver::unlock(
        ground.home.dir.as_fd(),
        &known,
        &format!("let calls go on: {}", list.join(", ")),
    )?;
    state.thaw(&mut ledger, &approver, reason)?;
    let seqs: Vec<u64> = frozen.iter().map(|freeze| freeze.seq).collect();
    Ok(if json {
        show(&format!("{}\n", json_text(&serde_json::json!({"thawed": seqs}))))
    } else {
        show("calls go on\n")
    })
}
