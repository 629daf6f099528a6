//! `wt policy replay`: what a candidate policy would have said of the recorded calls.

use super::{candidate, file, history, json_flag, word};
use crate::{
    report::{Failure, json_text, visible},
    view::{out, select, words::count},
};
use clap::{ArgMatches, Command};
use policy::Verdict;
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, process::ExitCode};

/// The command line.
pub(super) fn build() -> Command {
    Command::new("replay")
        .about("Judge the recorded calls by another policy and say what would change")
        .arg(file("POLICY", "The candidate, in the place of the user's policy"))
        .args(select::args())
        .arg(json_flag())
}

/// Calls whose verdict would change in the same way by the same rule.
#[derive(Default)]
struct Group {
    count: u64,
    /// Numbers of the first few.
    seqs: Vec<u64>,
    example: String,
}

/// How many entries are named for each change.
const NAMED: usize = 5;

/// Replays.
pub(super) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let path = matches.get_one::<String>("POLICY").map_or("", String::as_str);
    let policy = candidate(path)?;
    let mut groups: BTreeMap<(Verdict, Verdict, String), Group> = BTreeMap::new();
    let mut replayed = 0_u64;
    let left = history::each(select::Selection::of(matches)?, |recorded| {
        replayed += 1;
        let now = recorded.judge(&policy);
        if now.verdict != recorded.decision.verdict {
            let rule = now
                .matched_rules
                .first()
                .map(|m| m.rule.clone())
                .unwrap_or_default();
            let group = groups
                .entry((recorded.decision.verdict, now.verdict, rule))
                .or_default();
            group.count += 1;
            if group.seqs.len() < NAMED {
                group.seqs.push(recorded.seq);
            }
            if group.example.is_empty() {
                group.example = super::diff::called(&recorded.scope, &recorded.tool);
            }
        }
        Ok(())
    })?;
    let changed: u64 = groups.values().map(|group| group.count).sum();
    out::stream(|out| {
        if matches.get_flag("json") {
            let changes: Vec<Json> = groups
                .iter()
                .map(|((was, now, rule), g)| {
                    json!({"was": was, "now": now, "rule": rule, "count": g.count, "seqs": g.seqs, "example": g.example})
                })
                .collect();
            out.line(&json_text(&json!({
                "replayed": replayed, "changed": changed, "changes": changes,
                "without_facts": left.without_facts, "without_parts": left.without_parts,
            })))?;
            return Ok(ExitCode::SUCCESS);
        }
        for ((was, now, rule), group) in &groups {
            let seqs: Vec<String> = group.seqs.iter().map(u64::to_string).collect();
            let more = if group.count > NAMED as u64 { ", ..." } else { "" };
            out.line(&format!(
                "{} -> {} by rule `{}`: {}",
                word(*was),
                word(*now),
                visible(rule),
                count(group.count, "call", "calls")
            ))?;
            out.line(&format!(
                "  {} (entries {}{more})",
                visible(&group.example),
                seqs.join(", ")
            ))?;
        }
        out.line(&format!("{replayed} recorded calls, {changed} would change"))?;
        left.tell(out)?;
        Ok(ExitCode::SUCCESS)
    })
}
