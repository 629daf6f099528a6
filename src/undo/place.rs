//! A recorded path as a held directory and a name in it. A path was resolved when it was recorded, so a link on the
//! way now means that the place has changed.

use crate::resolve::{ObjectId, status_of};
use rustix::{
    fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2},
    io::Errno,
};
use std::{
    ffi::{OsStr, OsString},
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::Path,
    sync::Arc,
};

/// How the record shows that something was taken out of it.
const REDACTED: &str = "[redacted:";

/// See the module.
#[derive(Clone, Debug)]
pub struct Place {
    /// The directory.
    pub dir: Arc<OwnedFd>,
    /// The name in it.
    pub name: OsString,
    /// The path as recorded.
    pub path: String,
}

impl Place {
    /// Opens the directory above a recorded path.
    ///
    /// # Errors
    /// Whatever openat2(2) gives; `EINVAL` for what is no such path.
    pub fn open(recorded: &str) -> Result<Self, Errno> {
        // The record does not have the whole path: there is no such place.
        if recorded.contains(REDACTED) {
            return Err(Errno::NODATA);
        }
        let bytes = unescape(recorded).ok_or(Errno::INVAL)?;
        let path = Path::new(OsStr::from_bytes(&bytes));
        let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(Errno::INVAL);
        };
        Ok(Self {
            dir: Arc::new(open_dir(above)?),
            name: name.to_owned(),
            path: recorded.to_owned(),
        })
    }

    /// A recorded path whose directory is `below` another place now, not under its own name.
    ///
    /// # Errors
    /// As [`Self::open`]; `ENOENT` where that place has another object than `id`.
    pub(super) fn open_below(
        above: &Self,
        id: Option<ObjectId>,
        below: &str,
        recorded: &str,
    ) -> Result<Self, Errno> {
        if recorded.contains(REDACTED) {
            return Err(Errno::NODATA);
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let root = openat(&above.dir, &above.name, flags, Mode::empty())?;
        if let Some(id) = id
            && status_of(&root)?.id != id
        {
            return Err(Errno::NOENT);
        }
        let bytes = unescape(below).ok_or(Errno::INVAL)?;
        let path = Path::new(OsStr::from_bytes(&bytes));
        let name = path.file_name().ok_or(Errno::INVAL)?.to_owned();
        let dir = match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) => openat2(
                &root,
                parent,
                flags,
                Mode::empty(),
                ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS,
            )?,
            None => root,
        };
        Ok(Self {
            dir: Arc::new(dir),
            name,
            path: recorded.to_owned(),
        })
    }

    /// A name in a directory that is held already.
    #[must_use]
    pub fn within(dir: &Arc<OwnedFd>, name: &OsStr, path: String) -> Self {
        Self {
            dir: Arc::clone(dir),
            name: name.into(),
            path,
        }
    }
}

/// Opens a directory by a path without links.
pub(super) fn open_dir(path: &Path) -> Result<OwnedFd, Errno> {
    if !path.is_absolute() {
        return Err(Errno::INVAL);
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat2(
        CWD,
        path,
        flags,
        Mode::empty(),
        ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS,
    )
}

/// The bytes that `policy::text::escape` wrote so.
pub(super) fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let (&kind, after) = rest.split_first()?;
        rest = after;
        match kind {
            b'\\' => out.push(b'\\'),
            b'x' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            }
            _ => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn a_recorded_path_gives_its_bytes_back() {
        for bytes in [
            &b"plain"[..],
            b"a\\b",
            b"x\xff\xfe",
            b"\\x41",
            "\u{e9}\n".as_bytes(),
        ] {
            assert_eq!(unescape(&policy::text::escape(bytes)).as_deref(), Some(bytes));
        }
        assert_eq!(unescape("broken\\"), None);
    }
}
