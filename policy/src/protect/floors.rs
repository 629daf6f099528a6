//! Protection as floors of a decision: every target of a call, and the trees that a call changes whole.

use super::Protect;
use crate::{
    decision::Verdict,
    scope::{Floor, Scope, TargetFacts},
};
use serde_json::Value as Json;

impl Protect {
    /// The floors that protection sets for this call.
    pub(crate) fn floors(&self, scope: &Scope) -> Vec<Floor> {
        let mut floors = Vec::new();
        let recursive = scope.params.get("recursive") == Some(&Json::Bool(true));
        for (n, target) in scope
            .targets
            .iter()
            .enumerate()
            .filter(|(_, t)| !t.path.is_empty())
        {
            let guard = self
                .write_protected(&target.path, &target.operation, &scope.places)
                .or_else(|| {
                    whole_tree(target, recursive).then(|| self.shelters(&target.path, &scope.places))?
                });
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
fn whole_tree(target: &TargetFacts, recursive: bool) -> bool {
    match target.operation.as_str() {
        "delete" => recursive || target.kind == "dir" || target.kind.is_empty(),
        "move" | "symlink" | "link" => true,
        "chmod" | "chown" => recursive,
        _ => false,
    }
}
