//! `wt policy diff`: where two policies decide differently, over recorded and example calls.

use super::{file, history, json_flag, load, read, sample, word};
use crate::{
    report::{Failure, json_text, visible},
    view::{out, select, words::count},
};
use clap::{ArgMatches, Command};
use policy::{Decision, Policy, Scope};
use serde_json::{Value as Json, json};
use std::process::ExitCode;

/// The command line.
pub(super) fn build() -> Command {
    Command::new("diff")
        .about("Say where two policies decide differently, over recorded calls and examples")
        .arg(file("OLD", "One policy"))
        .arg(file("NEW", "The other one"))
        .args(select::args())
        .arg(json_flag())
}

/// A call on which the two differ.
struct Change {
    from: String,
    call: String,
    old: Decision,
    new: Decision,
}

/// Compares.
pub(super) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let path = |name: &str| matches.get_one::<String>(name).map_or("", String::as_str);
    let sources = [read(path("OLD"))?, read(path("NEW"))?];
    let old = load(sources.get(..1).unwrap_or_default())?;
    let new = load(sources.get(1..).unwrap_or_default())?;
    let mut changes: Vec<Change> = Vec::new();
    let mut compared = 0_u64;
    let mut compare = |from: String, call: String, judge: &dyn Fn(&Policy) -> Decision| {
        compared += 1;
        let (old, new) = (judge(&old), judge(&new));
        if old.verdict != new.verdict {
            changes.push(Change { from, call, old, new });
        }
    };
    for source in &sources {
        for (rule, scope) in policy::example_calls(source, &sample::scope) {
            compare(format!("example of `{rule}`"), called(&scope, ""), &|policy| {
                history::judge(policy, &scope)
            });
        }
    }
    for applet in applets::all() {
        for example in applet.examples {
            let argv: Vec<String> = std::iter::once(applet.name)
                .chain(example.argv.iter().copied())
                .map(str::to_owned)
                .collect();
            if let Ok(scope) = sample::scope(&argv) {
                compare("applet's example".to_owned(), argv.join(" "), &|policy| {
                    history::judge(policy, &scope)
                });
            }
        }
    }
    // Without a ledger the examples alone are compared.
    let history = history::each(select::Selection::of(matches)?, |recorded| {
        compare(
            format!("entry {}", recorded.seq),
            called(&recorded.scope, &recorded.tool),
            &|policy| recorded.judge(policy),
        );
        Ok(())
    });
    let (ledger, left) = (history.is_ok(), history.unwrap_or_default());
    out::stream(|out| {
        if matches.get_flag("json") {
            let all: Vec<Json> = changes
                .iter()
                .map(|c| {
                    json!({"from": c.from, "call": c.call, "old": c.old.verdict, "new": c.new.verdict,
                        "old_rule": rule(&c.old), "new_rule": rule(&c.new)})
                })
                .collect();
            out.line(&json_text(
                &json!({"compared": compared, "ledger": ledger, "changes": all,
                    "without_facts": left.without_facts, "without_parts": left.without_parts}),
            ))?;
            return Ok(ExitCode::SUCCESS);
        }
        for change in &changes {
            out.line(&format!("{} ({})", visible(&change.call), visible(&change.from)))?;
            let (old, new) = (word(change.old.verdict), word(change.new.verdict));
            let (by_old, by_new) = (visible(rule(&change.old)), visible(rule(&change.new)));
            out.line(&format!("  {old} by `{by_old}` -> {new} by `{by_new}`"))?;
        }
        let over = if ledger {
            ""
        } else {
            " (examples only: there is no ledger to read)"
        };
        out.line(&format!(
            "{} compared, {} differ{over}",
            count(compared, "call", "calls"),
            changes.len()
        ))?;
        left.tell(out)?;
        Ok(ExitCode::SUCCESS)
    })
}

fn rule(decision: &Decision) -> &str {
    decision.matched_rules.first().map_or("", |m| m.rule.as_str())
}

/// A call in one line: `safe-rm filesystem:delete /a, /b`.
pub(super) fn called(scope: &Scope, tool: &str) -> String {
    const SHOWN: usize = 3;
    let names = scope.targets.iter().map(|target| {
        let all = [&target.path, &target.host, &target.name, &target.url];
        all.into_iter()
            .find(|text| !text.is_empty())
            .map_or("", String::as_str)
    });
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).take(SHOWN).collect();
    let more = if scope.targets.len() > SHOWN { ", ..." } else { "" };
    let call = format!(
        "{tool} {}:{} {}{more}",
        scope.domain,
        scope.operation,
        names.join(", ")
    );
    call.trim().to_owned()
}
