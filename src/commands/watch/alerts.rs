//! What the Alerts page shows: the open episodes, the newest first.

use crate::view::{
    alarm::{Alarms, deliver::words},
    paint::Tone,
};

/// One line of the page.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) tone: Tone,
    pub(super) text: String,
}

/// The lines of the episodes that are open.
pub(super) fn lines(alarms: &Alarms) -> Vec<Line> {
    let line = |episode: &crate::view::alarm::Episode| Line {
        tone: episode.urgency.tone(),
        text: format!("{:<8} {}", episode.urgency.word(), words(episode)),
    };
    alarms.open().rev().map(line).collect()
}
