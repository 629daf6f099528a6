//! `wt recent`: the last calls, newest first. Reads only.

use crate::{
    report::{Failure, json_text},
    view::{
        desk::{Desk, newest},
        lines::Look,
        out,
        select::{self, Selection},
    },
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use std::process::ExitCode;

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("recent")
        .about("Show the last calls, newest first")
        .arg(
            Arg::new("lines")
                .short('n')
                .long("lines")
                .value_name("N")
                .default_value("10")
                .value_parser(value_parser!(u32).range(1..=100_000))
                .help("How many"),
        )
        .args(select::args())
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print one JSON object a line"),
        )
}

/// Prints the last calls.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let selection = Selection::of(matches)?.decisions_only();
    let count = matches.get_one::<u32>("lines").copied().unwrap_or(10);
    let reader = Desk::open()?.reader()?;
    let (mut actions, _) = newest(&reader, &selection, usize::try_from(count).unwrap_or(usize::MAX))?;
    actions.reverse();
    out::beside(&selection.notes());
    if actions.is_empty() {
        out::nothing("wt recent: no call is like that\n");
    }
    out::stream(|out| {
        if matches.get_flag("json") {
            for action in &actions {
                out.line(&json_text(&action.to_json()))?;
            }
        } else {
            for line in Look::of_stdout().lines(&actions) {
                out.line(&line)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}
