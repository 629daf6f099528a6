//! What the dashboard knows: the newest entries, sums over them, and what the person is looking at. Takes entries
//! in as they come; knows no terminal.

use super::alerts::{Line, lines};
use crate::view::{
    action::{Action, outcome},
    alarm::{Alarms, Episode},
    condition::Condition,
    standing::{links::Links, record::Record, rules::Rules},
    tally::counts::Counts,
};
use ledger::read::Entry;
use policy::Verdict;
use std::collections::{BTreeMap, VecDeque};

/// Entries that can be looked at.
pub(super) const MAX_SHOWN: usize = 2_000;
/// Rules that the page of the policy names.
pub(super) const MAX_RULES: usize = 32;
/// Minutes that the curve can show.
const MAX_MINUTES: usize = 240;

/// The pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tab {
    /// What happens.
    #[default]
    Activity,
    /// What waits for a person.
    Approvals,
    /// What is worth attention.
    Alerts,
    /// What is in force.
    Policy,
    /// Whether the record holds.
    Integrity,
}

impl Tab {
    /// Every page, in order.
    pub(super) const ALL: [Self; 5] = [
        Self::Activity,
        Self::Approvals,
        Self::Alerts,
        Self::Policy,
        Self::Integrity,
    ];

    /// Its title.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Activity => "Activity",
            Self::Approvals => "Approvals",
            Self::Alerts => "Alerts",
            Self::Policy => "Policy",
            Self::Integrity => "Integrity",
        }
    }

    /// Its place in [`Self::ALL`].
    pub(super) fn index(self) -> usize {
        Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0)
    }
}

/// Calls within a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Minute {
    pub(super) calls: u64,
    pub(super) refused: u64,
}

/// One entry with what is shown of it.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) entry: Entry,
    pub(super) action: Action,
    /// Whether it passes the filter.
    pub(super) wanted: bool,
}

/// How the installation stands, as last looked at.
#[derive(Debug, Default)]
pub(super) struct Standing {
    pub(super) level: String,
    pub(super) directory: String,
    pub(super) rules: Option<Rules>,
    pub(super) links: Option<Links>,
    pub(super) record: Option<Record>,
    /// What is wrong with the record.
    pub(super) chain: Option<Episode>,
}

/// Everything the dashboard knows.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) tab: Tab,
    pub(super) shown: VecDeque<Shown>,
    pub(super) verdicts: [u64; 4],
    pub(super) domains: Counts,
    pub(super) rules: Counts,
    pub(super) minutes: BTreeMap<String, Minute>,
    pub(super) standing: Standing,
    pub(super) alarms: Alarms,
    pub(super) alerts: Vec<Line>,
    pub(super) approvals: Vec<String>,
    /// Whether what waits, and who is stopped, cannot be told.
    pub(super) untold: bool,
    pub(super) frozen: Vec<String>,
    /// Place of the cursor, counted from the newest entry that passes the filter.
    pub(super) cursor: usize,
    /// Number of the entry under the cursor, so that it stays there when others come.
    pub(super) held: Option<u64>,
    /// The entry that is shown in full, and how far it is scrolled.
    pub(super) detail: Option<(u64, u16)>,
    /// How far one of the other pages is scrolled.
    pub(super) scrolled: u16,
    pub(super) filter: Option<Condition>,
    /// The filter as it is being typed.
    pub(super) typing: Option<String>,
    /// What went wrong with the last thing that was typed.
    pub(super) complaint: String,
    pub(super) paused: bool,
    pub(super) help: bool,
}

