//! Entry bundles (c2sp.org/tlog-tiles): what each leaf stands for, its entry's 32 hash bytes, in files of up to 256.
//! They make `tlog/` a log that others can follow without the ledger's lines; made and remade with the tiles.

use super::{
    tiles::{Tiles, WIDTH, numbered, read_whole, remove_partial, write_whole},
    tree::leaf,
};
use crate::{Hash, LedgerError, segment::Place};

/// The directory of bundles.
const DIR: &str = "tile/entries";
/// An entry in a bundle: its length as two bytes, then its 32 bytes.
const RECORD: usize = 34;
/// The length of every entry, as a bundle writes it.
const LENGTH: [u8; 2] = [0, 32];

/// Whether the newest bundle holds what the newest leaves of a tree of `size` stand for.
pub(super) fn fit(place: Place<'_>, tiles: &mut Tiles<'_>, size: u64) -> bool {
    let rest = size % WIDTH;
    let Ok(entries) = partial(place, size) else {
        return false;
    };
    let Ok(leaves) = tiles.tile(0, size / WIDTH) else {
        return false;
    };
    rest == 0 || entries.iter().map(leaf).eq(leaves.iter().copied())
}

/// The entries of the partial bundle of a tree of `size` leaves.
fn partial(place: Place<'_>, size: u64) -> Result<Vec<Hash>, LedgerError> {
    let rest = size % WIDTH;
    if rest == 0 {
        return Ok(Vec::new());
    }
    let name = numbered(DIR, size / WIDTH, rest);
    let bytes = read_whole(place, &name, rest * RECORD as u64)?;
    let entries = bytes.chunks_exact(RECORD).map(|record| {
        let hash = record.strip_prefix(&LENGTH)?;
        hash.try_into().ok()
    });
    entries.collect::<Option<_>>().ok_or(LedgerError::Unfit {
        path: place.path(&name),
        why: "is no bundle of entries",
    })
}

/// Adds entries to the bundles.
pub(super) struct Bundles<'a> {
    place: Place<'a>,
    size: u64,
    /// The entries of the bundle that is being filled.
    open: Vec<Hash>,
}

impl<'a> Bundles<'a> {
    /// Goes on from the bundles of a tree of `size` leaves.
    pub(super) fn resume(place: Place<'a>, size: u64) -> Result<Self, LedgerError> {
        Ok(Self {
            place,
            size,
            open: partial(place, size)?,
        })
    }

    /// Adds an entry; a bundle that is full now is written.
    pub(super) fn push(&mut self, entry: Hash) -> Result<(), LedgerError> {
        self.open.push(entry);
        self.size += 1;
        if self.size.is_multiple_of(WIDTH) {
            self.write(self.size / WIDTH - 1)?;
            self.open.clear();
        }
        Ok(())
    }

    /// Writes the partial bundle. The older one stays until [`Self::tidy`].
    pub(super) fn finish(&self) -> Result<(), LedgerError> {
        match self.open.is_empty() {
            true => Ok(()),
            false => self.write(self.size / WIDTH),
        }
    }

    fn write(&self, index: u64) -> Result<(), LedgerError> {
        let mut bytes = Vec::with_capacity(self.open.len() * RECORD);
        for entry in &self.open {
            bytes.extend_from_slice(&LENGTH);
            bytes.extend_from_slice(entry);
        }
        let name = numbered(DIR, index, self.open.len() as u64);
        write_whole(self.place, &name, &bytes)
    }

    /// Removes the partial bundle of the tree of `before` leaves.
    pub(super) fn tidy(&self, before: u64) {
        if before != self.size && !before.is_multiple_of(WIDTH) {
            let name = numbered(DIR, before / WIDTH, before % WIDTH);
            remove_partial(self.place, &name);
        }
    }
}
