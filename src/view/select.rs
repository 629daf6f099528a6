//! Which entries a command shows: times, agent, session and a condition, read once from the command line.

use super::{
    action::{Action, rule, text},
    condition::Condition,
    span,
};
use crate::report::{Exit, Failure};
use clap::{Arg, ArgMatches};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ledger::read::Entry;
use policy::Wanted;
use serde_json::{Map, Value as Json};

/// What a person asked to see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    since: Option<String>,
    until: Option<String>,
    agent: Option<String>,
    session: Option<String>,
    rule: Option<String>,
    only_decisions: bool,
    condition: Option<Condition>,
}

/// The options by which entries are chosen.
pub(crate) fn args() -> Vec<Arg> {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    vec![
        option(
            "since",
            "TIME",
            "From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339",
        ),
        option("until", "TIME", "Up to then"),
        option("agent", "NAME", "Only this agent's"),
        option("session", "ID", "Only of this session"),
        option("rule", "NAME", "Only what this rule decided"),
        option(
            "where",
            "EXPR",
            "Only where this holds, in the policy language: `decision.verdict == 'deny'`",
        ),
    ]
}

impl Selection {
    /// Reads the options.
    ///
    /// # Errors
    /// 64 where one of them cannot be read.
    pub(crate) fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let now = Timestamp::now();
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        let time = |name: &str| {
            let given = text(name);
            let read = given.map(|given| span::parse(&given, now, &TimeZone::system()).map(span::entry_text));
            read.transpose()
                .map_err(|why| Failure::new(Exit::Usage, format!("--{name} {why}")))
        };
        Ok(Self {
            since: time("since")?,
            until: time("until")?,
            agent: text("agent"),
            session: text("session"),
            rule: text("rule"),
            only_decisions: false,
            condition: text("where").map(|text| Condition::read(&text)).transpose()?,
        })
    }

    /// Leaves out all entries but decisions.
    pub(crate) fn decisions_only(self) -> Self {
        Self {
            only_decisions: true,
            ..self
        }
    }

    /// Where no time is given, the last 24 hours.
    pub(crate) fn within_a_day(self) -> Self {
        let day = Timestamp::now().checked_sub(SignedDuration::from_hours(24)).ok();
        let since = self.since.or_else(|| day.map(span::entry_text));
        Self { since, ..self }
    }

    /// Whether the condition holds for this entry.
    pub(crate) fn is_met(&self, entry: &Entry) -> bool {
        self.condition
            .as_ref()
            .is_none_or(|condition| condition.is_met(entry))
    }

    /// What to say of names in the condition that no entry had, `` for nothing.
    pub(crate) fn notes(&self) -> String {
        self.condition.as_ref().map_or_else(String::new, Condition::notes)
    }

    /// The condition.
    pub(crate) fn condition(&self) -> Option<&Condition> {
        self.condition.as_ref()
    }

    /// Whether the action is one of those asked for; `met` says that the condition holds for it or its outcome.
    pub(crate) fn takes(&self, action: &Action, met: bool) -> bool {
        met && (!self.only_decisions || action.kind == "decision")
            && self.is_of(&action.agent, &action.session)
            && self.is_by(&action.rule)
            && !self.is_over(&action.timestamp)
            && !self.is_before(&action.timestamp)
    }

    /// Whether the entry is one of those asked for.
    pub(crate) fn takes_entry(&self, entry: &Entry) -> bool {
        self.takes(&Action::of(entry), self.is_met(entry))
    }

    /// The same for an entry's parts, which need hold no more than [`Self::want`] adds.
    pub(crate) fn takes_data(&self, seq: u64, timestamp: &str, data: &mut Map<String, Json>) -> bool {
        self.is_of(
            &text(data, &["identity", "agent", "value"]),
            &text(data, &["identity", "session"]),
        ) && self.rule.as_ref().is_none_or(|_| self.is_by(&rule(data)))
            && self
                .condition
                .as_ref()
                .is_none_or(|condition| condition.of(seq, timestamp, data).unwrap_or(false))
    }

    /// Adds what is read of an entry to choose it.
    pub(crate) fn want(&self, wanted: &mut Wanted) {
        if self.agent.is_some() || self.session.is_some() {
            wanted.add("identity", None);
        }
        if self.rule.is_some() {
            wanted.add("decision", Some("matched_rules"));
        }
        if let Some(condition) = &self.condition {
            wanted.join(condition.wanted());
        }
    }

    /// Whether that agent and session are asked for.
    pub(crate) fn is_of(&self, agent: &str, session: &str) -> bool {
        let is =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        is(&self.agent, agent) && is(&self.session, session)
    }

    /// Whether what this rule decided is asked for.
    pub(crate) fn is_by(&self, rule: &str) -> bool {
        self.rule.as_deref().is_none_or(|wanted| wanted == rule)
    }

    /// The earliest time that is asked for, 27 characters.
    pub(crate) fn since(&self) -> Option<&str> {
        self.since.as_deref()
    }

    /// Whether an entry of this time is older than all that is asked for. Times never run backwards in a ledger,
    /// so nothing before it is asked for either.
    pub(crate) fn is_before(&self, timestamp: &str) -> bool {
        self.since.as_deref().is_some_and(|since| timestamp < since)
    }

    /// Whether an entry of this time is newer than all that is asked for.
    pub(crate) fn is_over(&self, timestamp: &str) -> bool {
        self.until.as_deref().is_some_and(|until| timestamp > until)
    }
}
