//! `wt hook`: an agent's event in, the answer in its own format out. Whatever is not understood, too large, too
//! slow or cannot be recorded is refused, in words that the client honours.

mod action;
mod answer;
mod event;
mod judge;
mod limits;
mod stdin;

use crate::report::Failure;
use std::{io::Write, process::ExitCode, time::Duration};

pub(crate) use answer::{Answer, Reply};
pub(crate) use event::{Client, Event, Phase};

/// Tools of Watchtower's own MCP server beside the applets.
pub(crate) const OWN_TOOLS: [&str; 5] = [
    "check_command",
    "list_approvals",
    "wait_for_approval",
    "explain_refusal",
    "recent_activity",
];

/// Clients stop waiting after ten seconds and go on without an answer; this comes before.
const LIMIT: Duration = Duration::from_secs(8);

/// Reads one event of this client from standard input and answers it.
pub(crate) fn run(client: Client) -> ExitCode {
    std::thread::spawn(move || {
        std::thread::sleep(LIMIT);
        let late = Answer::refusal(client, "watchtower: no judgement in time; nothing was done");
        let code = late.code;
        print(&late);
        std::process::exit(i32::from(code));
    });
    let reply = match stdin::read() {
        Err(why) => refused(client, &why),
        Ok(bytes) => match client.read(&bytes) {
            Err(why) => unread(client, &bytes, &why),
            Ok(event) => match judge::answer(&event) {
                Ok(answer) => answer.reply(client, event.phase, &event.name),
                Err(failure) => failed(client, &event, &failure),
            },
        },
    };
    print(&reply);
    ExitCode::from(reply.code)
}

fn refused(client: Client, why: &str) -> Reply {
    Answer::refusal(client, &format!("watchtower: {why}; nothing was done"))
}

/// An event that is not understood is refused, unless it says itself that there is nothing left to refuse.
fn unread(client: Client, bytes: &[u8], why: &str) -> Reply {
    match client.glance(bytes) {
        Some((phase @ (Phase::After | Phase::Session), name)) => Reply {
            stderr: format!("watchtower: {why}; it is not recorded\n"),
            ..Answer::Pass.reply(client, phase, &name)
        },
        Some((Phase::Before, _)) | None => refused(client, why),
    }
}

/// What could not be judged or recorded is refused; what has run already is not undone by that.
fn failed(client: Client, event: &Event, failure: &Failure) -> Reply {
    let hint = if failure.hint.is_empty() {
        String::new()
    } else {
        format!("; hint: {}", failure.hint)
    };
    let reason = format!("watchtower: {}{hint}", failure.message);
    match event.phase {
        Phase::Before => {
            Answer::Deny(format!("{reason}; nothing was done")).reply(client, event.phase, &event.name)
        }
        Phase::After | Phase::Session => Reply {
            stderr: format!("{reason}\n"),
            ..Answer::Pass.reply(client, event.phase, &event.name)
        },
    }
}

/// A reader that has gone gets nothing; the exit code still says it.
fn print(reply: &Reply) {
    let mut out = std::io::stdout().lock();
    let _gone = out.write_all(reply.stdout.as_bytes()).and_then(|()| out.flush());
    let _gone = std::io::stderr().lock().write_all(reply.stderr.as_bytes());
}
