//! Secret keys of the ledger, in `keys/` (0700), each a file of its own (0600) holding 64 hexadecimal digits.

use super::{LedgerError, hash, segment::Place};
use rustix::{
    fs::{Mode, OFlags, mkdirat, openat},
    io::Errno,
    rand::{GetRandomFlags, getrandom},
};
use std::{
    io::Write,
    os::fd::{AsFd, OwnedFd},
    path::PathBuf,
};
use zeroize::Zeroizing;

/// Name of the directory.
const DIR: &str = "keys";

/// 32 secret bytes, wiped when dropped.
pub(super) type Secret = Zeroizing<[u8; 32]>;

/// The opened key directory.
#[derive(Debug)]
pub(super) struct Keys {
    dir: OwnedFd,
    shown: PathBuf,
}

impl Keys {
    /// Opens it, made where it is missing.
    pub(super) fn create(place: Place<'_>) -> Result<Self, LedgerError> {
        match mkdirat(place.dir, DIR, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => Self::open(place),
            Err(e) => Err(LedgerError::io("make", &place.path(DIR), e)),
        }
    }

    /// Opens it; a link in its place is refused.
    pub(super) fn open(place: Place<'_>) -> Result<Self, LedgerError> {
        let shown = place.path(DIR);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let dir =
            openat(place.dir, DIR, flags, Mode::empty()).map_err(|e| LedgerError::io("open", &shown, e))?;
        let stat = rustix::fs::fstat(&dir).map_err(|e| LedgerError::io("look at", &shown, e))?;
        if stat.st_mode & 0o077 != 0 {
            return Err(LedgerError::Unfit {
                path: shown,
                why: "can be entered by others",
            });
        }
        Ok(Self { dir, shown })
    }

    fn place(&self) -> Place<'_> {
        Place {
            dir: self.dir.as_fd(),
            shown: &self.shown,
        }
    }

    /// Makes a random key, durable; one of this name is replaced.
    pub(super) fn make(&self, name: &str) -> Result<Secret, LedgerError> {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom(secret.as_mut_slice(), GetRandomFlags::empty())
            .map_err(|e| LedgerError::io("find random bytes for", &self.place().path(name), e))?;
        self.store(name, &secret)?;
        Ok(secret)
    }

    fn store(&self, name: &str, secret: &Secret) -> Result<(), LedgerError> {
        let place = self.place();
        let path = place.path(name);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC;
        let mut file = place.open(name, flags, Mode::RUSR | Mode::WUSR)?;
        let text = Zeroizing::new(format!("{}\n", hash::hex_text(secret)));
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|e| LedgerError::io("write", &path, e))?;
        place.sync()
    }
}
