//! Signing the tree as it is, and proving from it. Entries are checked before they are signed for.

use super::{
    DIR,
    bundles::{self, Bundles},
    note::{Checkpoint, KEY_NAME, Vkey},
    proof::{Inclusion, consistency, inclusion, range},
    tiles::{Builder, Tiles},
    tree::{Frontier, leaf},
};
use crate::{
    Draft, Kind, Ledger, LedgerError, Receipt,
    genesis::Origin,
    hash::hex_text,
    keys::Keys,
    segment::{self, Place},
    verify::{Chain, Extent},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::SigningKey;
use fd_lock::RwLock;
use rustix::{
    fs::{Mode, OFlags, mkdirat, openat, renameat},
    io::Errno,
};
use serde_json::Value;
use std::{
    fs::File,
    io::{Read, Write},
    os::fd::{AsFd, OwnedFd},
    path::PathBuf,
};

const NAME: &str = "checkpoint";
/// No checkpoint file is read beyond this.
const MAX_BYTES: u64 = 64 << 10;

/// A head just signed and recorded.
#[derive(Debug)]
pub struct Signed {
    /// The signed note.
    pub note: String,
    /// What it says.
    pub head: Checkpoint,
    /// The entry that records it.
    pub receipt: Receipt,
}

/// The log below the ledger's directory: tiles and the last signed head.
#[derive(Debug)]
pub struct Head {
    dir: OwnedFd,
    shown: PathBuf,
    origin: Origin,
}

/// The last signed head as it lies there, none where nothing was signed yet.
pub(crate) fn local(place: Place<'_>) -> Result<Option<Vec<u8>>, LedgerError> {
    let name = format!("{DIR}/{NAME}");
    let file = match place.open(&name, OFlags::RDONLY, Mode::empty()) {
        Err(e) if e.errno() == Some(Errno::NOENT) => return Ok(None),
        other => other?,
    };
    let path = place.path(&name);
    segment::shape(&file, &path)?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|e| LedgerError::io("read", &path, e))?;
    Ok(Some(bytes))
}

/// The right edge of the tree over the first `size` entries, as the tiles have it; none where they do not.
pub(crate) fn edge(place: Place<'_>, size: u64) -> Result<Option<Frontier>, LedgerError> {
    if size == 0 {
        return Ok(Some(Frontier::default()));
    }
    let Some(stored) = local(place)?.and_then(|note| Checkpoint::size_of(&note)) else {
        return Ok(None);
    };
    let Ok(log) = Head::open(place) else {
        return Ok(None);
    };
    let mut tiles = Tiles::new(log.place(), stored);
    let mut roots = Vec::new();
    let mut from = 0;
    for height in (0..64).rev().filter(|height| size >> height & 1 == 1) {
        let Ok(root) = tiles.subtree(height, from >> height) else {
            return Ok(None);
        };
        roots.push(root);
        from += 1 << height;
    }
    Ok(Frontier::from_roots(size, roots))
}

/// Puts the last signed head aside where it was signed for more than `size` entries, and tells what it was.
pub(crate) fn retire_beyond(place: Place<'_>, size: u64) -> Result<Option<String>, LedgerError> {
    let Some(note) = local(place)? else {
        return Ok(None);
    };
    let Some(signed) = Checkpoint::size_of(&note).filter(|&signed| signed > size) else {
        return Ok(None);
    };
    let (old, new) = (format!("{DIR}/{NAME}"), format!("{DIR}/{NAME}.lost-{signed}"));
    renameat(place.dir, &old, place.dir, &new)
        .map_err(|e| LedgerError::io("put aside", &place.path(&old), e))?;
    Ok(Some(String::from_utf8_lossy(&note).into_owned()))
}

impl Head {
    /// Opens the log of the ledger in a directory.
    ///
    /// # Errors
    /// The first entry or the log's directory cannot be read.
    pub(crate) fn open(place: Place<'_>) -> Result<Self, LedgerError> {
        let shown = place.path(DIR);
        match mkdirat(place.dir, DIR, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => return Err(LedgerError::io("make", &shown, e)),
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let dir =
            openat(place.dir, DIR, flags, Mode::empty()).map_err(|e| LedgerError::io("open", &shown, e))?;
        Ok(Self {
            dir,
            shown,
            origin: Origin::read(place)?,
        })
    }

    fn place(&self) -> Place<'_> {
        Place {
            dir: self.dir.as_fd(),
            shown: &self.shown,
        }
    }

