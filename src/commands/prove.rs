//! `wt prove`: proofs that other people's verifiers accept, of one entry or of two heads.

use super::show;
use crate::{
    caller::Caller,
    ground::Ground,
    report::{Exit, Failure},
};
use clap::{ArgGroup, ArgMatches, Command, arg, value_parser};
use std::process::ExitCode;

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("prove")
        .about("Prove that an entry is in the ledger, or that one head continues another")
        .arg(arg!([SEQ] "The entry").value_parser(value_parser!(u64).range(1..)))
        .arg(arg!(--to <SIZE> "In the tree of this many entries").value_parser(value_parser!(u64).range(1..)))
        .arg(
            arg!(--consistency <SIZES> "Prove that NEW entries (all, where not given) continue OLD")
                .value_names(["OLD", "NEW"])
                .num_args(1..=2)
                .value_parser(value_parser!(u64).range(1..)),
        )
        .group(ArgGroup::new("what").args(["SEQ", "consistency"]).required(true))
        .arg(arg!(--json "Print one JSON object"))
        .after_help(
            "Prints a c2sp.org/tlog-proof@v1, with --consistency the body of a c2sp.org/tlog-witness request. \
             Where no signed head reaches the entry, the head is signed and recorded first.",
        )
}

/// Proves and prints.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let mut ledger = ground.ledger()?;
    let to = matches.get_one::<u64>("to").copied();
    let json = matches.get_flag("json");
    if let Some(&seq) = matches.get_one::<u64>("SEQ") {
        if to.is_some_and(|to| to < seq) {
            let message = format!("entry {seq} is not among the first {}", to.unwrap_or(0));
            return Err(Failure::new(Exit::Usage, message));
        }
        let proof = ledger.prove(seq, to)?;
        let text = proof.text();
        let shown = serde_json::json!({"index": proof.index, "path": proof.path_text(), "checkpoint": proof.note,
            "proof": text});
        return Ok(show(&if json { format!("{shown}\n") } else { text }));
    }
    let sizes: Vec<u64> = matches
        .get_many("consistency")
        .into_iter()
        .flatten()
        .copied()
        .collect();
    let old = sizes.first().copied().unwrap_or(0);
    let new = sizes.get(1).copied().or(to);
    if new.is_some_and(|new| new < old) {
        let message = format!("{} entries do not continue {old}", new.unwrap_or(0));
        return Err(Failure::new(Exit::Usage, message));
    }
    let text = ledger.prove_consistency(old, new)?;
    Ok(show(&if json {
        format!("{}\n", serde_json::json!({"proof": text}))
    } else {
        text
    }))
}
