//! An allowed call judged anew by what shows only while it is carried out: the real path of a remote target, or that
//! its host is this machine. Recorded before anything is opened, and never milder than the first decision.

use crate::{caller::Caller, exec::Seen, facts, ground::Ground, outcome::Refusal, record, report::Failure};
use ledger::{DecisionDraft, Ledger, Ruling};
use policy::{Intent, Scope};
use serde_json::{Value as Json, json};

/// A call that was allowed, with what it was judged by.
#[derive(Debug)]
pub(crate) struct Again<'a> {
    intent: &'a Intent,
    caller: &'a Caller,
    ground: &'a Ground,
    scope: Scope,
    of: u64,
}

impl<'a> Again<'a> {
    /// `of` is the number of the first decision.
    pub(crate) fn new(
        intent: &'a Intent,
        caller: &'a Caller,
        ground: &'a Ground,
        scope: Scope,
        of: u64,
    ) -> Self {
        Self {
            intent,
            caller,
            ground,
            scope,
            of,
        }
    }

    /// Judges and records it under what was seen.
    ///
    /// # Errors
    /// Refused, or not recorded: what was seen may not be opened.
    pub(crate) fn judge(&mut self, ledger: &mut Ledger, seen: Seen<'_>) -> Result<(), Failure> {
        let mut scope = self.scope.clone();
        let again = match seen {
            Seen::Local(targets) => {
                scope.targets.extend_from_slice(targets);
                self.scope.clone_from(&scope);
                json!({"of": self.of, "local": true})
            }
            Seen::Path { index, real } => {
                let given = scope.targets.get(index).map(|target| target.path.clone());
                if given.as_deref() == Some(real) {
                    return Ok(());
                }
                // A host that is this machine is judged as a local read beside it, in the same order.
                let locals = scope
                    .targets
                    .iter()
                    .enumerate()
                    .filter(|(_, target)| target.role == "local");
                let local = locals.map(|(at, _)| at).nth(index);
                for at in [Some(index), local].into_iter().flatten() {
                    if let Some(target) = scope.targets.get_mut(at) {
                        facts::name_anew(target, real);
                    }
                }
                json!({"of": self.of, "target": index})
            }
        };
        let decision = self.ground.policy.decide(&scope);
        let mut data = record::decision(
            self.intent,
            &scope,
            &decision,
            &self.ground.origin(self.caller, &[]),
        );
        if let Some(notes) = data.get_mut("annotations").and_then(Json::as_object_mut) {
            notes.insert("again".to_owned(), again);
        }
        let draft = DecisionDraft {
            verdict: decision.verdict,
            data,
        };
        match ledger.decide(draft, self.ground.durability())? {
            Ruling::Permitted(_) => Ok(()),
            Ruling::Refused(receipt) => Err(Refusal {
                decision,
                receipt,
                failed: None,
                pending: None,
            }
            .failure()),
        }
    }
}
