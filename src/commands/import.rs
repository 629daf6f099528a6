//! `wt import`: takes the Python predecessor's ledger in, as an annex that says what of it is proven.

use super::{own, show};
use crate::{
    caller::Caller,
    ground::Ground,
    report::{Exit, Failure},
    view::words::count,
};
use clap::{ArgMatches, Command, arg, value_parser};
use policy::Target;
use serde_json::json;
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
    let given = matches.get_one::<PathBuf>("PATH").cloned().unwrap_or_default();
    let path = std::fs::canonicalize(&given).map_err(|e| {
        Failure::new(Exit::Usage, format!("cannot open `{}`: {e}", given.display()))
            .hint("name the predecessor's ledger: its directory, or one of its `ledger-*.jsonl` files")
    })?;
    // Nobody is asked for what cannot be done. An agent is refused below, where that is recorded.
    if caller.agent.name.is_empty() {
        ledger::legacy::look(&path)?;
    }
    let mut intent = own::intent("import", json!({}));
    intent.targets.push(Target::path("source", "read", path.clone()));
    let mut ledger = Ground::of(&caller)?.ledger()?;
    let by = caller.principal.clone();
    let (report, receipt) = own::carry(&intent, &caller, move || {
        let (report, receipt) = ledger.import(&path, &by)?;
        let effect = json!({"op": "import", "entries": report.entries, "state": report.state.word(),
            "by": receipt.seq});
        Ok(((report, receipt), vec![effect]))
    })?;
    Ok(show(&if matches.get_flag("json") {
        format!("{}\n", json!({"recorded": receipt.seq, "report": report}))
    } else {
        format!(
            "{}: {}, {} proven, {}; entry {} says so\n",
            report.state.word(),
            count(report.files, "file", "files"),
            count(report.entries, "entry", "entries"),
            count(report.findings.len() as u64, "finding", "findings"),
            receipt.seq
        )
    }))
}
