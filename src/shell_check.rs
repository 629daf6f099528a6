//! Judges a whole command: every part of it, every effect of a part; the strictest verdict holds and the part that
//! gave it is named. Nothing is recorded and nothing is done.

use crate::{
    caller::Caller,
    engine,
    facts::command::{self, Step, Surroundings},
    ground::Ground,
    report::{Exit, Failure},
};
use gtfobins::{Analysis, Part};
use policy::{Decision, Layer, MatchedRule, Risk, TargetFacts, Verdict};
use serde_json::{Map, Value as Json, json};
use std::ffi::OsString;

/// The answer to a command.
#[derive(Debug)]
pub struct Answer {
    /// The strictest verdict of all parts.
    pub verdict: Verdict,
    /// The rules and floors that spoke, strictest first.
    pub rules: Vec<MatchedRule>,
    /// The risk of the riskiest part.
    pub risk: Risk,
    /// 0.0 to 1.0.
    pub risk_score: f64,
    /// GTFOBins alerts of every part.
    pub gtfo: Vec<Json>,
    /// What the command would do.
    pub intents: Vec<Json>,
    /// The parts of a shell command, as they were judged.
    pub steps: Vec<Step>,
    /// Why, strictest first, each with its part where there are several.
    pub reasons: Vec<String>,
    /// What to do instead.
    pub hint: Option<String>,
    /// The objects that a person's yes would hold for, where one has to decide.
    pub touched: Vec<TargetFacts>,
}

impl Answer {
    fn empty() -> Self {
        Self {
            verdict: Verdict::Allow,
            rules: Vec::new(),
            risk: Risk::default(),
            risk_score: 0.0,
            gtfo: Vec::new(),
            intents: Vec::new(),
            steps: Vec::new(),
            reasons: Vec::new(),
            hint: None,
            touched: Vec::new(),
        }
    }

    /// A refusal that no rule gave.
    pub fn refused(rule: &str, verdict: Verdict, reason: String) -> Self {
        Self {
            verdict,
            rules: vec![builtin(rule, verdict)],
            risk_score: 1.0,
            reasons: vec![reason],
            ..Self::empty()
        }
    }

    /// Adds the decision on one step.
    fn take(&mut self, decision: &Decision) {
        if decision.verdict > Verdict::Shadow && (decision.verdict > self.verdict || self.hint.is_none()) {
            self.hint.clone_from(&decision.hint);
        }
        if decision.risk.score > self.risk.score {
            self.risk = decision.risk;
        }
        self.verdict = self.verdict.max(decision.verdict);
        self.risk_score = self.risk_score.max(decision.risk_score);
        for rule in &decision.matched_rules {
            if !self.rules.contains(rule) {
                self.rules.push(rule.clone());
            }
        }
    }

    /// Both answers in one: the stricter verdict first, and whatever either says.
    pub fn and(self, other: Self) -> Self {
        let (mut first, second) = if self.verdict >= other.verdict {
            (self, other)
        } else {
            (other, self)
        };
        if second.risk.score > first.risk.score {
            first.risk = second.risk;
        }
        first.risk_score = first.risk_score.max(second.risk_score);
        first.hint = first.hint.or(second.hint);
        first.rules.extend(second.rules);
        first.rules.sort_by_key(|rule| std::cmp::Reverse(rule.verdict));
        first.gtfo.extend(second.gtfo);
        first.intents.extend(second.intents);
        first.steps.extend(second.steps);
        first.touched.extend(second.touched);
        for reason in second.reasons {
            if !first.reasons.contains(&reason) {
                first.reasons.push(reason);
            }
        }
        first
    }

    /// The answer as JSON, in the order that its readers know.
    pub fn json(&self) -> Json {
        let mut out = Map::new();
        out.insert("verdict".into(), json!(self.verdict));
        out.insert("rules".into(), json!(self.rules));
        out.insert("risk".into(), json!(self.risk));
        out.insert("risk_score".into(), json!(self.risk_score));
        out.insert("gtfo".into(), Json::Array(self.gtfo.clone()));
        out.insert("intents".into(), Json::Array(self.intents.clone()));
        out.insert("reasons".into(), json!(self.reasons));
        out.insert("hint".into(), json!(self.hint));
        Json::Object(out)
    }
}

/// Judges a shell command. Applets in it are programs like any other here: they judge themselves when they run.
pub fn shell(text: &str, around: &Surroundings, ground: &Ground) -> Answer {
    parts(around.analyse(text), around, ground)
}

/// Judges a shell command beforehand: one that is nothing but the call of an applet, also by what that would say.
///
/// # Errors
/// The applet does not accept its arguments, or its facts cannot be had.
pub fn beforehand(
    text: &str,
    around: &Surroundings,
    caller: &Caller,
    ground: &Ground,
) -> Result<Answer, Failure> {
    let analysis = around.analyse(text);
    let call: Option<Vec<OsString>> = match analysis.parts.as_slice() {
        [part] => {
            let words = part.argv.iter();
            // What the shell puts in is not known here.
            let known = words.clone().all(|word| !word.contains(['…', '*', '?', '[']));
            let is_applet = part
                .argv
                .first()
                .is_some_and(|name| applets::find(name).is_some());
            (known && is_applet).then(|| words.map(OsString::from).collect())
        }
        _ => None,
    };
    let answer = parts(analysis, around, ground);
    let Some(call) = call else { return Ok(answer) };
    let own = argv(&call, around, caller, ground)?;
    // What a shell may do with any program says nothing more of one that is known.
    Ok(if answer.verdict <= Verdict::Shadow && answer.gtfo.is_empty() {
        own
    } else {
        own.and(answer)
    })
}

