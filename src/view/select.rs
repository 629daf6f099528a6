//! Which entries a command shows: times, agent, session and a condition, read once from the command line.

use super::{action::Action, span};
use crate::report::{Exit, Failure};
use clap::{Arg, ArgMatches};
use jiff::{Timestamp, tz::TimeZone};

/// What a person asked to see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    since: Option<String>,
    until: Option<String>,
    agent: Option<String>,
    session: Option<String>,
    only_decisions: bool,
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
            only_decisions: false,
        })
    }

    /// Leaves out all entries but decisions.
    pub(crate) fn decisions_only(self) -> Self {
        Self {
            only_decisions: true,
            ..self
        }
    }

    /// Whether the action is one of those asked for.
    pub(crate) fn takes(&self, action: &Action) -> bool {
        (!self.only_decisions || action.kind == "decision")
            && self.is_of(&action.agent, &action.session)
            && !self.is_over(&action.timestamp)
            && !self.is_before(&action.timestamp)
    }

    /// Whether that agent and session are asked for.
    pub(crate) fn is_of(&self, agent: &str, session: &str) -> bool {
        let is =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        is(&self.agent, agent) && is(&self.session, session)
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
