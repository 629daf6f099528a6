//! Reads one event from standard input: all of it, within a size and a time.
//!
//! A client that hangs must not hang the agent, and one that is merely slow must not be refused. So the waits differ:
//! for the first byte, which a client may still be preparing; for more of an event that is larger than the pipe, where
//! the client comes back once there is room; and for more of one that fits into the pipe, which is written at once.

use super::limits::MAX_EVENT_BYTES;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, read as read_fd},
    pipe::fcntl_getpipe_size,
};
use std::{
    os::fd::AsFd,
    time::{Duration, Instant},
};

/// How long a wait is at a time. A wait that ends late, because the machine is busy, counts no more than one in time.
const TICK: Duration = Duration::from_millis(10);
/// Quiet ticks until the first byte.
const NOTHING: u32 = 200;
/// Quiet ticks after which half an event that fits into the pipe is refused.
const HALF: u32 = 4;
/// Quiet ticks after which half an event that is larger than the pipe is refused.
const LARGE: u32 = 100;
/// Quiet ticks after which a complete event is taken, and a malformed one refused, though the pipe stays open.
const COMPLETE: u32 = 2;
/// How long an event may take as a whole.
const ARRIVAL: Duration = Duration::from_secs(5);

/// The event's bytes. The error is a reason to refuse.
pub(super) fn read() -> Result<Vec<u8>, String> {
    let stdin = std::io::stdin();
    let input = stdin.as_fd();
    let started = Instant::now();
    // What is no pipe has no such size, and does not stop half-way either.
    let room = fcntl_getpipe_size(input).unwrap_or(0);
    let mut bytes = Vec::with_capacity(16 << 10);
    let mut chunk = vec![0_u8; 64 << 10];
    let mut quiet = 0;
    loop {
        let wait = Timespec::try_from(TICK).map_err(|e| e.to_string())?;
        let mut fds = [PollFd::new(&input, PollFlags::IN)];
        match poll(&mut fds, Some(&wait)) {
            Ok(0) => {
                quiet += 1;
                match state(&bytes, room, quiet) {
                    State::Whole => return Ok(bytes),
                    State::Late(why) => return Err(why.to_owned()),
                    State::Open => continue,
                }
            }
            Err(Errno::INTR) => continue,
            Ok(_) => quiet = 0,
            Err(e) => return Err(format!("cannot wait for the event: {e}")),
        }
        match read_fd(input, &mut chunk) {
            Ok(0) => return Ok(bytes),
            Ok(length) => bytes.extend_from_slice(chunk.get(..length).unwrap_or_default()),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(e) => return Err(format!("cannot read the event: {e}")),
        }
        if bytes.len() > MAX_EVENT_BYTES {
            return Err(format!("the event is larger than {MAX_EVENT_BYTES} bytes"));
        }
        if started.elapsed() > ARRIVAL {
            return Err("the event did not arrive in time".to_owned());
        }
    }
}

/// Where the arrival of an event stands after so many quiet ticks.
#[derive(Debug, PartialEq)]
enum State {
    /// Nothing that may still come changes what is made of it: it is complete, or wrong already.
    Whole,
    Late(&'static str),
    Open,
}

fn state(bytes: &[u8], room: usize, quiet: u32) -> State {
    let blank = bytes.iter().all(u8::is_ascii_whitespace);
    if blank && quiet >= NOTHING {
        return State::Late("the event did not arrive in time");
    }
    if blank {
        return State::Open;
    }
    // Whether it is complete is looked at once for each silence.
    if quiet == COMPLETE && is_decided(bytes) {
        return State::Whole;
    }
    let patience = if bytes.len() >= room { LARGE } else { HALF };
    if quiet >= patience {
        return State::Late("the event stopped half-way");
    }
    State::Open
}

fn is_decided(bytes: &[u8]) -> bool {
    match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
        Ok(_) => true,
        Err(e) => !e.is_eof(),
    }
}

#[cfg(test)]
mod tests {
    use super::{COMPLETE, HALF, LARGE, NOTHING, State, state};

    const ROOM: usize = 64 << 10;
    const HALF_WAY: State = State::Late("the event stopped half-way");

    #[test]
    fn what_is_complete_or_wrong_is_taken_after_a_short_silence() {
        for bytes in [&b"{}"[..], b"{]", b"\xff"] {
            assert_eq!(state(bytes, ROOM, COMPLETE - 1), State::Open);
            assert_eq!(state(bytes, ROOM, COMPLETE), State::Whole);
        }
    }

    #[test]
    fn half_an_event_is_waited_for_by_its_size() {
        assert_eq!(state(b"{\"a\": ", ROOM, HALF - 1), State::Open);
        assert_eq!(state(b"{\"a\": ", ROOM, HALF), HALF_WAY);
        let large = [&b"{\"a\": \""[..], &[b'x'; ROOM]].concat();
        assert_eq!(state(&large, ROOM, LARGE - 1), State::Open);
        assert_eq!(state(&large, ROOM, LARGE), HALF_WAY);
    }

    #[test]
    fn the_first_byte_may_take_longer() {
        assert_eq!(state(b"", ROOM, NOTHING - 1), State::Open);
        assert_eq!(
            state(b" \n", ROOM, NOTHING),
            State::Late("the event did not arrive in time")
        );
    }
}
