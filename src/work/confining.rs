//! Work on its way into its confinement, while its caller does something else. Where that cannot be had as policy
//! demands, an allowing decision becomes a denial.

use super::{Keep, Ready};
use crate::{
    effect, exec,
    product::Product,
    report::Failure,
    sandbox::{MinSandbox, native},
    undo,
};
use policy::{Decision, Layer, MatchedRule, Verdict};

/// Work that is being confined while its caller does something else.
#[derive(Debug)]
pub struct Confining {
    pub(super) decision: Decision,
    pub(super) begun: Result<Begun, Failure>,
    pub(super) least: MinSandbox,
    /// The builtin rule that speaks where the work cannot be begun or confined.
    pub(super) rule: &'static str,
}

/// As [`Ready`], not yet known to be confined.
#[derive(Debug)]
pub(super) enum Begun {
    Thread(native::Confining, effect::Work),
    Undoing(native::Confining, Box<undo::Work>),
    Making(native::Confining, Box<Product>),
    Child(Box<exec::Working>, Keep),
    Done(Ready),
}

impl Confining {
    /// The decision, as long as the work can be confined.
    pub const fn decision(&self) -> &Decision {
        &self.decision
    }

    /// Waits until the work is confined. A sandbox that cannot be had turns the decision into a denial, which is
    /// recorded like any other.
    pub fn ready(self) -> (Decision, Ready) {
        let least = &self.least;
        let ready = self.begun.and_then(|begun| {
            Ok(match begun {
                Begun::Thread(thread, work) => Ready::Thread(Box::new(thread.ready(least)?), work),
                Begun::Undoing(thread, work) => Ready::Undoing(Box::new(thread.ready(least)?), work),
                Begun::Making(thread, product) => Ready::Making(Box::new(thread.ready(least)?), product),
                Begun::Child(child, keep) => Ready::Child(Box::new(child.ready()?), keep),
                Begun::Done(ready) => ready,
            })
        });
        match ready {
            Ok(ready) => (self.decision, ready),
            Err(failure) => (
                unconfined(self.decision, self.rule, &failure),
                Ready::Unconfined(failure),
            ),
        }
    }
}

fn unconfined(decision: Decision, rule: &str, failure: &Failure) -> Decision {
    let rule = MatchedRule {
        layer: Layer::Builtin,
        rule: rule.to_owned(),
        verdict: Verdict::Deny,
        target: None,
    };
    Decision {
        verdict: Verdict::Deny,
        matched_rules: std::iter::once(rule).chain(decision.matched_rules).collect(),
        reasons: std::iter::once(failure.message.clone())
            .chain(decision.reasons)
            .collect(),
        ..decision
    }
}
