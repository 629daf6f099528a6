//! Everything that a report says, gathered once; the formats only write it down.

use crate::{
    caller::Caller,
    ground::Ground,
    view::{
        alarm::{
            Alarms, Episode,
            rules::{built_in, in_force},
            sweep::sweep,
        },
        desk::Desk,
        out::Stopped,
        select::Selection,
        span,
        standing::rules::{LayerShown, Rules},
        tally::{Tally, gather::gather},
        words::count,
    },
};
use jiff::Timestamp;
use ledger::verify::{self, Report as Proof};
use serde_json::{Value as Json, json};
use std::os::fd::AsFd;

/// Alerts that a report lists; more are counted.
const MAX_ALERTS: usize = 200;
/// Unused rules that are named where people read.
const UNUSED_SHOWN: usize = 5;

/// What a report says.
pub(super) struct Facts {
    /// When it was made.
    pub(super) made: String,
    /// The ledger's origin, as its first entry names it.
    pub(super) origin: String,
    /// Sums over the entries asked for.
    pub(super) tally: Tally,
    /// What verification of the whole ledger found.
    pub(super) proof: Proof,
    /// Policy layers in force.
    pub(super) layers: Vec<LayerShown>,
    /// Rules of the policy in force that decided nothing in the time reported.
    pub(super) unused: Vec<String>,
    /// Alerts, and how many more there were.
    pub(super) alerts: (Vec<Episode>, u64),
}

impl Facts {
    pub(super) fn gather(desk: &Desk, selection: &Selection) -> Result<Self, Stopped> {
        let caller = Caller::of_this_process()?;
        let reader = desk.reader()?;
        let first = reader.from(0).next().transpose()?;
        let origin = first.and_then(|entry| Some(entry.data.get("origin")?.as_str()?.to_owned()));
        let tally = gather(&reader, selection)?;
        let ground = Ground::of(&caller);
        let rules = match &ground {
            Ok(ground) => in_force(&ground.policy.settings().alerts)?,
            Err(_) => built_in()?,
        };
        let mut alarms = Alarms::new(rules);
        let mut alerts: (Vec<Episode>, u64) = (Vec::new(), 0);
        let mut keep = |episode: Episode| {
            if alerts.0.len() < MAX_ALERTS {
                alerts.0.push(episode);
            } else {
                alerts.1 += 1;
            }
        };
        sweep(&reader, selection, &mut alarms, |episode| {
            keep(episode);
            Ok(())
        })?;
        alarms.open().cloned().for_each(keep);
        alerts
            .0
            .sort_by(|a, b| b.urgency.cmp(&a.urgency).then(a.first.0.cmp(&b.first.0)));
        let policy = Rules::look(&desk.home, &caller, &ground);
        let unused = policy
            .names
            .iter()
            .filter(|name| !tally.matched.has(name))
            .cloned()
            .collect();
        Ok(Self {
            made: span::entry_text(Timestamp::now()),
            origin: origin.unwrap_or_default(),
            tally,
            proof: verify::verify(desk.home.dir.as_fd(), &desk.home.path)?,
            layers: policy.layers,
            unused,
            alerts,
        })
    }

    /// The report as JSON (docs/console.md).
    pub(super) fn to_json(&self, top: usize) -> Json {
        let alerts: Vec<Json> = self.alerts.0.iter().map(Episode::to_json).collect();
        json!({
            "made": self.made,
            "version": env!("CARGO_PKG_VERSION"),
            "origin": self.origin,
            "sums": self.tally.to_json(top),
            "alerts": alerts,
            "more_alerts": self.alerts.1,
            "policy": self.layers,
            "unused_rules": self.unused,
            "integrity": self.proof,
            "checkpoint": self.checkpoint().map(|(seq, timestamp)| json!({"seq": seq, "timestamp": timestamp})),
        })
    }

    /// The heading of the unused rules, and their first few names: a policy that was just set up has many.
    pub(super) fn unused_in_short(&self) -> (String, Vec<String>) {
        let mut names: Vec<String> = self.unused.iter().take(UNUSED_SHOWN).cloned().collect();
        let more = self.unused.len() - names.len();
        if more > 0 {
            names.push(format!("and {more} more; `wt report --json` names all"));
        }
        let title = format!(
            "{} that decided nothing",
            count(self.unused.len() as u64, "rule", "rules")
        );
        (title, names)
    }

    /// The last entry that says a head was signed.
    pub(super) fn checkpoint(&self) -> Option<(u64, &str)> {
        self.tally
            .checkpoint
            .as_ref()
            .map(|(seq, timestamp)| (*seq, timestamp.as_str()))
    }

    /// The time that the entries cover, in words.
    pub(super) fn range(&self) -> String {
        match &self.tally.times {
            Some((first, last)) => format!("{} to {}", second(first), second(last)),
            None => "no entry in the time asked for".to_owned(),
        }
    }

    /// Whether the record holds, in words.
    pub(super) fn integrity(&self) -> String {
        let proof = &self.proof;
        let state = json!(proof.state);
        let mut text = format!(
            "{}: entries {} to {} in {}; proven: {}",
            state.as_str().unwrap_or_default(),
            proof.entries_from,
            proof.entries_to,
            count(proof.segments, "segment", "segments"),
            proof.level.word()
        );
        if let Some(finding) = proof.findings.first() {
            text.push_str(&format!("; {}", finding.words()));
        }
        text
    }

    /// Whether the record is as it was written.
    pub(super) fn is_whole(&self) -> bool {
        self.proof.state == verify::State::Whole
    }
}

/// A timestamp to the second.
pub(super) fn second(timestamp: &str) -> String {
    timestamp
        .get(..19)
        .map_or_else(|| timestamp.to_owned(), |text| format!("{text}Z"))
}
