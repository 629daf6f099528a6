//! File system intents: every operand resolved and held, its facts for policy, its hazards as floors, and the plan
//! that an allowed call carries out through the very same descriptors. Changes nothing.

mod copy;
mod create;
mod delete;
mod destination;
mod gathering;
mod keeping;
mod link;
mod metadata;
mod observe;
mod relocate;
mod survey;
mod times;

use crate::{
    caller::Caller,
    effect::Work,
    home::Home,
    report::{Exit, Failure},
};
use gathering::Gathering;
use policy::{Floor, Intent, Places, Policy, TargetFacts};

/// What a file system call is judged by and carried out with.
#[derive(Debug)]
pub struct Gathered {
    /// Every object that the call touches; more than its operands where it makes names of its own.
    pub targets: Vec<TargetFacts>,
    /// Hazards that no rule may overlook.
    pub floors: Vec<Floor>,
    /// What an allowed call does.
    pub work: Work,
}

/// What a call is gathered in.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Who calls, and from where.
    pub caller: &'a Caller,
    /// Watchtower's directory, which holds the quarantine.
    pub home: &'a Home,
    /// Limits and protected paths.
    pub policy: &'a Policy,
    /// Homes and Watchtower's own directories.
    pub places: &'a Places,
}

/// Resolves the operands of `intent` and plans its effect.
///
/// # Errors
/// 64 for an operand that is no path; 69 where the kernel cannot resolve safely; 77 where an operand changed while
/// it was looked at.
pub fn gather(intent: &Intent, around: Surroundings<'_>) -> Result<Gathered, Failure> {
    let mut gathering = Gathering::new(intent, around);
    match &*intent.operation {
        "delete" => delete::gather(&mut gathering)?,
        "copy" => copy::gather(&mut gathering)?,
        "move" => relocate::gather(&mut gathering)?,
        "create_dir" => create::directories(&mut gathering)?,
        "create_file" => create::files(&mut gathering)?,
        "chmod" => metadata::modes(&mut gathering)?,
        "chown" => metadata::owners(&mut gathering)?,
        "link" | "symlink" => link::gather(&mut gathering)?,
        "read" | "list" | "write" => observe::gather(&mut gathering)?,
        other => {
            let text = format!("no effect for the file system operation `{other}`");
            return Err(Failure::new(Exit::Usage, text));
        }
    }
    Ok(gathering.finish())
}
