//! What is worth a person's attention: rules over entries, and episodes into which what they find is gathered, so
//! that a hundred of the same are one line that says a hundred. Nothing that a rule finds goes uncounted.

pub(crate) mod chain;
pub(crate) mod deliver;
pub(crate) mod rules;
pub(crate) mod sweep;

use super::action::Action;
use jiff::{SignedDuration, Timestamp};
use ledger::read::Entry;
use rules::{Rule, Urgency};
use serde_json::{Value as Json, json};
use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

/// Episodes that are open at a time; the oldest is closed for another.
const MAX_OPEN: usize = 4096;
/// Characters of what was found that an episode keeps and tells: a command line can be as long as a program.
const MAX_WHAT: usize = 1000;

/// Findings of one rule about one agent, close together in time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Episode {
    /// The rule.
    pub(crate) rule: String,
    /// How urgent it is.
    pub(crate) urgency: Urgency,
    /// Whose calls, `` for no known agent.
    pub(crate) agent: String,
    /// Number and time of the first entry found.
    pub(crate) first: (u64, String),
    /// Of the last.
    pub(crate) last: (u64, String),
    /// How many were found.
    pub(crate) count: u64,
    /// How many of them somebody was told of.
    pub(crate) told: u64,
    /// When somebody was last told, on this machine's steady clock.
    pub(crate) told_at: Option<Instant>,
    /// What the last of them was.
    pub(crate) what: String,
}

impl Episode {
    /// Whether somebody must be told now: at once of a new episode, of one that goes on only every so often, and of
    /// everything untold where the watching ends.
    pub(crate) fn is_due(&self, again: Duration, ending: bool) -> bool {
        self.count > self.told && (ending || self.told_at.is_none_or(|at| at.elapsed() >= again))
    }

    /// The episode as `wt alert --json` prints it (docs/console.md).
    pub(crate) fn to_json(&self) -> Json {
        json!({
            "rule": self.rule, "level": self.urgency.word(), "agent": self.agent, "count": self.count,
            "first": {"seq": self.first.0, "timestamp": self.first.1},
            "last": {"seq": self.last.0, "timestamp": self.last.1},
            "what": self.what,
        })
    }
}

/// Rules, and what they found so far.
#[derive(Debug, Default)]
pub(crate) struct Alarms {
    rules: Vec<Rule>,
    /// Recent findings of rules with a threshold, by rule and agent.
    recent: HashMap<(usize, String), VecDeque<Finding>>,
    /// Open episodes, the one that was touched last at the end.
    open: VecDeque<(usize, Episode)>,
}

#[derive(Debug)]
struct Finding {
    at: Timestamp,
    seq: u64,
    timestamp: String,
}

/// An episode stays open for so long after its last finding.
const QUIET: SignedDuration = SignedDuration::from_mins(10);

impl Alarms {
    /// Nothing found yet.
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        Self {
            rules,
            ..Self::default()
        }
    }

    /// The rules.
    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Looks at an entry. Episodes that it ends, or that had to make room, are handed out.
    pub(crate) fn take(&mut self, entry: &Entry) -> Vec<Episode> {
        let found: Vec<usize> = self
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.condition.is_met(entry))
            .map(|(index, _)| index)
            .collect();
        self.note(found, entry)
    }

    /// Takes in that these rules, by their place, found this entry.
    pub(crate) fn note(&mut self, found: Vec<usize>, entry: &Entry) -> Vec<Episode> {
        let Ok(now) = entry.timestamp.parse::<Timestamp>() else {
            return Vec::new();
        };
        let mut closed = self.close_before(now);
        if found.is_empty() {
            return closed;
        }
        let action = Action::of(entry);
        for index in found {
            let finding = Finding {
                at: now,
                seq: entry.seq,
                timestamp: entry.timestamp.clone(),
            };
            closed.extend(self.find(index, finding, &action));
        }
        closed
    }

    fn find(&mut self, index: usize, finding: Finding, action: &Action) -> Option<Episode> {
        let rule = self.rules.get(index)?;
        let (threshold, window) = (rule.threshold, rule.window);
        let open = self
            .open
            .iter()
            .position(|(at, episode)| *at == index && episode.agent == action.agent);
        if let Some(mut known) = open.and_then(|place| self.open.remove(place)) {
            known.1.count += 1;
            known.1.last = (finding.seq, finding.timestamp);
            known.1.what = short(action.what());
            self.open.push_back(known);
            return None;
        }
        let recent = self.recent.entry((index, action.agent.clone())).or_default();
        recent.push_back(finding);
        let last = recent.back()?;
        let (at, last) = (last.at, (last.seq, last.timestamp.clone()));
        while recent
            .front()
            .is_some_and(|old| at.duration_since(old.at) > window)
        {
            recent.pop_front();
        }
        let count = recent.len() as u64;
        if count < threshold {
            return None;
        }
        let first = recent
            .front()
            .map_or_else(|| last.clone(), |first| (first.seq, first.timestamp.clone()));
        self.recent.remove(&(index, action.agent.clone()));
        let (name, urgency) = (rule.name.clone(), rule.urgency);
        let episode = Episode {
            rule: name,
            urgency,
            agent: action.agent.clone(),
            first,
            last,
            count,
            told: 0,
            told_at: None,
            what: short(action.what()),
        };
        self.open.push_back((index, episode));
        if self.open.len() > MAX_OPEN {
            self.open.pop_front().map(|(_, oldest)| oldest)
        } else {
            None
        }
    }

    fn close_before(&mut self, now: Timestamp) -> Vec<Episode> {
        let over = |episode: &Episode| {
            episode
                .last
                .1
                .parse::<Timestamp>()
                .is_ok_and(|last| now.duration_since(last) > QUIET)
        };
        let mut closed = Vec::new();
        while self.open.front().is_some_and(|(_, episode)| over(episode)) {
            closed.extend(self.open.pop_front().map(|(_, episode)| episode));
        }
        closed
    }

    /// The open episodes, the one touched last at the end.
    pub(crate) fn open(&self) -> impl DoubleEndedIterator<Item = &Episode> {
        self.open.iter().map(|(_, episode)| episode)
    }

    /// The open episodes with their rules, to note what was told.
    pub(crate) fn open_mut(&mut self) -> impl Iterator<Item = (&Rule, &mut Episode)> {
        let rules = &self.rules;
        self.open
            .iter_mut()
            .filter_map(move |(index, episode)| Some((rules.get(*index)?, episode)))
    }
}

