//! Facts of `wt`'s own commands that change something: files they read or write are looked at like any other
//! operand, and what takes out of the record is for a person to do, whatever a policy says.

use super::{
    as_given,
    filesystem::{self, Gathered, Surroundings},
};
use crate::report::Failure;
use policy::{Floor, Intent, TargetFacts, Verdict};

/// What an agent may not do to the record that is kept of it.
const PERSONAL: &[&str] = &["clean", "redact", "import"];

/// The targets and what no rule may overlook.
pub(super) fn gather(
    intent: &Intent,
    around: Surroundings<'_>,
) -> Result<(Vec<TargetFacts>, Vec<Floor>), Failure> {
    let (files, rest): (Vec<_>, Vec<_>) = intent
        .targets
        .iter()
        .cloned()
        .partition(|target| target.domain == "filesystem");
    let agent = &around.caller.agent.name;
    let mut targets: Vec<TargetFacts> = rest.iter().map(as_given).collect();
    let mut floors = Vec::new();
    if !files.is_empty() {
        let looked_at = Intent {
            domain: "filesystem".into(),
            operation: "read".into(),
            targets: files,
            ..intent.clone()
        };
        let gathered: Gathered = filesystem::gather(&looked_at, around)?;
        floors.extend(gathered.floors.into_iter().map(|floor| Floor {
            target: floor.target.map(|at| at + rest.len()),
            ..floor
        }));
        targets.extend(gathered.targets);
    }
    if !agent.is_empty() && PERSONAL.contains(&&*intent.operation) {
        floors.push(Floor {
            rule: "by-a-person".to_owned(),
            verdict: Verdict::Deny,
            reason: format!("`wt {}` was called by the agent `{agent}`", intent.operation),
            hint: "a person must call it, from a terminal of their own".to_owned(),
            target: None,
        });
    }
    Ok((targets, floors))
}
