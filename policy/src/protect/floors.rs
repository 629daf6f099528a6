//! Protection as floors of a decision: every target of a call, and the trees that a call changes whole.

use super::Protect;
use crate::{
    components::lexical,
    decision::Verdict,
    scope::{Floor, Scope, TargetFacts},
};

impl Protect {
    /// The floors that protection sets for this call.
    pub(crate) fn floors(&self, scope: &Scope) -> Vec<Floor> {
        let mut floors = Vec::new();
        for (n, target) in scope
            .targets
            .iter()
            .enumerate()
            .filter(|(_, t)| !t.path.is_empty())
        {
            let path = lexical(&target.path);
            let guard = self
                .guard_plain(&path, &target.operation, &scope.places)
                .or_else(|| whole_tree(target, scope).then(|| self.shelters_plain(&path, &scope.places))?);
            if let Some(guard) = guard {
                floors.push(Floor {
                    rule: "protected-path".to_owned(),
                    verdict: Verdict::Deny,
                    reason: guard.reason,
                    hint: guard.hint,
                    target: Some(n),
                });
            }
        }
        floors
    }
}

/// Whether the call changes everything below the target: removes or moves it, puts something else in its
/// place, or changes metadata all the way down.
fn whole_tree(target: &TargetFacts, scope: &Scope) -> bool {
    match target.operation.as_str() {
        "delete" => target.kind == "dir" || target.kind.is_empty() || scope.is_recursive(),
        "move" | "symlink" | "link" => true,
        "chmod" | "chown" => scope.is_recursive(),
        _ => false,
    }
}
