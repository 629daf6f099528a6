//! The judgement: every target by every layer, the strictest that speaks, raised by every floor.

use crate::{
    Policy,
    decision::{Audit, Decision, Layer, MatchedRule, Risk, Verdict},
    lang::{EvalError, Facts, RuleFacts, Run},
    layer::{Spoken, names},
    risk,
    rule::Rule,
    scope::{Floor, Scope, TargetFacts},
    text,
};
use serde::Serialize;

/// What a rule or floor that spoke is told with; either may be empty.
struct Words {
    verdict: Verdict,
    reason: String,
    hint: String,
}

/// What is gathered while judging.
struct Judgement {
    verdict: Verdict,
    matched: Vec<MatchedRule>,
    words: Vec<Words>,
    level: f64,
    /// None until a rule speaks.
    audit: Option<Audit>,
    effort: Effort,
}

/// What a decision took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Effort {
    /// Rules that were tried, over all targets and layers.
    pub rules: u64,
    /// Steps that their conditions took.
    pub steps: u64,
}

impl Policy {
    /// Judges a call: every target, every layer, every floor; the strictest holds.
    pub fn decide(&self, scope: &Scope) -> Decision {
        self.decide_counting(scope).0
    }

    /// The same, and what it took.
    pub fn decide_counting(&self, scope: &Scope) -> (Decision, Effort) {
        let risk = risk::assess(scope);
        let mut judgement = Judgement {
            verdict: Verdict::Allow,
            matched: Vec::with_capacity(scope.targets.len().max(1)),
            words: Vec::new(),
            level: 0.0,
            audit: None,
            effort: Effort::default(),
        };
        let whole = TargetFacts::default();
        let mut spoken = Spoken::default();
        if scope.targets.is_empty() {
            self.judge(None, &whole, scope, &risk, &mut spoken, &mut judgement);
        }
        for (n, target) in scope.targets.iter().enumerate() {
            self.judge(Some(n), target, scope, &risk, &mut spoken, &mut judgement);
        }
        for floor in self.protect().floors(scope) {
            judgement.raise(&floor);
        }
        scope.floors.iter().for_each(|floor| judgement.raise(floor));
        let effort = judgement.effort;
        (judgement.conclude(risk, scope.gtfo.score), effort)
    }

    /// Judges one target, or the call as a whole where it has none; `spoken` is where layers put what they say.
    fn judge<'a>(
        &'a self,
        n: Option<usize>,
        target: &'a TargetFacts,
        scope: &'a Scope,
        risk: &'a Risk,
        spoken: &mut Spoken<'a>,
        judgement: &mut Judgement,
    ) {
        let mut run = Run::new(Facts::Rule(RuleFacts::new(scope, risk, target)));
        let mut verdict = None;
        for layer in &self.layers {
            layer.speak(target, scope, &mut run, spoken);
            // What a project allows, nobody with authority has allowed; what it refuses opens nothing either.
            let project = layer.layer == Layer::Project;
            if project && spoken.verdict <= Some(Verdict::Shadow) {
                continue;
            }
            if !project {
                verdict = verdict.max(spoken.verdict);
            }
            judgement.hear(layer.layer, n, target, scope, spoken);
        }
        if verdict.is_none() {
            let (domain, operation) = names(target, scope);
            let reason = format!("no rule allows {domain}:{operation}{}", of(target));
            let hint = "`wt policy explain` shows every rule that was tried";
            judgement.add(builtin("default-deny", Verdict::Deny, n), reason, hint);
        }
        for layer in &self.layers {
            layer.floors(target, scope, &mut run, spoken);
            judgement.hear(layer.layer, n, target, scope, spoken);
        }
        judgement.effort.rules += u64::from(run.rules);
        judgement.effort.steps += run.spent();
    }
}