/// The text, or its beginning where it is long.
fn short(text: String) -> String {
    match text.char_indices().nth(MAX_WHAT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{Alarms, Episode, rules::built_in};
    use ledger::read::Entry;
    use serde_json::{Value as Json, json};

    fn entry(seq: u64, second: u64, data: Json) -> Entry {
        Entry {
            seq,
            timestamp: format!("2026-01-01T00:{:02}:{:02}.000000Z", second / 60, second % 60),
            data: data.as_object().unwrap().clone(),
            prev_hash: String::new(),
            hash: String::new(),
        }
    }

    fn call(seq: u64, second: u64, verdict: &str, operation: &str, path: &str) -> Entry {
        let target = json!({"role": "path", "domain": "filesystem", "operation": operation, "path": path});
        entry(
            seq,
            second,
            json!({"kind": "decision", "tool": "safe-rm", "workspace": "/work",
                "identity": {"agent": {"value": "codex"}},
                "intent": {"domain": "filesystem", "operation": operation, "targets": [target]},
                "scope": {"targets": [target]}, "annotations": {"gtfo_alerts": []},
                "decision": {"verdict": verdict, "matched_rules": []}}),
        )
    }

    fn alarms() -> Alarms {
        Alarms::new(built_in().unwrap())
    }

    fn found(alarms: &Alarms) -> Vec<(String, u64)> {
        alarms
            .open()
            .map(|episode| (episode.rule.clone(), episode.count))
            .collect()
    }

    #[test]
    fn each_built_in_rule_finds_what_it_is_for_and_nothing_else() {
        for (verdict, operation, path, want) in [
            ("allow", "delete", "/work/a", None),
            ("allow", "delete", "/tmp/a", None),
            ("allow", "read", "/home/ann/x", None),
            ("deny", "delete", "/home/ann/x", None),
            ("allow", "delete", "/home/ann/x", Some("outside-workspace")),
            ("shadow", "chmod", "/workshop/x", Some("outside-workspace")),
            (
                "deny",
                "read",
                "/home/ann/.ssh/id_ed25519",
                Some("credential-path"),
            ),
            ("allow", "read", "/work/.env", Some("credential-path")),
        ] {
            let mut alarms = alarms();
            assert_eq!(alarms.take(&call(1, 0, verdict, operation, path)), []);
            let names: Vec<String> = found(&alarms).into_iter().map(|(name, _)| name).collect();
            assert_eq!(
                names,
                want.into_iter().collect::<Vec<_>>(),
                "{verdict} {operation} {path}"
            );
        }
        let mut alarms = alarms();
        let _ = alarms.take(&entry(1, 0, json!({"kind": "open", "reason": "power-loss"})));
        assert_eq!(found(&alarms), [("chain-problem".to_owned(), 1)]);
    }

    #[test]
    fn a_burst_counts_every_denial_that_made_it_and_those_that_follow() {
        let mut alarms = alarms();
        for n in 0..4 {
            let _ = alarms.take(&call(n, n, "deny", "delete", "/etc/x"));
        }
        assert_eq!(found(&alarms), []);
        for n in 4..9 {
            let _ = alarms.take(&call(n, n, "deny", "delete", "/etc/x"));
        }
        assert_eq!(found(&alarms), [("denial-burst".to_owned(), 9)]);
    }

    #[test]
    fn denials_that_are_far_apart_are_no_burst() {
        let mut alarms = alarms();
        for n in 0..9 {
            let _ = alarms.take(&call(n, n * 30, "deny", "delete", "/etc/x"));
        }
        assert_eq!(found(&alarms), []);
    }

    #[test]
    fn an_episode_ends_after_quiet_and_no_finding_is_lost() {
        let mut alarms = alarms();
        let mut closed: Vec<Episode> = Vec::new();
        for n in 0..50 {
            let second = if n < 30 { n } else { 1200 + n };
            closed.extend(alarms.take(&call(n, second, "allow", "delete", "/home/ann/x")));
        }
        let counts: Vec<u64> = closed.iter().map(|episode| episode.count).collect();
        assert_eq!(counts, [30]);
        assert_eq!(found(&alarms), [("outside-workspace".to_owned(), 20)]);
    }
}
