//! The applets: one file each, from argv to a typed intent, with the grammar, help and examples that
//! completions, man pages, manifests and tool schemas derive from. Pure: no clock, environment or disk.

pub mod grammar;
mod jq_query;
mod kubectl_exec_read;
mod kubectl_get_yaml;
mod kubectl_logs;
mod rg_search;
mod safe_chmod;
mod safe_chown;
mod safe_cp;
mod safe_ln;
mod safe_mkdir;
mod safe_mv;
mod safe_rm;
mod safe_touch;
mod ssh_cat;
mod ssh_ls;
mod ssh_ps;

use grammar::{Grammar, Parsed, UsageError};
use policy::{Intent, Verdict};
use std::ffi::OsString;

pub use grammar::{mode, moment, owner};

/// Every applet, in the order in which they are listed.
static ALL: [Applet; 16] = [
    safe_rm::APPLET,
    safe_cp::APPLET,
    safe_mv::APPLET,
    safe_mkdir::APPLET,
    safe_touch::APPLET,
    safe_chown::APPLET,
    safe_chmod::APPLET,
    safe_ln::APPLET,
    ssh_ls::APPLET,
    ssh_cat::APPLET,
    ssh_ps::APPLET,
    kubectl_get_yaml::APPLET,
    kubectl_logs::APPLET,
    kubectl_exec_read::APPLET,
    rg_search::APPLET,
    jq_query::APPLET,
];

/// One command that stands in for another: everything known about it before it runs.
#[derive(Debug)]
pub struct Applet {
    /// The exact basename it answers to.
    pub name: &'static str,
    /// One line, no final period.
    pub summary: &'static str,
    /// The domain of its intents.
    pub domain: &'static str,
    /// Every operation that its intents can have.
    pub operations: &'static [&'static str],
    /// What carries it out.
    pub effect: Effect,
    /// Its options and operands.
    pub grammar: &'static Grammar,
    /// From a line that fits the grammar to the intent.
    pub parse: fn(&Parsed) -> Result<Intent, UsageError>,
    /// Lines with the verdict that the default policy gives them.
    pub examples: &'static [Example],
    /// Whether repeating a call changes nothing more.
    pub idempotent: bool,
}

/// What carries an applet out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// File system calls on a confined thread; `destroys` where something can be lost by it.
    Native {
        /// Whether names or contents can go away (into the quarantine).
        destroys: bool,
    },
    /// A pinned tool in a confined child that only reads.
    Exec {
        /// The tool's own name.
        tool: &'static str,
        /// The package that Debian has it in.
        package: &'static str,
    },
}

/// A line to learn from, and what the default policy says to it: asked by the local person at a terminal,
/// in a workspace that is the working directory, every named path being there.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The line, without the applet's name.
    pub argv: &'static [&'static str],
    /// The default policy's verdict.
    pub expect: Verdict,
    /// What it does, or why it is refused.
    pub says: &'static str,
}

/// What a line asks of an applet.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// To do its work.
    Call(Box<Call>),
    /// Its help text.
    Help,
    /// The version.
    Version,
}

/// A call, with the options that every applet accepts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// What it wants to do.
    pub intent: Intent,
    /// Errors and refusals as JSON.
    pub json: bool,
    /// Seconds to wait for a person where the verdict is escalate.
    pub wait: Option<u32>,
    /// An identity that the caller claims; recorded as claimed, never believed.
    pub claimed_identity: Option<String>,
}

impl Applet {
    /// Reads the arguments after the applet's name. Nothing is looked up, changed or decided.
    pub fn parse(&'static self, args: &[OsString]) -> Result<Request, UsageError> {
        let parsed = match grammar::parser::read(self.name, self.grammar, args)? {
            grammar::parser::Line::Help => return Ok(Request::Help),
            grammar::parser::Line::Version => return Ok(Request::Version),
            grammar::parser::Line::Parsed(parsed) => parsed,
        };
        let mut intent = (self.parse)(&parsed)?;
        intent.tool = self.name.into();
        Ok(Request::Call(Box::new(Call {
            intent,
            json: parsed.flag("json"),
            wait: parsed.number("wait"),
            claimed_identity: parsed.text("identity").map(str::to_owned),
        })))
    }

    /// The name where hyphens are not usual: manifests and MCP tools.
    pub fn tool_name(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// The applet of exactly this name.
pub fn find(name: &str) -> Option<&'static Applet> {
    ALL.iter().find(|applet| applet.name == name)
}

/// The applet whose tool name is exactly this: `safe_rm`.
pub fn find_tool(name: &str) -> Option<&'static Applet> {
    ALL.iter().find(|applet| applet.tool_name() == name)
}

/// Every applet.
pub fn all() -> &'static [Applet] {
    &ALL
}
