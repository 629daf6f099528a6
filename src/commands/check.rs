//! `wt check`: the decision on a call or a shell command, without effect or record.

use crate::{
    caller::Caller,
    commands::show,
    facts::command::{self, Surroundings},
    ground::Ground,
    report::{Exit, Failure, visible},
    shell_check::{self, Answer},
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use policy::Verdict;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::{BufRead, Read, Write},
    process::ExitCode,
};

/// Longest line of `--jsonl` that is read.
const MAX_LINE_BYTES: u64 = 1024 * 1024;
/// Most working directories that are remembered.
const MAX_DIRECTORIES: usize = 64;

/// One line of `--jsonl`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    shell: Option<String>,
    argv: Option<Vec<String>>,
    cwd: Option<String>,
}

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("check")
        .about("Judge an applet call or a shell command, without doing or recording anything")
        .arg(
            Arg::new("shell")
                .long("shell")
                .value_name("COMMAND")
                .value_parser(value_parser!(OsString))
                .conflicts_with_all(["jsonl", "call"])
                .help("Judge a shell command"),
        )
        .arg(
            Arg::new("jsonl")
                .long("jsonl")
                .action(ArgAction::SetTrue)
                .conflicts_with("call")
                .help("Read {\"shell\": ...} or {\"argv\": [...]} a line, answer one object a line"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print one JSON object"),
        )
        .arg(
            Arg::new("call")
                .value_name("CALL")
                .num_args(1..)
                .last(true)
                .value_parser(value_parser!(OsString))
                .help("An applet or a program with its arguments"),
        )
        .after_help("Exit code 0 when it may run, 75 when a person has to decide, 77 when it may not.")
}

/// Judges and prints.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    caller.placed()?;
    let ground = Ground::of(&caller)?;
    let around = Surroundings::of(&caller, &ground);
    if matches.get_flag("jsonl") {
        return stream(&around, &caller, &ground);
    }
    let answer = if let Some(text) = matches.get_one::<OsString>("shell") {
        match text.to_str() {
            Some(text) => shell_check::beforehand(text, &around, &caller, &ground)?,
            None => shell_check::not_text(),
        }
    } else if let Some(call) = matches.get_many::<OsString>("call") {
        let argv: Vec<OsString> = call.cloned().collect();
        shell_check::argv(&argv, &around, &caller, &ground)?
    } else {
        return Err(Failure::new(Exit::Usage, "nothing to check")
            .hint("give `--shell COMMAND`, `--jsonl`, or a call after `--`"));
    };
    let text = if matches.get_flag("json") {
        format!("{}\n", answer.json())
    } else {
        words(&answer)
    };
    show(&text);
    Ok(exit(answer.verdict))
}

fn exit(verdict: Verdict) -> ExitCode {
    match verdict {
        Verdict::Allow | Verdict::Shadow => ExitCode::SUCCESS,
        Verdict::Escalate => ExitCode::from(Exit::Pending as u8),
        Verdict::Deny => ExitCode::from(Exit::Denied as u8),
    }
}