    /// One process at a time adds tiles.
    fn lock(&self) -> Result<RwLock<File>, LedgerError> {
        let flags = OFlags::RDWR | OFlags::CREATE;
        Ok(RwLock::new(self.place().open(
            "lock",
            flags,
            Mode::RUSR | Mode::WUSR,
        )?))
    }

    /// The last head that was signed, if it can be believed.
    fn signed(&self, ledger: Place<'_>) -> Result<Option<(Checkpoint, String)>, LedgerError> {
        let Some(bytes) = local(ledger)? else {
            return Ok(None);
        };
        let head = Checkpoint::open(&bytes, &self.origin.vkey).map_err(|e| LedgerError::Tampered {
            path: self.place().path(NAME),
            why: e.to_string(),
        })?;
        Ok(Some((head, String::from_utf8_lossy(&bytes).into_owned())))
    }

    /// Whether the tiles lead to this root and the newest bundle fits them; else they are made anew.
    fn has_tiles_of(&self, head: &Checkpoint) -> bool {
        let mut tiles = Tiles::new(self.place(), head.size);
        let root = range(&mut tiles, 0, head.size);
        root.is_ok_and(|root| root == head.root) && bundles::fit(self.place(), &mut tiles, head.size)
    }

    /// Brings the tiles up to the ledger's last entry and returns the head over them, unsigned.
    fn catch_up(&self, ledger: Place<'_>) -> Result<Checkpoint, LedgerError> {
        let have = self.signed(ledger)?.map(|(head, _)| head);
        let before = have.as_ref().map_or(0, |head| head.size);
        let fits = have.as_ref().is_some_and(|head| self.has_tiles_of(head));
        let from = have.as_ref().filter(|_| fits).map_or(0, |head| head.size);
        let mut tiles = Builder::resume(self.place(), from)?;
        let mut bundles = Bundles::resume(self.place(), from)?;
        let firsts = segment::list(ledger)?;
        let begun = firsts
            .partition_point(|&first| first <= from + 1)
            .saturating_sub(1);
        let later = firsts.get(begun..).unwrap_or_default();
        if later.first().is_none_or(|&first| first > from + 1) {
            return Err(LedgerError::Tampered {
                path: self.shown.clone(),
                why: format!("cannot be made anew: entry {} is gone", from + 1),
            });
        }
        let mut chain = Chain::default();
        let mut size = from;
        let mut failed = None;
        for (i, &first) in later.iter().enumerate() {
            let extent = if i + 1 == later.len() {
                Extent::Last(u64::MAX)
            } else {
                Extent::Closed
            };
            chain.segment(ledger, first, extent, &mut |framed| {
                if framed.seq > size && failed.is_none() {
                    let pushed = tiles.push(leaf(&framed.hash));
                    failed = pushed.and_then(|()| bundles.push(framed.hash)).err();
                    size = framed.seq;
                }
                Ok(())
            })?;
            if let Some(e) = failed.take() {
                return Err(e);
            }
        }
        let report = chain.finish();
        if let Some(bad) = report
            .findings
            .iter()
            .find(|bad| bad.state == crate::verify::State::Tampered)
        {
            return Err(LedgerError::Tampered {
                path: ledger.path(bad.segment.as_deref().unwrap_or_default()),
                why: format!("has an entry {} that {}", bad.seq.unwrap_or(0), bad.what),
            });
        }
        if have.as_ref().is_some_and(|head| head.size > size) {
            return Err(LedgerError::Tampered {
                path: ledger.shown.to_path_buf(),
                why: format!("ends with entry {size}, but more were signed for"),
            });
        }
        tiles.finish()?;
        bundles.finish()?;
        let root = range(&mut Tiles::new(self.place(), size), 0, size)?;
        if let Some(head) = have.filter(|_| !fits)
            && range(&mut Tiles::new(self.place(), size), 0, head.size)? != head.root
        {
            return Err(LedgerError::Tampered {
                path: ledger.shown.to_path_buf(),
                why: format!(
                    "does not have the first {} entries that were signed for",
                    head.size
                ),
            });
        }
        tiles.tidy(before);
        bundles.tidy(before);
        Ok(Checkpoint {
            origin: self.origin.name.clone(),
            size,
            root,
        })
    }

    fn sign(&self, ledger: Place<'_>, head: &Checkpoint) -> Result<String, LedgerError> {
        let key = SigningKey::from_bytes(&*Keys::open(ledger)?.read(KEY_NAME)?);
        if Vkey::new(&self.origin.name, key.verifying_key()) != self.origin.vkey {
            return Err(LedgerError::Unfit {
                path: ledger.path("keys/ledger"),
                why: "is not the key that the first entry names",
            });
        }
        Ok(head.sign(&key))
    }

