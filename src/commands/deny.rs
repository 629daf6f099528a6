//! `wt deny ID`: a person says no to what waits. Needs no passphrase: it takes nothing from anybody but the asker.

use super::show;
use crate::{
    caller::Caller,
    ground::Ground,
    report::{Failure, json_text},
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::process::ExitCode;

pub(crate) fn build() -> Command {
    Command::new("deny")
        .about("Say no to what waits")
        .arg(
            Arg::new("ID")
                .required(true)
                .help("The id that the refusal and `wt approvals` show"),
        )
        .arg(
            Arg::new("reason")
                .long("reason")
                .value_name("TEXT")
                .help("Why; the agent is told"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print JSON"),
        )
        .after_help("The same call stays denied for as long as its request would have waited.")
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let request = ground
        .state()
        .deny(&mut ground.ledger()?, text("ID"), text("reason"))?;
    Ok(if matches.get_flag("json") {
        show(&format!("{}\n", json_text(&request.to_json())))
    } else {
        show(&format!(
            "denied `{}`: {}\n",
            request.id,
            crate::report::visible(&request.summary())
        ))
    })
}
