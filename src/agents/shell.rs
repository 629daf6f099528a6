//! The front end of a shell: an applet called by its link or as `wt NAME`. Parses, hands the call to the engine,
//! prints what comes back.

use crate::{
    caller::Caller,
    commands::show,
    engine,
    outcome::{Outcome, Output},
    report::{Exit, Failure, asks_for_json},
    state::Answer,
    withdrawal::Withdrawal,
    work::Ahead,
};
use applets::{Applet, Call, Request};
use std::{
    ffi::OsString,
    io::IsTerminal,
    process::ExitCode,
    time::{Duration, Instant},
};

/// Runs one applet with its arguments.
pub(crate) fn run(applet: &'static Applet, args: &[OsString], json: bool) -> ExitCode {
    match applet.parse(args) {
        Ok(Request::Help) => show(&applet.help()),
        Ok(Request::Version) => show(&format!(
            "{} (watchtower) {}\n",
            applet.name,
            env!("CARGO_PKG_VERSION")
        )),
        Ok(Request::Call(wanted)) => {
            let json = json || wanted.json;
            match call(applet.name, &wanted, json) {
                Ok(outcome) => exit_code(&outcome),
                Err(failure) => failure.report(applet.name, json),
            }
        }
        Err(usage) => Failure::new(Exit::Usage, usage.message)
            .hint(usage.hint)
            .report(applet.name, json || asks_for_json(args)),
    }
}

fn call(name: &str, wanted: &Call, json: bool) -> Result<Outcome, Failure> {
    // To be confined takes as long as everything up to the decision takes.
    let mut ahead = Ahead::start(&wanted.intent);
    let mut caller = Caller::of_this_process()?;
    caller.claimed = wanted.claimed_identity.clone().unwrap_or_default();
    let (mut stdout, mut stderr) = (std::io::stdout(), std::io::stderr());
    let terminal = stdout.is_terminal();
    let mut output = Output {
        stdout: &mut stdout,
        stderr: &mut stderr,
        terminal,
        json,
        withdrawal: Withdrawal::by_signals(),
    };
    let until = Instant::now() + Duration::from_secs(wanted.wait.unwrap_or(0).into());
    let mut told = String::new();
    loop {
        let stop = match engine::call(&wanted.intent, &caller, ahead.take(), &mut output) {
            Ok(outcome) => {
                end_by(&mut output);
                return Ok(outcome);
            }
            Err(stop) => stop.failure(),
        };
        let left = until.saturating_duration_since(Instant::now());
        let Some(id) = stop.pending.as_ref().filter(|_| !left.is_zero()) else {
            return Err(stop);
        };
        // Whoever looks on sees what is waited for, once for each request; JSON stays one object.
        if !json && told != *id {
            told.clone_from(id);
            let seconds = left.as_secs_f64().ceil();
            let hint = format!("a person can run `wt approve {id}`; this call waits {seconds} s for that");
            stop.clone().hint(hint).report(name, json);
        }
        match engine::wait(id, &caller, left)? {
            Answer::Answered | Answer::Denied(_) => {}
            Answer::Expired => {
                let message = format!("denied: nobody answered `{id}` while it could be answered");
                return Err(Failure::new(Exit::Denied, message).hint("the same call asks anew"));
            }
            Answer::Open => {
                let message = format!("nobody answered yet: {}", stop.message);
                return Err(Failure { message, ..stop });
            }
        }
    }
}

/// Ends the process by the signal that took the call back, if one did: a shell that waits for it takes that as its own sign
/// to stop.
fn end_by(output: &mut Output<'_>) {
    if let Some(signal) = output.withdrawal.signal() {
        output.stdout.flush().unwrap_or(());
        signal_hook::low_level::emulate_default_handler(signal as i32).unwrap_or(());
    }
}

/// The effect's own code; a signal that ended it is 128 more than its number, as shells say it.
fn exit_code(outcome: &Outcome) -> ExitCode {
    let of_signal = outcome
        .signal
        .map(|signal| u8::try_from(128 + signal).unwrap_or(u8::MAX));
    ExitCode::from(of_signal.unwrap_or(outcome.exit_code))
}
