//! Reads one event from standard input: all of it, within a size and a time.

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, read as read_fd},
};
use std::{
    os::fd::AsFd,
    time::{Duration, Instant},
};

/// Largest event: a file that is written is in it as a whole.
const MAX_EVENT_BYTES: usize = 16 << 20;
/// How long an event may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(2);
/// After this much silence a complete event is taken, and a malformed one refused, even if the client leaves the pipe open.
const SILENCE: Duration = Duration::from_millis(20);

/// The event's bytes. The error is a reason to refuse.
pub(super) fn read() -> Result<Vec<u8>, String> {
    let stdin = std::io::stdin();
    let input = stdin.as_fd();
    let started = Instant::now();
    let mut bytes = Vec::with_capacity(16 << 10);
    let mut chunk = vec![0_u8; 64 << 10];
    loop {
        let wait = Timespec::try_from(SILENCE).map_err(|e| e.to_string())?;
        let mut fds = [PollFd::new(&input, PollFlags::IN)];
        match poll(&mut fds, Some(&wait)) {
            Ok(0) if is_decided(&bytes) => return Ok(bytes),
            Ok(0) if started.elapsed() > ARRIVAL => return Err("the event did not arrive in time".to_owned()),
            Ok(0) | Err(Errno::INTR) => continue,
            Ok(_) => {}
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

/// Whether nothing that may still come changes what is made of it: it is complete, or wrong already.
fn is_decided(bytes: &[u8]) -> bool {
    match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
        Ok(_) => true,
        Err(e) => !e.is_eof(),
    }
}