fn parts(analysis: Analysis, around: &Surroundings, ground: &Ground) -> Answer {
    let mut answer = Answer::empty();
    let mut reasons: Vec<(Verdict, String)> = Vec::new();
    let mut judged = Vec::new();
    let named = analysis.parts.len() > 1;
    for part in &analysis.parts {
        answer.gtfo.extend(part.findings.iter().map(command::alert));
        for step in around.steps(part) {
            let decision = ground.policy.decide(&step.scope);
            if step.guessed && !is_floor(&decision) {
                continue;
            }
            answer.intents.push(command::shown(&step.intent));
            let why = step
                .intent
                .params
                .get("why")
                .and_then(Json::as_str)
                .unwrap_or_default();
            hear(&decision, part, named, why, &mut reasons);
            answer.take(&decision);
            judged.extend(step.scope.targets.iter().cloned());
            answer.steps.push(step);
        }
    }
    let mut refused = analysis.refused;
    if answer.verdict == Verdict::Escalate && refused.is_none() {
        match around.touched(&analysis.parts, judged) {
            Some(touched) => answer.touched = touched,
            None => refused = Some("the command names more than a person's yes can hold for".to_owned()),
        }
    }
    if let Some(limit) = refused {
        reasons.push((Verdict::Deny, limit));
        answer.rules.push(builtin("limit", Verdict::Deny));
        answer.verdict = Verdict::Deny;
        answer.risk_score = 1.0;
    }
    answer.rules.sort_by_key(|rule| std::cmp::Reverse(rule.verdict));
    reasons.sort_by_key(|(verdict, _)| std::cmp::Reverse(*verdict));
    for (_, reason) in reasons {
        if !answer.reasons.contains(&reason) {
            answer.reasons.push(reason);
        }
    }
    answer
}

/// Whether something that no rule can lower stands against it.
fn is_floor(decision: &Decision) -> bool {
    let stops = |rule: &MatchedRule| rule.verdict > Verdict::Shadow && rule.rule != "default-deny";
    let mut builtin = decision
        .matched_rules
        .iter()
        .filter(|rule| rule.layer == Layer::Builtin);
    builtin.any(stops)
}

/// The reasons of a refusal, with the part they speak of.
fn hear(decision: &Decision, part: &Part, named: bool, why: &str, reasons: &mut Vec<(Verdict, String)>) {
    if decision.verdict <= Verdict::Shadow {
        return;
    }
    let prefix = if named && !part.text.is_empty() {
        format!("`{}`: ", shortened(&part.text))
    } else {
        String::new()
    };
    let own = Some(why).filter(|why| !why.is_empty());
    for reason in own.into_iter().chain(decision.reasons.iter().map(String::as_str)) {
        reasons.push((decision.verdict, format!("{prefix}{reason}")));
    }
}

fn builtin(rule: &str, verdict: Verdict) -> MatchedRule {
    MatchedRule {
        layer: Layer::Builtin,
        rule: rule.to_owned(),
        verdict,
        target: None,
    }
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= 80 && !text.contains('\n') {
        return line.to_owned();
    }
    line.chars().take(77).chain("...".chars()).collect()
}

/// Judges an argv: an applet's by its intent, any other as the command it is.
///
/// # Errors
/// The argv is not one the applet accepts, or its facts cannot be had.
pub fn argv(
    argv: &[OsString],
    around: &Surroundings,
    caller: &Caller,
    ground: &Ground,
) -> Result<Answer, Failure> {
    let name = argv.first().and_then(|word| word.to_str()).unwrap_or_default();
    let Some(applet) = applets::find(name) else {
        let words: Option<Vec<&str>> = argv.iter().map(|word| word.to_str()).collect();
        return Ok(match words {
            Some(words) => shell(&quoted(&words), around, ground),
            None => not_text(),
        });
    };
    let request = applet
        .parse(argv.get(1..).unwrap_or_default())
        .map_err(|e| Failure::new(Exit::Usage, e.message).hint(e.hint))?;
    let applets::Request::Call(call) = request else {
        return Ok(Answer::empty());
    };
    let judgement = engine::judge(&call.intent, caller, ground)?;
    let decision = judgement.decision;
    Ok(Answer {
        verdict: decision.verdict,
        rules: decision.matched_rules,
        risk: decision.risk,
        risk_score: decision.risk_score,
        gtfo: judgement.facts.alerts,
        intents: vec![command::shown(&call.intent)],
        steps: Vec::new(),
        reasons: decision.reasons,
        hint: decision.hint,
        touched: Vec::new(),
    })
}

/// An argv as the text that a shell reads back as exactly these words; braces are quoted too, as bash expands them.
pub fn quoted(words: &[&str]) -> String {
    let quote = |word: &&str| match shell_words::quote(word) {
        plain if plain.contains(['{', '}', '~', '=']) && !plain.starts_with('\'') => format!("'{plain}'"),
        quoted => quoted.into_owned(),
    };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}

/// The answer to a command that is not text.
pub fn not_text() -> Answer {
    Answer::refused(
        "unresolved-command",
        Verdict::Escalate,
        "the command is not UTF-8, so it cannot be read as bash".to_owned(),
    )
}
