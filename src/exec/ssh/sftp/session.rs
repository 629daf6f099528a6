//! One SFTP conversation: requests out, replies in, error output passed on meanwhile, all before a deadline.

use super::packet::{END, INIT, MAX_PACKET, Reply, Request, parse};
use crate::exec::{ending::End, output::Sink};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, read, write},
};
use std::{
    collections::VecDeque,
    os::fd::OwnedFd,
    process::{ChildStderr, ChildStdout},
    time::Instant,
};

/// Why a conversation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The time is over, or the call was taken back.
    Stopped(End),
    /// ssh ended; it has said why.
    Gone,
    /// The server does not speak as agreed.
    Malformed,
    /// Nobody reads the output any more.
    Unread,
}

/// What a single request can end with besides its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The server's status.
    Status(u32, String),
    /// The conversation ended.
    Broken(Broken),
}

impl From<Broken> for Refused {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// Both directions of a conversation.
pub(super) struct Session<'a, 'b, 'c> {
    pub(super) sink: &'a mut Sink<'b, 'c>,
    to: OwnedFd,
    from: ChildStdout,
    errors: Option<ChildStderr>,
    received: VecDeque<u8>,
    deadline: Instant,
    next: u32,
}

impl<'a, 'b, 'c> Session<'a, 'b, 'c> {
    pub(super) fn new(
        sink: &'a mut Sink<'b, 'c>,
        to: OwnedFd,
        from: ChildStdout,
        errors: Option<ChildStderr>,
        deadline: Instant,
    ) -> Self {
        Self {
            sink,
            to,
            from,
            errors,
            received: VecDeque::new(),
            deadline,
            next: 1,
        }
    }

    /// Agrees on the version.
    pub(super) fn greet(&mut self) -> Result<(), Broken> {
        self.send(&[0, 0, 0, 5, INIT, 0, 0, 0, 3])?;
        match self.reply()? {
            Reply::Version(version) if version >= 3 => Ok(()),
            _ => Err(Broken::Malformed),
        }
    }

    /// A number for the next request.
    pub(super) fn id(&mut self) -> u32 {
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        id
    }

    /// Sends one request and awaits its answer.
    pub(super) fn ask(
        &mut self,
        kind: u8,
        fields: impl FnOnce(Request) -> Request,
    ) -> Result<Reply, Refused> {
        let id = self.id();
        self.send(&fields(Request::new(kind, id)).finish())?;
        let reply = self.reply()?;
        match &reply {
            Reply::Status {
                id: of,
                code,
                message,
            } if *of == id && *code != 0 => Err(Refused::Status(*code, message.clone())),
            Reply::Status { id: of, .. }
            | Reply::Handle { id: of, .. }
            | Reply::Data { id: of, .. }
            | Reply::Name { id: of, .. }
            | Reply::Attributes { id: of, .. }
                if *of == id =>
            {
                Ok(reply)
            }
            _ => Err(Broken::Malformed.into()),
        }
    }

    /// As `ask`, with none at the end of what is read.
    pub(super) fn ask_more(&mut self, kind: u8, handle: &[u8]) -> Result<Option<Reply>, Refused> {
        match self.ask(kind, |request| request.text(handle)) {
            Ok(reply) => Ok(Some(reply)),
            Err(Refused::Status(END, _)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    pub(super) fn send(&mut self, packet: &[u8]) -> Result<(), Broken> {
        let mut rest = packet;
        while !rest.is_empty() {
            match write(&self.to, rest) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(_) => return Err(self.drained(Broken::Gone)),
            }
        }
        Ok(())
    }

    pub(super) fn reply(&mut self) -> Result<Reply, Broken> {
        let length = self.take(4)?;
        let length = length.try_into().map(u32::from_be_bytes).unwrap_or_default();
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length == 0 || length > MAX_PACKET {
            return Err(Broken::Malformed);
        }
        let packet = self.take(length)?;
        parse(&packet).ok_or(Broken::Malformed)
    }

    fn take(&mut self, count: usize) -> Result<Vec<u8>, Broken> {
        while self.received.len() < count {
            self.wait()?;
        }
        Ok(self.received.drain(..count).collect())
    }

    /// Waits for either output, and takes what is there.
    fn wait(&mut self) -> Result<(), Broken> {
        let left = self
            .deadline
            .checked_duration_since(Instant::now())
            .and_then(|left| Timespec::try_from(left).ok());
        let left = left.ok_or(Broken::Stopped(End::TimedOut))?;
        if self.sink.withdrawal().is_given() {
            return Err(Broken::Stopped(End::Withdrawn));
        }
        let told = self.sink.withdrawal().told();
        let mut wanted = vec![PollFd::new(&self.from, PollFlags::IN)];
        wanted.extend(
            self.errors
                .as_ref()
                .map(|errors| PollFd::new(errors, PollFlags::IN)),
        );
        wanted.extend(told.as_ref().map(|told| PollFd::new(told, PollFlags::IN)));
        if let Err(errno) = poll(&mut wanted, Some(&left))
            && errno != Errno::INTR
        {
            return Err(Broken::Gone);
        }
        let ready: Vec<bool> = wanted.iter().map(|fd| !fd.revents().is_empty()).collect();
        drop(wanted);
        let mut buffer = [0u8; 64 << 10];
        if self.errors.is_some() && ready.get(1) == Some(&true) {
            self.take_errors(&mut buffer);
        }
        if ready.first() == Some(&true) {
            match read(&self.from, &mut buffer) {
                Ok(0) => return Err(self.drained(Broken::Gone)),
                Ok(got) => self.received.extend(buffer.get(..got).unwrap_or_default()),
                Err(Errno::INTR) => {}
                Err(_) => return Err(self.drained(Broken::Gone)),
            }
        }
        Ok(())
    }

    fn take_errors(&mut self, buffer: &mut [u8]) {
        let Some(errors) = &self.errors else { return };
        match read(errors, &mut *buffer) {
            Ok(got @ 1..) => {
                let bytes = buffer.get(..got).unwrap_or_default();
                self.sink.err(bytes);
            }
            Ok(0) | Err(_) => self.errors = None,
        }
    }

    /// Takes the rest of the error output, which says why ssh ended.
    fn drained(&mut self, broken: Broken) -> Broken {
        let mut buffer = [0u8; 4 << 10];
        while let Some(errors) = &self.errors {
            let left = self
                .deadline
                .checked_duration_since(Instant::now())
                .and_then(|left| Timespec::try_from(left).ok());
            match left.map(|left| poll(&mut [PollFd::new(errors, PollFlags::IN)], Some(&left))) {
                Some(Ok(1..)) => self.take_errors(&mut buffer),
                Some(Ok(0) | Err(_)) | None => break,
            }
        }
        broken
    }
}
