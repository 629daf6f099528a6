//! Sealing: a MAC in every entry under a key that moves on with each, so that who takes the machine over later
//! cannot rewrite what was sealed before. The first key is kept off the machine.
//!
//! `K(i+1) = SHA256("wt-seal-next-v1\n" K(i))`; entry `N` with index `i >= N` carries
//! `HMAC-SHA256(K(i), "wt-seal-v1\n" i "\n" N "\n" timestamp "\n" P "\n" hex(SHA256(D')) "\n")`,
//! `D'` being its data without the member `_seal`.

use super::{
    LedgerError, SEAL_KEY,
    hash::{self, Hash, sha256},
    keys::Secret,
    recover::Found,
    segment::{self, Place},
};
use hmac::{Hmac, KeyInit, Mac};
use record::seal::PREFIX;
pub(super) use record::seal::{body_digest, split};
use rustix::fs::{Mode, OFlags};
use sha2::Sha256;
use std::{fs::File, os::unix::fs::FileExt};
use zeroize::Zeroizing;

/// How a shown seal key begins.
const SHOWN: &str = "wt-seal-";
const MAGIC: &str = "wt-seal-v1";
/// Length of the key's file: magic, index, distance, key, check sum, padded with spaces.
const FILE_BYTES: usize = 160;

/// What the first entry says of the key, so that another key is told from tampering.
pub(super) fn commitment(first: &Secret) -> Hash {
    sha256(&[b"wt-seal-commit-v1\n", first.as_slice()])
}

/// The key as a person keeps it.
pub(super) fn shown(first: &Secret) -> Zeroizing<String> {
    Zeroizing::new(format!("{SHOWN}{}", hash::hex_text(first)))
}

/// Reads a key as it was shown.
pub fn parse_key(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let digits = text.trim();
    hash::unhex(digits.strip_prefix(SHOWN).unwrap_or(digits).as_bytes()).map(Zeroizing::new)
}

/// The parts of an entry that its seal covers.
pub(super) struct Covered<'a> {
    pub(super) seq: u64,
    pub(super) timestamp: &'a [u8],
    pub(super) prev: &'a Hash,
    /// Digest of the data without its seal.
    pub(super) body: &'a Hash,
}

/// A key at its index.
#[derive(Clone)]
pub(super) struct Key {
    index: u64,
    key: Secret,
}

impl Key {
    /// The first key.
    pub(super) fn first(key: Secret) -> Self {
        Self { index: 1, key }
    }

    fn step(&mut self) {
        self.key = Zeroizing::new(sha256(&[b"wt-seal-next-v1\n", self.key.as_slice()]));
        self.index += 1;
    }

    /// Moves on to an index; never back.
    pub(super) fn advance(&mut self, index: u64) -> bool {
        while self.index < index {
            self.step();
        }
        self.index == index
    }

    pub(super) fn mac(&self, covered: &Covered<'_>) -> Hash {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key.as_slice()) else {
            return hash::ZERO;
        };
        mac.update(format!("wt-seal-v1\n{}\n{}\n", self.index, covered.seq).as_bytes());
        mac.update(covered.timestamp);
        mac.update(b"\n");
        mac.update(&hash::hex(covered.prev));
        mac.update(b"\n");
        mac.update(&hash::hex(covered.body));
        mac.update(b"\n");
        mac.finalize().into_bytes().into()
    }
}

/// The evolving key of a ledger's writers, held under the ledger's lock.
pub(super) struct Sealer {
    file: File,
    key: Key,
    /// How far indices are ahead of entry numbers: one more for every entry that a power loss took.
    ahead: u64,
}

impl Sealer {
    /// Makes the key's file with the first key.
    pub(super) fn create(place: Place<'_>, first: &Secret) -> Result<Self, LedgerError> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::TRUNC;
        let file = place.open(SEAL_KEY, flags, Mode::RUSR | Mode::WUSR)?;
        let sealer = Self {
            file,
            key: Key::first(first.clone()),
            ahead: 0,
        };
        sealer.store(place)?;
        // Without its first key no entry could follow after a power loss.
        let path = place.path(SEAL_KEY);
        sealer
            .file
            .sync_all()
            .map_err(|e| LedgerError::io("sync", &path, e))?;
        Ok(sealer)
    }

