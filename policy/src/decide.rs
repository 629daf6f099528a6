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

/// One rule or floor that spoke, with its words.
struct Voice {
    matched: MatchedRule,
    reason: String,
    hint: String,
}

/// What is gathered while judging.
struct Judgement {
    verdict: Verdict,
    voices: Vec<Voice>,
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
            voices: Vec::new(),
            level: 0.0,
            audit: None,
            effort: Effort::default(),
        };
        if scope.targets.is_empty() {
            self.judge(None, &TargetFacts::default(), scope, &risk, &mut judgement);
        }
        for (n, target) in scope.targets.iter().enumerate() {
            self.judge(Some(n), target, scope, &risk, &mut judgement);
        }
        for floor in self.protect().floors(scope) {
            judgement.raise(&floor);
        }
        scope.floors.iter().for_each(|floor| judgement.raise(floor));
        let effort = judgement.effort;
        (judgement.conclude(risk, scope.gtfo.score), effort)
    }

    /// Judges one target, or the call as a whole where it has none.
    fn judge(
        &self,
        n: Option<usize>,
        target: &TargetFacts,
        scope: &Scope,
        risk: &Risk,
        judgement: &mut Judgement,
    ) {
        let mut run = Run::new(Facts::Rule(RuleFacts::new(scope, risk, target)));
        let mut verdict = None;
        for layer in &self.layers {
            let spoken = layer.speak(target, scope, &mut run);
            // What a project allows, nobody with authority has allowed; what it refuses opens nothing either.
            let project = layer.layer == Layer::Project;
            if project && spoken.verdict <= Some(Verdict::Shadow) {
                continue;
            }
            if !project {
                verdict = verdict.max(spoken.verdict);
            }
            judgement.hear(layer.layer, n, target, scope, &spoken);
        }
        if verdict.is_none() {
            let (domain, operation) = names(target, scope);
            judgement.add(Voice {
                matched: builtin("default-deny", Verdict::Deny, n),
                reason: format!("no rule allows {domain}:{operation}{}", of(target)),
                hint: "`wt policy explain` shows every rule that was tried".to_owned(),
            });
        }
        for layer in &self.layers {
            let spoken = layer.floors(target, scope, &mut run);
            judgement.hear(layer.layer, n, target, scope, &spoken);
        }
        judgement.effort.rules += u64::from(run.rules);
        judgement.effort.steps += run.spent();
    }
}

impl Judgement {
    fn add(&mut self, voice: Voice) {
        self.verdict = self.verdict.max(voice.matched.verdict);
        let known = |v: &Voice| {
            (v.matched.layer, &v.matched.rule, v.matched.verdict)
                == (voice.matched.layer, &voice.matched.rule, voice.matched.verdict)
        };
        // One entry for each rule, however many targets it speaks of; a refusal names each of them.
        if voice.matched.verdict <= Verdict::Shadow && self.voices.iter().any(known) {
            return;
        }
        self.voices.push(voice);
    }

    fn raise(&mut self, floor: &Floor) {
        self.add(Voice {
            matched: builtin(&floor.rule, floor.verdict, floor.target),
            reason: floor.reason.clone(),
            hint: floor.hint.clone(),
        });
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
            self.add(Voice {
                matched: MatchedRule {
                    layer,
                    rule: name.to_owned(),
                    verdict,
                    target: n,
                },
                reason: reason(rule, error.as_ref(), target, scope),
                hint: rule.hint.clone(),
            });
        }
    }

    fn conclude(mut self, risk: Risk, gtfo_score: f64) -> Decision {
        self.voices
            .sort_by_key(|voice| std::cmp::Reverse(voice.matched.verdict));
        let hint = self
            .voices
            .iter()
            .find(|v| !v.hint.is_empty() && v.matched.verdict == self.verdict);
        let hint = hint.map(|v| v.hint.clone());
        let mut reasons: Vec<String> = Vec::with_capacity(self.voices.len());
        let mut matched_rules = Vec::with_capacity(self.voices.len());
        for voice in self.voices {
            if !voice.reason.is_empty() && !reasons.contains(&voice.reason) {
                reasons.push(voice.reason);
            }
            matched_rules.push(voice.matched);
        }
        let score = (f64::from(risk.score) / 100.0)
            .max(self.level)
            .max(gtfo_score)
            .clamp(0.0, 1.0);
        Decision {
            verdict: self.verdict,
            matched_rules,
            risk_score: score,
            risk,
            reasons,
            hint,
            audit: self.audit.unwrap_or_default(),
        }
    }
}

fn builtin(rule: &str, verdict: Verdict, target: Option<usize>) -> MatchedRule {
    MatchedRule {
        layer: Layer::Builtin,
        rule: rule.to_owned(),
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
