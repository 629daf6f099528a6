//! `wt mcp`: the applets as tools of an MCP server.

use crate::{
    agents,
    report::{Exit, Failure},
};
use clap::{Arg, ArgMatches, Command};
use std::{net::SocketAddr, process::ExitCode};

pub(crate) fn build() -> Command {
    Command::new("mcp")
        .about("Serve the applets as tools over MCP")
        .arg(Arg::new("http").long("http").value_name("ADDRESS").help(
            "Listen on this loopback address and port instead of standard input; WT_MCP_TOKEN is the token",
        ))
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let listen = matches
        .get_one::<String>("http")
        .map(|text| {
            text.parse::<SocketAddr>().map_err(|_| {
                Failure::new(Exit::Usage, format!("`{text}` is not an address")).hint("write 127.0.0.1:PORT")
            })
        })
        .transpose()?;
    agents::mcp::run(listen)
}
