//! `wt verify`: how far the record holds. Reads only.

use super::show;
use crate::{
    caller::Caller,
    ground::Ground,
    home::Home,
    report::{Exit, Failure, visible},
    view::{standing::checked::Checked, words::count},
};
use clap::{ArgAction, ArgMatches, Command, arg, builder::PossibleValuesParser, value_parser};
use ledger::{
    LedgerError,
    legacy::verify_legacy,
    parse_seal_key,
    tlog::{Checkpoint, Vkey},
    verify::{Finding, Level, Options, Report, verify_with},
};
use std::{
    io::{IsTerminal, Read, Write},
    os::fd::AsFd,
    path::{Path, PathBuf},
    process::ExitCode,
};
use zeroize::Zeroizing;

/// The level proven is below the one demanded.
const BELOW: u8 = 4;
/// A file cannot be read.
const UNREADABLE: u8 = 5;
/// No head, key or proof is read beyond this.
const MAX_INPUT: u64 = 1 << 20;
/// A ledger above this size shows progress.
const LONG: u64 = 256 << 20;

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("verify")
        .about("Check the ledger: hashes, chain, tree, signed heads, seals")
        .arg(arg!(--deep "Also look at canonical form, kinds, references and times"))
        .arg(
            arg!(--against <FILE> "A head kept elsewhere (`-` for stdin); may be given several times")
                .action(ArgAction::Append),
        )
        .arg(arg!(--vkey <VKEY> "The verifier key kept elsewhere, instead of the one in the first entry"))
        .arg(arg!(--"seal-key" <FILE> "A file with the seal key kept off the machine (`-` for stdin)"))
        .arg(
            arg!(--require <LEVEL> "Fail with 4 where less than this is proven").value_parser(
                PossibleValuesParser::new(["chain", "signed", "sealed", "anchored"]),
            ),
        )
        .arg(
            arg!(--legacy <PATH> "Check the Python predecessor's files instead: a directory, or one file")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(arg!(--json "Print one JSON object"))
        .after_help(
            "Exit code: 0 whole, 1 tampered, 2 torn and not yet recovered, 3 truncated or rolled back, \
             4 below the required level, 5 unreadable.",
        )
}

/// Verifies and prints the report.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let json = matches.get_flag("json");
    if let Some(path) = matches.get_one::<PathBuf>("legacy") {
        return legacy(path, json);
    }
    let caller = Caller::of_this_process()?;
    let home = Home::open(&caller)?;
    let mut bar = Bar::default();
    let mut progress = |done: u64, all: u64| bar.show(done, all);
    let mut options = Options {
        deep: matches.get_flag("deep"),
        ..Options::default()
    };
    for file in matches.get_many::<String>("against").into_iter().flatten() {
        let note = input(file)?.to_vec();
        // What was never a head says nothing about the record; a head that does not fit it does.
        Checkpoint::told(&note).map_err(|e| {
            usage(format!("`{file}` {e}")).hint("a head is what `wt checkpoint` prints; keep it as it is")
        })?;
        options.against.push(note);
    }
    if let Some(text) = matches.get_one::<String>("vkey") {
        options.vkey = Some(Vkey::parse(text.trim()).map_err(|e| usage(format!("`{text}` {e}")))?);
    }
    if let Some(file) = matches.get_one::<String>("seal-key") {
        let bytes = input(file)?;
        let text = std::str::from_utf8(&bytes).unwrap_or_default();
        options.seal_key =
            Some(parse_seal_key(text).ok_or_else(|| usage(format!("`{file}` holds no seal key")))?);
    }
    if std::io::stderr().is_terminal() && !json {
        options.progress = Some(&mut progress);
    }
    let mut report = verify_with(home.dir.as_fd(), &home.path, options).map_err(unreadable)?;
    bar.clear();
    Checked::remember(&home, &report);
    let demanded = demanded(matches, &caller);
    let below = report.state.exit_code() == 0 && report.level < demanded;
    if below {
        let (have, want) = (report.level.word(), demanded.word());
        report
            .unproven
            .insert(0, format!("the level `{want}` that is required; `{have}` was"));
    }
    let text = if json {
        format!("{}\n", serde_json::json!(report))
    } else {
        words(&report)
    };
    show(&text);
    Ok(ExitCode::from(if below {
        BELOW
    } else {
        report.state.exit_code()
    }))
}

