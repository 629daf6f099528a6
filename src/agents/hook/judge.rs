//! From an event to its answer: what the tool would do is judged and recorded; what it did is recorded.

use super::{
    Answer, Event, Phase,
    action::{self, Action, ShellCall},
    limits,
};
use crate::{
    agents::{session, told},
    caller::{Agent, Caller, Front},
    facts::{
        command::{Surroundings, part},
        workspace::real_path,
    },
    ground::Ground,
    outcome::{Outcome, Refusal, Stop},
    record::{self, hex},
    report::{Exit, Failure, visible},
    shell_check, unheard,
    witness::{Sighting, witness},
};
use ledger::{Draft, Durability, Kind, read::Reader};
use policy::{Audit, Decision, Intent, Target, Verdict, text::escape};
use rustix::fs::{CWD, Mode, OFlags, openat};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use std::{
    os::{
        fd::{AsFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::Path,
};

/// How many entries back the decision of an outcome is looked for.
const MAX_LOOK_BACK: usize = 500;

/// Answers an event.
pub(super) fn answer(event: &Event) -> Result<Answer, Failure> {
    match event.phase {
        Phase::Session => Ok(Answer::Pass),
        Phase::After => after(event).map(|()| Answer::Pass),
        Phase::Before => before(event),
    }
}

fn before(event: &Event) -> Result<Answer, Failure> {
    let action = match action::of(event) {
        Ok(action) => action,
        Err(why) => return Ok(Answer::Deny(format!("watchtower: {why}; nothing was done"))),
    };
    let mut note = json!({"client": event.client.name(), "name": event.name, "tool": event.tool});
    if let (false, Some(fields)) = (event.version.is_empty(), note.as_object_mut()) {
        fields.insert("version".to_owned(), event.version.as_str().into());
    }
    let mut sighting = Sighting::default();
    sighting.note.insert("event".to_owned(), note);
    let too_long = limits::too_long(&action);
    let (caller, ground) = match action {
        Action::Own => return Ok(Answer::Allow),
        Action::Nothing => return Ok(Answer::Pass),
        Action::Intent(intent) => {
            sighting.intent = *intent;
            let mut caller = caller(event)?;
            let ground = session::ground(&mut caller)?;
            (caller, ground)
        }
        Action::Shell(call) => {
            let mut caller = caller(event)?;
            let ground = session::ground(&mut caller)?;
            let caller = inside(caller, call.dir.as_deref())?;
            sighting.intent = execution(&call, &caller);
            if too_long.is_none() {
                command_line(&mut sighting, &call, &caller, &ground);
            }
            (caller, ground)
        }
    };
    if let Some((why, hint)) = too_long {
        sighting.intent = limits::shortened(sighting.intent);
        sighting.decision = Some(unheard::denial("limit", why, hint));
    }
    match witness(&sighting, &caller, &ground) {
        Ok(_) => Ok(Answer::Allow),
        Err(Stop::Refused(refusal)) => Ok(refused(event, &refusal)),
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

/// A refusal in the words that the model reads. Nobody but the approver approves, so a person who sits there is
/// asked only where there is none.
fn refused(event: &Event, refusal: &Refusal) -> Answer {
    let failure = told(refusal);
    let mut reason = format!("watchtower: {}", failure.message);
    if !failure.hint.is_empty() {
        reason.push_str(&format!("; hint: {}", failure.hint));
    }
    match refusal.decision.verdict {
        Verdict::Escalate if !event.unattended && refusal.pending.is_none() => Answer::Ask(reason),
        Verdict::Allow | Verdict::Shadow | Verdict::Escalate | Verdict::Deny => Answer::Deny(reason),
    }
}

/// What a tool did, as the outcome of the decision that let it run.
fn after(event: &Event) -> Result<(), Failure> {
    let caller = caller(event)?;
    let ground = Ground::of(&caller)?;
    let reader = Reader::open(ground.home.dir.as_fd(), &ground.home.path)?;
    let mut of = None;
    for entry in reader.backwards().take(MAX_LOOK_BACK) {
        let entry = entry?;
        let identity = entry.data.get("identity");
        let told = |key: &str| {
            identity
                .and_then(|identity| identity.get(key)?.as_str())
                .unwrap_or_default()
        };
        if entry.kind() == "decision"
            && told("request") == caller.request_id
            && told("session") == caller.session
        {
            of = Some(entry.seq);
            break;
        }
    }
    // Tools that touch nothing were not decided about, so they have no outcome either.
    let Some(seq) = of else { return Ok(()) };
    let output = match &event.response {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    let failed = event.name.ends_with("Failure")
        || event.response.as_ref().is_some_and(|response| {
            response
                .get("is_error")
                .or_else(|| response.get("isError"))
                .and_then(Json::as_bool)
                == Some(true)
        });
    let reported = event.response.as_ref().and_then(|response| {
        ["exit_code", "exitCode", "returncode"]
            .iter()
            .find_map(|key| response.get(*key)?.as_u64())
    });
    let outcome = Outcome {
        exit_code: reported.map_or(u8::from(failed), |code| u8::try_from(code).unwrap_or(u8::MAX)),
        stdout_sha256: if output.is_empty() {
            String::new()
        } else {
            hex(&Sha256::digest(&output))
        },
        stdout_bytes: output.len() as u64,
        ..Outcome::default()
    };
    let mut data = record::outcome(seq, &outcome);
    data.insert("reported_by".to_owned(), event.client.name().into());
    ground.ledger()?.append(
        &[Draft {
            kind: Kind::Outcome,
            data,
        }],
        Durability::Relaxed,
    )?;
    Ok(())
}

/// A command line, judged part by part; the strictest part decides about the whole.
fn command_line(sighting: &mut Sighting, call: &ShellCall, caller: &Caller, ground: &Ground) {
    let mut answer = shell_check::shell(&call.command, &Surroundings::of(caller, ground), ground);
    if !call.unknown.is_empty() {
        let names: Vec<String> = call
            .unknown
            .keys()
            .map(|name| format!("`{}`", visible(name)))
            .collect();
        let why = format!("what {} does to the command is not known", names.join(", "));
        answer = answer.and(shell_check::Answer::refused(
            "unknown-argument",
            Verdict::Escalate,
            why,
        ));
    }
    sighting
        .note
        .insert("parts".to_owned(), part::recorded(&answer.steps).into());
    sighting.alerts = answer.gtfo;
    sighting.touched = answer.touched;
    sighting.decision = Some(Decision {
        verdict: answer.verdict,
        matched_rules: answer.rules,
        risk_score: answer.risk_score,
        risk: answer.risk,
        reasons: answer.reasons,
        hint: answer.hint,
        audit: Audit::Standard,
    });
}

/// A command line as one intent: what runs, where, and what else the tool was told.
fn execution(call: &ShellCall, caller: &Caller) -> Intent {
    let program = call.command.split_whitespace().next().unwrap_or_default();
    let cwd = real_path(&caller.cwd).unwrap_or_default();
    let mut params: Map<String, Json> = Map::new();
    params.insert("command".to_owned(), call.command.as_str().into());
    params.insert("cwd".to_owned(), escape(cwd.as_os_str().as_bytes()).into());
    if !call.unknown.is_empty() {
        params.insert("arguments".to_owned(), call.unknown.clone().into());
    }
    Intent {
        domain: "process".into(),
        operation: "exec".into(),
        targets: vec![Target {
            role: "command".into(),
            domain: "process".into(),
            operation: "exec".into(),
            name: program.to_owned(),
            ..Target::default()
        }],
        params,
        tool: "shell".into(),
    }
}

/// Who is behind the event: this process, for the client that sent it, in the directory that it names.
fn caller(event: &Event) -> Result<Caller, Failure> {
    let own = Caller::of_this_process()?;
    let request_id = if event.request_id.is_empty() {
        fingerprint(event)
    } else {
        event.request_id.clone()
    };
    let caller = Caller {
        front: Front::Hook,
        interactive: false,
        agent: Agent {
            name: event.client.name().to_owned(),
            learnt: "hook".to_owned(),
        },
        session: event.session.clone(),
        request_id,
        ..own
    };
    Ok(match event.cwd.as_deref().and_then(|cwd| open(CWD, cwd)) {
        Some(cwd) => caller.at(cwd),
        // A directory that is gone or never was: the hook's own stands in.
        None => caller,
    })
}

/// The caller in the directory that a tool names for itself.
fn inside(caller: Caller, dir: Option<&str>) -> Result<Caller, Failure> {
    let Some(dir) = dir else { return Ok(caller) };
    let missing = || {
        Failure::new(
            Exit::Usage,
            format!("the directory `{}` cannot be opened", visible(dir)),
        )
    };
    let inner = open(caller.cwd.as_fd(), Path::new(dir)).ok_or_else(missing)?;
    Ok(caller.at(inner))
}

fn open(at: impl AsFd, path: &Path) -> Option<OwnedFd> {
    openat(
        at,
        path,
        OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .ok()
}

/// A name for a call that its client gives none: the same before it and after it.
fn fingerprint(event: &Event) -> String {
    let digest = Sha256::digest(json!([event.session, event.tool, event.input]).to_string());
    format!("call-{}", hex(&digest).get(..16).unwrap_or_default())
}
