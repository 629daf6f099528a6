//! A running tool's outputs, read as they come until it ends. Decides nothing; how it ended is said.

use super::{
    ending::{End, end_by_force, lost, time_left, wait},
    output::{BROKEN_PIPE, Caps, Io, MAX_SAID, Sink},
};
use crate::{report::Failure, sandbox::Running, withdrawal::Withdrawal};
use rustix::{
    event::{PollFd, PollFlags, poll},
    io::{Errno, read},
};
use std::{
    os::fd::AsFd,
    time::{Duration, Instant},
};

/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// Streams both outputs of a tool until it ends. `take` gets standard output and may hold it back or change it.
pub(crate) fn stream(
    running: &mut Running,
    sink: &mut Sink<'_, '_>,
    started: Instant,
    mut take: impl FnMut(&mut Sink<'_, '_>, &[u8]),
) -> Result<End, Failure> {
    let child = running.process();
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let deadline = started + sink.caps().timeout;
    let mut buffer = vec![0u8; CHUNK];
    while stdout.is_some() || stderr.is_some() {
        let left = match time_left(running, sink.withdrawal(), deadline) {
            Ok(left) => left,
            Err(end) => return Ok(end),
        };
        let (mut out_ready, mut err_ready) = (false, false);
        {
            let mut wanted = Vec::with_capacity(3);
            wanted.extend(stdout.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
            wanted.extend(stderr.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
            let told = sink.withdrawal().told();
            wanted.extend(told.as_ref().map(|told| PollFd::new(told, PollFlags::IN)));
            match poll(&mut wanted, Some(&left)) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(errno) => return Err(lost(&errno.to_string())),
            }
            let mut ready = wanted.iter().map(|fd| !fd.revents().is_empty());
            out_ready |= stdout.is_some() && ready.next().unwrap_or(false);
            err_ready |= stderr.is_some() && ready.next().unwrap_or(false);
        }
        if out_ready && let Some(pipe) = &stdout {
            match some(pipe, &mut buffer)? {
                Some(bytes) => take(sink, bytes),
                None => stdout = None,
            }
        }
        if err_ready && let Some(pipe) = &stderr {
            match some(pipe, &mut buffer)? {
                Some(bytes) => sink.err(bytes),
                None => stderr = None,
            }
        }
        if sink.is_closed() {
            end_by_force(running);
            return Ok(End::Exited(BROKEN_PIPE));
        }
    }
    wait(running, sink.withdrawal(), deadline)
}

/// What a tool says on either output, in so far as it is short and soon; it is ended then.
pub(crate) fn some_text(running: &mut Running) -> Option<String> {
    let mut said = Vec::new();
    let mut errors = Vec::new();
    let mut io = Io {
        stdout: &mut said,
        stderr: &mut errors,
        stdout_is_terminal: false,
        stderr_is_terminal: false,
        withdrawal: Withdrawal::default(),
    };
    let caps = Caps {
        stdout_bytes: MAX_SAID as u64,
        stderr_bytes: MAX_SAID as u64,
        record_bytes: 0,
        timeout: Duration::from_secs(5),
        cpu_s: 5,
    };
    let mut sink = Sink::new(&mut io, caps);
    let end = stream(running, &mut sink, Instant::now(), |sink, bytes| sink.out(bytes)).ok()?;
    drop(sink);
    if !matches!(end, End::Exited(0)) {
        return None;
    }
    said.extend_from_slice(&errors);
    String::from_utf8(said).ok()
}

fn some<'a>(pipe: &impl AsFd, buffer: &'a mut [u8]) -> Result<Option<&'a [u8]>, Failure> {
    match read(pipe, &mut *buffer) {
        Ok(0) => Ok(None),
        Ok(got) => Ok(buffer.get(..got)),
        Err(Errno::INTR | Errno::AGAIN) => Ok(Some(&[])),
        Err(errno) => Err(lost(&errno.to_string())),
    }
}
