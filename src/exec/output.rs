//! A running tool's output: streamed to the caller while it is hashed, cut at policy's caps, ended at its
//! timeout. Decides nothing; what was cut or killed is said in the outcome.

use super::{
    ending::{End, end_by_force, wait},
    terminal::Screen,
};
use crate::{
    report::{Exit, Failure},
    sandbox::Running,
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, read},
};
use sha2::{Digest, Sha256};
use std::{
    fmt,
    io::Write,
    os::fd::AsFd,
    time::{Duration, Instant},
};

/// Bytes read at once.
const CHUNK: usize = 64 << 10;
/// Error output that is looked into for a reason.
const MAX_SAID: usize = 16 << 10;
/// What a shell reports for a program that wrote to a closed pipe.
const BROKEN_PIPE: u8 = 141;

/// Where the output goes.
pub struct Io<'a> {
    /// Standard output of the call.
    pub stdout: &'a mut dyn Write,
    /// Error output of the call.
    pub stderr: &'a mut dyn Write,
    /// Whether `stdout` is a terminal.
    pub stdout_is_terminal: bool,
    /// Whether `stderr` is a terminal.
    pub stderr_is_terminal: bool,
}

impl fmt::Debug for Io<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Io")
            .field("stdout_is_terminal", &self.stdout_is_terminal)
            .field("stderr_is_terminal", &self.stderr_is_terminal)
            .finish_non_exhaustive()
    }
}

/// How much output, for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Bytes of standard output that are passed on.
    pub stdout_bytes: u64,
    /// Bytes of error output that are passed on.
    pub stderr_bytes: u64,
    /// Bytes of standard output kept for the record.
    pub record_bytes: u64,
    /// Wall-clock time.
    pub timeout: Duration,
    /// Processor time, in seconds.
    pub cpu_s: u64,
}

/// What came of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Exit code of the call.
    pub exit_code: u8,
    /// Signal that ended the tool.
    pub signal: Option<i32>,
    /// Time from the start of the tool to its end.
    pub duration: Duration,
    /// SHA-256 of all standard output, lower-case hex, also of what was cut.
    pub stdout_sha256: String,
    /// All standard output.
    pub stdout_bytes: u64,
    /// All error output.
    pub stderr_bytes: u64,
    /// Whether standard output was cut.
    pub truncated: bool,
    /// Whether the timeout ended it.
    pub timed_out: bool,
    /// The beginning of standard output, for records that policy wants to hold it.
    pub kept: Vec<u8>,
    /// Further facts for the record.
    pub notes: Vec<String>,
    /// The tool's version, where it was not known before.
    pub version: Option<String>,
}

/// Standard output on its way: hashed whole, passed on up to the cap.
pub(crate) struct Sink<'a, 'b> {
    io: &'a mut Io<'b>,
    caps: Caps,
    hash: Sha256,
    screen: Screen,
    errors: Screen,
    outcome: Outcome,
    /// The beginning of the error output, in which a reason is looked for.
    said: Vec<u8>,
    /// Whether standard output takes nothing any more.
    closed: bool,
    /// Why, where not because its reader has gone.
    unwritable: Option<String>,
}

impl<'a, 'b> Sink<'a, 'b> {
    pub(crate) fn new(io: &'a mut Io<'b>, caps: Caps) -> Self {
        Self {
            io,
            caps,
            hash: Sha256::new(),
            screen: Screen::default(),
            errors: Screen::default(),
            outcome: Outcome::default(),
            said: Vec::new(),
            closed: false,
            unwritable: None,
        }
    }

    /// Takes the next bytes of standard output. After the reader has gone nothing more is wanted.
    pub(crate) fn out(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        let room = self.caps.stdout_bytes.saturating_sub(self.outcome.stdout_bytes);
        let keep = self
            .caps
            .record_bytes
            .saturating_sub(self.outcome.kept.len() as u64);
        self.outcome.kept.extend_from_slice(first(bytes, keep));
        self.outcome.stdout_bytes += bytes.len() as u64;
        let pass = first(bytes, room);
        self.outcome.truncated |= pass.len() < bytes.len();
        let shown = if self.io.stdout_is_terminal {
            self.screen.show(pass)
        } else {
            pass.to_vec()
        };
        self.pass_on(&shown, false);
        // Beyond the cap nothing is written; a flush still tells whether anybody waits.
        self.pass_on(&[], shown.is_empty());
    }

