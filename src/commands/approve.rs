//! `wt approve ID`: a person allows what waits. Shows what it is about, asks for the passphrase on the terminal, and
//! records the grant before it says so.

use super::{asked, show};
use crate::{
    approver,
    caller::Caller,
    ground::Ground,
    report::{Exit, Failure, json_text},
    state::{Extent, Grant, Request, State, Terms, moment},
    view::span,
};
use clap::{Arg, ArgAction, ArgMatches, Command, builder::PossibleValuesParser, value_parser};
use std::{os::fd::AsFd, process::ExitCode};

/// How long an approval can be used where nothing else is said.
const DEFAULT_S: u64 = 3600;

pub(crate) fn build() -> Command {
    terms(
        Command::new("approve")
            .about("Allow what waits, once or for a time")
            .arg(Arg::new("ID").required(true).help("The id that the refusal and `wt approvals` show")),
    )
    .after_help(
        "Without options it allows one call, on the objects as they were found, within an hour. The passphrase of \
         the approver is asked on the terminal; there is no other way to give it.",
    )
}

/// The options of an approval.
pub(super) fn terms(command: Command) -> Command {
    command
        .arg(
            Arg::new("for")
                .long("for")
                .value_name("TIME")
                .help("How long: `30m`, `1h`, `7d`"),
        )
        .arg(
            Arg::new("uses")
                .long("uses")
                .value_name("N")
                .value_parser(value_parser!(u32).range(1..))
                .help("How many calls; with `--for` alone as many as wanted"),
        )
        .arg(
            Arg::new("scope")
                .long("scope")
                .value_parser(PossibleValuesParser::new(["exact", "dir", "rule", "host"]))
                .default_value("exact")
                .help(
                    "This call, the same below its directory, on its host, or whatever its rules ask about",
                ),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print JSON"),
        )
}

/// What the options say.
pub(super) fn parse_terms(matches: &ArgMatches) -> Result<Terms, Failure> {
    let wanted = matches.get_one::<String>("for");
    let seconds = match wanted {
        None => DEFAULT_S,
        Some(text) => span::duration(text)
            .and_then(|time| u64::try_from(time.as_secs()).ok())
            .filter(|seconds| *seconds > 0)
            .ok_or_else(|| {
                Failure::new(Exit::Usage, format!("`{text}` is not a time")).hint("try `30m`, `1h` or `7d`")
            })?,
    };
    let scope = matches.get_one::<String>("scope").map_or("exact", String::as_str);
    let uses = match (matches.get_one::<u32>("uses"), wanted) {
        (Some(uses), _) => Some(*uses),
        (None, None) if scope == "exact" => Some(1),
        (None, _) => None,
    };
    let extent = match scope {
        "dir" => Extent::Dir,
        "rule" => Extent::Rule,
        "host" => Extent::Host,
        _ if uses == Some(1) => Extent::Exact,
        _ => Extent::Same,
    };
    Ok(Terms {
        extent,
        uses,
        seconds,
    })
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let id = matches.get_one::<String>("ID").map_or("", String::as_str);
    let terms = parse_terms(matches)?;
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let request = ground.state().request(id)?;
    // Nobody is shown what was not asked.
    ground.state().vouch(&request)?;
    if !matches.get_flag("json") {
        let _ = show(&asked::screen(&request, ground.state().now()?));
    }
    let grant = approve(&ground, &caller, &request, terms)?;
    Ok(if matches.get_flag("json") {
        show(&format!(
            "{}\n",
            json_text(&serde_json::json!({"grant": grant, "id": grant.id()}))
        ))
    } else {
        show(&format!("{}\n", words(&grant)))
    })
}

/// Asks for the passphrase and grants.
pub(super) fn approve(
    ground: &Ground,
    caller: &Caller,
    request: &Request,
    terms: Terms,
) -> Result<Grant, Failure> {
    let (state, mut ledger) = (ground.state(), ground.ledger()?);
    state.vouch(request)?;
    let homes: Vec<String> = caller
        .homes
        .iter()
        .map(|home| home.display().to_string())
        .collect();
    let reach = State::reach(request, terms.extent, &homes)?;
    let known = state.approver_key(&mut ledger)?;
    let purpose = format!(
        "approve `{}` for {}: {}",
        request.id,
        request.asker(),
        reach.words()
    );
    let approver = approver::unlock(ground.home.dir.as_fd(), &known, &purpose)?;
    state.approve(&mut ledger, &approver, request, reach, terms)
}

/// What was granted.
pub(super) fn words(grant: &Grant) -> String {
    let times = match grant.uses {
        None => "as often as wanted".to_owned(),
        Some(1) => "once".to_owned(),
        Some(n) => format!("{n} times"),
    };
    format!(
        "granted {} for `{}`: {}, until {}, {times}",
        grant.id(),
        grant.operation,
        grant.reach.words(),
        moment::text(grant.span.to),
    )
}
