//! What a tool reads on its standard input: nothing, the judged files in their order, or a conversation with `wt`.

use crate::report::{Exit, Failure};
use rustix::{
    fs::fstat,
    io::{pread, write},
    net::{AddressFamily, SocketFlags, SocketType, socketpair},
    pipe::{PipeFlags, pipe_with},
};
use std::os::fd::OwnedFd;

/// Bytes passed on at once.
const CHUNK: usize = 64 << 10;

/// What the tool reads.
#[derive(Debug)]
pub(super) enum Input {
    /// Nothing: `/dev/null`.
    Nothing,
    /// Files one after another; `errors` are said for those that could not be opened.
    Files {
        files: Vec<OwnedFd>,
        errors: Vec<String>,
    },
    /// What `wt` says to it.
    Conversation,
}

/// Both sides of an input: the tool's, and ours where something is still to be written.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) theirs: Option<OwnedFd>,
    pub(super) ours: Option<OwnedFd>,
}

impl Input {
    /// Opens the tool's side. One file is given as it is; several go through a pipe.
    pub(super) fn open(&self) -> Result<Opened, Failure> {
        let failed = |why: &dyn std::fmt::Display| {
            Failure::new(Exit::Sandbox, format!("cannot prepare the tool's input: {why}"))
        };
        match self {
            Self::Nothing => Ok(Opened {
                theirs: None,
                ours: None,
            }),
            Self::Files { files, .. } => match files.as_slice() {
                [only] => {
                    let theirs = only.try_clone().map_err(|error| failed(&error))?;
                    Ok(Opened {
                        theirs: Some(theirs),
                        ours: None,
                    })
                }
                _ => {
                    let (theirs, ours) = pipe_with(PipeFlags::CLOEXEC).map_err(|errno| failed(&errno))?;
                    Ok(Opened {
                        theirs: Some(theirs),
                        ours: Some(ours),
                    })
                }
            },
            Self::Conversation => {
                let (ours, theirs) = socketpair(
                    AddressFamily::UNIX,
                    SocketType::STREAM,
                    SocketFlags::CLOEXEC,
                    None,
                )
                .map_err(|errno| failed(&errno))?;
                Ok(Opened {
                    theirs: Some(theirs),
                    ours: Some(ours),
                })
            }
        }
    }
}

/// Writes files to a tool until they end or it no longer reads.
pub(super) fn feed(files: &[OwnedFd], to: &OwnedFd) {
    let mut buffer = vec![0u8; CHUNK];
    for file in files {
        let size = fstat(file).map_or(0, |stat| u64::try_from(stat.st_size).unwrap_or(0));
        let mut at = 0u64;
        while let Ok(got @ 1..) = pread(file, &mut buffer, at) {
            let mut rest = buffer.get(..got).unwrap_or_default();
            while !rest.is_empty() {
                match write(to, rest) {
                    Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                    Err(_) => return,
                }
            }
            at += got as u64;
            // A file that grows while it is read would never end; /proc says 0 and has an end.
            if size > 0 && at >= size {
                break;
            }
        }
    }
}
