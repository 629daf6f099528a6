//! What a person does at a terminal, waited for. A terminal that has gone ends the wait and the program: crossterm
//! would read its end again and again, and the program would outlive its window.

use ratatui::crossterm::event::{self, Event};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use std::{io, thread, time::Duration};

/// How long a program whose terminal has gone has to notice it and end in order.
const GRACE: Duration = Duration::from_secs(1);
/// How it ends otherwise: as by SIGHUP.
const HANGUP: i32 = 129;
/// Stack of the thread that waits for the end: it makes one system call.
const GUARD_STACK: usize = 64 << 10;

/// What `poll` says of a terminal that has gone.
const GONE: PollFlags = PollFlags::HUP.union(PollFlags::ERR).union(PollFlags::NVAL);

/// From now on the program ends with its terminal, also where crossterm is reading at that moment and never comes back.
/// Called once, after signals are held.
///
/// # Errors
/// The kernel gives no thread.
pub(crate) fn end_with_it() -> io::Result<()> {
    let guard = thread::Builder::new().stack_size(GUARD_STACK).spawn(|| {
        let stdout = io::stdout();
        let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
        while poll(&mut watched, None) == Err(Errno::INTR) {}
        thread::sleep(GRACE);
        std::process::exit(HANGUP);
    });
    guard.map(drop)
}

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
    if watched.iter().any(|fd| fd.revents().intersects(GONE)) {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it has gone"));
    }
    Ok(())
}
