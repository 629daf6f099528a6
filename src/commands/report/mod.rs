//! `wt report`: what happened, for somebody else to read: as text, JSON, Markdown or one HTML file. Reads only.

mod charts;
mod facts;
mod html;
mod markdown;
mod text;

use super::options;
use crate::{
    report::{Exit, Failure, json_text},
    view::{
        desk::Desk,
        out,
        select::{self, Selection},
    },
};
use clap::{Arg, ArgMatches, Command, value_parser};
use facts::Facts;
use std::process::ExitCode;

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("report")
        .about("Report what happened, for somebody else to read: totals, refusals, alerts, unused rules, integrity")
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .default_value("text")
                .value_parser(["text", "json", "markdown", "html"])
                .help("text, json, markdown or html (one file, no script, nothing fetched)"),
        )
        .arg(
            Arg::new("top")
                .long("top")
                .value_name("N")
                .default_value("10")
                .value_parser(value_parser!(u32).range(1..=1000))
                .help("How many names of each kind"),
        )
        .args(select::args())
        .arg(
            Arg::new("json")
                .long("json")
                .action(clap::ArgAction::SetTrue)
                .help("The same as --format json"),
        )
        .after_help("The report goes to stdout: wt report --since 7d --format html > week.html")
}

/// Gathers and prints the report.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let format = options::format(matches)?.unwrap_or("text");
    let selection = Selection::of(matches)?;
    let top = matches.get_one::<u32>("top").copied().unwrap_or(10);
    let top = usize::try_from(top).unwrap_or(usize::MAX);
    let desk = Desk::open()?;
    out::stream(|out| {
        let facts = Facts::gather(&desk, &selection)?;
        out::beside(&selection.notes());
        match format {
            "json" => out.line(&json_text(&facts.to_json(top)))?,
            "markdown" => out.line(&markdown::page(&facts, top))?,
            "html" => out.line(&html::page(&facts, top))?,
            "text" => {
                for line in text::page(&facts, top) {
                    out.line(&line)?;
                }
            }
            other => return Err(Failure::new(Exit::Usage, format!("unknown format `{other}`")).into()),
        }
        Ok(ExitCode::SUCCESS)
    })
}
