//! The bytes of a regular file, holes included, by the cheapest means that the file systems have, as long as the call
//! is not taken back.

use crate::withdrawal::Withdrawal;
use rustix::{
    fs::{SeekFrom, copy_file_range, fstat, ftruncate, ioctl_ficlone, seek},
    io::{Errno, pread, pwrite, read, write},
};
use std::os::fd::BorrowedFd;

/// From this size on sharing blocks is worth a try.
const CLONE_FROM: u64 = 64 << 10;
/// Most that one copy_file_range(2) is asked for; nothing stops it halfway.
const MAX_RANGE: u64 = 64 << 20;
const BUFFER_BYTES: usize = 128 << 10;

/// Copies everything from `source`, at its start, to `dest`, which is empty. `size` and `blocks` are what the
/// source had when it was looked at.
pub(super) fn copy_data(
    source: BorrowedFd<'_>,
    dest: BorrowedFd<'_>,
    size: u64,
    blocks: u64,
    withdrawal: &Withdrawal,
) -> Result<(), Errno> {
    // Files in /proc and the like say 0 and have content all the same.
    if size == 0 {
        return stream(source, dest, withdrawal);
    }
    if size >= CLONE_FROM && ioctl_ficlone(dest, source).is_ok() {
        return Ok(());
    }
    if blocks.saturating_mul(512) >= size {
        let end = copy_range(source, dest, 0, u64::MAX, withdrawal)?;
        debug_assert!(
            end >= size || end == fstat(source).map_or(end, |now| u64::try_from(now.st_size).unwrap_or(0))
        );
        return Ok(());
    }
    copy_sparse(source, dest, withdrawal)
}

fn copy_sparse(source: BorrowedFd<'_>, dest: BorrowedFd<'_>, withdrawal: &Withdrawal) -> Result<(), Errno> {
    let mut at = 0;
    loop {
        let data = match seek(source, SeekFrom::Data(at)) {
            Ok(data) => data,
            // No data from here on.
            Err(Errno::NXIO) => break,
            Err(Errno::INVAL | Errno::OPNOTSUPP) => {
                copy_range(source, dest, at, u64::MAX, withdrawal)?;
                return Ok(());
            }
            Err(errno) => return Err(errno),
        };
        let hole = seek(source, SeekFrom::Hole(data))?;
        at = copy_range(source, dest, data, hole.saturating_sub(data), withdrawal)?;
        if at < hole {
            break;
        }
    }
    let end = u64::try_from(fstat(source)?.st_size).map_err(|_| Errno::OVERFLOW)?;
    ftruncate(dest, end.max(at))
}

/// Copies up to `len` bytes at `start`, fewer where the source ends. Returns where it stopped.
fn copy_range(
    source: BorrowedFd<'_>,
    dest: BorrowedFd<'_>,
    start: u64,
    len: u64,
    withdrawal: &Withdrawal,
) -> Result<u64, Errno> {
    let (mut from, mut to, mut left) = (start, start, len);
    while left > 0 {
        withdrawal.check()?;
        let chunk = usize::try_from(left.min(MAX_RANGE)).unwrap_or(BUFFER_BYTES);
        match copy_file_range(source, Some(&mut from), dest, Some(&mut to), chunk) {
            Ok(0) => return Ok(from),
            Ok(done) => left = left.saturating_sub(done as u64),
            Err(Errno::INTR) => (),
            Err(
                Errno::XDEV | Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM | Errno::TXTBSY,
            ) => {
                return copy_through_memory(source, dest, from, left, withdrawal);
            }
            Err(errno) => return Err(errno),
        }
    }
    Ok(from)
}

fn copy_through_memory(
    source: BorrowedFd<'_>,
    dest: BorrowedFd<'_>,
    start: u64,
    len: u64,
    withdrawal: &Withdrawal,
) -> Result<u64, Errno> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let (mut at, mut left) = (start, len);
    while left > 0 {
        withdrawal.check()?;
        let room = usize::try_from(left).unwrap_or(BUFFER_BYTES).min(BUFFER_BYTES);
        let got = match pread(source, buffer.get_mut(..room).unwrap_or_default(), at) {
            Ok(0) => break,
            Ok(got) => got,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(errno),
        };
        let mut rest = buffer.get(..got).unwrap_or_default();
        while !rest.is_empty() {
            match pwrite(dest, rest, at) {
                Ok(0) => return Err(Errno::NOSPC),
                Ok(put) => {
                    rest = rest.get(put..).unwrap_or_default();
                    at = at.saturating_add(put as u64);
                }
                Err(Errno::INTR) => (),
                Err(errno) => return Err(errno),
            }
        }
        left = left.saturating_sub(got as u64);
    }
    Ok(at)
}

fn stream(source: BorrowedFd<'_>, dest: BorrowedFd<'_>, withdrawal: &Withdrawal) -> Result<(), Errno> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        withdrawal.check()?;
        let got = match read(source, &mut *buffer) {
            Ok(0) => return Ok(()),
            Ok(got) => got,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(errno),
        };
        let mut rest = buffer.get(..got).unwrap_or_default();
        while !rest.is_empty() {
            match write(dest, rest) {
                Ok(0) => return Err(Errno::NOSPC),
                Ok(put) => rest = rest.get(put..).unwrap_or_default(),
                Err(Errno::INTR) => (),
                Err(errno) => return Err(errno),
            }
        }
    }
}
