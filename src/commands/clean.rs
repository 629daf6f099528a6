//! `wt clean`: takes the oldest segments out, as far as policy lets it, and leads on after a loss. Never silently:
//! it says what would go, does it when told `--yes` by who knows the approver's passphrase, and the ledger says what
//! is gone.

use super::{
    options,
    own::{self, Held},
    show,
};
use crate::{
    approver,
    caller::Caller,
    ground::Ground,
    report::{Exit, Failure, visible},
    view::span,
};
use clap::{ArgGroup, ArgMatches, Command, arg, value_parser};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ledger::{Place, Pruned, Upto};
use policy::Target;
use serde_json::json;
use std::{os::fd::AsFd, path::PathBuf, process::ExitCode};

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("clean")
        .about("Take the oldest segments of the ledger out; what remains stays verifiable")
        .arg(arg!(--before <TIME> "Entries older than this: `90d`, `2026-01-31`, RFC 3339"))
        .arg(
            arg!(--upto <SEQ> "Entries with smaller numbers than this")
                .value_parser(value_parser!(u64).range(1..)),
        )
        .arg(arg!(--archive <DIR> "Keep the segments there, compressed").value_parser(value_parser!(PathBuf)))
        .arg(arg!(--recover "After a loss or a failed sync: record what was expected, and go on"))
        .group(ArgGroup::new("what").args(["before", "upto", "recover"]))
        .arg(arg!(--reason <TEXT> "Why; recorded").value_parser(options::words))
        .arg(arg!(--yes "Do it; without this it only says what would go"))
        .arg(arg!(--json "Print one JSON object"))
        .after_help(
            "Without --before or --upto: everything older than `ledger.retention_days` of the policy. Where an approver \
             key is set, its passphrase is asked for.",
        )
}

/// Refuses agents where no decision can be recorded: what is said of a loss is a person's word.
fn by_a_person(caller: &Caller) -> Result<(), Failure> {
    if caller.agent.name.is_empty() {
        return Ok(());
    }
    let message = format!("`wt clean` was called by the agent `{}`", caller.agent.name);
    Err(Failure::new(Exit::Denied, message).hint("a person must call it, from a terminal of their own"))
}

/// Cleans and says what is gone.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let reason = matches.get_one::<String>("reason").map(String::as_str);
    let json = matches.get_flag("json");
    let mut ledger = ground.ledger()?;
    if matches.get_flag("recover") {
        // A ledger that takes no entry takes no decision either: recovery is its own record.
        by_a_person(&caller)?;
        let reason = reason.ok_or_else(|| {
            Failure::new(Exit::Usage, "`--recover` needs `--reason`")
                .hint("say what happened; it is recorded")
        })?;
        if let Some(known) = ground.state().known_key(&mut ledger)? {
            let purpose = format!("let the record go on after a loss: {}", visible(reason));
            approver::unlock(ground.home.dir.as_fd(), &known, &purpose)?;
        }
        let receipt = ledger.recover(reason, &caller.principal)?;
        return Ok(show(&if json {
            format!("{}\n", json!({"recovered": receipt.seq}))
        } else {
            format!("the ledger goes on with entry {}\n", receipt.seq)
        }));
    }
    let settings = &ground.policy.settings().ledger;
    let upto = upto(matches, settings.retention_days)?;
    let going = ledger.prunable(upto)?;
    if !matches.get_flag("yes") {
        let mut text = words(&going, json, "would go");
        if !json && !going.segments.is_empty() {
            text.push_str("nothing is done without `--yes`; the rest stays verifiable\n");
        }
        return Ok(show(&text));
    }
    let named = matches.get_one::<PathBuf>("archive").cloned();
    let archive = named.or(settings.archive.as_ref().map(PathBuf::from));
    let opened = archive.map(|dir| {
        Held::open(&dir).map_err(|e| {
            Failure::new(Exit::Usage, format!("cannot open `{}`: {e}", dir.display()))
                .hint("make the directory first")
        })
    });
    let archive = opened.transpose()?;
    if going.segments.is_empty() {
        return Ok(show(&words(&going, json, "gone")));
    }
    // An agent is refused below, where that is recorded.
    let known = ground.state().ledger_key(&mut ledger)?;
    if let Some(known) = known.filter(|_| caller.agent.name.is_empty()) {
        let purpose = format!(
            "take entries up to {} out of the ledger, {}",
            going.last,
            match &archive {
                Some(held) => format!("kept in {}", visible(&held.path.display().to_string())),
                None => "kept nowhere".to_owned(),
            }
        );
        approver::unlock(ground.home.dir.as_fd(), &known, &purpose)?;
    }
    let reason = reason.unwrap_or("retention").to_owned();
    let by = caller.principal.clone();
    let mut intent = own::intent("clean", json!({"reason": reason}));
    if let Some(held) = &archive {
        intent
            .targets
            .push(Target::path("destination", "write", held.path.clone()));
    }
    let pruned = own::carry(&intent, &caller, move || {
        let place = archive.as_ref().map(|held| Place {
            dir: held.dir.as_fd(),
            shown: &held.path,
        });
        let pruned = ledger.prune(upto, place, &reason, &by)?;
        let effect = json!({"op": "prune", "last": pruned.last, "segments": pruned.segments,
            "by": pruned.receipt.as_ref().map(|receipt| receipt.seq)});
        Ok((pruned, vec![effect]))
    })?;
    Ok(show(&words(&pruned, json, "gone")))
}

/// Up to where; never further than policy's retention.
fn upto(matches: &ArgMatches, keep_days: u64) -> Result<Upto, Failure> {
    if keep_days == 0 {
        return Err(Failure::new(
            Exit::Denied,
            "policy keeps every entry: `ledger.retention_days` is 0",
        )
        .hint("set `ledger.retention_days` in your policy to the days to keep"));
    }
    let now = Timestamp::now();
    let days = i64::try_from(keep_days).unwrap_or(i64::MAX);
    let oldest = now
        .checked_sub(SignedDuration::from_hours(days.saturating_mul(24)))
        .unwrap_or(Timestamp::MIN);
    if let Some(&seq) = matches.get_one::<u64>("upto") {
        return Ok(Upto::Entry(seq, oldest.as_microsecond()));
    }
    let Some(text) = matches.get_one::<String>("before") else {
        return Ok(Upto::Before(oldest.as_microsecond()));
    };
    let before = span::parse(text, now, &TimeZone::system())
        .map_err(|why| Failure::new(Exit::Usage, format!("--before {why}")))?;
    if before > oldest {
        return Err(Failure::new(
            Exit::Denied,
            format!("policy keeps the entries of {keep_days} days"),
        )
        .hint("ask for an older time, or change `ledger.retention_days`"));
    }
    Ok(Upto::Before(before.as_microsecond()))
}

fn words(pruned: &Pruned, json: bool, verb: &str) -> String {
    if json {
        let seq = pruned.receipt.as_ref().map(|receipt| receipt.seq);
        let value = json!({"segments": pruned.segments, "last": pruned.last, "bytes": pruned.bytes,
            "recorded": seq});
        return format!("{value}\n");
    }
    if pruned.segments.is_empty() {
        return "nothing is old enough\n".to_owned();
    }
    let mut text = format!(
        "{} up to entry {}, {}: {verb}\n",
        crate::view::words::count(pruned.segments.len() as u64, "segment", "segments"),
        pruned.last,
        crate::view::words::size(pruned.bytes)
    );
    if let Some(receipt) = &pruned.receipt {
        text.push_str(&format!("entry {} says so\n", receipt.seq));
    }
    text
}
