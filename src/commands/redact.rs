//! `wt redact`: takes the data of one entry out of the record, for a reason that stays in it.

use super::{options, own, show};
use crate::{caller::Caller, ground::Ground, report::Failure};
use clap::{ArgMatches, Command, arg, value_parser};
use ledger::LedgerError;
use serde_json::json;
use std::process::ExitCode;

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("redact")
        .about("Take the data of one entry out; its hash, the chain and all proofs stay")
        .arg(arg!(<SEQ> "The entry").value_parser(value_parser!(u64).range(1..)))
        .arg(
            arg!(--reason <TEXT> "Why; recorded")
                .required(true)
                .value_parser(options::words),
        )
        .arg(arg!(--json "Print one JSON object"))
        .after_help("Copies that were exported, archived or backed up before still have the data.")
}

/// Redacts and says which entry records it.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let seq = matches.get_one::<u64>("SEQ").copied().unwrap_or(0);
    let reason = matches.get_one::<String>("reason").cloned().unwrap_or_default();
    let mut ledger = Ground::of(&caller)?.ledger()?;
    // Nobody is asked for what cannot be done. An agent is refused below, where that is recorded.
    if caller.agent.name.is_empty() {
        ledger.redactable(seq).map_err(|e| match e {
            LedgerError::Asked { .. } => Failure::from(e).hint("`wt tail` shows entries with their numbers"),
            other => other.into(),
        })?;
    }
    let (intent, by) = (
        own::intent("redact", json!({"seq": seq, "reason": reason})),
        caller.principal.clone(),
    );
    let receipt = own::carry(&intent, &caller, move || {
        let receipt = ledger.redact(seq, &reason, &by)?;
        let effect = json!({"op": "redact", "entry": seq, "by": receipt.seq});
        Ok((receipt, vec![effect]))
    })?;
    Ok(show(&if matches.get_flag("json") {
        format!("{}\n", json!({"redacted": seq, "recorded": receipt.seq}))
    } else {
        format!("entry {seq} is redacted; entry {} says so\n", receipt.seq)
    }))
}
