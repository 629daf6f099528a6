//! The table itself, generated from `facts.json` and `supplement.json` when the crate is built.

use crate::finding::Function;

/// Where a recipe applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// To anyone.
    Unprivileged,
    /// Through sudo.
    Sudo,
    /// Where the program is set-user-ID.
    Suid,
    /// Where the program file has capabilities.
    Capabilities,
}

/// One binary.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name in the database.
    pub name: &'static str,
    /// Other names.
    pub aliases: &'static [&'static str],
    /// What it can be made to do.
    pub recipes: &'static [Recipe],
    /// Why it is in the supplement, empty for upstream's own.
    pub reason: &'static str,
}

/// One way to make a binary do something.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// What is done.
    pub function: Function,
    /// Where it works.
    pub contexts: &'static [Context],
    /// Capabilities it needs in that context.
    pub capabilities: &'static [&'static str],
    /// The binary whose functions are inherited, empty for none.
    pub from: &'static str,
    /// What gives it away.
    pub trigger: Trigger,
}

/// What gives a recipe away on a command line.
#[derive(Clone, Copy, Debug)]
pub struct Trigger {
    /// Another name under which the recipe calls the program, empty for none.
    pub program: &'static str,
    /// Leading words.
    pub subcommands: &'static [&'static str],
    /// Options that must all be there.
    pub options: &'static [&'static str],
    /// Variables, one of which must be set.
    pub env: &'static [&'static str],
    /// Some operand must be there.
    pub operand: bool,
    /// It is driven by its input.
    pub interactive: bool,
    /// It obeys files that were written before.
    pub prepared: bool,
}

include!(concat!(env!("OUT_DIR"), "/table.rs"));
