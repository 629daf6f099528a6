//! The subcommands of `wt`: one file each, one table here. A command reads its arguments, calls the engine
//! or reads the ledger, and prints; it never judges or changes anything on its own.

mod admin;
mod alert;
mod applets;
mod approvals;
mod approve;
mod asked;
mod check;
mod checkpoint;
mod clean;
mod completions;
mod deny;
mod doctor;
mod export;
mod freeze;
mod grants;
mod gtfo;
mod hook;
mod import;
mod init;
pub(crate) mod links;
mod man;
mod mcp;
mod options;
mod own;
mod policy;
mod prove;
mod query;
mod recent;
mod redact;
mod report;
mod setup;
mod stats;
mod status;
mod tail;
mod thaw;
mod trash;
mod undo;
mod usage;
mod utcp;
mod verify;
mod watch;

pub use completions::complete;

use crate::report::{Exit, Failure, asks_for_json};
use clap::{ArgMatches, Command, error::ErrorKind};
use std::{ffi::OsString, io::Write, process::ExitCode};

/// One subcommand, also reachable as `wt_<name>`.
#[derive(Clone, Copy, Debug)]
pub struct Subcommand {
    /// Its name, as its command line has it too.
    pub name: &'static str,
    /// Its command line.
    pub build: fn() -> Command,
    /// What it does.
    pub run: fn(&ArgMatches) -> Result<ExitCode, Failure>,
}

/// Every subcommand, in the order of `wt help`.
pub const SUBCOMMANDS: &[Subcommand] = &[
    Subcommand {
        name: "init",
        build: init::build,
        run: init::run,
    },
    Subcommand {
        name: "check",
        build: check::build,
        run: check::run,
    },
    Subcommand {
        name: "gtfo",
        build: gtfo::build,
        run: gtfo::run,
    },
    Subcommand {
        name: "applets",
        build: applets::build,
        run: applets::run,
    },
    Subcommand {
        name: "completions",
        build: completions::build,
        run: completions::run,
    },
    Subcommand {
        name: "man",
        build: man::build,
        run: man::run,
    },
    Subcommand {
        name: "mcp",
        build: mcp::build,
        run: mcp::run,
    },
    Subcommand {
        name: "hook",
        build: hook::build,
        run: hook::run,
    },
    Subcommand {
        name: "setup",
        build: setup::build,
        run: setup::run,
    },
    Subcommand {
        name: "utcp",
        build: utcp::build,
        run: utcp::run,
    },
    Subcommand {
        name: "tail",
        build: tail::build,
        run: tail::run,
    },
    Subcommand {
        name: "recent",
        build: recent::build,
        run: recent::run,
    },
    Subcommand {
        name: "watch",
        build: watch::build,
        run: watch::run,
    },
    Subcommand {
        name: "alert",
        build: alert::build,
        run: alert::run,
    },
    Subcommand {
        name: "query",
        build: query::build,
        run: query::run,
    },
    Subcommand {
        name: "report",
        build: report::build,
        run: report::run,
    },
    Subcommand {
        name: "stats",
        build: stats::build,
        run: stats::run,
    },
    Subcommand {
        name: "status",
        build: status::build,
        run: status::run,
    },
    Subcommand {
        name: "doctor",
        build: doctor::build,
        run: doctor::run,
    },
    Subcommand {
        name: "checkpoint",
        build: checkpoint::build,
        run: checkpoint::run,
    },
    Subcommand {
        name: "prove",
        build: prove::build,
        run: prove::run,
    },
    Subcommand {
        name: "redact",
        build: redact::build,
        run: redact::run,
    },
    Subcommand {
        name: "clean",
        build: clean::build,
        run: clean::run,
    },
    Subcommand {
        name: "export",
        build: export::build,
        run: export::run,
    },
    Subcommand {
        name: "import",
        build: import::build,
        run: import::run,
    },
    Subcommand {
        name: "verify",
        build: verify::build,
        run: verify::run,
    },
    Subcommand {
        name: "policy",
        build: policy::build,
        run: policy::run,
    },
    Subcommand {
        name: "links",
        build: links::build,
        run: links::run,
    },
    Subcommand {
        name: "approvals",
        build: approvals::build,
        run: approvals::run,
    },
    Subcommand {
        name: "approve",
        build: approve::build,
        run: approve::run,
    },
    Subcommand {
        name: "deny",
        build: deny::build,
        run: deny::run,
    },
    Subcommand {
        name: "grants",
        build: grants::build,
        run: grants::run,
    },
    Subcommand {
        name: "freeze",
        build: freeze::build,
        run: freeze::run,
    },
    Subcommand {
        name: "thaw",
        build: thaw::build,
        run: thaw::run,
    },
    Subcommand {
        name: "admin",
        build: admin::build,
        run: admin::run,
    },
    Subcommand {
        name: "undo",
        build: undo::build,
        run: undo::run,
    },
    Subcommand {
        name: "trash",
        build: trash::build,
        run: trash::run,
    },
];

/// Parses the arguments of one subcommand and runs it. Failures are printed here, as JSON where the command
/// has `--json` or `json` is set.
pub fn run(command: &Subcommand, args: Vec<OsString>, json: bool) -> ExitCode {
    let json = json || asks_for_json(&args);
    let name = format!("wt {}", command.name);
    let mut parser = (command.build)().bin_name(name.clone()).no_binary_name(true);
    match parser.try_get_matches_from_mut(&args) {
        Ok(matches) => (command.run)(&matches).unwrap_or_else(|failure| failure.report(&name, json)),
        Err(e) => match e.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => show(&e.render().to_string()),
            _ => usage::failure(&e, &name, &parser, &args).report(&name, json),
        },
    }
}

/// Prints the overview or the version.
pub fn overview(args: &[OsString], json: bool) -> ExitCode {
    let mut parser = overview_parser().bin_name("wt").no_binary_name(true);
    match parser.try_get_matches_from_mut(args) {
        Ok(matches) => match version_text(&matches) {
            Some(text) => show(&text),
            None => show(&parser.render_help().to_string()),
        },
        Err(e) if e.kind() == ErrorKind::DisplayHelp => show(&e.render().to_string()),
        Err(e) => usage::failure(&e, "wt", &parser, args).report("wt", json),
    }
}

/// The whole command line of `wt`, for help, completions and man pages.
pub fn overview_parser() -> Command {
    Command::new("wt")
        .about("Judges, confines and records what AI agents do at a shell")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_version_flag(true)
        .arg(clap::arg!(-V --version "Print the version"))
        .arg(clap::arg!(-v --verbose "With --version: build target, profile and kernel back ends"))
        .subcommands(SUBCOMMANDS.iter().map(|command| (command.build)()))
        .after_help("Applets (`wt applets`) run as `wt NAME ...` or by a link of that name.")
}

fn version_text(matches: &ArgMatches) -> Option<String> {
    if !matches.get_flag("version") {
        return None;
    }
    let mut text = format!("wt {}\n", env!("CARGO_PKG_VERSION"));
    if matches.get_flag("verbose") {
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        let profile = if cfg!(debug_assertions) {
            "debug"
        } else {
            "release"
        };
        let linked = if cfg!(target_feature = "crt-static") {
            "static"
        } else {
            "dynamic"
        };
        text.push_str(&format!("target {arch}-{os}, {profile}, {linked}\n"));
    }
    Some(text)
}

/// Writes to stdout; a reader that has gone is not an error.
pub(crate) fn show(text: &str) -> ExitCode {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(e) => {
            Failure::new(Exit::Ledger, format!("cannot write to standard output: {e}")).report("wt", false)
        }
    }
}