fn legacy(path: &Path, json: bool) -> Result<ExitCode, Failure> {
    let report = verify_legacy(path).map_err(unreadable)?;
    if json {
        show(&format!("{}\n", serde_json::json!(report)));
        return Ok(ExitCode::from(report.state.exit_code()));
    }
    let mut out = findings(&report.findings);
    let state = report.state.word();
    out.push_str(&format!(
        "{state}: {} proven in {}\nhead:   {}\n",
        count(report.entries, "entry", "entries"),
        count(report.files, "file", "files"),
        report.head
    ));
    for line in &report.unproven {
        out.push_str(&format!("not proven: {line}\n"));
    }
    show(&out);
    Ok(ExitCode::from(report.state.exit_code()))
}

/// The level that the caller or policy demands. A policy that cannot be read demands nothing here: verifying must
/// work when all else does not.
fn demanded(matches: &ArgMatches, caller: &Caller) -> Level {
    let asked = match matches.get_one::<String>("require").map(String::as_str) {
        Some("chain") => Level::Chain,
        Some("signed") => Level::Signed,
        Some("sealed") => Level::Sealed,
        Some("anchored") => Level::Anchored,
        _ => Level::None,
    };
    let sealed = matches.get_one::<String>("seal-key").is_some()
        && Ground::of(caller).is_ok_and(|ground| ground.policy.settings().ledger.seal);
    asked.max(if sealed { Level::Sealed } else { Level::None })
}

fn input(name: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = if name == "-" {
        std::io::stdin().lock().take(MAX_INPUT).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(name).and_then(|file| file.take(MAX_INPUT).read_to_end(&mut bytes))
    };
    read.map_err(|e| Failure {
        code: UNREADABLE,
        ..Failure::new(Exit::Usage, format!("cannot read `{name}`: {e}"))
    })?;
    Ok(bytes)
}

fn usage(message: String) -> Failure {
    Failure::new(Exit::Usage, message)
}

fn unreadable(e: LedgerError) -> Failure {
    Failure {
        code: UNREADABLE,
        ..Failure::from(e)
    }
}

/// Progress on a terminal, for ledgers that take a while.
#[derive(Default)]
struct Bar {
    shown: bool,
}

impl Bar {
    fn show(&mut self, done: u64, all: u64) {
        if all > LONG {
            self.shown = true;
            let percent = done.saturating_mul(100) / all.max(1);
            write!(
                std::io::stderr(),
                "\rverifying {percent:3} % of {} MiB",
                all >> 20
            )
            .ok();
        }
    }

    fn clear(&self) {
        if self.shown {
            write!(std::io::stderr(), "\r\x1b[K").ok();
        }
    }
}

fn words(report: &Report) -> String {
    let mut out = findings(&report.findings);
    let entries = (report.entries_to + 1).saturating_sub(report.entries_from.max(1));
    out.push_str(&format!(
        "{}: {} in {}, {} bytes\n",
        report.state.word(),
        count(entries, "entry", "entries"),
        count(report.segments, "segment", "segments"),
        report.bytes
    ));
    out.push_str(&format!("head:   {} {}\n", report.entries_to, report.head));
    if report.redacted > 0 {
        out.push_str(&format!(
            "redacted: {}, each told of\n",
            count(report.redacted, "entry", "entries")
        ));
    }
    for note in &report.notes {
        out.push_str(&format!("note:   {}\n", visible(note)));
    }
    out.push_str(&format!("proven: {}\n", report.level.meaning()));
    for line in &report.unproven {
        out.push_str(&format!("not proven: {}\n", visible(line)));
    }
    out
}

fn findings(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let words = visible(&finding.words_with_place());
        out.push_str(&format!("{}: {words}\n", finding.state.word()));
    }
    out
}
