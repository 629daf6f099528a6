//! Effects carried out by a pinned tool in the confined child: ssh, kubectl, rg, jq.
//! Builds argv, view and limits from the typed intent; never passes a word of the caller's through as an option,
//! and never decides whether anything may be done.

mod digests;
mod elf;
mod ending;
mod input;
mod kube;
mod operand;
mod output;
mod protected;
mod search;
mod ssh;
mod stream;
mod terminal;
mod tool;
mod version;
mod view;
mod work;

pub use output::{Caps, Io, Outcome};
pub use work::{Again, Ready, Seen, Setting, Work, Working};

use crate::{
    accounts::Users,
    caller::Caller,
    report::{Exit, Failure},
    sandbox::{Ahead, Launcher, plan::Network},
};
use operand::{Operand, path_of};
use policy::{Floor, Intent, Policy, TargetFacts, text::escape};
use std::path::PathBuf;
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

/// Starts the child that a call of this intent will need, where it needs one, so that it is on its way while the call
/// is judged. It is told nothing; a call that is refused drops it. Where none can be started, the work says so later.
#[must_use]
pub fn ahead(intent: &Intent) -> Option<Ahead> {
    let network = match intent.domain.as_ref() {
        "search" => Network::Cut,
        "ssh" | "kubernetes" => Network::Ports(Vec::new()),
        _ => return None,
    };
    Launcher::default().ahead(&network).ok()
}

/// Gathers the facts of an intent of the domains `search`, `ssh` and `kubernetes`. A tool or configuration that
/// is missing comes out when the work is started, so that the call is judged and recorded all the same.
///
/// # Errors
/// A fact that the judgement needs cannot be had.
pub fn gather(intent: &Intent, caller: &Caller, policy: &Policy) -> Result<Gathered, Failure> {
    let (targets, floors, work) = match intent.domain.as_ref() {
        "search" => search(intent, caller, policy)?,
        "ssh" => ssh::gather(intent, caller, policy)?,
        "kubernetes" => kube::gather(intent, caller, policy)?,
        domain => {
            return Err(Failure::new(
                Exit::Sandbox,
                format!("no tool carries out the domain `{domain}`"),
            ));
        }
    };
    Ok(Gathered {
        targets,
        floors,
        work,
    })
}

fn search(
    intent: &Intent,
    caller: &Caller,
    policy: &Policy,
) -> Result<(Vec<TargetFacts>, Vec<Floor>, Work), Failure> {
    let settings = policy.settings();
    let users = Users::read()?;
    let (mut targets, mut floors, mut operands, mut covered) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (index, target) in intent.targets.iter().enumerate() {
        let given = target.path.clone().unwrap_or_default();
        let operand = Operand::look(&caller.cwd, &given).map_err(|errno| {
            Failure::new(
                Exit::Sandbox,
                format!("cannot look at `{}`: {errno}", escape(given.as_encoded_bytes())),
            )
        })?;
        let (mut facts, floor) = operand.facts(target, index, &users);
        if intent.operation == "rg" {
            let masks = protected::below(&operand, policy.protect(), &protected::places(caller))?;
            if !masks.is_empty() {
                facts.extra.insert("left_out".to_owned(), masks.len().into());
            }
            covered.push(masks);
        }
        targets.push(facts);
        floors.extend(floor);
        operands.push(operand);
    }
    let job = if intent.operation == "jq" {
        Tool::find("jq", "jq", &settings.sandbox.tools)
            .and_then(|tool| search::jq(intent, &operands, tool, settings))
    } else {
        let cwd = path_of(&caller.cwd).map_err(|errno| {
            Failure::new(
                Exit::Sandbox,
                format!("the working directory cannot be used: {errno}"),
            )
        })?;
        Tool::find("rg", "ripgrep", &settings.sandbox.tools)
            .map(|tool| search::rg(intent, &operands, &covered, tool, settings, &cwd))
    };
    let work = match job {
        Ok(job) => Work::of(job, settings),
        Err(failure) => Work::unready(failure),
    };
    Ok((targets, floors, work))
}

/// A path that policy names: absolute, or `~/` and the caller's passwd home.
fn named_path(named: &str, caller: &Caller) -> Option<PathBuf> {
    match named.strip_prefix("~/") {
        Some(rest) => Some(caller.homes.last()?.join(rest)),
        None => named.starts_with('/').then(|| PathBuf::from(named)),
    }
}
