//! Descriptors that a caller left open when it started `wt`. They keep rights that no judgement was made for,
//! so they are closed before anything else happens; only 0, 1 and 2 stay.

use rustix::{
    fs::{CWD, Mode, OFlags, RawDir, openat, stat},
    io::Errno,
};
use std::os::fd::{AsRawFd, RawFd};

const OWN: &str = "/proc/self/fd";
const STANDARD: i64 = 3;

/// Closes every descriptor above 2 that is not in `keep`, and returns how many were closed.
/// To be called before the process opens anything, or with all that it opened in `keep`.
///
/// # Errors
/// An [`Errno`] where the open descriptors cannot be listed.
pub fn close_inherited(keep: &[RawFd]) -> Result<usize, Errno> {
    // Since Linux 6.2 the size of this directory is the number of open descriptors.
    if keep.is_empty() && stat(OWN)?.st_size == STANDARD {
        return Ok(0);
    }
    let list = openat(
        CWD,
        OWN,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    let mut found = Vec::new();
    let mut buffer = Vec::with_capacity(2048);
    let mut entries = RawDir::new(&list, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        if let Ok(Ok(fd)) = entry?.file_name().to_str().map(str::parse::<RawFd>) {
            found.push(fd);
        }
    }
    let own = list.as_raw_fd();
    let mut closed = 0;
    for fd in found {
        if fd > 2 && fd != own && !keep.contains(&fd) && nix::unistd::close(fd).is_ok() {
            closed += 1;
        }
    }
    Ok(closed)
}