    fn store(&self, note: &str) -> Result<(), LedgerError> {
        let place = self.place();
        let new = "checkpoint.new";
        let path = place.path(new);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC;
        let mut file = place.open(new, flags, Mode::RUSR | Mode::WUSR)?;
        file.write_all(note.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|e| LedgerError::io("write", &path, e))?;
        renameat(place.dir, new, place.dir, NAME).map_err(|e| LedgerError::io("name", &path, e))?;
        place.sync()
    }
}

impl Ledger {
    /// The key that checks this ledger's signatures, as its first entry names it.
    ///
    /// # Errors
    /// The first entry cannot be read.
    pub fn vkey(&self) -> Result<Vkey, LedgerError> {
        Ok(Origin::read(self.place())?.vkey)
    }

    /// Signs the tree as it is, stores the head, and records that it did.
    ///
    /// # Errors
    /// An entry is not what was written, the key is gone, or the record cannot be written.
    pub fn checkpoint(&mut self) -> Result<Signed, LedgerError> {
        self.settle()?;
        let place = self.place();
        let log = Head::open(place)?;
        let mut lock = log.lock()?;
        let guard = lock.write().map_err(|e| LedgerError::io("lock", &log.shown, e))?;
        let head = log.catch_up(place)?;
        let note = log.sign(place, &head)?;
        log.store(&note)?;
        drop(guard);
        let draft = Draft::of(
            Kind::Checkpoint,
            [
                ("size", Value::from(head.size)),
                ("root", Value::from(hex_text(&head.root))),
            ],
        );
        let receipt = self.write_one(draft, true)?;
        Ok(Signed { note, head, receipt })
    }

    /// Proves that an entry is in the tree: of `size`, or of the last signed head, signed anew where that does not
    /// reach the entry.
    ///
    /// # Errors
    /// There is no such entry, or what [`Self::checkpoint`] meets.
    pub fn prove(&mut self, seq: u64, size: Option<u64>) -> Result<Inclusion, LedgerError> {
        let least = size.unwrap_or(seq).max(seq);
        let (log, head, note) = self.reach(least, size)?;
        let index = seq
            .checked_sub(1)
            .filter(|&index| index < head.size)
            .ok_or_else(|| LedgerError::Asked {
                why: format!("there is no entry {seq} among {}", head.size),
            })?;
        let path = inclusion(
            &mut Tiles::new(log.place(), self.tiles_size(&log)?),
            index,
            head.size,
        )?;
        Ok(Inclusion { index, path, note })
    }

    /// Proves that the tree of `new` entries (of the last signed head, where none is given) continues that of
    /// `old`: the body that a c2sp.org/tlog-witness takes.
    ///
    /// # Errors
    /// There are fewer entries, or what [`Self::checkpoint`] meets.
    pub fn prove_consistency(&mut self, old: u64, new: Option<u64>) -> Result<String, LedgerError> {
        let (log, head, note) = self.reach(new.unwrap_or(old).max(old), new)?;
        if old == 0 || old > head.size {
            return Err(LedgerError::Asked {
                why: format!("{} entries do not continue {old}", head.size),
            });
        }
        let mut out = format!("old {old}\n");
        for hash in consistency(
            &mut Tiles::new(log.place(), self.tiles_size(&log)?),
            old,
            head.size,
        )? {
            out.push_str(&STANDARD.encode(hash));
            out.push('\n');
        }
        Ok(format!("{out}\n{note}"))
    }

    fn tiles_size(&self, log: &Head) -> Result<u64, LedgerError> {
        Ok(log.signed(self.place())?.map_or(0, |(head, _)| head.size))
    }

    /// A signed head over at least `least` entries, over exactly `size` where given.
    fn reach(&mut self, least: u64, size: Option<u64>) -> Result<(Head, Checkpoint, String), LedgerError> {
        let log = Head::open(self.place())?;
        let (head, note) = match log.signed(self.place())? {
            Some((head, note)) if head.size >= least && log.has_tiles_of(&head) => (head, note),
            _ => {
                let signed = self.checkpoint()?;
                (signed.head, signed.note)
            }
        };
        let Some(size) = size.filter(|&size| size != head.size) else {
            return Ok((log, head, note));
        };
        if size > head.size || size == 0 {
            return Err(LedgerError::Asked {
                why: format!("there are {} entries, not {size}", head.size),
            });
        }
        let root = range(&mut Tiles::new(log.place(), head.size), 0, size)?;
        let older = Checkpoint { size, root, ..head };
        let note = log.sign(self.place(), &older)?;
        Ok((log, older, note))
    }
}
