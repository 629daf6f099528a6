//! Pruning: the oldest segments go, whole. Their leaves stay in the tiles, so that every root and every proof of
//! what remains still holds.

use super::archive;
use crate::{
    Draft, Hash, Kind, Ledger, LedgerError, Receipt, clock,
    genesis::KEPT,
    hash::{hex_text, sha256},
    line,
    scan::{Lines, Piece},
    segment::{self, Place},
    verify::PRUNED,
};
use rustix::fs::{AtFlags, Mode, OFlags, renameat, unlinkat};
use serde_json::{Value, json};
use std::io::{Read, Write};

/// Up to where segments go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upto {
    /// Segments whose entries are all older than this, in microseconds since 1970.
    Before(i64),
    /// Segments whose entries all have smaller numbers, and are older than this.
    Entry(u64, i64),
}

/// What was taken out.
#[derive(Debug)]
pub struct Pruned {
    /// The entry that says so, none where nothing was old enough.
    pub receipt: Option<Receipt>,
    /// Last entry that is gone.
    pub last: u64,
    /// Segments taken out.
    pub segments: Vec<String>,
    /// Their bytes.
    pub bytes: u64,
}

/// The first line of a segment, as far as pruning needs it.
struct Begin {
    at: i64,
    prev: Hash,
    line: Vec<u8>,
}

impl Ledger {
    /// Says which segments pruning would take out.
    ///
    /// # Errors
    /// A segment cannot be read.
    pub fn prunable(&self, upto: Upto) -> Result<Pruned, LedgerError> {
        let place = self.place();
        let going = going(place, upto)?;
        let mut plan = Pruned {
            receipt: None,
            last: 0,
            segments: Vec::new(),
            bytes: 0,
        };
        for pair in going.windows(2) {
            let &[first, next] = pair else { continue };
            plan.last = next - 1;
            plan.segments.push(segment::name(first));
            plan.bytes += segment::open_read(place, first)?.1.size;
        }
        Ok(plan)
    }

    /// Takes the oldest segments out, into `archive` where one is given. Signs the head first, so that their leaves
    /// are in the tiles; then records it; then removes them.
    ///
    /// # Errors
    /// An entry is not what was written, or a file cannot be read, written or removed.
    pub fn prune(
        &mut self,
        upto: Upto,
        archive: Option<Place<'_>>,
        reason: &str,
        by: &str,
    ) -> Result<Pruned, LedgerError> {
        let plan = self.prunable(upto)?;
        if plan.segments.is_empty() {
            return Ok(plan);
        }
        self.checkpoint()?;
        let place = self.place();
        let firsts = going(place, upto)?;
        let remains = begin(place, plan.last + 1)?;
        keep_genesis(place, firsts.first().copied().unwrap_or(0))?;
        rustix::fs::syncfs(place.dir).map_err(|e| LedgerError::io("sync", place.shown, e))?;
        let mut segments = Vec::new();
        for &first in firsts.iter().take(plan.segments.len()) {
            let digest = match archive {
                Some(archive) => archive::write(place, archive, first)?,
                None => digest(place, first)?,
            };
            segments.push(json!({"name": segment::name(first), "sha256": hex_text(&digest)}));
        }
        let draft = Draft::of(
            Kind::Prune,
            [
                ("first", Value::from(firsts.first().copied())),
                ("last", Value::from(plan.last)),
                ("last_hash", Value::from(hex_text(&remains.prev))),
                ("segments", Value::from(segments)),
                (
                    "archive",
                    archive.map_or(Value::Null, |at| Value::from(at.shown.display().to_string())),
                ),
                ("reason", Value::from(reason)),
                ("by", Value::from(by)),
            ],
        );
        let receipt = self.write_one(draft, true)?;
        let (place, lock, settings) = self.parts();
        let guard = lock.take(place, settings.lock_timeout)?;
        store(place, PRUNED, receipt.seq.to_string().as_bytes())?;
        for name in &plan.segments {
            unlinkat(place.dir, name, AtFlags::empty())
                .map_err(|e| LedgerError::io("remove", &place.path(name), e))?;
        }
        place.sync()?;
        drop(guard);
        Ok(Pruned {
            receipt: Some(receipt),
            ..plan
        })
    }
}

/// First entries of the segments that go, and of the one that comes after them.
fn going(place: Place<'_>, upto: Upto) -> Result<Vec<u64>, LedgerError> {
    let firsts = segment::list(place)?;
    let mut count = 0;
    for &next in firsts.iter().skip(1) {
        let goes = match upto {
            // All entries of a segment are older than the next one's first.
            Upto::Before(at) => begin(place, next)?.at <= at,
            Upto::Entry(seq, at) => next <= seq && begin(place, next)?.at <= at,
        };
        if !goes {
            break;
        }
        count += 1;
    }
    Ok(if count == 0 {
        Vec::new()
    } else {
        firsts.into_iter().take(count + 1).collect()
    })
}

fn begin(place: Place<'_>, first: u64) -> Result<Begin, LedgerError> {
    let path = place.path(&segment::name(first));
    let mut lines = Lines::from(segment::open_read(place, first)?.0, &path, 0, u64::MAX)?;
    let unfit = LedgerError::Unfit {
        path: path.clone(),
        why: "does not begin with an entry",
    };
    let Piece::Line(bytes) = lines.next()? else {
        return Err(unfit);
    };
    let Some(framed) = line::parse(bytes).ok().filter(|framed| framed.seq == first) else {
        return Err(unfit);
    };
    let at = std::str::from_utf8(framed.timestamp).ok().and_then(clock::parse);
    Ok(Begin {
        at: at.unwrap_or(i64::MAX),
        prev: framed.prev,
        line: bytes.to_vec(),
    })
}

/// The first entry names the keys: its line is kept beside the tiles.
fn keep_genesis(place: Place<'_>, first: u64) -> Result<(), LedgerError> {
    if first != 1 {
        return Ok(());
    }
    let mut line = begin(place, 1)?.line;
    line.push(b'\n');
    store(place, KEPT, &line)
}

fn store(place: Place<'_>, name: &str, bytes: &[u8]) -> Result<(), LedgerError> {
    let new = format!("{name}.new");
    let path = place.path(&new);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC;
    let mut file = place.open(&new, flags, Mode::RUSR | Mode::WUSR)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(|e| LedgerError::io("write", &path, e))?;
    renameat(place.dir, &new, place.dir, name).map_err(|e| LedgerError::io("name", &path, e))
}

fn digest(place: Place<'_>, first: u64) -> Result<Hash, LedgerError> {
    let mut bytes = Vec::new();
    segment::open_read(place, first)?
        .0
        .read_to_end(&mut bytes)
        .map_err(|e| LedgerError::io("read", &place.path(&segment::name(first)), e))?;
    Ok(sha256(&[&bytes]))
}
