//! What a person does at a terminal, waited for. A terminal that has gone ends the wait: crossterm would read its
//! end again and again, and the program would outlive its window.

use ratatui::crossterm::event::{self, Event};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use std::{io, time::Duration};

/// Waits up to `limit` for what the person does next; none where nothing came.
///
/// # Errors
/// The terminal is gone or cannot be read.
pub(crate) fn next(limit: Duration) -> io::Result<Option<Event>> {
    // What was read together with an earlier key waits in crossterm, not in the terminal.
    for patience in [Duration::ZERO, limit] {
        await_input(patience)?;
        if event::poll(Duration::ZERO)? {
            return event::read().map(Some);
        }
    }
    Ok(None)
}

fn await_input(limit: Duration) -> io::Result<()> {
    let stdout = io::stdout();
    let mut watched = [PollFd::new(&stdout, PollFlags::IN)];
    let limit = Timespec {
        tv_sec: i64::try_from(limit.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(limit.subsec_nanos()),
    };
    match poll(&mut watched, Some(&limit)) {
        // A change of size interrupts the wait and is an event like any other.
        Ok(_) | Err(Errno::INTR) => {}
        Err(e) => return Err(e.into()),
    }
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    if watched.iter().any(|fd| fd.revents().intersects(gone)) {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it has gone"));
    }
    Ok(())
}
