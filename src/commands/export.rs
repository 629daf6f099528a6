//! `wt export`: the ledger in the form another tool reads. Streams; a file is made anew and only for its owner.

use super::own::{self, Held};
use crate::{
    caller::Caller,
    home::Home,
    report::{Exit, Failure},
    view::{condition::Condition, guard::Guard, out, span},
};
use clap::{Arg, ArgMatches, Command, arg, builder::PossibleValuesParser};
use jiff::{Timestamp, tz::TimeZone};
use ledger::{
    export::{Export, Format},
    read::{Entry, Reader},
};
use policy::Target;
use serde_json::json;
use std::{
    io::{self, BufWriter, IsTerminal, Write},
    os::fd::AsFd,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("export")
        .about("Write the ledger in the form another tool reads")
        .arg(
            Arg::new("format")
                .long("format")
                .short('f')
                .value_parser(PossibleValuesParser::new(
                    Format::ALL.iter().map(|format| format.name()),
                ))
                .default_value("jsonl")
                .help("json, jsonl, csv, ocsf (1.3, one event a line), otlp (JSON, one request a line), cef"),
        )
        .arg(arg!(--where <EXPR> "Only entries of which this is true, in the policy language"))
        .arg(arg!(--since <TIME> "From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339"))
        .arg(arg!(--until <TIME> "Up to then"))
        .arg(arg!([FILE] "Where to; `-` for stdout").default_value("-"))
        .arg(arg!(-o --output <FILE> "Where to, as the predecessor had it").conflicts_with("FILE"))
        .after_help("An existing file is not overwritten.")
}

/// Exports.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let home = Home::open(&caller)?;
    let choice = Choice::of(matches)?;
    let wanted = matches.get_one::<String>("format").map(String::as_str);
    let format = Format::ALL.iter().find(|format| Some(format.name()) == wanted);
    let format = format.copied().unwrap_or(Format::Jsonl);
    let reader = Reader::open(home.dir.as_fd(), &home.path)?;
    let named = matches
        .get_one::<String>("output")
        .or(matches.get_one::<String>("FILE"));
    let name = named.map_or("-", String::as_str);
    if name == "-" {
        let stdout = io::stdout().lock();
        // A pipe gets the bytes of the record; a terminal must not obey them.
        let written = if stdout.is_terminal() {
            write(&reader, &choice, format, Guard::before(stdout))
        } else {
            write(&reader, &choice, format, stdout)
        };
        return match written {
            Err(Trouble::Output(e)) if e.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            other => other.map(|_| ExitCode::SUCCESS).map_err(|e| e.failure("stdout")),
        };
    }
    to_file(name, &caller, format, move |file| {
        write(&reader, &choice, format, file)
    })
}

/// Has the file judged like any other that is written, and fills it if that is allowed.
fn to_file(
    name: &str,
    caller: &Caller,
    format: Format,
    fill: impl FnOnce(std::fs::File) -> Result<u64, Trouble> + 'static,
) -> Result<ExitCode, Failure> {
    let path = Path::new(name);
    let cannot = |name: &str, e: rustix::io::Errno| {
        let kind = io::Error::from(e);
        Failure::new(Exit::Usage, format!("cannot make `{name}`: {kind}"))
            .hint("name a file that does not exist yet, in a directory that does")
    };
    let Some(file_name) = path.file_name().map(PathBuf::from) else {
        return Err(cannot(name, rustix::io::Errno::ISDIR));
    };
    let held = Held::open(path.parent().unwrap_or(Path::new(""))).map_err(|e| cannot(name, e))?;
    // Nobody is asked for what cannot be done.
    if held.has(&file_name).map_err(|e| cannot(name, e))? {
        return Err(cannot(name, rustix::io::Errno::EXIST));
    }
    let mut intent = own::intent("export", json!({"format": format.name()}));
    let target = Target::path("destination", "write", held.path.join(&file_name));
    intent.targets.push(target);
    let name = name.to_owned();
    own::carry(&intent, caller, move || {
        let file = held.create(&file_name).map_err(|e| cannot(&name, e))?;
        let entries = fill(file).map_err(|e| e.failure(&name))?;
        let path = held.path.join(&file_name).display().to_string();
        let effect = json!({"op": "export", "path": path, "entries": entries, "format": format.name()});
        Ok(((), vec![effect]))
    })?;
    Ok(ExitCode::SUCCESS)
}

fn write(reader: &Reader, choice: &Choice, format: Format, out: impl Write) -> Result<u64, Trouble> {
    let first = reader.from(1).next().transpose().map_err(Trouble::ledger)?;
    let host = first
        .as_ref()
        .and_then(|entry| entry.data.get("host")?.as_str())
        .unwrap_or_default();
    let out = BufWriter::with_capacity(256 << 10, out);
    let mut export = Export::begin(out, format, host).map_err(Trouble::Output)?;
    let entries = reader
        .from_time(choice.since.as_deref())
        .map_err(Trouble::ledger)?;
    for entry in entries {
        let entry = entry.map_err(Trouble::ledger)?;
        if choice.takes(&entry).map_err(Trouble::Other)? {
            export.entry(&entry).map_err(Trouble::Output)?;
        }
    }
    let written = export.end().map_err(Trouble::Output)?;
    out::beside(
        &choice
            .condition
            .as_ref()
            .map_or_else(String::new, Condition::notes),
    );
    Ok(written)
}

/// Why an export stops.
enum Trouble {
    Output(io::Error),
    Other(Failure),
}

impl Trouble {
    fn ledger(e: ledger::LedgerError) -> Self {
        Self::Other(e.into())
    }

    fn failure(self, name: &str) -> Failure {
        match self {
            Self::Output(e) => Failure::new(Exit::Ledger, format!("cannot write `{name}`: {e}")),
            Self::Other(failure) => failure,
        }
    }
}

/// Which entries are exported.
struct Choice {
    since: Option<String>,
    until: Option<String>,
    condition: Option<Condition>,
}

impl Choice {
    fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let now = Timestamp::now();
        let time = |name: &str| {
            let given = matches.get_one::<String>(name);
            let read = given.map(|text| span::parse(text, now, &TimeZone::system()).map(span::entry_text));
            read.transpose()
                .map_err(|why| Failure::new(Exit::Usage, format!("--{name} {why}")))
        };
        let condition = matches
            .get_one::<String>("where")
            .map(|text| Condition::read(text));
        Ok(Self {
            since: time("since")?,
            until: time("until")?,
            condition: condition.transpose()?,
        })
    }

    fn takes(&self, entry: &Entry) -> Result<bool, Failure> {
        if self.since.as_ref().is_some_and(|since| entry.timestamp < *since)
            || self.until.as_ref().is_some_and(|until| entry.timestamp > *until)
        {
            return Ok(false);
        }
        let Some(condition) = &self.condition else {
            return Ok(true);
        };
        let mut data = condition.wanted().pick(&entry.data);
        condition.of(entry.seq, &entry.timestamp, &mut data).map_err(|e| {
            Failure::new(Exit::Usage, format!("--where fails for entry {}: {e}", entry.seq))
                .hint("test first: `kind == 'decision' and ...`")
        })
    }
}
