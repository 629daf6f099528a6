//! How a judgement came about: every rule that was tried, in order, for every target and layer.

use crate::{
    Policy,
    components::lexical,
    decision::{Layer, Risk, Verdict},
    lang::{Facts, RuleFacts, Run},
    layer::{Rules, names},
    risk,
    rule::{Part, Rule, Tried},
    scope::{Scope, TargetFacts},
};
use serde::Serialize;

/// How one target was judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetExplanation {
    /// Its place among the targets, none for the call as a whole.
    pub target: Option<usize>,
    /// Its resolved path, host or name.
    pub called: String,
    /// The domain it was judged in.
    pub domain: String,
    /// What is done to it.
    pub operation: String,
    /// The layers, those with more authority first.
    pub layers: Vec<LayerExplanation>,
}

/// What one layer says of a target.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LayerExplanation {
    /// Which layer.
    pub layer: Layer,
    /// Its verdict, none where it abstains.
    pub verdict: Option<Verdict>,
    /// Whether a project's allowing verdict was set aside.
    pub set_aside: bool,
    /// The rules for this domain and operation, in the order in which they are tried.
    pub rules: Vec<RuleExplanation>,
}

/// How one rule fared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleExplanation {
    /// Its name.
    pub rule: String,
    /// Its priority.
    pub priority: i64,
    /// What it says where it matches.
    pub action: Verdict,
    /// How it fared.
    pub result: RuleResult,
    /// The part that decided: as it is written.
    pub part: String,
    /// What that part read: as it is written, and the value as Python shows it.
    pub values: Vec<(String, String)>,
    /// The error, the time of expiry or the patterns, where there is more to say.
    pub note: String,
}

/// How a rule fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleResult {
    /// It matches.
    Matches,
    /// Its condition is false.
    ConditionFalse,
    /// None of its paths is the target's.
    OtherPath,
    /// None of its hosts is the target's.
    OtherHost,
    /// It has expired.
    Expired,
    /// Its condition has no value: it denies.
    Error,
    /// A rule of higher priority had decided.
    NotReached,
}

/// How a call was judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Each target.
    pub targets: Vec<TargetExplanation>,
    /// The risk that conditions saw.
    pub risk: Risk,
}

impl Policy {
    /// Tells how `decide` comes to its judgement of this call, rule by rule. Floors stand in the decision itself.
    pub fn explain(&self, scope: &Scope) -> Explanation {
        let risk = risk::assess(scope);
        let whole = [TargetFacts::default()];
        let targets = if scope.targets.is_empty() {
            &whole[..]
        } else {
            &scope.targets
        };
        let targets = targets.iter().enumerate().map(|(n, target)| {
            let (domain, operation) = names(target, scope);
            let mut run = Run::new(Facts::Rule(RuleFacts::new(scope, &risk, target)));
            let called = [&target.path, &target.host, &target.name, &target.url];
            TargetExplanation {
                target: (!scope.targets.is_empty()).then_some(n),
                called: called
                    .into_iter()
                    .find(|text| !text.is_empty())
                    .cloned()
                    .unwrap_or_default(),
                domain: domain.to_owned(),
                operation: operation.to_owned(),
                layers: self
                    .layers
                    .iter()
                    .map(|layer| layer.explain(target, scope, &mut run))
                    .collect(),
            }
        });
        Explanation {
            targets: targets.collect(),
            risk,
        }
    }
}

impl Rules {
    fn explain<'a>(&'a self, target: &TargetFacts, scope: &Scope, run: &mut Run<'a>) -> LayerExplanation {
        let (domain, operation) = names(target, scope);
        let mut rules = Vec::new();
        let (mut verdict, mut decided_at): (Option<Verdict>, Option<i64>) = (None, None);
        for rule in self.all_candidates(domain, operation) {
            if decided_at.is_some_and(|priority| priority != rule.priority) {
                rules.push(rule.told(RuleResult::NotReached));
                continue;
            }
            let told = rule.explain(target, scope, run);
            let says = match told.result {
                RuleResult::Matches => Some(rule.verdict),
                RuleResult::Error => Some(Verdict::Deny),
                _ => None,
            };
            if says.is_some() {
                verdict = verdict.max(says);
                decided_at = Some(rule.priority);
            }
            rules.push(told);
        }
        let set_aside = self.layer == Layer::Project && verdict.is_some_and(|v| v <= Verdict::Shadow);
        LayerExplanation {
            layer: self.layer,
            verdict,
            set_aside,
            rules,
        }
    }
}

impl Rule {
    fn told(&self, result: RuleResult) -> RuleExplanation {
        RuleExplanation {
            rule: self.name.clone(),
            priority: self.priority,
            action: self.verdict,
            result,
            part: String::new(),
            values: Vec::new(),
            note: String::new(),
        }
    }

    fn explain<'a>(&'a self, target: &TargetFacts, scope: &Scope, run: &mut Run<'a>) -> RuleExplanation {
        let tried = self.try_on(target, scope, run);
        let mut told = self.told(match &tried {
            Tried::Matches => RuleResult::Matches,
            Tried::Fails(Part::Expired) => RuleResult::Expired,
            Tried::Fails(Part::Paths) => RuleResult::OtherPath,
            Tried::Fails(Part::Hosts) => RuleResult::OtherHost,
            Tried::Fails(Part::Condition) => RuleResult::ConditionFalse,
            Tried::Errs(_) => RuleResult::Error,
        });
        match &tried {
            Tried::Fails(Part::Paths) => {
                let sources: Vec<&str> = self.paths.iter().map(|p| p.source()).collect();
                told.part = format!("paths: {}", sources.join(", "));
                told.values = vec![("target.path".to_owned(), lexical(&target.path).into_owned())];
            }
            Tried::Fails(Part::Hosts) => {
                told.part = "hosts".to_owned();
                told.values = vec![("target.host".to_owned(), target.host.clone())];
            }
            Tried::Errs(error) => told.note = error.message.clone(),
            Tried::Fails(Part::Expired | Part::Condition) | Tried::Matches => {}
        }
        let by_condition = matches!(
            tried,
            Tried::Matches | Tried::Errs(_) | Tried::Fails(Part::Condition)
        );
        if let Some(condition) = self.condition.as_ref().filter(|_| by_condition)
            && let Ok(expression) = condition.expression()
        {
            let why = expression.why(run);
            let text = |at: crate::json::Span| {
                let range = at.start as usize..at.end as usize;
                condition.source.get(range).unwrap_or_default().to_owned()
            };
            told.part = text(why.at);
            for (at, value) in why.values {
                let read = (text(at), value);
                if !told.values.contains(&read) {
                    told.values.push(read);
                }
            }
        }
        told
    }
}
