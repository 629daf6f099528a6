//! Tiles of the tree (c2sp.org/tlog-tiles): files of up to 256 hashes. Tile N of level L holds the roots of the
//! complete subtrees of 256^L leaves from number 256 N on. Full tiles never change; partial ones are replaced.

use super::tree::root_of;
use crate::{
    Hash, LedgerError,
    segment::{self, Place},
};
use rustix::{
    fs::{AtFlags, Mode, OFlags, mkdirat, renameat, unlinkat},
    io::Errno,
};
use std::{
    collections::HashMap,
    io::{Read, Write},
};

/// Hashes in a full tile.
pub(super) const WIDTH: u64 = 256;
/// Levels of tiles that a tree of 2^64 leaves has.
const MAX_LEVELS: u8 = 8;

/// The name of a tile; `width` below 256 names a partial one.
fn name(level: u8, index: u64, width: u64) -> String {
    numbered(&format!("tile/{level}"), index, width)
}

/// The name of file `index` in a directory of them, three digits a step; `width` below 256 names a partial one.
pub(super) fn numbered(dir: &str, index: u64, width: u64) -> String {
    let mut groups = vec![format!("{:03}", index % 1000)];
    let mut rest = index / 1000;
    while rest > 0 {
        groups.push(format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    groups.reverse();
    let path = format!("{dir}/{}", groups.join("/"));
    if width < WIDTH {
        format!("{path}.p/{width}")
    } else {
        path
    }
}

/// How many complete subtrees of 256^level leaves a tree of `size` leaves has.
fn count(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(level) * 8).unwrap_or(0)
}

/// Reads tiles of a tree of one size, each at most once.
pub(super) struct Tiles<'a> {
    place: Place<'a>,
    size: u64,
    read: HashMap<(u8, u64), Vec<Hash>>,
}

impl<'a> Tiles<'a> {
    pub(super) fn new(place: Place<'a>, size: u64) -> Self {
        Self {
            place,
            size,
            read: HashMap::new(),
        }
    }

    /// The hashes of a tile, none where the tree has no such tile.
    pub(super) fn tile(&mut self, level: u8, index: u64) -> Result<&[Hash], LedgerError> {
        if !self.read.contains_key(&(level, index)) {
            let width = count(self.size, level).saturating_sub(index * WIDTH).min(WIDTH);
            let hashes = if width == 0 {
                Vec::new()
            } else {
                read_tile(self.place, &name(level, index, width), width)?
            };
            self.read.insert((level, index), hashes);
        }
        Ok(self.read.get(&(level, index)).map_or(&[], Vec::as_slice))
    }

    /// The root of the complete subtree of 2^height leaves that begins with leaf `index << height`.
    pub(super) fn subtree(&mut self, height: u32, index: u64) -> Result<Hash, LedgerError> {
        let level = u8::try_from(height / 8).unwrap_or(u8::MAX);
        let span = 1_u64 << (height % 8);
        let begin = index * span;
        let (tile, from) = (
            begin / WIDTH,
            usize::try_from(begin % WIDTH).unwrap_or(usize::MAX),
        );
        let place = self.place;
        let hashes = self.tile(level, tile)?;
        match hashes.get(from..from + usize::try_from(span).unwrap_or(0)) {
            Some(part) => Ok(root_of(part)),
            None => Err(LedgerError::Unfit {
                path: place.path(&name(level, tile, WIDTH)),
                why: "lacks hashes that the tree has",
            }),
        }
    }
}

fn read_tile(place: Place<'_>, name: &str, width: u64) -> Result<Vec<Hash>, LedgerError> {
    let bytes = read_whole(place, name, width * 32)?;
    Ok(bytes.as_chunks::<32>().0.to_vec())
}

/// A file of exactly this size.
pub(super) fn read_whole(place: Place<'_>, name: &str, size: u64) -> Result<Vec<u8>, LedgerError> {
    let path = place.path(name);
    let mut file = place.open(name, OFlags::RDONLY, Mode::empty())?;
    let shape = segment::shape(&file, &path)?;
    let mut bytes = Vec::new();
    if shape.size != size {
        return Err(LedgerError::Unfit {
            path,
            why: "does not have the size of a tile",
        });
    }
    file.read_to_end(&mut bytes)
        .map_err(|e| LedgerError::io("read", &path, e))?;
    Ok(bytes)
}

