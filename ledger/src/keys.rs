//! Secret keys of the ledger, in `keys/` (0700), each a file of its own (0600) holding 64 hexadecimal digits.

use super::{
    LedgerError, hash,
    segment::{self, Place},
};
use rustix::{
    fs::{Mode, OFlags, mkdirat, openat},
    io::Errno,
    rand::{GetRandomFlags, getrandom},
};
use std::{
    fs::File,
    io::{Read, Write},
    os::fd::{AsFd, OwnedFd},
    path::PathBuf,
};
use zeroize::Zeroizing;

/// Name of the directory.
const DIR: &str = "keys";

/// 32 secret bytes, wiped when dropped.
pub(super) type Secret = Zeroizing<[u8; 32]>;

/// 32 bytes from the kernel.
pub(super) fn random() -> Result<Secret, LedgerError> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom(secret.as_mut_slice(), GetRandomFlags::empty()).map_err(|e| LedgerError::Draft {
        why: format!("the kernel gave no random bytes: {e}"),
    })?;
    Ok(secret)
}

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
        let secret = random()?;
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

    /// Reads a key.
    pub(super) fn read(&self, name: &str) -> Result<Secret, LedgerError> {
        let place = self.place();
        let path = place.path(name);
        let mut file: File = place.open(name, OFlags::RDONLY, Mode::empty())?;
        segment::shape(&file, &path)?;
        let mut text = Zeroizing::new([0; 66]);
        let mut used = 0;
        while let Some(room) = text.get_mut(used..).filter(|room| !room.is_empty()) {
            match file.read(room).map_err(|e| LedgerError::io("read", &path, e))? {
                0 => break,
                got => used += got,
            }
        }
        text.get(..used)
            .and_then(|text| hash::unhex(text.strip_suffix(b"\n")?))
            .map(Zeroizing::new)
            .ok_or(LedgerError::Unfit {
                path,
                why: "is not a key of 64 hexadecimal digits",
            })
    }
}
