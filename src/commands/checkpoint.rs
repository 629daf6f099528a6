//! `wt checkpoint`: signs the tree as it is and prints the head, for a person, a CI job or a witness to keep.

use super::show;
use crate::{caller::Caller, ground::Ground, report::Failure};
use clap::{ArgMatches, Command, arg};
use ledger::tlog;
use std::process::ExitCode;

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("checkpoint")
        .about("Sign the head of the ledger and print it, to be kept elsewhere")
        .arg(arg!(--vkey "Print the verifier key instead; nothing is signed"))
        .arg(arg!(--json "Print one JSON object"))
        .after_help("`wt verify --against FILE` compares the ledger with a head kept elsewhere.")
}

/// Signs, records and prints.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let json = matches.get_flag("json");
    let mut ledger = ground.ledger()?;
    if matches.get_flag("vkey") {
        let vkey = ledger.vkey()?;
        let text = if json {
            serde_json::json!({"vkey": vkey.to_string()}).to_string()
        } else {
            vkey.to_string()
        };
        return Ok(show(&format!("{text}\n")));
    }
    let tlog::Signed { note, head, receipt } = ledger.checkpoint()?;
    if !json {
        return Ok(show(&note));
    }
    let value = serde_json::json!({
        "origin": head.origin,
        "size": head.size,
        "root": head.root_text(),
        "note": note,
        "seq": receipt.seq,
    });
    Ok(show(&format!("{value}\n")))
}
