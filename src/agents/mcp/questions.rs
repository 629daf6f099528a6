//! The tools that only ask: what policy would say, what waits for a person, why something was refused, what was
//! done lately. They change nothing and approve nothing.

use super::{Peer, call};
use crate::{
    facts::command::Surroundings,
    ground::Ground,
    report::{Exit, Failure},
    shell_check,
    state::Answer,
    view::{
        desk::{Desk, newest},
        select::Selection,
    },
    withdrawal::Withdrawal,
};
use ledger::read::Reader;
use rmcp::model::CallToolResult;
use serde_json::{Map, Value as Json, json};
use std::time::{Duration, Instant};

/// Entries without a limit of the caller's own.
pub(super) const DEFAULT_LIMIT: u64 = 20;
/// Most entries at once.
pub(super) const MAX_LIMIT: u64 = 100;
/// Seconds to wait without a time of the caller's own, and the longest wait.
pub(super) const DEFAULT_WAIT: u64 = 60;
pub(super) const MAX_WAIT: u64 = 300;

/// Answers one of them. The arguments are such as its schema admits.
pub(super) fn answer(
    name: &str,
    arguments: &Map<String, Json>,
    peer: &Peer,
    withdrawal: &Withdrawal,
) -> CallToolResult {
    let answered = match name {
        "recent_activity" => recent(arguments),
        "explain_refusal" => explain(arguments),
        "check_command" => check(arguments, peer),
        "list_approvals" => waiting(peer),
        "wait_for_approval" => wait(arguments, peer, withdrawal),
        _ => Err(Failure::new(Exit::Usage, format!("unknown tool `{name}`"))),
    };
    match answered {
        Ok(value) => call::result(format!("{value:#}"), value, false),
        Err(failure) => {
            let value = json!({"reason": failure.message, "hint": failure.hint, "exit_code": failure.code});
            call::result(call::said(&failure), value, true)
        }
    }
}

/// An integer; none where it is left out or no entry or time has such a number.
fn number(arguments: &Map<String, Json>, name: &str) -> Option<u64> {
    let value = arguments.get(name)?;
    // Some clients write whole numbers with a fraction.
    value
        .as_u64()
        .or_else(|| format!("{:.0}", value.as_f64()?).parse().ok())
}

fn text<'a>(arguments: &'a Map<String, Json>, name: &str) -> Result<&'a str, Failure> {
    let value = arguments
        .get(name)
        .and_then(Json::as_str)
        .filter(|text| !text.is_empty());
    value.ok_or_else(|| Failure::new(Exit::Usage, format!("argument `{name}` is missing")))
}

fn check(arguments: &Map<String, Json>, peer: &Peer) -> Result<Json, Failure> {
    let command = text(arguments, "command")?;
    let caller = call::caller(peer)?;
    let ground = Ground::of(&caller)?;
    let around = Surroundings::of(&caller, &ground);
    Ok(shell_check::beforehand(command, &around, &caller, &ground)?.json())
}

fn waiting(peer: &Peer) -> Result<Json, Failure> {
    let ground = Ground::of(&call::caller(peer)?)?;
    let requests: Vec<Json> = ground
        .state()
        .pending()?
        .iter()
        .map(|request| request.to_json())
        .collect();
    Ok(
        json!({"pending": requests, "how": "a person answers with `wt approve ID` or `wt deny ID` at a terminal"}),
    )
}

fn wait(arguments: &Map<String, Json>, peer: &Peer, withdrawal: &Withdrawal) -> Result<Json, Failure> {
    let id = text(arguments, "id")?;
    let seconds = number(arguments, "seconds").unwrap_or(DEFAULT_WAIT);
    let ground = Ground::of(&call::caller(peer)?)?;
    let state = ground.state();
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut answer = state.answer(id)?;
    while matches!(answer, Answer::Open) && Instant::now() < until && !withdrawal.is_given() {
        let left = until.saturating_duration_since(Instant::now());
        answer = state.wait(id, left.min(Duration::from_secs(1)))?;
    }
    Ok(match answer {
        Answer::Answered => {
            json!({"id": id, "answer": "no longer waiting", "next": "repeat the call unchanged"})
        }
        Answer::Denied(why) => {
            json!({"id": id, "answer": "denied", "reason": why, "next": "do not try again"})
        }
        Answer::Expired => json!({"id": id, "answer": "expired", "next": "repeat the call to ask anew"}),
        Answer::Open => json!({"id": id, "answer": "none yet", "next": "wait again, or do something else"}),
    })
}

fn reader() -> Result<Reader, Failure> {
    Ok(Desk::open()?.reader()?)
}

fn recent(arguments: &Map<String, Json>) -> Result<Json, Failure> {
    let limit = number(arguments, "limit").unwrap_or(DEFAULT_LIMIT);
    let count = usize::try_from(limit).unwrap_or(usize::MAX);
    let (actions, _) = newest(&reader()?, &Selection::default().decisions_only(), count)?;
    let calls: Vec<Json> = actions.iter().rev().map(|action| action.to_json()).collect();
    Ok(json!({"calls": calls}))
}

fn explain(arguments: &Map<String, Json>) -> Result<Json, Failure> {
    let seq =
        number(arguments, "seq").ok_or_else(|| Failure::new(Exit::Usage, "no entry has such a number"))?;
    let entry = reader()?
        .get(seq)?
        .filter(|entry| entry.kind() == "decision")
        .ok_or_else(|| {
            Failure::new(Exit::Usage, format!("entry {seq} is not a decision"))
                .hint("a refusal names its entry; recent_activity lists the last ones")
        })?;
    let part = |key: &str| entry.data.get(key).cloned().unwrap_or_default();
    let facts = part("scope");
    Ok(json!({
        "seq": seq,
        "timestamp": entry.timestamp,
        "intent": part("intent"),
        "decision": part("decision"),
        "targets": facts.get("targets").cloned().unwrap_or_default(),
        "floors": facts.get("floors").cloned().unwrap_or_default(),
        "workspace": facts.get("workspace").cloned().unwrap_or_default(),
    }))
}
