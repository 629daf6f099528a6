//! `wt redact`: takes the data of one entry out of the record, for a reason that stays in it.

use super::show;
use crate::{caller::Caller, ground::Ground, report::Failure};
use clap::{ArgMatches, Command, arg, value_parser};
use std::process::ExitCode;

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("redact")
        .about("Take the data of one entry out; its hash, the chain and all proofs stay")
        .arg(arg!(<SEQ> "The entry").value_parser(value_parser!(u64).range(1..)))
        .arg(arg!(--reason <TEXT> "Why; recorded").required(true))
        .arg(arg!(--json "Print one JSON object"))
        .after_help("Copies that were exported, archived or backed up before still have the data.")
}

/// Redacts and says which entry records it.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    super::clean::by_a_person(&caller, "redact")?;
    let ground = Ground::of(&caller)?;
    let seq = matches.get_one::<u64>("SEQ").copied().unwrap_or(0);
    let reason = matches.get_one::<String>("reason").map_or("", String::as_str);
    let receipt = ground.ledger()?.redact(seq, reason, &caller.principal)?;
    Ok(show(&if matches.get_flag("json") {
        format!(
            "{}\n",
            serde_json::json!({"redacted": seq, "recorded": receipt.seq})
        )
    } else {
        format!("entry {seq} is redacted; entry {} says so\n", receipt.seq)
    }))
}