    /// Writes to standard output, as long as it takes anything.
    fn pass_on(&mut self, bytes: &[u8], flush: bool) {
        if self.closed {
            return;
        }
        let mut done = self.io.stdout.write_all(bytes);
        if flush {
            done = done.and_then(|()| self.io.stdout.flush());
        }
        if let Err(e) = done {
            self.closed = true;
            if e.kind() != std::io::ErrorKind::BrokenPipe {
                self.unwritable = Some(e.to_string());
            }
        }
    }

    /// Takes the next bytes of error output.
    pub(crate) fn err(&mut self, bytes: &[u8]) {
        let room = self.caps.stderr_bytes.saturating_sub(self.outcome.stderr_bytes);
        self.outcome.stderr_bytes += bytes.len() as u64;
        let pass = first(bytes, room);
        let look = MAX_SAID.saturating_sub(self.said.len()) as u64;
        self.said.extend_from_slice(first(bytes, look));
        let shown = if self.io.stderr_is_terminal {
            self.errors.show(pass)
        } else {
            pass.to_vec()
        };
        // A closed error output changes nothing about the call.
        self.io.stderr.write_all(&shown).unwrap_or(());
    }

    /// The beginning of the error output.
    pub(crate) fn said(&self) -> &[u8] {
        &self.said
    }

    /// Whether standard output takes nothing any more.
    pub(crate) const fn is_closed(&self) -> bool {
        self.closed
    }

    /// The time that is left of the call.
    pub(crate) const fn caps(&self) -> Caps {
        self.caps
    }

    /// Ends both streams and says what was cut.
    pub(crate) fn finish(mut self, name: &str, end: End, duration: Duration) -> Outcome {
        let rest = self.screen.finish();
        self.pass_on(&rest, true);
        let rest = self.errors.finish();
        self.io.stderr.write_all(&rest).unwrap_or(());
        if self.screen.is_binary() {
            self.say(
                name,
                &format!(
                    "{} bytes of binary data not shown on a terminal",
                    self.outcome.stdout_bytes
                ),
            );
        }
        if self.outcome.truncated {
            let (all, shown) = (self.outcome.stdout_bytes, self.caps.stdout_bytes);
            self.say(
                name,
                &format!("output cut after {shown} of {all} bytes, the policy's `limits.stdout_bytes`"),
            );
        }
        let unwritable = self.unwritable.take();
        if let Some(why) = &unwritable {
            self.say(name, &format!("cannot write to standard output: {why}"));
        }
        if let Some((text, hint)) = end.words(&self.caps, &self.said) {
            self.say(name, &text);
            if !hint.is_empty() {
                self.io
                    .stderr
                    .write_all(format!("hint: {hint}\n").as_bytes())
                    .unwrap_or(());
            }
        }
        let closed = self.closed;
        let mut outcome = self.outcome;
        outcome.stdout_sha256 = crate::sandbox::hex(&self.hash.finalize());
        outcome.duration = duration;
        match end {
            End::Exited(code) => outcome.exit_code = code,
            End::Killed { signal, .. } => {
                outcome.signal = Some(signal);
                outcome.exit_code = u8::try_from(128 + signal).unwrap_or(u8::MAX);
            }
            End::TimedOut => {
                outcome.timed_out = true;
                outcome.exit_code = Exit::TimedOut as u8;
            }
        }
        if closed {
            outcome.exit_code = unwritable.map_or(BROKEN_PIPE, |_| Exit::Ledger as u8);
        }
        outcome
    }

    /// Adds a fact for the record.
    pub(crate) fn note(&mut self, text: String) {
        self.outcome.notes.push(text);
    }

    fn say(&mut self, name: &str, text: &str) {
        self.outcome.notes.push(text.to_owned());
        self.io
            .stderr
            .write_all(format!("{name}: {text}\n").as_bytes())
            .unwrap_or(());
    }
}

fn first(bytes: &[u8], room: u64) -> &[u8] {
    let room = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
    bytes.get(..room).unwrap_or_default()
}

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
        let Some(left) = left(deadline) else {
            return Ok(end_by_force(running));
        };
        let (mut out_ready, mut err_ready) = (false, false);
        {
            let mut wanted = Vec::with_capacity(2);
            wanted.extend(stdout.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
            wanted.extend(stderr.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
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
    wait(running, deadline)
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

pub(super) fn left(deadline: Instant) -> Option<Timespec> {
    let left = deadline.checked_duration_since(Instant::now())?;
    Timespec::try_from(left).ok()
}

pub(super) fn lost(why: &str) -> Failure {
    Failure::new(Exit::Sandbox, format!("the tool's output cannot be read: {why}"))
}
