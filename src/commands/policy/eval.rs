//! `wt policy eval`: expressions over scopes, one or a stream of them.

use crate::{
    report::{Exit, Failure},
    view::out::{self, Out, Stopped},
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use policy::evaluate;
use serde_json::{Map, Value as Json, json};
use std::{
    io::{BufRead, Read},
    process::ExitCode,
};

/// Bytes of one line of the stream.
const MAX_LINE_BYTES: u64 = 16 << 20;

/// The command line.
pub(super) fn build() -> Command {
    Command::new("eval")
        .about("Evaluate expressions of the policy language")
        .arg(Arg::new("EXPR").help("An expression").required_unless_present("jsonl"))
        .arg(Arg::new("scope").long("scope").value_name("JSON").help("Its names, as a JSON object"))
        .arg(
            Arg::new("jsonl")
                .long("jsonl")
                .action(ArgAction::SetTrue)
                .conflicts_with("EXPR")
                .help("Read {\"expr\", \"scope\"} lines, answer {\"ok\": value} or {\"error\": text} lines, in order"),
        )
}

/// Evaluates.
pub(super) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    if matches.get_flag("jsonl") {
        return out::stream(stream);
    }
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let scope = match text("scope").map(serde_json::from_str::<Map<String, Json>>) {
        None => Map::new(),
        Some(Ok(scope)) => scope,
        Some(Err(e)) => {
            return Err(Failure::new(
                Exit::Usage,
                format!("--scope is not a JSON object: {e}"),
            ));
        }
    };
    let answer = evaluate(text("EXPR").unwrap_or_default(), &scope)
        .map_err(|error| Failure::new(Exit::Config, error.to_string()))?;
    out::stream(|out| {
        out.line(&answer)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// Answers line by line, each at once, until the input ends.
fn stream(out: &mut Out) -> Result<ExitCode, Stopped> {
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut input).take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut line);
        match read {
            Ok(0) => return Ok(ExitCode::SUCCESS),
            Ok(_) if line.len() as u64 > MAX_LINE_BYTES => {
                return Err(Failure::new(Exit::Usage, "a line of the input is longer than 16 MiB").into());
            }
            Ok(_) => {}
            Err(e) => return Err(Failure::new(Exit::Usage, format!("cannot read stdin: {e}")).into()),
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        out.line(&answer(&line))?;
        out.flush()?;
    }
}

fn answer(line: &[u8]) -> String {
    let asked = || -> Result<String, String> {
        let question: Json =
            serde_json::from_slice(line).map_err(|e| format!("this line is not JSON: {e}"))?;
        let expr = question
            .get("expr")
            .and_then(Json::as_str)
            .ok_or("this line has no `expr`")?;
        let empty = Map::new();
        let scope = match question.get("scope") {
            None | Some(Json::Null) => &empty,
            Some(Json::Object(scope)) => scope,
            Some(_) => return Err("`scope` is not an object".to_owned()),
        };
        evaluate(expr, scope).map_err(|error| error.to_string())
    };
    match asked() {
        Ok(value) => format!("{{\"ok\":{value}}}"),
        Err(error) => json!({"error": error}).to_string(),
    }
}
