//! The front end of a shell: an applet called by its link or as `wt NAME`. Parses, hands the call to the engine,
//! prints what comes back.

use crate::{
    commands::show,
    report::{Exit, Failure},
};
use applets::{Applet, Request};
use std::{ffi::OsString, process::ExitCode};

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
            Failure::new(Exit::Config, "no engine").report(applet.name, json || wanted.json)
        }
        Err(usage) => Failure::new(Exit::Usage, usage.message)
            .hint(usage.hint)
            .report(applet.name, json),
    }
}
