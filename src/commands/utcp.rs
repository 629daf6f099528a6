//! `wt utcp`: prints the UTCP manual, for discovery; `wt utcp call` is what the manual's tools run.
//! Arguments arrive as `name=value` words and become one argument each of the applet's own line.

use super::show;
use crate::{
    agents,
    report::{Exit, Failure},
};
use applets::grammar::{utcp_arguments, utcp_manual};
use clap::{Arg, ArgMatches, Command};
use std::process::ExitCode;

pub(crate) fn build() -> Command {
    Command::new("utcp")
        .about("Print the UTCP manual, or call a tool of it")
        .subcommand(
            Command::new("call")
                .about("Call a tool as the manual's command lines do")
                .arg(
                    Arg::new("TOOL")
                        .required(true)
                        .help("`safe_rm`, ... as the manual names it"),
                )
                .arg(
                    Arg::new("ARGUMENT")
                        .num_args(0..)
                        .value_name("NAME=VALUE")
                        .help("An argument; `MISSING_ARG_NAME` stands for one that was not given"),
                ),
        )
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    match matches.subcommand() {
        Some(("call", matches)) => call(matches),
        _ => Ok(show(&format!("{:#}\n", utcp_manual(env!("CARGO_PKG_VERSION"))))),
    }
}

fn call(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let name = matches.get_one::<String>("TOOL").map_or("", String::as_str);
    let applet = applets::find_tool(name).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("`{name}` is not a tool of the manual"))
            .hint("`wt utcp` prints the manual")
    })?;
    let words = matches.get_many::<String>("ARGUMENT").into_iter().flatten();
    let pairs = words
        .map(|word| {
            word.split_once('=').ok_or_else(|| {
                Failure::new(Exit::Usage, format!("`{word}` is not an argument")).hint("write NAME=VALUE")
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let given = utcp_arguments(pairs.into_iter());
    let line = applet
        .arguments(&given)
        .map_err(|usage| Failure::new(Exit::Usage, usage.message).hint(usage.hint))?;
    Ok(agents::shell::run(applet, &line, false))
}
