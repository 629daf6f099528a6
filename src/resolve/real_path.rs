//! The kernel's own path of something held open.
//! Never built from names: it is read from `/proc`, and an object that has no name any more has no path.

use super::object::{Status, status_of};
use crate::report::{Exit, Failure};
use policy::text::escape;
use rustix::{
    fs::{CWD, readlinkat},
    io::Errno,
};
use std::{
    ffi::{OsStr, OsString},
    os::{
        fd::{AsRawFd, BorrowedFd},
        unix::ffi::{OsStrExt, OsStringExt},
    },
    path::PathBuf,
};

/// Mark that the kernel appends to the path of an unlinked object.
const DELETED: &[u8] = b" (deleted)";

pub(super) fn dir_path(fd: BorrowedFd<'_>, operand: &OsStr) -> Result<PathBuf, Failure> {
    let path = read_path(fd, operand)?;
    // Only a name that looks unlinked costs a second look.
    if path.as_os_str().as_bytes().ends_with(DELETED) {
        let status = status_of(fd).map_err(|e| cannot_examine(operand, e))?;
        return kernel_path(fd, &status, operand);
    }
    Ok(path)
}

pub(super) fn kernel_path(fd: BorrowedFd<'_>, status: &Status, operand: &OsStr) -> Result<PathBuf, Failure> {
    let path = read_path(fd, operand)?;
    if status.links == 0 {
        return Err(cannot_examine(operand, Errno::NOENT));
    }
    Ok(path)
}

fn read_path(fd: BorrowedFd<'_>, operand: &OsStr) -> Result<PathBuf, Failure> {
    let link = format!("/proc/self/fd/{}", fd.as_raw_fd());
    let text = readlinkat(CWD, link, Vec::with_capacity(256)).map_err(|e| {
        let text = format!("cannot learn the real path of `{}`: {e}", shown(operand));
        Failure::new(Exit::Sandbox, text).hint("`/proc` must be mounted")
    })?;
    let bytes = text.into_bytes();
    if !bytes.starts_with(b"/") {
        return Err(Failure::new(
            Exit::Denied,
            format!("`{}` is outside this root directory", shown(operand)),
        ));
    }
    Ok(PathBuf::from(OsString::from_vec(bytes)))
}

pub(super) fn cannot_examine(operand: &OsStr, errno: Errno) -> Failure {
    Failure::new(
        Exit::Denied,
        format!("cannot examine `{}`: {errno}", shown(operand)),
    )
    .hint("it was removed or changed meanwhile, or may not be looked at; see what is there, then repeat the call")
}

pub(super) fn shown(operand: &OsStr) -> String {
    escape(operand.as_bytes())
}
