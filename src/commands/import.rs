//! `wt import`: takes the Python predecessor's ledger in, as an annex that says what of it is proven.

use super::show;
use crate::{caller::Caller, ground::Ground, report::Failure};
use clap::{ArgMatches, Command, arg, value_parser};
use std::{path::PathBuf, process::ExitCode};

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("import")
        .about("Take the Python predecessor's ledger in")
        .arg(arg!(<PATH> "Its directory, or one file").value_parser(value_parser!(PathBuf)))
        .arg(arg!(--json "Print one JSON object"))
        .after_help(
            "The files stay as they are. `wt verify --legacy PATH` checks them without taking them in.",
        )
}

/// Imports and says what was proven.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    super::clean::by_a_person(&caller, "import")?;
    let ground = Ground::of(&caller)?;
    let path = matches.get_one::<PathBuf>("PATH").cloned().unwrap_or_default();
    let (report, receipt) = ground.ledger()?.import(&path, &caller.principal)?;
    Ok(show(&if matches.get_flag("json") {
        format!(
            "{}\n",
            serde_json::json!({"recorded": receipt.seq, "report": report})
        )
    } else {
        format!(
            "{}: {} files, {} entries proven, {} findings; entry {} says so\n",
            report.state.word(),
            report.files,
            report.entries,
            report.findings.len(),
            receipt.seq
        )
    }))
}