impl Judgement {
    fn add(&mut self, matched: Matched<'_>, reason: String, hint: &str) {
        let verdict = matched.verdict;
        self.verdict = self.verdict.max(verdict);
        let known =
            |m: &MatchedRule| (m.layer, m.rule.as_str(), m.verdict) == (matched.layer, matched.rule, verdict);
        // One entry for each rule, however many targets it speaks of; a refusal names each of them.
        if verdict <= Verdict::Shadow && self.matched.iter().any(known) {
            return;
        }
        self.matched.push(MatchedRule {
            layer: matched.layer,
            rule: matched.rule.to_owned(),
            verdict,
            target: matched.target,
        });
        if !reason.is_empty() || !hint.is_empty() {
            self.words.push(Words {
                verdict,
                reason,
                hint: hint.to_owned(),
            });
        }
    }

    fn raise(&mut self, floor: &Floor) {
        let matched = builtin(&floor.rule, floor.verdict, floor.target);
        self.add(matched, floor.reason.clone(), &floor.hint);
    }

    fn hear(
        &mut self,
        layer: Layer,
        n: Option<usize>,
        target: &TargetFacts,
        scope: &Scope,
        spoken: &Spoken<'_>,
    ) {
        for (rule, error) in &spoken.rules {
            self.audit = self.audit.max(Some(rule.audit));
            self.level = self.level.max(rule.level);
            let verdict = if error.is_some() {
                Verdict::Deny
            } else {
                rule.verdict
            };
            if Some(verdict) != spoken.verdict {
                continue;
            }
            let name = if error.is_some() {
                "policy-error"
            } else {
                rule.name.as_str()
            };
            let matched = Matched {
                layer,
                rule: name,
                verdict,
                target: n,
            };
            let reason = reason(rule, error.as_ref(), target, scope);
            self.add(matched, reason, &rule.hint);
        }
    }

    fn conclude(mut self, risk: Risk, gtfo_score: f64) -> Decision {
        self.matched
            .sort_by_key(|matched| std::cmp::Reverse(matched.verdict));
        self.words.sort_by_key(|words| std::cmp::Reverse(words.verdict));
        let hint = self
            .words
            .iter()
            .find(|w| !w.hint.is_empty() && w.verdict == self.verdict);
        let hint = hint.map(|w| w.hint.clone());
        let mut reasons: Vec<String> = Vec::new();
        for words in self.words {
            if !words.reason.is_empty() && !reasons.contains(&words.reason) {
                reasons.push(words.reason);
            }
        }
        let score = (f64::from(risk.score) / 100.0)
            .max(self.level)
            .max(gtfo_score)
            .clamp(0.0, 1.0);
        Decision {
            verdict: self.verdict,
            matched_rules: self.matched,
            risk_score: score,
            risk,
            reasons,
            hint,
            audit: self.audit.unwrap_or_default(),
        }
    }
}

/// A rule or floor that spoke, before it is known whether it is told of.
struct Matched<'r> {
    layer: Layer,
    rule: &'r str,
    verdict: Verdict,
    target: Option<usize>,
}

fn builtin(rule: &str, verdict: Verdict, target: Option<usize>) -> Matched<'_> {
    Matched {
        layer: Layer::Builtin,
        rule,
        verdict,
        target,
    }
}

/// What a rule's verdict is told with: its own words, or what it did.
fn reason(rule: &Rule, error: Option<&EvalError>, target: &TargetFacts, scope: &Scope) -> String {
    if let Some(error) = error {
        return format!("the condition of rule `{}` has no value: {error}", rule.name);
    }
    if !rule.reason.is_empty() {
        return rule.reason.clone();
    }
    let verb = match rule.verdict {
        Verdict::Allow => return String::new(),
        Verdict::Shadow => "watches",
        Verdict::Escalate => "asks a person about",
        Verdict::Deny => "denies",
    };
    let (domain, operation) = names(target, scope);
    format!("rule `{}` {verb} {domain}:{operation}{}", rule.name, of(target))
}

/// ` of ...` for what the target is called.
fn of(target: &TargetFacts) -> String {
    let called = [&target.path, &target.host, &target.name, &target.url]
        .into_iter()
        .find(|t| !t.is_empty());
    called
        .map(|called| format!(" of `{}`", text::one_line(called)))
        .unwrap_or_default()
}