impl Model {
    /// Takes entries in, oldest first.
    pub(super) fn take(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            let _closed = self.alarms.take(&entry);
            if let Some((of, done)) = outcome(&entry) {
                let decision = self.shown.iter_mut().rev().find(|shown| shown.entry.seq == of);
                if let Some(shown) = decision {
                    shown.action.outcome = Some(done);
                }
                continue;
            }
            let action = Action::of(&entry);
            self.add_up(&action);
            let wanted = self.filter.as_ref().is_none_or(|filter| filter.is_met(&entry));
            self.shown.push_back(Shown {
                entry,
                action,
                wanted,
            });
            if self.shown.len() > MAX_SHOWN {
                self.shown.pop_front();
            }
        }
        self.list_alerts();
        self.hold();
    }

    /// Takes in how the installation stands.
    pub(super) fn stand(&mut self, standing: Standing) {
        self.standing = standing;
        self.list_alerts();
    }

    fn list_alerts(&mut self) {
        self.alerts = lines(self.standing.chain.as_ref(), &self.alarms);
    }

    /// What no page may hide: a record that does not hold, and freezes in force.
    pub(super) fn marks(&self) -> Vec<String> {
        let broken = self.standing.chain.as_ref().map(|problem| {
            let entry = self
                .standing
                .record
                .as_ref()
                .and_then(|record| record.integrity.entry);
            let place = entry.map(|seq| format!(" at entry {seq}")).unwrap_or_default();
            format!("BROKEN{place}: {}", problem.what)
        });
        let frozen = match self.frozen.as_slice() {
            [] => None,
            [freeze] => Some(format!("FROZEN: {freeze}")),
            [freeze, others @ ..] => Some(format!("FROZEN: {freeze}, and {} more", others.len())),
        };
        broken.into_iter().chain(frozen).collect()
    }

    fn add_up(&mut self, action: &Action) {
        let Some(verdict) = action.verdict else {
            return;
        };
        let refused = verdict >= Verdict::Escalate;
        let place = match verdict {
            Verdict::Allow => 0,
            Verdict::Shadow => 1,
            Verdict::Escalate => 2,
            Verdict::Deny => 3,
        };
        if let Some(count) = self.verdicts.get_mut(place) {
            *count += 1;
        }
        self.domains.see(&action.domain, refused);
        self.rules.see(&action.rule, refused);
        let minute = self
            .minutes
            .entry(action.timestamp.get(..16).unwrap_or_default().to_owned())
            .or_default();
        minute.calls += 1;
        minute.refused += u64::from(refused);
        while self.minutes.len() > MAX_MINUTES {
            self.minutes.pop_first();
        }
    }

    /// The entries that pass the filter, newest first.
    pub(super) fn wanted(&self) -> impl Iterator<Item = &Shown> {
        self.shown.iter().rev().filter(|shown| shown.wanted)
    }

    /// Sets or lifts the filter.
    pub(super) fn set_filter(&mut self, filter: Option<Condition>) {
        for shown in &mut self.shown {
            shown.wanted = filter.as_ref().is_none_or(|filter| filter.is_met(&shown.entry));
        }
        self.filter = filter;
        (self.cursor, self.held) = (0, None);
    }

    /// Moves the cursor by so many entries; negative is towards the newest.
    pub(super) fn step(&mut self, by: isize) {
        let last = self.wanted().count().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
        let under = self.wanted().nth(self.cursor).map(|shown| shown.entry.seq);
        self.held = under.filter(|_| self.cursor > 0);
    }

    /// Keeps the cursor on the entry it stands on, or on the newest where it stands there.
    fn hold(&mut self) {
        let Some(held) = self.held else {
            self.cursor = 0;
            return;
        };
        let place = self.wanted().position(|shown| shown.entry.seq == held);
        match place {
            Some(place) => self.cursor = place,
            None => (self.cursor, self.held) = (0, None),
        }
    }

    /// How many lines the page has at least, those of the list without end among them.
    pub(super) fn page_length(&self) -> usize {
        match self.tab {
            Tab::Approvals => self.approvals.len() + self.frozen.len(),
            Tab::Alerts => self.alerts.len(),
            Tab::Policy => self.rules.top(MAX_RULES).len(),
            Tab::Activity | Tab::Integrity => 0,
        }
    }

    /// The entry under the cursor.
    pub(super) fn under_cursor(&self) -> Option<&Shown> {
        self.wanted().nth(self.cursor)
    }

    /// The entry that is shown in full.
    pub(super) fn in_detail(&self) -> Option<(&Shown, u16)> {
        let (seq, scroll) = self.detail?;
        self.shown
            .iter()
            .find(|shown| shown.entry.seq == seq)
            .map(|shown| (shown, scroll))
    }
}
