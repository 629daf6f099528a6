//! What the Alerts page shows: what is wrong with the record, then the open episodes, the newest first.

use crate::view::{
    alarm::{Alarms, Episode, deliver::words},
    paint::Tone,
};

/// One line of the page.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) tone: Tone,
    pub(super) text: String,
}

/// The lines of the record's own alarm and of the episodes that are open.
pub(super) fn lines(chain: Option<&Episode>, alarms: &Alarms) -> Vec<Line> {
    let line = |episode: &Episode| Line {
        tone: episode.urgency.tone(),
        text: format!("{:<8} {}", episode.urgency.word(), words(episode)),
    };
    chain.into_iter().chain(alarms.open().rev()).map(line).collect()
}
