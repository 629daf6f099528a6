//! The tail cache: where the last entry ends, kept in the lock file so that an append finds the end at once.
//! It is checksummed and always checked against the segment; losing it costs time, never entries.

use super::{
    Marks,
    clock::{self, Micros},
    group_commit::SERVED_BYTES,
    hash::{self, Hash, sha256},
};
use record::line::DecimalBuffer as Decimal;
use std::{fs::File, io, os::unix::fs::FileExt};

const MAGIC: &str = "wt-tail-v1";
/// The cache is one line of this length.
pub(super) const CACHE_BYTES: usize = 320;
const FULL_BYTES: usize = CACHE_BYTES + SERVED_BYTES;
/// Digits of its check sum.
const SUM_DIGITS: usize = 16;

/// The bytes of the cache.
type CacheLine = [u8; CACHE_BYTES];

/// The end of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tail {
    /// First entry of the newest segment.
    pub first: u64,
    /// When the newest segment's first entry was written.
    pub opened: Micros,
    /// The last entry.
    pub seq: u64,
    /// Its time.
    pub at: Micros,
    /// Its hash.
    pub hash: Hash,
    /// Where its line begins in the segment.
    pub start: u64,
    /// Where its line ends, the newline included: the segment's length.
    pub end: u64,
    /// Whether the genesis entry demands that every entry is sealed.
    pub sealed: bool,
    /// Whether the reserve was used up by a `suspended` entry.
    pub spent: bool,
    /// Nanoseconds since boot when the cache was written.
    pub booted: u64,
    /// The last entries about what is permitted.
    pub marks: Marks,
}

/// A cache that this writer wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) tail: Tail,
    line: CacheLine,
}

/// What one field of the cache is.
enum Field<'a> {
    Count(u64),
    Time(Micros),
    Hash(&'a Hash),
}

/// What the cache says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cache {
    /// Nothing: a new ledger, or the cache was lost.
    Empty,
    /// Something that no writer wrote.
    Damaged,
    /// Where the ledger ended when it was written.
    Known(Tail),
}

impl Tail {
    /// The tail of a ledger without entries, begun at this time.
    pub(super) fn nothing(opened: Micros) -> Self {
        Self {
            first: 1,
            opened,
            seq: 0,
            at: 0,
            hash: hash::ZERO,
            start: 0,
            end: 0,
            sealed: false,
            spent: false,
            booted: 0,
            marks: Marks::default(),
        }
    }

    fn line(&self) -> CacheLine {
        let mut line = [b' '; CACHE_BYTES];
        let mut used = 0;
        let mut put = |bytes: &[u8]| {
            if let Some(room) = line.get_mut(used..used + bytes.len()) {
                room.copy_from_slice(bytes);
            }
            used += bytes.len();
        };
        put(MAGIC.as_bytes());
        for field in [
            Field::Count(self.first),
            Field::Time(self.opened),
            Field::Count(self.seq),
            Field::Time(self.at),
            Field::Hash(&self.hash),
            Field::Count(self.start),
            Field::Count(self.end),
            Field::Count(self.booted),
            Field::Count(self.marks.control),
            Field::Count(self.marks.freeze),
        ] {
            put(b" ");
            match field {
                Field::Count(n) => put(Decimal::default().write(n)),
                Field::Time(n) => {
                    put(if n < 0 { b"-" } else { b"" });
                    put(Decimal::default().write(n.unsigned_abs()));
                }
                Field::Hash(hash) => put(&hash::hex(hash)),
            }
        }
        put(match (self.sealed, self.spent) {
            (false, false) => b" --",
            (true, false) => b" s-",
            (false, true) => b" -f",
            (true, true) => b" sf",
        });
        let sum = hash::hex(&sha256(&[line.get(..used).unwrap_or_default()]));
        for (slot, &byte) in line.iter_mut().skip(used + 1).zip(sum.iter().take(SUM_DIGITS)) {
            *slot = byte;
        }
        if let Some(last) = line.last_mut() {
            *last = b'\n';
        }
        line
    }

