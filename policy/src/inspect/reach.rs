//! Rules that never decide.

use super::sound::Sound;
use crate::{problem::Report, rule::Rule};

/// Tells the rules that match nothing, and those before which another one always decides.
pub(super) fn idle(sound: &Sound<'_>, report: &mut Report<'_>) {
    let always: Vec<&Rule> = sound.rules().filter(|rule| rule.is_unconditional()).collect();
    for rule in sound.rules() {
        if rule.is_idle() {
            let message = format!("rule `{}` never decides: its condition is never true", rule.name);
            report.add(rule.at, message, "mend the condition, or take the rule out");
            continue;
        }
        let before = |other: &&&Rule| {
            let stricter = other.priority == rule.priority && other.verdict > rule.verdict;
            other.name != rule.name && (other.priority > rule.priority || stricter) && other.covers(rule)
        };
        if let Some(by) = always.iter().find(before) {
            let message = format!(
                "rule `{}` never decides: rule `{}` always does before it",
                rule.name, by.name
            );
            report.add(rule.at, message, "give it a higher priority, or take it out");
        }
    }
}
