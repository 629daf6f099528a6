//! `wt query`: questions to the ledger in the policy language, streamed on all cores. Reads only.

mod columns;
mod groups;
mod rows;

use super::options;
use crate::{
    report::{Exit, Failure, visible},
    view::{
        condition::Condition,
        desk::Desk,
        out,
        select::{self, Selection},
        strangers::Strangers,
        words::count,
    },
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use columns::Columns;
use std::process::ExitCode;

/// The command line.
pub(crate) fn build() -> Command {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("query")
        .about("Ask the ledger: entries for which an expression in the policy language holds")
        .arg(
            Arg::new("EXPR")
                .help("A condition, `True` where left out")
                .default_value("True")
                .hide_default_value(true),
        )
        .arg(option(
            "select",
            "FIELDS",
            "What to print of each: `seq,decision.verdict,intent.targets.0.path`",
        ))
        .arg(option(
            "group-by",
            "FIELDS",
            "Count by the values of these fields",
        ))
        .arg(
            Arg::new("count")
                .long("count")
                .action(ArgAction::SetTrue)
                .help("Print only how many"),
        )
        .arg(
            option("top", "N", "With --group-by: only the N most frequent")
                .value_parser(value_parser!(u32).range(1..))
                .requires("group-by"),
        )
        .arg(
            option("limit", "N", "End after N entries")
                .short('n')
                .value_parser(value_parser!(u64).range(1..)),
        )
        .arg(
            option("format", "FORMAT", "table, json (one object a line) or csv")
                .value_parser(["table", "json", "csv"]),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("The same as --format json"),
        )
        .args(select::args())
        .after_help(
            "Fields are those of an entry's data, and seq, timestamp and kind; absent ones are None.\n\
             Examples:\n  wt query \"decision.verdict == 'deny'\" --since 7d\n  \
             wt query \"kind == 'decision'\" --group-by identity.agent.value,decision.verdict\n  \
             wt query \"kind == 'outcome' and execution.exit_code != 0\" --select seq,of,execution.exit_code --format csv",
        )
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Table,
    Json,
    Csv,
}

/// A question.
struct Query {
    condition: Condition,
    selection: Selection,
    columns: Option<Columns>,
    /// Fields that are printed and known of no entry.
    strangers: Strangers,
    format: Format,
    limit: u64,
}

/// Asks.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let text = |name: &str| matches.get_one::<String>(name);
    let format = match options::format(matches)? {
        Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        _ => Format::Table,
    };
    let columns = |name: &str| text(name).map(|fields| Columns::read(fields)).transpose();
    let groups = columns("group-by")?;
    let selected = columns("select")?;
    let printed = groups
        .as_ref()
        .or(selected.as_ref().filter(|_| !matches.get_flag("count")));
    let query = Query {
        condition: Condition::read(text("EXPR").map_or("True", String::as_str))?,
        selection: Selection::of(matches)?,
        strangers: Strangers::among(printed.map(Columns::names).unwrap_or_default()),
        columns: selected,
        format,
        limit: matches.get_one::<u64>("limit").copied().unwrap_or(u64::MAX),
    };
    let top = matches
        .get_one::<u32>("top")
        .map_or(usize::MAX, |top| usize::try_from(*top).unwrap_or(usize::MAX));
    if groups.is_some() && query.columns.is_some() {
        return Err(
            Failure::new(Exit::Usage, "--select and --group-by do not go together")
                .hint("--group-by prints its own fields and the count"),
        );
    }
    let reader = Desk::open()?.reader()?;
    let mut unanswered = rows::Unanswered::default();
    // Whose reader has gone was told something.
    let mut found = true;
    let code = out::stream(|out| {
        match groups {
            Some(fields) => {
                found = groups::print(&reader, &query, &fields, top, &mut unanswered, out)?;
            }
            None if matches.get_flag("count") => {
                let count = groups::count(&reader, &query, &mut unanswered)?;
                let line = if format == Format::Json {
                    format!("{{\"count\":{count}}}")
                } else {
                    count.to_string()
                };
                out.line(&line)?;
            }
            None => found = rows::print(&reader, &query, &mut unanswered, out)?,
        }
        Ok(ExitCode::SUCCESS)
    })?;
    let mut text = String::new();
    if !found {
        text.push_str("wt query: no entry is like that\n");
    }
    if let Some((seq, why)) = unanswered.first {
        text.push_str(&format!(
            "hint: the condition has no value on {}, passed over; on {seq}: {}\n",
            count(unanswered.count, "entry", "entries"),
            visible(&why)
        ));
    }
    for notes in [
        query.condition.notes(),
        query.selection.notes(),
        query.strangers.notes(),
    ] {
        text.push_str(&notes);
    }
    out::beside(&text);
    Ok(code)
}
