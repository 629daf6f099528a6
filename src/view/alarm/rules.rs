//! The rules of alarms: those built in, and those of the policy, which replace built-in ones of their name.

use crate::{
    report::{Exit, Failure},
    view::{condition::Condition, paint::Tone},
};
use jiff::SignedDuration;
use policy::Alert;

/// How urgent an alarm is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Urgency {
    /// For the report.
    Low,
    /// For today.
    #[default]
    Medium,
    /// For now.
    High,
    /// For everybody, now.
    Critical,
}

impl Urgency {
    /// The word in policies and reports.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// How it looks.
    pub(crate) fn tone(self) -> Tone {
        match self {
            Self::Low => Tone::Dim,
            Self::Medium => Tone::Warn,
            Self::High | Self::Critical => Tone::Bad,
        }
    }

    fn read(word: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High, Self::Critical]
            .into_iter()
            .find(|urgency| urgency.word() == word)
    }
}

/// One rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Its name.
    pub(crate) name: String,
    /// What it looks for.
    pub(crate) condition: Condition,
    /// How many findings about one agent within the window make an alarm.
    pub(crate) threshold: u64,
    /// The window.
    pub(crate) window: SignedDuration,
    /// How urgent it is.
    pub(crate) urgency: Urgency,
    /// Who is told: see [`super::deliver`].
    pub(crate) notify: Vec<String>,
}

/// Name, urgency, threshold, window in seconds, condition.
type Row = (&'static str, Urgency, u64, i64, &'static str);

/// `/tmp` is everybody's and left out; what an agent does there is counted by `wt stats`.
const BUILT_IN: &[Row] = &[
    (
        "outside-workspace",
        Urgency::Medium,
        1,
        60,
        "kind == 'decision' and decision.verdict in ('allow', 'shadow') and any(t.domain == 'filesystem' and \
         t.operation not in ('read', 'list') and not within(t.path, '/tmp') and not within(t.path, '/var/tmp') and \
         (not workspace or not within(t.path, workspace)) for t in scope.targets or [])",
    ),
    (
        "credential-path",
        Urgency::High,
        1,
        60,
        "kind == 'decision' and any(matches(t.path or '', '(^|/)([.]ssh|[.]aws|[.]gnupg|[.]kube|[.]docker|[.]netrc|\
         [.]npmrc|[.]pypirc|[.]git-credentials|[.]env[^/]*|id_(rsa|ecdsa|ed25519))(/|$)') \
         for t in scope.targets or [])",
    ),
    (
        "denial-burst",
        Urgency::Medium,
        5,
        60,
        "kind == 'decision' and decision.verdict == 'deny'",
    ),
    (
        "gtfobins-invoked",
        Urgency::High,
        1,
        60,
        "kind == 'decision' and any(a.invoked for a in annotations.gtfo_alerts or [])",
    ),
    (
        "chain-problem",
        Urgency::Critical,
        1,
        60,
        "kind in ('open', 'suspended')",
    ),
];

/// The rules that hold where the policy says nothing else.
///
/// # Errors
/// None in a program that passed its tests.
pub(crate) fn built_in() -> Result<Vec<Rule>, Failure> {
    let rule = |(name, urgency, threshold, window, text): &Row| {
        Ok(Rule {
            name: (*name).to_owned(),
            condition: Condition::read(text)?,
            threshold: *threshold,
            window: SignedDuration::from_secs(*window),
            urgency: *urgency,
            notify: Vec::new(),
        })
    };
    BUILT_IN.iter().map(rule).collect()
}

/// The rules in force: a policy's alert replaces the built-in one of its name.
///
/// # Errors
/// 78 where an alert of the policy cannot be read.
pub(crate) fn in_force(alerts: &[Alert]) -> Result<Vec<Rule>, Failure> {
    let mut rules = built_in()?;
    for alert in alerts {
        let wrong = |why: String| {
            Failure::new(
                Exit::Config,
                format!("alert `{}` of the policy: {why}", alert.name),
            )
        };
        let condition =
            Condition::read(&alert.when).map_err(|failure| wrong(failure.message).hint(failure.hint))?;
        let urgency = match alert.level.as_str() {
            "" => Urgency::default(),
            word => Urgency::read(word).ok_or_else(|| {
                wrong(format!("`{word}` is not a level")).hint("one of: low medium high critical")
            })?,
        };
        let rule = Rule {
            name: alert.name.clone(),
            condition,
            threshold: alert.threshold.max(1),
            window: SignedDuration::from_secs(i64::try_from(alert.window_s).unwrap_or(i64::MAX)),
            urgency,
            notify: alert.notify.clone(),
        };
        super::deliver::check(&rule.notify).map_err(wrong)?;
        rules.retain(|known| known.name != rule.name);
        rules.push(rule);
    }
    Ok(rules)
}
