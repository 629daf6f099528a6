//! `wt policy explain`: how a call would be judged, rule by rule.

use super::{json_flag, word};
use crate::{
    caller::Caller,
    engine,
    ground::Ground,
    report::{Exit, Failure, json_text, visible},
    view::out::{self, Out, Stopped},
};
use applets::Request;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use policy::{Decision, Explanation, Layer, RuleExplanation, RuleResult, TargetExplanation};
use serde_json::json;
use std::{ffi::OsString, process::ExitCode};

/// The command line.
pub(super) fn build() -> Command {
    Command::new("explain")
        .about(
            "Show how a call is judged: each rule tried, which part of it was false, and with which values",
        )
        .arg(json_flag())
        .arg(
            Arg::new("all")
                .long("all")
                .action(ArgAction::SetTrue)
                .help("Also show rules that were not reached"),
        )
        .arg(
            Arg::new("ARGV")
                .action(ArgAction::Append)
                .required(true)
                .trailing_var_arg(true)
                .allow_hyphen_values(true)
                .value_parser(value_parser!(OsString))
                .help("An applet with its arguments, after `--`"),
        )
}

/// Explains. Nothing is recorded and nothing is done.
pub(super) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let argv: Vec<OsString> = matches
        .get_many::<OsString>("ARGV")
        .map(|all| all.cloned().collect())
        .unwrap_or_default();
    let (name, args) = argv
        .split_first()
        .ok_or_else(|| Failure::new(Exit::Usage, "no applet is named"))?;
    let name = name.to_string_lossy();
    let applet = applets::find(&name).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("`{}` is not an applet", visible(&name)))
            .hint("`wt applets` lists them; call it as: wt policy explain -- safe-rm -r build")
    })?;
    let intent = match applet.parse(args) {
        Ok(Request::Call(call)) => call.intent,
        Ok(Request::Help | Request::Version) => {
            return Err(Failure::new(Exit::Usage, "asking for help is not judged"));
        }
        Err(error) => return Err(Failure::new(Exit::Usage, error.message).hint(error.hint)),
    };
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let judged = engine::judge(&intent, &caller, &ground)?;
    let explanation = ground.policy.explain(&judged.facts.scope);
    let all = matches.get_flag("all");
    out::stream(|out| {
        if matches.get_flag("json") {
            out.line(&json_text(&json!({
                "decision": judged.decision, "targets": explanation.targets, "risk": explanation.risk,
                "scope": judged.facts.scope,
            })))?;
        } else {
            tell(&explanation, &judged.decision, all, out)?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn tell(explanation: &Explanation, decision: &Decision, all: bool, out: &mut Out) -> Result<(), Stopped> {
    for target in &explanation.targets {
        tell_target(target, all, out)?;
    }
    let floors: Vec<_> = decision
        .matched_rules
        .iter()
        .filter(|m| m.layer == Layer::Builtin)
        .collect();
    if !floors.is_empty() {
        out.line("whatever the rules say:")?;
        for floor in floors {
            out.line(&format!("  {}: {}", visible(&floor.rule), word(floor.verdict)))?;
        }
    }
    let risk = decision.risk;
    out.line(&format!(
        "risk {:.2} (tool {}, arguments {}, burst {})",
        decision.risk_score, risk.tool, risk.args, risk.burst
    ))?;
    out.line(&format!("verdict: {}", word(decision.verdict)))?;
    for reason in &decision.reasons {
        out.line(&format!("because: {}", visible(reason)))?;
    }
    if let Some(hint) = &decision.hint {
        out.line(&format!("hint: {}", visible(hint)))?;
    }
    Ok(())
}

fn tell_target(target: &TargetExplanation, all: bool, out: &mut Out) -> Result<(), Stopped> {
    let called = if target.called.is_empty() {
        String::new()
    } else {
        format!(" `{}`", visible(&target.called))
    };
    out.line(&format!("{}:{}{called}", target.domain, target.operation))?;
    for layer in &target.layers {
        let says = match (layer.verdict, layer.set_aside) {
            (Some(verdict), true) => {
                format!("{}, set aside: a project's policy only tightens", word(verdict))
            }
            (Some(verdict), false) => word(verdict).to_owned(),
            (None, _) => "abstains".to_owned(),
        };
        let name = json!(layer.layer);
        out.line(&format!("  {} policy: {says}", name.as_str().unwrap_or_default()))?;
        for rule in &layer.rules {
            if all || rule.result != RuleResult::NotReached {
                tell_rule(rule, out)?;
            }
        }
    }
    Ok(())
}

fn tell_rule(rule: &RuleExplanation, out: &mut Out) -> Result<(), Stopped> {
    let how = match rule.result {
        RuleResult::Matches => format!("matches: {}", word(rule.action)),
        RuleResult::ConditionFalse => "no match, since this is false:".to_owned(),
        RuleResult::OtherPath => "no match, since the path is none of these:".to_owned(),
        RuleResult::OtherHost => "no match, since the host is none of these:".to_owned(),
        RuleResult::Expired => "no match: it has expired".to_owned(),
        RuleResult::Error => format!("denies, since its condition has no value: {}", rule.note),
        RuleResult::NotReached => "not reached".to_owned(),
    };
    out.line(&format!(
        "    {:>5} {}: {}",
        rule.priority,
        visible(&rule.rule),
        visible(&how)
    ))?;
    if rule.result != RuleResult::Matches && !rule.part.is_empty() {
        out.line(&format!("          {}", visible(&rule.part)))?;
    }
    if rule.result != RuleResult::Matches {
        for (name, value) in &rule.values {
            out.line(&format!("          {} is {}", visible(name), visible(value)))?;
        }
    }
    Ok(())
}
