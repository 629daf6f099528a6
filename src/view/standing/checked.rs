//! When the ledger was last verified, and what was found: a note for people, beside the ledger, that proves nothing.

use crate::{
    home::Home,
    state::files::{self, Sync},
    view::span,
};
use jiff::Timestamp;
use ledger::verify::{Report, State};
use serde::{Deserialize, Serialize};
use std::os::fd::AsFd;

const FILE: &str = "state/verified.json";
const MAX_BYTES: u64 = 4096;

/// The last verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checked {
    /// When, 27 characters.
    pub(crate) at: String,
    /// `whole`, `torn`, `truncated`, `tampered`.
    pub(crate) state: String,
    /// How much was proven.
    pub(crate) proven: String,
    /// The last good entry.
    pub(crate) entry: u64,
}

impl Checked {
    /// Notes down what was found. A note that cannot be written changes nothing.
    pub(crate) fn remember(home: &Home, report: &Report) {
        let checked = Self {
            at: span::entry_text(Timestamp::now()),
            state: report.state.word().to_owned(),
            proven: report.level.word().to_owned(),
            entry: report.entries_to,
        };
        let bytes = serde_json::to_vec(&checked).unwrap_or_default();
        // Who may only read the ledger cannot leave a note.
        let _unwritten = files::replace(home.dir.as_fd(), FILE, &bytes, Sync::Lazy);
    }

    /// The last note, none where nothing was verified yet or the note cannot be read.
    pub(crate) fn last(home: &Home) -> Option<Self> {
        let bytes = files::read(home.dir.as_fd(), FILE, MAX_BYTES).ok().flatten()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// In words, with the number of the newest entry.
    pub(crate) fn words(&self, newest: u64, now: Timestamp) -> String {
        let ago = self.at.parse::<Timestamp>().map_or_else(
            |_| self.at.clone(),
            |then| match span::ago(then, now).as_str() {
                "now" => "just now".to_owned(),
                ago => format!("{ago} ago"),
            },
        );
        if self.state != State::Whole.word() {
            // What is behind the last good entry may be older than the check.
            return format!(
                "{} at the last check, {ago}, good up to entry {}",
                self.state, self.entry
            );
        }
        let since = match newest.saturating_sub(self.entry) {
            0 => String::new(),
            n => format!(
                ", {} since",
                crate::view::words::count(n, "entry has come", "entries have come")
            ),
        };
        format!(
            "{} at the last check, {ago}, up to entry {}{since}",
            self.state, self.entry
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Checked;

    #[test]
    fn the_last_check_is_said_with_its_age_and_what_came_since() {
        let checked = Checked {
            at: "2026-03-04T05:06:07.500000Z".to_owned(),
            state: "whole".to_owned(),
            proven: "chain".to_owned(),
            entry: 90,
        };
        let now = "2026-03-04T07:06:07.5Z".parse().unwrap();
        assert_eq!(
            checked.words(90, now),
            "whole at the last check, 2h ago, up to entry 90"
        );
        assert_eq!(
            checked.words(91, now),
            "whole at the last check, 2h ago, up to entry 90, 1 entry has come since"
        );
        let checked = Checked {
            state: "tampered".to_owned(),
            ..checked
        };
        assert_eq!(
            checked.words(91, now),
            "tampered at the last check, 2h ago, good up to entry 90"
        );
    }
}
