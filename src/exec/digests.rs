//! Digests of tools that were hashed before, kept in Watchtower's directory. They only spare hashing the same
//! root-owned file again; whoever can write there can only make the record of that digest wrong.

use rustix::{
    fs::{AtFlags, Mode, OFlags, fstat, open, openat, renameat, unlinkat},
    io::{pread, write},
};
use std::{collections::BTreeMap, path::Path};

const NAME: &str = "tools.json";
const MAX_BYTES: u64 = 1 << 20;
/// More are never needed; what is over the limit is forgotten.
const MAX_ENTRIES: usize = 64;

/// What was learnt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Digests {
    /// By device, inode, size and times.
    pub(crate) known: BTreeMap<String, String>,
    /// Whether there is something new to keep.
    pub(crate) changed: bool,
}

impl Digests {
    /// Reads what is kept; anything unreadable is as if there were nothing.
    pub(crate) fn read(home: &Path) -> Self {
        let known = || {
            let file = open(
                home.join(NAME),
                OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
                Mode::empty(),
            )
            .ok()?;
            let size = u64::try_from(fstat(&file).ok()?.st_size)
                .ok()
                .filter(|size| *size <= MAX_BYTES)?;
            let mut text = vec![0; usize::try_from(size).ok()?];
            let got = pread(&file, &mut text, 0).ok()?;
            serde_json::from_slice(text.get(..got)?).ok()
        };
        Self {
            known: known().unwrap_or_default(),
            changed: false,
        }
    }

    /// Keeps what was learnt. Failing only means to hash again.
    pub(crate) fn keep(&self, home: &Path) {
        if !self.changed {
            return;
        }
        let known: BTreeMap<_, _> = self.known.iter().rev().take(MAX_ENTRIES).collect();
        let Ok(text) = serde_json::to_vec(&known) else {
            return;
        };
        let Ok(dir) = open(
            home,
            OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        ) else {
            return;
        };
        let temporary = format!("{NAME}.{}", std::process::id());
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
        let Ok(file) = openat(&dir, &temporary, flags, Mode::RUSR | Mode::WUSR) else {
            return;
        };
        if write(&file, &text) != Ok(text.len()) || renameat(&dir, &temporary, &dir, NAME).is_err() {
            unlinkat(&dir, &temporary, AtFlags::empty()).unwrap_or(());
        }
    }
}
