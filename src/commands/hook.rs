//! `wt hook CLIENT`: judges the event that an agent's own hook hands over.

use crate::{
    agents::hook::{self, Client},
    report::{Exit, Failure},
};
use clap::{Arg, ArgMatches, Command, builder::PossibleValuesParser};
use std::process::ExitCode;

pub(crate) fn build() -> Command {
    Command::new("hook")
        .about("Judge an event of an agent's hook, read from standard input")
        .arg(
            Arg::new("CLIENT")
                .required(true)
                .value_parser(PossibleValuesParser::new(Client::ALL.map(Client::name)))
                .help("The agent whose event it is"),
        )
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let name = matches.get_one::<String>("CLIENT").map_or("", String::as_str);
    let client = Client::named(name)
        .ok_or_else(|| Failure::new(Exit::Usage, format!("`{name}` is not a known client")))?;
    Ok(hook::run(client))
}
