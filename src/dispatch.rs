//! From argv to the program it names. argv[0] picks a parser; it never grants anything.

use crate::{
    commands::{SUBCOMMANDS, Subcommand},
    effect::words::reason,
    report::{Exit, Failure, json_is_asked},
};
use applets::Applet;
use policy::text::escape;
use rustix::io::Errno;
use std::{ffi::OsString, os::unix::ffi::OsStrExt, path::Path, process::ExitCode};

/// Which program an argv names, with its arguments.
pub enum Program {
    /// An applet, by link or by `wt NAME`.
    Applet(&'static Applet),
    /// A subcommand, by `wt NAME` or `wt_NAME`.
    Command(&'static Subcommand),
    /// The confined child's own entry, started by `wt` itself: `wt __confine`.
    Confine,
    /// The effect process's own entry, likewise: `wt __effect`.
    Effect,
    /// What lets go of kept objects that policy no longer keeps, started by `wt` itself: `wt __tidy`.
    Tidy,
    /// What the completions of a shell ask: `wt __complete -- WORDS...`.
    Complete,
    /// `wt` alone or `wt --help`, `wt --version`.
    Overview,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Applet(applet) => write!(f, "Applet({})", applet.name),
            Self::Command(command) => write!(f, "Command({})", (command.build)().get_name()),
            Self::Confine => f.write_str("Confine"),
            Self::Effect => f.write_str("Effect"),
            Self::Tidy => f.write_str("Tidy"),
            Self::Complete => f.write_str("Complete"),
            Self::Overview => f.write_str("Overview"),
        }
    }
}

/// Finds the program and its own arguments. `argv` is taken as the kernel gave it and may be empty
/// (CVE-2021-4034).
///
/// # Errors
/// 64 where no program has that name.
pub fn find(argv: Vec<OsString>) -> Result<(Program, Vec<OsString>), Failure> {
    let mut args = argv.into_iter();
    let name = args.next().ok_or_else(|| {
        Failure::new(Exit::Usage, "called without a program name")
            .hint("call it as `wt` or by an applet's link")
    })?;
    let called = escape(Path::new(&name).file_name().unwrap_or_default().as_bytes());
    if called == "wt" || called == "watchtower" {
        return of_wt(args);
    }
    let rest = args.collect();
    if let Some(applet) = applets::find(&called) {
        return Ok((Program::Applet(applet), rest));
    }
    match called.strip_prefix("wt_").and_then(subcommand) {
        Some(command) => Ok((Program::Command(command), rest)),
        None => Err(
            Failure::new(Exit::Usage, format!("`{called}` is not a name of this program"))
                .hint("`wt applets --names` lists the links it answers to; `wt links DIR` makes them"),
        ),
    }
}

fn of_wt(mut args: impl Iterator<Item = OsString>) -> Result<(Program, Vec<OsString>), Failure> {
    let Some(first) = args.next() else {
        return Ok((Program::Overview, Vec::new()));
    };
    let rest: Vec<OsString> = args.collect();
    let word = escape(first.as_bytes());
    let program = match word.as_str() {
        "--help" | "-h" | "help" | "--version" | "-V" => {
            return Ok((Program::Overview, std::iter::once(first).chain(rest).collect()));
        }
        "__confine" => return Ok((Program::Confine, rest)),
        "__effect" => return Ok((Program::Effect, rest)),
        "__tidy" => return Ok((Program::Tidy, rest)),
        "__complete" => return Ok((Program::Complete, rest)),
        "wt" | "watchtower" => {
            return Err(
                Failure::new(Exit::Usage, "`wt` does not run itself").hint("leave out the second `wt`")
            );
        }
        _ => match applets::find(&word) {
            Some(applet) => Program::Applet(applet),
            None => Program::Command(subcommand(&word).ok_or_else(|| {
                Failure::new(
                    Exit::Usage,
                    format!("`{word}` is neither a command nor an applet"),
                )
                .hint("`wt --help` lists the commands, `wt applets` the applets")
            })?),
        },
    };
    Ok((program, rest))
}

fn subcommand(name: &str) -> Option<&'static Subcommand> {
    SUBCOMMANDS.iter().find(|command| command.name == name)
}

/// Runs the program that `argv` names and returns its exit code.
pub fn run(argv: Vec<OsString>) -> ExitCode {
    let json = json_is_asked();
    // Before any thread exists.
    crate::caller::umask();
    let (program, args) = match crate::limits::prepare().and_then(|()| find(argv)) {
        Ok(found) => found,
        Err(failure) => return failure.report("wt", json),
    };
    match program {
        Program::Applet(applet) => match alone() {
            Ok(()) => crate::agents::shell::run(applet, &args, json),
            Err(failure) => failure.report(applet.name, json),
        },
        Program::Command(command) => match alone() {
            Ok(()) => crate::commands::run(command, args, json),
            Err(failure) => failure.report("wt", json),
        },
        Program::Confine => crate::sandbox::child::main(&args),
        Program::Effect => crate::sandbox::process::main(crate::work::carry_out),
        Program::Tidy => match alone().and_then(|()| crate::undo::retention::tidy()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.report("wt", json),
        },
        Program::Complete => match alone() {
            Ok(()) => crate::commands::complete(&args),
            Err(_) => ExitCode::SUCCESS,
        },
        Program::Overview => crate::commands::overview(&args, json),
    }
}

/// Closes what the caller left open beyond the standard three, before anything is opened here (CVE-2024-21626).
fn alone() -> Result<(), Failure> {
    crate::sandbox::close_inherited(&[]).map(drop).map_err(|e| {
        let hint = match e {
            Errno::MFILE | Errno::NFILE => "too many files are open; raise `ulimit -n`",
            _ => "`/proc` must be mounted",
        };
        Failure::new(
            Exit::Sandbox,
            format!("cannot close inherited descriptors: {}", reason(e)),
        )
        .hint(hint)
    })
}
