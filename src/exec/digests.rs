//! Digests and versions of tools that were met before, kept in Watchtower's directory. They only spare hashing the
//! same root-owned file and asking the same program again; whoever can write there can only make the record wrong.

use rustix::{
    fs::{AtFlags, Mode, OFlags, fstat, open, openat, renameat, unlinkat},
    io::{pread, write},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

const NAME: &str = "tools.json";
const MAX_BYTES: u64 = 1 << 20;
/// More are never needed; what is over the limit is forgotten.
const MAX_ENTRIES: usize = 64;

/// What was learnt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Digests {
    /// Digests by device, inode, size and times.
    pub(crate) known: BTreeMap<String, String>,
    /// Versions by digest.
    versions: BTreeMap<String, String>,
    /// Whether there is something new to keep.
    pub(crate) changed: bool,
}

/// As it is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    digests: BTreeMap<String, String>,
    versions: BTreeMap<String, String>,
}

impl Digests {
    /// Reads what is kept; anything unreadable is as if there were nothing.
    pub(crate) fn read(home: &Path) -> Self {
        let kept = || {
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
        let Kept { digests, versions } = kept().unwrap_or_default();
        Self {
            known: digests,
            versions,
            changed: false,
        }
    }

    /// The version of the program with this digest, where it was asked.
    pub(crate) fn version(&self, digest: &str) -> Option<&str> {
        self.versions.get(digest).map(String::as_str)
    }

    /// Remembers a version.
    pub(crate) fn learn(&mut self, digest: String, version: String) {
        self.versions.insert(digest, version);
        self.changed = true;
    }

    /// Keeps what was learnt. Failing only means to hash again.
    pub(crate) fn keep(&self, home: &Path) {
        if !self.changed {
            return;
        }
        let some = |all: &BTreeMap<String, String>| all.clone().into_iter().rev().take(MAX_ENTRIES).collect();
        let kept = Kept {
            digests: some(&self.known),
            versions: some(&self.versions),
        };
        let Ok(text) = serde_json::to_vec(&kept) else {
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
