//! Recorded decisions as calls that another policy can judge again, each by the facts it was judged by then: a shell
//! command by those of its parts. What was said beside policy holds for every policy: a freeze, a person, the sandbox.

use crate::{
    facts::command::part,
    report::Failure,
    view::{
        desk::Desk,
        out::{self, Closed, Out},
        select::Selection,
    },
};
use ledger::read::Entry;
use policy::{Decision, Layer, MatchedRule, Policy, Scope, Verdict};
use serde_json::Value as Json;

/// Builtin rules by which a policy itself speaks; the others are floors of the scope, or were said beside it.
const OF_POLICY: [&str; 2] = ["default-deny", "protected-path"];

/// A decision that was recorded with all its facts.
pub(super) struct Recorded {
    /// The entry's number.
    pub(super) seq: u64,
    /// The call as a whole.
    pub(super) scope: Scope,
    /// The parts of a shell command, which were judged in its stead.
    parts: Option<Vec<Scope>>,
    /// What was decided then.
    pub(super) decision: Decision,
    /// The tool it was for.
    pub(super) tool: String,
}

/// Decisions that cannot be judged again, as their facts were not kept.
#[derive(Clone, Copy, Default)]
pub(super) struct Left {
    /// Of the whole call.
    pub(super) without_facts: u64,
    /// Of the parts of a shell command.
    pub(super) without_parts: u64,
}

impl Left {
    /// Says of how many calls nothing was said.
    pub(super) fn tell(self, out: &mut Out) -> Result<(), Closed> {
        for (number, why) in [
            (self.without_facts, "without their facts (audit `minimal`)"),
            (
                self.without_parts,
                "without the facts of what their shell command would do",
            ),
        ] {
            if number > 0 {
                out.line(&format!("{number} more cannot be replayed: recorded {why}"))?;
            }
        }
        Ok(())
    }
}

impl Recorded {
    fn of(entry: &Entry, left: &mut Left) -> Option<Self> {
        let part = |key: &str| entry.data.get(key).cloned().unwrap_or(Json::Null);
        let facts = serde_json::from_value(part("scope")).ok();
        let Some((scope, decision)) = facts.zip(serde_json::from_value(part("decision")).ok()) else {
            left.without_facts += 1;
            return None;
        };
        let parts = match entry.data.get("parts").and_then(Json::as_array) {
            None => None,
            Some(parts) => {
                let scopes: Option<Vec<Scope>> = parts.iter().map(|part| part::scope(part, &scope)).collect();
                left.without_parts += u64::from(scopes.is_none());
                Some(scopes?)
            }
        };
        Some(Self {
            seq: entry.seq,
            scope,
            parts,
            decision,
            tool: part("tool").as_str().unwrap_or_default().to_owned(),
        })
    }

    /// What a policy judges of it: the call, or the parts of a shell command.
    pub(super) fn judged(&self) -> &[Scope] {
        self.parts
            .as_deref()
            .unwrap_or_else(|| std::slice::from_ref(&self.scope))
    }

    /// What a policy decides of it now, with the capabilities that this policy grants.
    pub(super) fn judge(&self, policy: &Policy) -> Decision {
        let decisions = self.judged().iter().map(|scope| judge(policy, scope));
        let strictest = decisions.reduce(|a, b| if b.verdict > a.verdict { b } else { a });
        let now = strictest.unwrap_or_else(|| self.decision.clone());
        self.decision
            .matched_rules
            .iter()
            .filter(|rule| self.is_beside_policy(rule))
            .fold(now, |now, rule| self.held(now, rule))
    }

    /// Whether a rule spoke that is not the candidate's to change.
    fn is_beside_policy(&self, rule: &MatchedRule) -> bool {
        match rule.layer {
            Layer::Builtin => {
                let mut floors = self.judged().iter().flat_map(|scope| &scope.floors);
                !OF_POLICY.contains(&rule.rule.as_str()) && !floors.any(|floor| floor.rule == rule.rule)
            }
            // Workspaces only tighten, and keep their own document under every policy.
            Layer::Project => rule.verdict > Verdict::Shadow,
            Layer::System | Layer::User => false,
        }
    }

    /// A decision under what was said beside policy: refusals hold; what allowed it then, alone or as a grant,
    /// allows what waits for a person.
    fn held(&self, now: Decision, rule: &MatchedRule) -> Decision {
        let alone = self.decision.matched_rules.len() == 1;
        let holds = match rule.verdict {
            Verdict::Escalate | Verdict::Deny => rule.verdict > now.verdict,
            Verdict::Allow | Verdict::Shadow => alone || now.verdict == Verdict::Escalate,
        };
        if !holds {
            return now;
        }
        Decision {
            verdict: rule.verdict,
            matched_rules: std::iter::once(rule.clone()).chain(now.matched_rules).collect(),
            ..now
        }
    }
}

/// What a policy decides, with the capabilities that it grants itself.
pub(super) fn judge(policy: &Policy, scope: &Scope) -> Decision {
    let mut scope = scope.clone();
    scope.identity.capabilities = policy.capabilities(&scope.identity);
    policy.decide(&scope)
}

/// Gives every recorded decision that was asked for; says how many could not be replayed because their facts
/// were not kept.
///
/// # Errors
/// There is no ledger, or it cannot be read.
pub(super) fn each(
    selection: Selection,
    mut take: impl FnMut(Recorded) -> Result<(), Failure>,
) -> Result<Left, Failure> {
    let selection = selection.decisions_only();
    let reader = Desk::open()?.reader()?;
    let mut left = Left::default();
    for entry in reader.from_time(selection.since())? {
        let entry = entry?;
        if selection.is_over(&entry.timestamp) {
            break;
        }
        let wanted = entry.kind() == "decision" && !selection.is_before(&entry.timestamp);
        if !wanted || !selection.takes_entry(&entry) {
            continue;
        }
        if let Some(recorded) = Recorded::of(&entry, &mut left) {
            take(recorded)?;
        }
    }
    out::beside(&selection.notes());
    Ok(left)
}
