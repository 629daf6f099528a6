//! `wt policy suggest`: the narrowest rules under which refused calls would have been allowed, as a file for a
//! person to read. Never applied, and never against a floor.

use super::{history, in_force, load};
use crate::{
    report::{Failure, visible},
    view::{out, select},
};
use clap::{ArgMatches, Command};
use policy::{Floor, Layer, Policy, Scope, Source, TargetFacts, Verdict};
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, process::ExitCode};

/// The command line.
pub(super) fn build() -> Command {
    Command::new("suggest")
        .about("From denied and escalated calls, propose the narrowest rules; nothing is applied")
        .args(select::args())
        .after_help(
            "The answer is a policy document. Read it, keep what is meant, and put it into your policy.",
        )
}

/// What a rule would be about.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    domain: String,
    operation: String,
    /// Directory, host or namespace.
    place: String,
    agent: String,
}

/// Refused calls that one rule could allow.
#[derive(Default)]
struct Wish {
    names: Vec<String>,
    count: u64,
    seqs: Vec<u64>,
    priority: i64,
    scopes: Vec<Scope>,
}

/// Beyond so many names of one directory, the directory is proposed.
const MAX_NAMES: usize = 3;
/// Calls kept for each proposal, to try it on.
const MAX_TRIED: usize = 20;

/// Proposes.
pub(super) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let sources = in_force()?;
    let policy = load(&sources)?;
    let mut wishes: BTreeMap<Key, Wish> = BTreeMap::new();
    history::each(select::Selection::of(matches)?, |recorded| {
        if recorded.decision.verdict < Verdict::Escalate
            || recorded.judge(&policy).verdict < Verdict::Escalate
        {
            return Ok(());
        }
        let explained = recorded.judged().iter().flat_map(|scope| {
            let told = policy.explain(scope).targets.into_iter();
            scope
                .targets
                .iter()
                .enumerate()
                .zip(told)
                .map(move |((n, target), told)| (scope, n, target, told))
        });
        for (scope, n, target, told) in explained {
            let alone = Scope {
                targets: vec![target.clone()],
                floors: floors_of(scope, n),
                ..scope.clone()
            };
            // Of several targets, only those that kept the call back.
            if history::judge(&policy, &alone).verdict <= Verdict::Shadow {
                continue;
            }
            let priorities = told.layers.iter().flat_map(|l| &l.rules);
            let deciding = priorities
                .filter(|r| r.result == policy::RuleResult::Matches)
                .map(|r| r.priority)
                .max();
            let key = Key {
                domain: told.domain.clone(),
                operation: told.operation.clone(),
                place: place(target).to_owned(),
                agent: scope.identity.agent.clone(),
            };
            let wish = wishes.entry(key).or_default();
            wish.count += 1;
            wish.priority = wish.priority.max(deciding.map_or(100, |p| p + 1));
            if !wish.names.contains(&target.path) {
                wish.names.push(target.path.clone());
            }
            if wish.scopes.len() < MAX_TRIED {
                wish.seqs.push(recorded.seq);
                wish.scopes.push(alone);
            }
        }
        Ok(())
    })?;
    let mut rules = Vec::new();
    let mut out_of_reach = 0_usize;
    for (n, (key, wish)) in wishes.iter().enumerate() {
        let rule = propose(n + 1, key, wish);
        if holds(&rule, wish, &sources)? {
            rules.push(rule)
        } else {
            out_of_reach += 1
        }
    }
    let document = json!({
        "version": "2.0.0",
        "description": format!(
            "Proposed by `wt policy suggest`; read every rule before using it. {out_of_reach} kinds of refused calls are \
             beyond any rule: protected paths, floors, other layers."
        ),
        "policies": rules,
    });
    out::stream(|out| {
        let text = serde_json::to_string_pretty(&document).unwrap_or_default();
        for line in text.lines() {
            out.line(&visible(line))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The floors of a call that hold for one of its targets, as if it were the only one.
fn floors_of(scope: &Scope, n: usize) -> Vec<Floor> {
    let floors = scope
        .floors
        .iter()
        .filter(|floor| floor.target.is_none_or(|of| of == n));
    floors
        .cloned()
        .map(|floor| Floor {
            target: floor.target.map(|_| 0),
            ..floor
        })
        .collect()
}

fn place(target: &TargetFacts) -> &str {
    [&target.parent, &target.host, &target.namespace]
        .into_iter()
        .find(|text| !text.is_empty())
        .map_or("", |p| p)
}

fn propose(n: usize, key: &Key, wish: &Wish) -> Json {
    let mut paths: Vec<String> = Vec::new();
    let seqs: Vec<String> = wish.seqs.iter().take(5).map(u64::to_string).collect();
    let mut rule = json!({
        "name": format!("suggested-{n}"),
        "description": format!("{} refused calls, for example entries {}", wish.count, seqs.join(", ")),
        "priority": wish.priority,
        "match": {"domain": key.domain, "operation": key.operation},
    });
    let mut conditions = vec![format!("identity.agent == {}", literal(&key.agent))];
    let local = matches!(key.domain.as_str(), "filesystem" | "search");
    if local && wish.names.len() > MAX_NAMES {
        paths.push(format!("{}/*", glob_literal(&key.place)));
    } else if local {
        paths.extend(wish.names.iter().map(|name| glob_literal(name)));
    } else if let Some(scope) = wish.scopes.first().and_then(|s| s.targets.first()) {
        for (name, value) in [
            ("host", &scope.host),
            ("namespace", &scope.namespace),
            ("name", &scope.name),
        ] {
            if !value.is_empty() && (name != "name" || scope.path.is_empty()) {
                conditions.push(format!("target.{name} == {}", literal(value)));
            }
        }
        if !wish.names.iter().all(String::is_empty) {
            let names: Vec<String> = wish.names.iter().map(|name| literal(name)).collect();
            conditions.push(format!("target.path in [{}]", names.join(", ")));
        }
    }
    let rest = json!({"condition": conditions.join(" and "), "action": "allow", "risk_level": "medium"});
    if let (Some(rule), Json::Object(rest)) = (rule.as_object_mut(), rest) {
        if !paths.is_empty() {
            rule.insert("paths".to_owned(), json!(paths));
        }
        rule.extend(rest);
    }
    rule
}

/// Whether the rule, added to the policy in force, would allow what it was proposed for.
fn holds(rule: &Json, wish: &Wish, sources: &[Source]) -> Result<bool, Failure> {
    let mut sources = sources.to_vec();
    for source in sources.iter_mut().filter(|source| source.layer == Layer::User) {
        let Ok(mut document) = serde_json::from_slice::<Json>(&source.bytes) else {
            return Ok(false);
        };
        if let Some(all) = document.get_mut("policies").and_then(Json::as_array_mut) {
            all.push(rule.clone());
        }
        source.bytes = document.to_string().into_bytes();
    }
    let with: Policy = load(&sources)?;
    let mut tried = wish.scopes.iter();
    Ok(tried.all(|scope| history::judge(&with, scope).verdict <= Verdict::Shadow))
}

/// A string of the policy language.
fn literal(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            _ => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// A path as a pattern that matches it alone.
fn glob_literal(path: &str) -> String {
    let mut out = String::new();
    for c in path.chars() {
        match c {
            '*' | '?' | '[' | ']' | '{' | '}' => out.push_str(&format!("[{c}]")),
            '\\' => out.push_str("\\\\"),
            _ => out.push(c),
        }
    }
    out
}
