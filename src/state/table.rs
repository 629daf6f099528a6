//! The index of grants: a header and one fixed-size slot for each grant ever made, so that one is found, checked and
//! counted without reading the others. All of it follows from the ledger; the header says up to which entry.

use super::{files, moment::Seen};
use crate::{
    approver::PublicKey,
    report::{Exit, Failure},
};
use record::hash::sha256;
use rustix::{fs::OFlags, io::Errno};
use std::{
    fs::File,
    os::{fd::BorrowedFd, unix::fs::FileExt},
};

pub(super) const FILE: &str = "state/table";
const MAGIC: &[u8; 8] = b"wt-tab-3";
const HEADER: usize = 128;
const SLOT: u64 = 48;

/// What holds of the whole index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// The last entry about permission that was taken in.
    pub control: u64,
    /// The latest time that was seen.
    pub seen: Seen,
    /// Grants made so far; the next has the next number.
    pub grants: u32,
    /// Requests waiting, at most.
    pub pending: u32,
    /// The approver's public key as the ledger has it, zero for none.
    pub key: [u8; 32],
}

/// What became of one grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Slot {
    /// The entry that made it, 0 for none.
    pub made: u64,
    /// The last entry that used or ended it.
    pub last: u64,
    /// How often it was used.
    pub used: u32,
    /// Whether it is over.
    pub end: End,
    /// First half of the SHA-256 of its statement and signature.
    pub digest: [u8; 16],
}

/// How a grant ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// It did not.
    #[default]
    Open,
    /// A person took it back.
    Revoked,
    /// Its time was over, and that is on record.
    Expired,
}

/// The opened index.
#[derive(Debug)]
pub(super) struct Table {
    file: File,
    pub header: Header,
}

impl Table {
    /// Opens the index; none where there is none or it is damaged, which the ledger then mends.
    pub(super) fn open(home: BorrowedFd<'_>) -> Result<Option<Self>, Failure> {
        let Some(file) = files::open(home, FILE, OFlags::RDWR).map_err(|e| failed("open", e))? else {
            return Ok(None);
        };
        let mut bytes = [0; HEADER];
        let got = file
            .read_at(&mut bytes, 0)
            .map_err(|e| failed("read", files::of_io(e)))?;
        let header = if got == HEADER {
            Header::parse(&bytes)
        } else {
            None
        };
        Ok(header.map(|header| Self { file, header }))
    }

    /// An empty index in place of whatever was there.
    pub(super) fn create(home: BorrowedFd<'_>) -> Result<Self, Failure> {
        files::replace(home, FILE, &Header::default().bytes(), files::Sync::Lazy)
            .map_err(|e| failed("make", e))?;
        Self::open(home)?.ok_or_else(|| failed("make", Errno::IO))
    }

    /// Writes the header.
    pub(super) fn store(&self) -> Result<(), Failure> {
        self.file
            .write_all_at(&self.header.bytes(), 0)
            .map_err(|e| failed("write", files::of_io(e)))
    }

    /// The slot of a grant.
    pub(super) fn slot(&self, number: u32) -> Result<Slot, Failure> {
        let mut bytes = [0; SLOT as usize];
        // Beyond the end of the file everything is zero.
        self.file
            .read_at(&mut bytes, offset(number))
            .map_err(|e| failed("read", files::of_io(e)))?;
        Ok(Slot::parse(&bytes))
    }

    /// Replaces the slot of a grant.
    pub(super) fn set(&self, number: u32, slot: Slot) -> Result<(), Failure> {
        self.file
            .write_all_at(&slot.bytes(), offset(number))
            .map_err(|e| failed("write", files::of_io(e)))
    }

    /// The approver's key as the ledger has it.
    pub(super) fn key(&self) -> Option<PublicKey> {
        PublicKey::of_bytes(&self.header.key).filter(|_| self.header.key != [0; 32])
    }
}

fn offset(number: u32) -> u64 {
    HEADER as u64 + u64::from(number) * SLOT
}

fn failed(what: &str, e: Errno) -> Failure {
    Failure::new(Exit::Ledger, format!("cannot {what} `{FILE}`: {e}")).hint("run `wt doctor`")
}

/// Takes fixed-size fields off a row of bytes.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((first, rest)) = self.0.split_first_chunk::<N>() else {
            return [0; N];
        };
        self.0 = rest;
        *first
    }
}

impl Header {
    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&self.control.to_le_bytes());
        out.extend_from_slice(&self.seen.at.to_le_bytes());
        out.extend_from_slice(&self.seen.boot_s.to_le_bytes());
        out.extend_from_slice(&self.grants.to_le_bytes());
        out.extend_from_slice(&self.pending.to_le_bytes());
        out.extend_from_slice(&self.key);
        let sum = sha256(&[&out]);
        out.extend_from_slice(&sum);
        out.resize(HEADER, 0);
        out
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let magic = fields.take::<8>();
        let header = Self {
            control: u64::from_le_bytes(fields.take()),
            seen: Seen {
                at: i64::from_le_bytes(fields.take()),
                boot_s: u64::from_le_bytes(fields.take()),
            },
            grants: u32::from_le_bytes(fields.take()),
            pending: u32::from_le_bytes(fields.take()),
            key: fields.take(),
        };
        (magic == *MAGIC && header.bytes() == bytes).then_some(header)
    }
}

impl Slot {
    fn bytes(&self) -> Vec<u8> {
        let end: u32 = match self.end {
            End::Open => 0,
            End::Revoked => 1,
            End::Expired => 2,
        };
        let mut out = Vec::with_capacity(SLOT as usize);
        out.extend_from_slice(&self.made.to_le_bytes());
        out.extend_from_slice(&self.last.to_le_bytes());
        out.extend_from_slice(&self.used.to_le_bytes());
        out.extend_from_slice(&end.to_le_bytes());
        out.extend_from_slice(&self.digest);
        out.resize(SLOT as usize, 0);
        out
    }

    fn parse(bytes: &[u8]) -> Self {
        let mut fields = Fields(bytes);
        Self {
            made: u64::from_le_bytes(fields.take()),
            last: u64::from_le_bytes(fields.take()),
            used: u32::from_le_bytes(fields.take()),
            end: match u32::from_le_bytes(fields.take()) {
                0 => End::Open,
                2 => End::Expired,
                // Anything else can only make a grant end.
                _ => End::Revoked,
            },
            digest: fields.take(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn the_index_reads_back_and_damage_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let home = File::open(dir.path()).unwrap();
        assert!(Table::open(home.as_fd()).unwrap().is_none());
        let mut table = Table::create(home.as_fd()).unwrap();
        table.header = Header {
            control: 9,
            seen: Seen { at: -1, boot_s: 7 },
            grants: 3,
            pending: 2,
            key: [7; 32],
        };
        table.store().unwrap();
        let slot = Slot {
            made: 5,
            last: 9,
            used: 2,
            end: End::Expired,
            digest: [1; 16],
        };
        table.set(3, slot).unwrap();
        let again = Table::open(home.as_fd()).unwrap().unwrap();
        assert_eq!((again.header, again.slot(3).unwrap()), (table.header, slot));
        assert_eq!(again.slot(2).unwrap(), Slot::default());
        assert_eq!(again.slot(4000).unwrap(), Slot::default());
        let path = dir.path().join(FILE);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[9] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(Table::open(home.as_fd()).unwrap().is_none());
    }
}
