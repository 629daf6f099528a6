//! One call of an applet's tool: arguments to a line, the line to an intent, the intent through the engine.

use super::{Peer, capped::Capped};
use crate::{
    agents::{session, told},
    caller::{Agent, Caller, Front},
    engine,
    outcome::{Outcome, Output, Refusal, Stop},
    report::{Exit, Failure},
    withdrawal::Withdrawal,
    work::Ahead,
};
use applets::{Applet, Request};
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Map, Value as Json, json};

/// Most of what a tool printed that a result carries.
const MAX_STDOUT: usize = 256 << 10;
/// Most of what it said on stderr.
const MAX_STDERR: usize = 16 << 10;

/// Runs the call and puts what came of it into a result.
pub(super) fn run(
    applet: &'static Applet,
    arguments: &Map<String, Json>,
    peer: &Peer,
    withdrawal: &Withdrawal,
) -> CallToolResult {
    let parsed = applet.arguments(arguments).and_then(|line| applet.parse(&line));
    let call = match parsed {
        Ok(Request::Call(call)) => call,
        Ok(Request::Help | Request::Version) => return text(applet.help()),
        Err(usage) => return failed(&Failure::new(Exit::Usage, usage.message).hint(usage.hint)),
    };
    let mut stdout = Capped::new(MAX_STDOUT);
    let mut stderr = Capped::new(MAX_STDERR);
    let result = caller(peer).map_err(Stop::Failed).and_then(|caller| {
        let mut output = Output {
            stdout: &mut stdout,
            stderr: &mut stderr,
            terminal: false,
            json: false,
            withdrawal: withdrawal.clone(),
        };
        engine::call(&call.intent, &caller, Ahead::start(&call.intent), &mut output)
    });
    match result {
        Ok(outcome) => done(&outcome, &stdout, &stderr),
        Err(Stop::Refused(refusal)) => refused(&refusal),
        Err(Stop::Failed(failure)) => failed(&failure),
    }
}

/// The caller behind a request: this process, as the server that it is, for the client that spoke.
pub(super) fn caller(peer: &Peer) -> Result<Caller, Failure> {
    let caller = Caller::of_this_process()?;
    let agent = if peer.agent.is_empty() {
        caller.agent.clone()
    } else {
        Agent {
            name: peer.agent.clone(),
            learnt: "mcp".to_owned(),
        }
    };
    let mut caller = Caller {
        front: Front::Server,
        interactive: false,
        agent,
        session: peer.session.clone(),
        request_id: peer.request_id.clone(),
        ..caller
    };
    session::hold(&mut caller, &peer.root)?;
    Ok(caller)
}

fn done(outcome: &Outcome, stdout: &Capped, stderr: &Capped) -> CallToolResult {
    let code = outcome
        .signal
        .map_or(i64::from(outcome.exit_code), |signal| 128 + i64::from(signal));
    let truncated = outcome.truncated || stdout.is_truncated() || stderr.is_truncated();
    let (out, err) = (stdout.text(), stderr.text());
    let mut shown = if code == 0 && out.is_empty() && err.is_empty() {
        "done".to_owned()
    } else {
        out.clone()
    };
    if !err.is_empty() {
        shown.push_str(&format!(
            "{}{err}",
            if shown.is_empty() || shown.ends_with('\n') {
                ""
            } else {
                "\n"
            }
        ));
    }
    if code != 0 {
        shown.push_str(&format!("\n(exit code {code})"));
    }
    if truncated {
        shown.push_str(&format!(
            "\n(the output was cut: {} bytes in all)",
            outcome.stdout_bytes
        ));
    }
    let value =
        json!({"verdict": "allow", "exit_code": code, "stdout": out, "stderr": err, "truncated": truncated});
    result(shown, value, code != 0)
}

/// A refusal as an error that the model reads: rule, reason, what to do, and the pending id.
fn refused(refusal: &Refusal) -> CallToolResult {
    let failure = told(refusal);
    let decision = &refusal.decision;
    let rule = decision
        .matched_rules
        .first()
        .map_or("default-deny", |matched| matched.rule.as_str());
    let mut value = json!({
        "verdict": decision.verdict,
        "exit_code": failure.code,
        "rule": rule,
        "reason": decision.reasons.first().cloned().unwrap_or_default(),
        "hint": failure.hint,
        "seq": refusal.receipt.seq,
    });
    if let (Some(id), Some(fields)) = (&refusal.pending, value.as_object_mut()) {
        fields.insert("pending".to_owned(), id.as_str().into());
    }
    result(said(&failure), value, true)
}

pub(super) fn failed(failure: &Failure) -> CallToolResult {
    let value = json!({"verdict": "error", "exit_code": failure.code, "reason": failure.message, "hint": failure.hint});
    result(said(failure), value, true)
}

pub(super) fn said(failure: &Failure) -> String {
    if failure.hint.is_empty() {
        failure.message.clone()
    } else {
        format!("{}\nhint: {}", failure.message, failure.hint)
    }
}

pub(super) fn text(text: String) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}

pub(super) fn result(shown: String, value: Json, is_error: bool) -> CallToolResult {
    let mut result = CallToolResult::structured(value);
    result.content = vec![ContentBlock::text(shown)];
    result.is_error = Some(is_error);
    result
}
