//! `wt`: one binary for every applet and command.

use std::process::ExitCode;

fn main() -> ExitCode {
    watchtower::dispatch::run(std::env::args_os().collect())
}
