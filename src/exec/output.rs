//! What a running tool says: passed on to the caller while it is hashed, cut at policy's caps. Decides nothing; what
//! was cut is said in the outcome.

use super::{ending::End, terminal::Screen};
use crate::{report::Exit, withdrawal::Withdrawal};
use sha2::{Digest, Sha256};
use std::{fmt, io::Write, time::Duration};

/// Error output that is looked into for a reason.
pub(super) const MAX_SAID: usize = 16 << 10;
/// What a shell reports for a program that wrote to a closed pipe.
pub(super) const BROKEN_PIPE: u8 = 141;

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
    /// Whether the call was taken back.
    pub withdrawal: Withdrawal,
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

    /// Whether the call was taken back.
    pub(crate) const fn withdrawal(&self) -> &Withdrawal {
        &self.io.withdrawal
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
        outcome.stdout_sha256 = record::hash::text(&self.hash.finalize());
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
            End::Withdrawn => outcome.exit_code = self.io.withdrawal.exit_code().unwrap_or(1),
        }
        if matches!(end, End::Withdrawn) {
            outcome.notes.push(self.io.withdrawal.words());
        } else if closed {
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
