//! `wt freeze`: stops every call that changes anything or leaves this machine, at once. Needs no passphrase: whoever
//! is in doubt may stop things.

use super::{options, show};
use crate::{
    caller::Caller,
    ground::Ground,
    report::{Failure, json_text},
    state::Freeze,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::process::ExitCode;

pub(crate) fn build() -> Command {
    Command::new("freeze")
        .about("Stop every call that changes anything or leaves this machine")
        // Whoever is in doubt may stop things: a reason that says nothing is none, and no error.
        .arg(
            Arg::new("reason")
                .long("reason")
                .value_name("TEXT")
                .help("Why; agents are told"),
        )
        .arg(
            Arg::new("agent")
                .long("agent")
                .value_name("NAME")
                .value_parser(options::words)
                .help("Only calls of this agent"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print JSON"),
        )
        .after_help("`wt thaw` lets calls go on. Policy's `approvals.freeze_reads` stops local reads too.")
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let text = |name: &str| matches.get_one::<String>(name).cloned().unwrap_or_default();
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let freeze = Freeze {
        seq: 0,
        principal: String::new(),
        agent: text("agent"),
        reason: text("reason"),
    };
    let seq = ground.state().freeze(&mut ground.ledger()?, &freeze)?;
    Ok(if matches.get_flag("json") {
        show(&format!(
            "{}\n",
            json_text(&serde_json::json!({"frozen": true, "entry": seq, "agent": freeze.agent}))
        ))
    } else {
        show(&format!("stopped (entry {seq}); `wt thaw` lets calls go on\n"))
    })
}
