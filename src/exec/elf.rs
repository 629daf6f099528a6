//! The little that must be known of a program file: that it is a program of this machine, and its loader.
//! Reads only the header; nothing here runs or maps anything.

use rustix::io::{Errno, pread};
use std::os::fd::BorrowedFd;

const MAGIC: &[u8] = b"\x7fELF\x02\x01";
const PT_INTERP: u32 = 3;
const MAX_HEADERS: usize = 128;
const MAX_LOADER_PATH: usize = 256;
#[cfg(target_arch = "x86_64")]
const MACHINE: u16 = 62;
#[cfg(target_arch = "aarch64")]
const MACHINE: u16 = 183;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const MACHINE: u16 = 0;

/// What kind of file it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A program; with the path of its loader where it is dynamically linked.
    Program(Option<Vec<u8>>),
    /// Something else: a script, or a program for another machine.
    Other,
}

/// Looks at an open file.
pub(crate) fn kind(file: BorrowedFd<'_>) -> Result<Kind, Errno> {
    let mut header = [0u8; 64];
    if pread(file, &mut header, 0)? < header.len()
        || !header.starts_with(MAGIC)
        || word(&header, 18) != Some(MACHINE)
    {
        return Ok(Kind::Other);
    }
    let (Some(at), Some(size), Some(count)) = (long(&header, 32), word(&header, 54), word(&header, 56))
    else {
        return Ok(Kind::Other);
    };
    for index in 0..u64::from(count).min(MAX_HEADERS as u64) {
        let mut entry = [0u8; 56];
        pread(file, &mut entry, at.saturating_add(index * u64::from(size)))?;
        let kind = entry
            .get(..4)
            .and_then(|bytes| bytes.try_into().ok())
            .map(u32::from_le_bytes);
        if kind == Some(PT_INTERP) {
            let (place, length) = (long(&entry, 8).unwrap_or(0), long(&entry, 32).unwrap_or(0));
            let length = usize::try_from(length).unwrap_or(usize::MAX).min(MAX_LOADER_PATH);
            let mut path = vec![0u8; length];
            let got = pread(file, &mut path, place)?;
            path.truncate(got);
            path.retain(|byte| *byte != 0);
            return Ok(Kind::Program(Some(path)));
        }
    }
    Ok(Kind::Program(None))
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs::File, os::fd::AsFd};

    #[test]
    fn a_program_names_its_loader_and_a_script_is_none() {
        let shell = File::open("/bin/sh").unwrap();
        assert!(matches!(kind(shell.as_fd()), Ok(Kind::Program(Some(path))) if path.starts_with(b"/lib")));
        let own = File::open("/proc/self/exe").unwrap();
        assert_eq!(kind(own.as_fd()), Ok(Kind::Program(None)));
        let text = File::open("/etc/passwd").unwrap();
        assert_eq!(kind(text.as_fd()), Ok(Kind::Other));
    }
}
