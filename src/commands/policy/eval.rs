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
        Some(Ok(_)) if !text("scope").is_none_or(|scope| integers_fit(scope.as_bytes())) => {
            return Err(Failure::new(
                Exit::Usage,
                "--scope holds an integer beyond 64 bits",
            ));
        }
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
        if !integers_fit(line) {
            return Err("an integer beyond 64 bits".to_owned());
        }
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

/// Whether every integer of a JSON text has 64 bits; beyond them it would be read as the nearest float.
fn integers_fit(json: &[u8]) -> bool {
    let (mut quoted, mut escaped) = (false, false);
    json.split(|byte| {
        let within = quoted;
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            _ => {}
        }
        // Within quotes nothing is a number: every byte of a string ends the word before it.
        within || !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
    })
    .filter(|word| {
        word.iter().any(u8::is_ascii_digit) && !word.iter().any(|b| matches!(b, b'.' | b'e' | b'E'))
    })
    .all(|word| std::str::from_utf8(word).is_ok_and(|word| word.parse::<i64>().is_ok()))
}

#[cfg(test)]
mod tests {
    use super::{answer, integers_fit};

    #[test]
    fn an_integer_of_the_scope_beyond_64_bits_is_an_error_and_no_float() {
        for n in [
            "9223372036854775808",
            "-9223372036854775809",
            "18446744073709551616",
            "1000000000000000000000000",
        ] {
            let line = format!("{{\"expr\": \"x\", \"scope\": {{\"x\": [{n}]}}}}");
            assert_eq!(
                answer(line.as_bytes()),
                "{\"error\":\"an integer beyond 64 bits\"}",
                "{n}"
            );
        }
        for (n, shown) in [
            ("9223372036854775807", "9223372036854775807"),
            ("1e30", "1e+30"),
            ("1e0", "1.0"),
        ] {
            let line = format!("{{\"expr\": \"x\", \"scope\": {{\"x\": {n}}}}}");
            assert_eq!(answer(line.as_bytes()), format!("{{\"ok\":{shown}}}"), "{n}");
        }
        assert!(integers_fit(
            br#"{"a\"": "99999999999999999999", "9999999999999999999999": 1}"#
        ));
    }
}
