//! `wt verify`: how far the record holds. Reads only.

use crate::{
    caller::Caller,
    home::Home,
    ledger::verify::{Report, verify},
    report::{Failure, visible},
};
use clap::{ArgMatches, Command, arg};
use std::{os::fd::AsFd, process::ExitCode};

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("verify")
        .about("Check the ledger: framing, hashes, chain")
        .arg(arg!(--json "Print one JSON object"))
        .after_help(
            "Exit code: 0 whole, 1 tampered, 2 torn and not yet recovered, 3 truncated or rolled back, \
             4 below the required level, 5 unreadable.",
        )
}

/// Unreadable.
const UNREADABLE: u8 = 5;

/// Verifies and prints the report.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let home = Home::open(&caller)?;
    let report = verify(home.dir.as_fd(), &home.path).map_err(|e| Failure {
        code: UNREADABLE,
        ..Failure::from(e)
    })?;
    let text = if matches.get_flag("json") {
        format!("{}\n", serde_json::json!(report))
    } else {
        words(&report)
    };
    super::show(&text);
    Ok(ExitCode::from(report.state.exit_code()))
}

fn words(report: &Report) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        out.push_str(&format!("{:?}: ", finding.state).to_lowercase());
        if let Some(seq) = finding.seq {
            out.push_str(&format!("entry {seq} "));
        }
        if let (Some(segment), Some(offset)) = (&finding.segment, finding.offset) {
            out.push_str(&format!("at byte {offset} of {segment} "));
        }
        out.push_str(&format!("{}\n", visible(&finding.what)));
    }
    out.push_str(&format!(
        "{} entries in {} segments, {} bytes\nhead {} {}\nproven: {}\n",
        report
            .entries_to
            .saturating_sub(report.entries_from.saturating_sub(1)),
        report.segments,
        report.bytes,
        report.entries_to,
        report.head,
        report.level.word()
    ));
    out
}