/// The answer as a person reads it.
fn words(answer: &Answer) -> String {
    let verdict = match answer.verdict {
        Verdict::Allow => "allow",
        Verdict::Shadow => "shadow",
        Verdict::Escalate => "escalate",
        Verdict::Deny => "deny",
    };
    let mut out = format!("{verdict} (risk {:.2})\n", answer.risk_score);
    let why = answer.risk.why.words();
    if !why.is_empty() {
        out.push_str(&format!("  risk: {why}\n"));
    }
    for reason in &answer.reasons {
        out.push_str(&format!("  {}\n", visible(reason)));
    }
    for alert in answer
        .gtfo
        .iter()
        .filter(|alert| alert.get("invoked") == Some(&Json::Bool(true)))
    {
        let text = |key: &str| {
            alert
                .get(key)
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        out.push_str(&format!(
            "  gtfobins {}: {}\n",
            visible(&text("binary")),
            visible(&text("why"))
        ));
    }
    if let Some(hint) = &answer.hint {
        out.push_str(&format!("hint: {}\n", visible(hint)));
    }
    out
}

/// Answers line by line, in order. A line that is not understood is answered with a refusal.
fn stream(around: &Surroundings, caller: &Caller, ground: &Ground) -> Result<ExitCode, Failure> {
    let trouble = |what: &str, e: std::io::Error| Failure::new(Exit::Usage, format!("cannot {what}: {e}"));
    let mut input = std::io::BufReader::with_capacity(1 << 16, std::io::stdin().lock());
    let mut output = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let mut places: BTreeMap<String, Standpoint> = BTreeMap::new();
    let here = (around, caller, ground);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
        let length = read.map_err(|e| trouble("read standard input", e))?;
        if length == 0 {
            break;
        }
        let whole = line.ends_with(b"\n") || u64::try_from(length).unwrap_or(u64::MAX) < MAX_LINE_BYTES;
        let answer = if whole {
            one(&line, here, &mut places)
        } else {
            input
                .skip_until(b'\n')
                .map_err(|e| trouble("read standard input", e))?;
            refusal("the line is longer than 1 MiB")
        };
        let sent = writeln!(output, "{answer}").and_then(|()| {
            // Whoever waits for this answer gets it before we wait for the next line.
            if input.buffer().is_empty() {
                output.flush()
            } else {
                Ok(())
            }
        });
        match sent {
            Ok(()) => {}
            Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
            Err(e) => return Err(trouble("write standard output", e)),
        }
    }
    match output.flush() {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(trouble("write standard output", e)),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Another working directory, with the workspace and policy that hold there.
struct Standpoint {
    around: Surroundings,
    caller: Caller,
    ground: Ground,
}

impl Standpoint {
    fn at(cwd: &str) -> Result<Self, Failure> {
        let dir = command::directory(cwd)
            .ok_or_else(|| Failure::new(Exit::Usage, format!("`{cwd}` is not a directory")))?;
        let caller = Caller::of_this_process()?.at(dir);
        let ground = Ground::of(&caller)?;
        Ok(Self {
            around: Surroundings::of(&caller, &ground),
            caller,
            ground,
        })
    }
}

fn one(
    line: &[u8],
    here: (&Surroundings, &Caller, &Ground),
    places: &mut BTreeMap<String, Standpoint>,
) -> Json {
    let line: Line = match serde_json::from_slice(line) {
        Ok(line) => line,
        Err(e) => return refusal(&format!("the line is not understood: {e}")),
    };
    if let Some(cwd) = line.cwd.as_ref().filter(|cwd| !places.contains_key(*cwd)) {
        if places.len() >= MAX_DIRECTORIES {
            places.clear();
        }
        match Standpoint::at(cwd) {
            Ok(standpoint) => places.insert(cwd.clone(), standpoint),
            Err(failure) => return refusal(&failure.message),
        };
    }
    let (around, caller, ground) = match line.cwd.as_ref().and_then(|cwd| places.get(cwd)) {
        Some(place) => (&place.around, &place.caller, &place.ground),
        None => here,
    };
    match (line.shell, line.argv) {
        (Some(text), None) => answered(shell_check::beforehand(&text, around, caller, ground)),
        (None, Some(argv)) => {
            let argv: Vec<OsString> = argv.into_iter().map(OsString::from).collect();
            answered(shell_check::argv(&argv, around, caller, ground))
        }
        _ => refusal("a line holds either `shell` or `argv`"),
    }
}

fn answered(answer: Result<Answer, Failure>) -> Json {
    match answer {
        Ok(answer) => answer.json(),
        Err(failure) => refusal(&failure.message),
    }
}

fn refusal(why: &str) -> Json {
    json!({"verdict": Verdict::Deny, "error": why, "reasons": [why]})
}
