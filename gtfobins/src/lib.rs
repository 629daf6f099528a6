//! GTFOBins facts and command analysis: what a binary could do, what this argv uses, what a shell command
//! unfolds into. Pure: texts and facts come in as values; nothing here reads a disk, a clock or the environment.

mod analysis;
mod facts;
mod finding;
mod host;
pub mod import;
pub mod shell;
mod tools;

pub use analysis::{Analysis, Arrival, Concern, Effect, Operand, Part, Weight};
pub use facts::{Context, Entry, Recipe, Trigger, entries, lookup, potential};
pub use finding::{Finding, Function, Risk, Situation};
pub use host::canonical_host;

use std::ffi::OsString;

/// What an argv uses of the database, for a program that runs with these words in this situation. Its input is
/// only known to be fed or not.
pub fn analyse_argv(argv: &[OsString], situation: &Situation) -> Vec<Finding> {
    let words: Vec<String> = argv
        .iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let Some(program) = words.first() else {
        return Vec::new();
    };
    let base = program.rsplit('/').next().unwrap_or(program).to_owned();
    let stdin = if situation.fed_stdin {
        shell::state::Stream::Output("a pipe".to_owned())
    } else {
        shell::state::Stream::Inherited
    };
    let mut part = Part::default();
    facts::findings(&base, &words, situation, &stdin, false, &mut part);
    part.findings
}
