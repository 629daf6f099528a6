//! Effects carried out by a pinned tool in the confined child: ssh, kubectl, rg, jq.
//! Builds argv, view and limits from the typed intent; never passes a word of the caller's through as an option,
//! and never decides whether anything may be done.

mod elf;
mod operand;
mod output;
mod search;
mod terminal;
mod tool;
mod view;
mod work;

pub use output::{Caps, Io, Outcome};
pub use work::{Ready, Setting, Work, Working};

use crate::{
    accounts::Users,
    caller::Caller,
    report::{Exit, Failure},
};
use operand::{Operand, path_of};
use policy::{Floor, Intent, Policy, TargetFacts};
use tool::Tool;

/// The facts of an intent, and the work it asks for.
#[derive(Debug)]
pub struct Gathered {
    /// One for each target of the intent, in its order, then any further object that would be read.
    pub targets: Vec<TargetFacts>,
    /// Verdicts that no rule can lower.
    pub floors: Vec<Floor>,
    /// What is to be done.
    pub work: Work,
}

/// Gathers the facts of an intent of the domains `search`, `ssh` and `kubernetes`.
///
/// # Errors
/// 69 where the tool is missing or unusable, 78 where policy names something unusable.
pub fn gather(intent: &Intent, caller: &Caller, policy: &Policy) -> Result<Gathered, Failure> {
    match (intent.domain.as_ref(), intent.operation.as_ref()) {
        ("search", _) => search(intent, caller, policy),
        (domain, operation) => Err(Failure::new(
            Exit::Sandbox,
            format!("no tool carries out `{domain}:{operation}`"),
        )),
    }
}

fn search(intent: &Intent, caller: &Caller, policy: &Policy) -> Result<Gathered, Failure> {
    let settings = policy.settings();
    let users =
        Users::read().map_err(|error| Failure::new(Exit::Config, format!("`/etc/passwd`: {error}")))?;
    let (mut targets, mut floors, mut operands) = (Vec::new(), Vec::new(), Vec::new());
    for (index, target) in intent.targets.iter().enumerate() {
        let given = target.path.clone().unwrap_or_default();
        let operand = Operand::look(&caller.cwd, &given).map_err(|errno| {
            Failure::new(
                Exit::Sandbox,
                format!(
                    "cannot look at `{}`: {errno}",
                    policy::text::escape(given.as_encoded_bytes())
                ),
            )
        })?;
        let (facts, floor) = operand.facts(target, index, &users);
        targets.push(facts);
        floors.extend(floor);
        operands.push(operand);
    }
    let work = if intent.operation == "jq" {
        let tool = Tool::find("jq", "jq", &settings.sandbox.tools)?;
        let plan = search::jq(intent, &tool, settings);
        let (files, errors) = search::jq_inputs(&operands)?;
        Work::jq(tool, plan, files, errors, settings)
    } else {
        let tool = Tool::find("rg", "ripgrep", &settings.sandbox.tools)?;
        let cwd = path_of(&caller.cwd).map_err(|errno| {
            Failure::new(
                Exit::Sandbox,
                format!("the working directory cannot be used: {errno}"),
            )
        })?;
        let plan = search::rg(intent, &operands, &tool, settings, &cwd);
        Work::rg(tool, plan, settings)
    };
    Ok(Gathered {
        targets,
        floors,
        work,
    })
}