    fn parse(line: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(line)
            .ok()?
            .strip_suffix('\n')?
            .trim_end_matches(' ');
        let (body, sum) = text.rsplit_once(' ')?;
        if sum.len() != SUM_DIGITS || !hash::hex_text(&sha256(&[body.as_bytes()])).starts_with(sum) {
            return None;
        }
        let mut fields = body.split(' ');
        if fields.next()? != MAGIC {
            return None;
        }
        let tail = Self {
            first: fields.next()?.parse().ok()?,
            opened: fields.next()?.parse().ok()?,
            seq: fields.next()?.parse().ok()?,
            at: fields.next()?.parse().ok()?,
            hash: hash::unhex(fields.next()?.as_bytes())?,
            start: fields.next()?.parse().ok()?,
            end: fields.next()?.parse().ok()?,
            booted: fields.next()?.parse().ok()?,
            marks: Marks {
                control: fields.next()?.parse().ok()?,
                freeze: fields.next()?.parse().ok()?,
            },
            sealed: false,
            spent: false,
        };
        let (sealed, spent) = match fields.next()? {
            "--" => (false, false),
            "s-" => (true, false),
            "-f" => (false, true),
            "sf" => (true, true),
            _ => return None,
        };
        (fields.next().is_none() && tail.start < tail.end).then_some(Self {
            sealed,
            spent,
            ..tail
        })
    }

    /// Writes the cache; not synced, a lost cache is rebuilt.
    pub(super) fn store(self, lock: &File) -> io::Result<Left> {
        let line = self.line();
        lock.write_all_at(&line, 0)?;
        Ok(Left { tail: self, line })
    }

    /// Whether the machine certainly was started anew since this cache was written: unsynced entries may then
    /// be gone while the cache survived.
    pub(super) fn is_of_another_boot(&self) -> bool {
        let now = clock::since_boot();
        let started = |at: Micros, since: u64| at - i64::try_from(since / 1000).unwrap_or(0);
        now < self.booted || started(clock::now(), now) - started(self.at, self.booted) > 2_000_000
    }
}

/// Empties the cache, durably: the next writer looks for itself.
pub(super) fn forget(lock: &File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.sync_data()
}

/// Reads the cache.
pub(super) fn load(lock: &File) -> io::Result<Cache> {
    load_knowing(lock, None)
}

/// Reads the cache, which may still be the one that this writer left.
pub(super) fn load_knowing(lock: &File, left: Option<&Left>) -> io::Result<Cache> {
    // What stands behind the cache is for those that sync; a longer file is none that a writer wrote.
    let mut bytes = [0; CACHE_BYTES + SERVED_BYTES + 1];
    let got = lock.read_at(&mut bytes, 0)?;
    let bytes = match got {
        0..=CACHE_BYTES => bytes.get(..got),
        FULL_BYTES => bytes.get(..CACHE_BYTES),
        _ => return Ok(Cache::Damaged),
    }
    .unwrap_or_default();
    if let Some(left) = left.filter(|left| left.line == bytes) {
        return Ok(Cache::Known(left.tail));
    }
    Ok(match bytes.len() {
        0 => Cache::Empty,
        CACHE_BYTES => Tail::parse(bytes).map_or(Cache::Damaged, Cache::Known),
        _ => Cache::Damaged,
    })
}

#[cfg(test)]
mod tests {
    use super::{CACHE_BYTES, Marks, Tail};

    const TAIL: Tail = Tail {
        first: u64::MAX,
        opened: i64::MIN,
        seq: u64::MAX,
        at: -1,
        hash: [7; 32],
        start: u64::MAX - 1,
        end: u64::MAX,
        sealed: true,
        spent: false,
        booted: u64::MAX,
        marks: Marks {
            control: u64::MAX,
            freeze: u64::MAX,
        },
    };

    #[test]
    fn the_largest_cache_fits_and_reads_back() {
        let line = TAIL.line();
        assert_eq!(line.len(), CACHE_BYTES);
        assert_eq!(Tail::parse(&line), Some(TAIL));
    }

    #[test]
    fn every_flipped_bit_of_the_cache_is_noticed() {
        let line = TAIL.line();
        for bit in 0..line.len() * 8 {
            let mut bad = line;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(Tail::parse(&bad), Some(Tail { seq: 0, ..TAIL }), "{bit}");
            assert!(Tail::parse(&bad).is_none_or(|read| read == TAIL), "{bit}");
        }
    }
}
