//! How far a long sweep is, on stderr where that is a terminal: one line that is taken away again at the end.

use std::{
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

/// Whether a sweep says how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// It prints as it goes.
    Silent,
    /// It prints at its end.
    Told,
}

/// Nothing is said of what takes less.
const SOON: Duration = Duration::from_millis(700);
/// And then no more often than this.
const EVERY: Duration = Duration::from_millis(100);

/// The line.
#[derive(Debug)]
pub(crate) struct Progress {
    on: bool,
    begun: Instant,
    shown: Option<Instant>,
}

impl Progress {
    /// Nothing done yet.
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            on: pace == Pace::Told && std::io::stderr().is_terminal(),
            begun: Instant::now(),
            shown: None,
        }
    }

    /// Says that so many of so many parts are done.
    pub(crate) fn tell(&mut self, done: usize, all: usize) {
        let due = self.begun.elapsed() >= SOON && self.shown.is_none_or(|at| at.elapsed() >= EVERY);
        if self.on && due {
            self.shown = Some(Instant::now());
            let percent = done.saturating_mul(100).checked_div(all).unwrap_or(100);
            write(&format!("\rreading the ledger: {percent:3} %"));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            write("\r\x1b[K");
        }
    }
}

/// A terminal that cannot be written to loses the line, nothing else.
fn write(text: &str) {
    drop(std::io::stderr().lock().write_all(text.as_bytes()));
}
