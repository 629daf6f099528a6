//! The subcommands of `wt`: one file each, one table here. A command reads its arguments, calls the engine
//! or reads the ledger, and prints; it never judges or changes anything on its own.

use crate::report::Failure;
use clap::{ArgMatches, Command};
use std::process::ExitCode;

/// One subcommand, also reachable as `wt_<name>`.
pub struct Subcommand {
    /// Its command line.
    pub build: fn() -> Command,
    /// What it does.
    pub run: fn(&ArgMatches) -> Result<ExitCode, Failure>,
}

/// Every subcommand, in the order of `wt help`.
pub const SUBCOMMANDS: &[Subcommand] = &[];
