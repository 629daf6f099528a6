//! The socket between `wt` and its confined child: framed messages, descriptors beside the first bytes.
//! Bounded in both directions; a peer that is gone or talks too much is an error, never a partial message.

use super::SandboxError;
use rustix::{
    cmsg_space,
    io::{Errno, read, retry_on_intr, write},
    net::{
        AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
        SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
    },
};
use std::{
    io::{IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

/// Largest message.
pub(crate) const MAX_MESSAGE: usize = 16 << 20;
/// Most descriptors of one message.
pub(crate) const MAX_DESCRIPTORS: usize = 250;

/// A message with its descriptors.
pub(crate) type Message = (Vec<u8>, Vec<OwnedFd>);

/// One end.
#[derive(Debug)]
pub(crate) struct Channel(OwnedFd);

impl Channel {
    /// Both ends, close-on-exec.
    pub(crate) fn pair() -> Result<(Self, OwnedFd), SandboxError> {
        let (ours, theirs) = socketpair(
            AddressFamily::UNIX,
            SocketType::STREAM,
            SocketFlags::CLOEXEC,
            None,
        )
        .map_err(|errno| SandboxError::kernel("making a socket pair", errno))?;
        Ok((Self(ours), theirs))
    }

    /// The end that a process was given.
    pub(crate) fn from_fd(fd: OwnedFd) -> Self {
        Self(fd)
    }

    /// Sends one message.
    pub(crate) fn send(&self, body: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<(), SandboxError> {
        let failed = |errno| SandboxError::kernel("writing to the confined process", errno);
        if body.len() > MAX_MESSAGE || descriptors.len() > MAX_DESCRIPTORS {
            return Err(failed(Errno::MSGSIZE));
        }
        let length = u64::try_from(body.len()).unwrap_or(u64::MAX).to_le_bytes();
        let sent = if descriptors.is_empty() {
            // Plain, because a confined sender has no sendmsg.
            retry_on_intr(|| write(&self.0, &length)).map_err(failed)?
        } else {
            let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            if !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
                return Err(failed(Errno::MSGSIZE));
            }
            let iov = [IoSlice::new(&length)];
            retry_on_intr(|| sendmsg(&self.0, &iov, &mut control, SendFlags::NOSIGNAL)).map_err(failed)?
        };
        if sent != length.len() {
            return Err(failed(Errno::PIPE));
        }
        let mut rest = body;
        while !rest.is_empty() {
            let written = retry_on_intr(|| write(&self.0, rest)).map_err(failed)?;
            rest = rest.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    /// Receives one message without descriptors; none where the peer has gone.
    pub(crate) fn receive(&self) -> Result<Option<Vec<u8>>, SandboxError> {
        let mut length = [0u8; 8];
        match self.fill(&mut length)? {
            0 => Ok(None),
            got => self.body(length, got).map(Some),
        }
    }

    /// Receives one message and the descriptors beside it; none where the peer has gone.
    pub(crate) fn receive_with_descriptors(&self) -> Result<Option<Message>, SandboxError> {
        let mut length = [0u8; 8];
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::WAITALL;
        let got =
            retry_on_intr(|| recvmsg(&self.0, &mut [IoSliceMut::new(&mut length)], &mut control, flags))
                .map_err(failed_to_read)?
                .bytes;
        let mut descriptors = Vec::new();
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(fds) = message {
                descriptors.extend(fds);
            }
        }
        if got == 0 {
            return Ok(None);
        }
        Ok(Some((self.body(length, got)?, descriptors)))
    }

    fn body(&self, length: [u8; 8], got: usize) -> Result<Vec<u8>, SandboxError> {
        let wanted = usize::try_from(u64::from_le_bytes(length)).unwrap_or(usize::MAX);
        if got != length.len() || wanted > MAX_MESSAGE {
            return Err(failed_to_read(Errno::MSGSIZE));
        }
        let mut body = vec![0; wanted];
        if self.fill(&mut body)? < wanted {
            return Err(failed_to_read(Errno::CONNRESET));
        }
        Ok(body)
    }

    /// Reads until the buffer is full or the peer has gone.
    fn fill(&self, buffer: &mut [u8]) -> Result<usize, SandboxError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..)
            && !rest.is_empty()
        {
            match retry_on_intr(|| read(&self.0, &mut *rest)).map_err(failed_to_read)? {
                0 => break,
                more => filled += more,
            }
        }
        Ok(filled)
    }
}

fn failed_to_read(errno: Errno) -> SandboxError {
    SandboxError::kernel("reading from the confined process", errno)
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::read;

    #[test]
    fn messages_keep_their_bounds_and_bring_their_descriptors() {
        let (ours, theirs) = Channel::pair().unwrap();
        let theirs = Channel::from_fd(theirs);
        let (reader, writer) = rustix::pipe::pipe().unwrap();
        ours.send(b"first", &[reader.as_fd()]).unwrap();
        ours.send(b"", &[]).unwrap();
        drop(ours);
        let (body, fds) = theirs.receive_with_descriptors().unwrap().unwrap();
        assert_eq!((body.as_slice(), fds.len()), (b"first".as_slice(), 1));
        write(&writer, b"x").unwrap();
        assert_eq!(read(&fds[0], &mut [0; 4]), Ok(1));
        assert_eq!(theirs.receive().unwrap().unwrap(), b"");
        assert!(theirs.receive().unwrap().is_none());
    }

    #[test]
    fn a_message_larger_than_the_limit_is_refused_before_it_is_read() {
        let (ours, theirs) = Channel::pair().unwrap();
        write(&theirs, &u64::MAX.to_le_bytes()).unwrap();
        let error = ours.receive().unwrap_err();
        assert_eq!(
            error,
            SandboxError::kernel("reading from the confined process", Errno::MSGSIZE)
        );
    }
}