    /// Opens the key and moves it on to the next entry. A key that is further on than that has sealed entries that
    /// are gone; only a power loss accounts for it, and the note of the recovery then says how many.
    pub(super) fn open(place: Place<'_>, found: &mut Found) -> Result<Self, LedgerError> {
        let path = place.path(SEAL_KEY);
        let file = match place.open(SEAL_KEY, OFlags::RDWR, Mode::empty()) {
            Err(e) if e.errno() == Some(rustix::io::Errno::NOENT) => {
                return Err(LedgerError::Unsealed {
                    path: place.shown.to_path_buf(),
                    why: "is sealed, and its key is gone",
                });
            }
            other => other?,
        };
        segment::shape(&file, &path)?;
        let mut bytes = Zeroizing::new([0; FILE_BYTES]);
        file.read_exact_at(bytes.as_mut_slice(), 0)
            .map_err(|e| LedgerError::io("read", &path, e))?;
        let mut sealer = Self::parse(file, bytes.as_slice()).ok_or(LedgerError::Unfit {
            path: path.clone(),
            why: "is no seal key",
        })?;
        let next = found.tail.seq + 1;
        if sealer.key.advance(next + sealer.ahead) {
            return Ok(sealer);
        }
        let gap = sealer.key.index - next - sealer.ahead;
        if !found.lost_power() {
            return Err(LedgerError::Tampered {
                path: place.shown.to_path_buf(),
                why: format!("ends with entry {}, but {gap} more were sealed", next - 1),
            });
        }
        found.tell_of_gap(gap);
        sealer.ahead += gap;
        Ok(sealer)
    }

    fn parse(file: File, bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?.trim_end_matches(['\n', ' ']);
        let (body, sum) = text.rsplit_once(' ')?;
        if *sum != *check_sum(body) {
            return None;
        }
        let mut fields = body.split(' ');
        if fields.next()? != MAGIC {
            return None;
        }
        let index = fields.next()?.parse().ok()?;
        let ahead = fields.next()?.parse().ok()?;
        let key = Zeroizing::new(hash::unhex(fields.next()?.as_bytes())?);
        Some(Self {
            file,
            key: Key { index, key },
            ahead,
        })
    }

    /// Puts the seal of the next entry into its data, and moves on.
    pub(super) fn seal(&mut self, seq: u64, timestamp: &[u8], prev: &Hash, data: &[u8]) -> Vec<u8> {
        let body = data.get(1..).unwrap_or_default();
        let mac = self.key.mac(&Covered {
            seq,
            timestamp,
            prev,
            body: &body_digest(body),
        });
        let mut out = PREFIX.to_vec();
        out.extend_from_slice(format!("{}:{}\",", self.key.index, hash::hex_text(&mac)).as_bytes());
        out.extend_from_slice(body);
        self.key.step();
        out
    }

    /// Writes the key back over the older one.
    pub(super) fn store(&self, place: Place<'_>) -> Result<(), LedgerError> {
        let digits = Zeroizing::new(hash::hex_text(&self.key.key));
        let body = Zeroizing::new(format!(
            "{MAGIC} {} {} {}",
            self.key.index,
            self.ahead,
            digits.as_str()
        ));
        let mut text = Zeroizing::new(format!("{} {}", body.as_str(), check_sum(&body)).into_bytes());
        text.resize(FILE_BYTES - 1, b' ');
        text.push(b'\n');
        self.file
            .write_all_at(&text, 0)
            .map_err(|e| LedgerError::io("write", &place.path(SEAL_KEY), e))
    }
}

/// A damaged key must not seal: nothing would fit any more.
fn check_sum(body: &str) -> String {
    hash::hex_text(&sha256(&[body.as_bytes()]))
        .chars()
        .take(16)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Covered, Key, parse_key, shown};
    use zeroize::Zeroizing;

    #[test]
    fn the_seal_covers_the_place_of_the_entry() {
        let key = Key::first(Zeroizing::new([1; 32]));
        let (prev, body) = ([2; 32], [3; 32]);
        let covered = |seq, timestamp| Covered {
            seq,
            timestamp,
            prev: &prev,
            body: &body,
        };
        assert_ne!(key.mac(&covered(1, b"a")), key.mac(&covered(2, b"a")));
        assert_ne!(key.mac(&covered(1, b"a")), key.mac(&covered(1, b"b")));
        let mut next = key.clone();
        assert!(next.advance(2));
        assert_ne!(key.mac(&covered(1, b"a")), next.mac(&covered(1, b"a")));
        assert!(!next.advance(1), "a key never goes back");
    }

    #[test]
    fn a_shown_key_reads_back() {
        let key = Zeroizing::new([7; 32]);
        assert_eq!(parse_key(&shown(&key)), Some(key));
        assert_eq!(parse_key("wt-seal-00"), None);
    }
}