/// Adds leaves to the tiles of a tree.
pub(super) struct Builder<'a> {
    place: Place<'a>,
    size: u64,
    /// The hashes of the tile that is being filled, for each level.
    open: Vec<Vec<Hash>>,
}

impl<'a> Builder<'a> {
    /// Goes on from the tiles of a tree of `size` leaves.
    pub(super) fn resume(place: Place<'a>, size: u64) -> Result<Self, LedgerError> {
        let mut tiles = Tiles::new(place, size);
        let mut open = Vec::new();
        for level in 0..MAX_LEVELS {
            let total = count(size, level);
            if total == 0 {
                break;
            }
            let partial = if total.is_multiple_of(WIDTH) {
                Vec::new()
            } else {
                tiles.tile(level, total / WIDTH)?.to_vec()
            };
            open.push(partial);
        }
        Ok(Self { place, size, open })
    }

    /// Adds a leaf; a tile that is full now is written.
    pub(super) fn push(&mut self, leaf: Hash) -> Result<(), LedgerError> {
        self.size += 1;
        let mut carry = Some(leaf);
        for level in 0..MAX_LEVELS {
            let Some(hash) = carry.take() else { break };
            let at = usize::from(level);
            if self.open.len() <= at {
                self.open.push(Vec::with_capacity(256));
            }
            let Some(open) = self.open.get_mut(at) else { break };
            open.push(hash);
            if open.len() as u64 == WIDTH {
                let index = count(self.size, level) / WIDTH - 1;
                write_whole(self.place, &name(level, index, WIDTH), open.as_flattened())?;
                carry = Some(root_of(open));
                open.clear();
            }
        }
        Ok(())
    }

    /// Writes the partial tiles. The older ones stay until [`Self::tidy`]. Not synced: what a crash takes is made
    /// anew from the entries; who removes entries syncs first.
    pub(super) fn finish(&self) -> Result<(), LedgerError> {
        for (level, open) in (0_u8..).zip(&self.open) {
            if !open.is_empty() {
                let index = count(self.size, level) / WIDTH;
                write_whole(
                    self.place,
                    &name(level, index, open.len() as u64),
                    open.as_flattened(),
                )?;
            }
        }
        Ok(())
    }

    /// Removes the partial tiles of the tree of `before` leaves; nothing needs them once a newer head is out.
    pub(super) fn tidy(&self, before: u64) {
        for level in 0..MAX_LEVELS {
            let (old, new) = (count(before, level), count(self.size, level));
            if old != new && !old.is_multiple_of(WIDTH) {
                remove_partial(self.place, &name(level, old / WIDTH, old % WIDTH));
            }
        }
    }
}

/// Removes a partial file, and its directory once that is empty.
pub(super) fn remove_partial(place: Place<'_>, name: &str) {
    unlinkat(place.dir, name, AtFlags::empty()).ok();
    if let Some((dir, _)) = name.rsplit_once('/') {
        // Fails where a newer partial file lies in it.
        unlinkat(place.dir, dir, AtFlags::REMOVEDIR).ok();
    }
}

/// Writes a file beside its place, then puts it there; its directories are made where they are missing.
pub(super) fn write_whole(place: Place<'_>, name: &str, bytes: &[u8]) -> Result<(), LedgerError> {
    let path = place.path(name);
    for (at, _) in name.match_indices('/') {
        let dir = name.get(..at).unwrap_or_default();
        match mkdirat(place.dir, dir, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(e) => return Err(LedgerError::io("make", &place.path(dir), e)),
        }
    }
    let new = "tile/new";
    let mut file = place.open(
        new,
        OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC,
        Mode::RUSR | Mode::WUSR,
    )?;
    file.write_all(bytes)
        .map_err(|e| LedgerError::io("write", &place.path(new), e))?;
    renameat(place.dir, new, place.dir, name).map_err(|e| LedgerError::io("name", &path, e))
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn tiles_are_named_as_the_specification_does() {
        assert_eq!(name(0, 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(name(3, 7, 256), "tile/3/007");
        assert_eq!(name(1, 273, 112), "tile/1/273.p/112");
    }
}
