//! Rules that never decide.

use super::sound::Sound;
use crate::{problem::Report, rule::Rule};
use std::collections::HashMap;

/// Tells the rules that have expired, those that match nothing, those that always deny, and those before which another
/// one always decides.
pub(super) fn idle(sound: &Sound<'_>, now: Option<i128>, report: &mut Report<'_>) {
    let mut always: HashMap<Option<&str>, Vec<&Rule>> = HashMap::new();
    for rule in sound.rules().filter(|rule| rule.is_unconditional()) {
        always.entry(rule.domain.as_deref()).or_default().push(rule);
    }
    for rule in sound.rules() {
        if rule.expires.zip(now).is_some_and(|(expires, now)| now >= expires) {
            let message = format!("rule `{}` never decides any more: it has expired", rule.name);
            report.add(rule.at, message, "give it a later time, or take it out");
            continue;
        }
        match rule.constant() {
            Some(Ok(false)) => {
                let message = format!("rule `{}` never decides: its condition is never true", rule.name);
                let hint = "mend the condition; `False` alone switches a rule off";
                report.add(rule.at, message, hint);
                continue;
            }
            Some(Err(error)) => {
                let message = format!("rule `{}` denies whatever it is tried for: {error}", rule.name);
                report.add(rule.at, message, "mend the condition");
                continue;
            }
            Some(Ok(true)) | None => {}
        }
        let before = |other: &&&Rule| {
            let stricter = other.priority == rule.priority && other.verdict > rule.verdict;
            other.name != rule.name && (other.priority > rule.priority || stricter) && other.covers(rule)
        };
        let domain = rule.domain.as_deref();
        let of_domain = domain.and_then(|_| always.get(&domain)).into_iter().flatten();
        let mut covering = always.get(&None).into_iter().flatten().chain(of_domain);
        if let Some(by) = covering.find(before) {
            let message = format!(
                "rule `{}` never decides: rule `{}` always does before it",
                rule.name, by.name
            );
            report.add(rule.at, message, "give it a higher priority, or take it out");
        }
    }
}
