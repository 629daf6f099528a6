//! From ledger entries to the index: the one place that says what an entry about permission means. What a writer
//! did not get to note down before it was stopped is taken in here by the next.

use super::{
    freeze::{Freeze, Freezes, THAW},
    grant::{self, Grant},
    kept::{self, Kept},
    request,
    table::{End, Table},
};
use crate::{
    approver::{PublicKey, Signed, unhex},
    report::Failure,
};
use ledger::{
    Marks,
    read::{Entry, Reader},
};
use serde_json::{Map, Value as Json};
use std::{os::fd::BorrowedFd, path::Path};

/// Kind of the statement that names the approver's key.
pub(super) const APPROVER: &str = "approver";
/// Kind of the statement that takes grants back.
pub(super) const REVOKE: &str = "revoke";

/// Brings the index up to the ledger. The state's lock is held.
pub(super) fn catch_up(home: BorrowedFd<'_>, shown: &Path, marks: Marks) -> Result<Table, Failure> {
    let table = match Table::open(home)? {
        Some(table) if marks.freeze == 0 && table.header.control >= marks.control => return Ok(table),
        table => table,
    };
    let freezes = Freezes::read(home)?.or_else(|| (marks.freeze == 0).then(Freezes::default));
    match (table, freezes) {
        (Some(table), freezes)
            if table.header.control >= marks.control
                && (marks.freeze == 0
                    || freezes.as_ref().is_some_and(|known| known.as_of >= marks.freeze)) =>
        {
            Ok(table)
        }
        (Some(table), Some(freezes)) if table.header.control < marks.control => {
            let reader = Reader::open(home, shown)?;
            let mut missed = Vec::new();
            for entry in reader.backwards() {
                let entry = entry?;
                if entry.seq <= table.header.control {
                    break;
                }
                if matters(&entry) {
                    missed.push(entry);
                }
            }
            missed.reverse();
            Replay { home, table, freezes }.take_in(missed.into_iter().map(Ok), marks)
        }
        _ => {
            let reader = Reader::open(home, shown)?;
            let table = Table::create(home)?;
            // Where no entry was ever about permission, only the first can name a key.
            let last = if marks.control == 0 { 1 } else { u64::MAX };
            let whole = reader
                .from(1)
                .take_while(|entry| entry.as_ref().map_or(true, |entry| entry.seq <= last))
                .filter(|entry| entry.as_ref().map_or(true, matters));
            let mut replay = Replay {
                home,
                table,
                freezes: Freezes::default(),
            };
            replay.table.header.pending = request::count(home)?;
            replay.take_in(whole.map(|entry| entry.map_err(Failure::from)), marks)
        }
    }
}

/// Whether an entry is about permission.
fn matters(entry: &Entry) -> bool {
    matches!(
        entry.kind(),
        "genesis" | "grant" | "revoke" | "admin" | "freeze" | "thaw"
    ) || entry.data.contains_key("grant")
}

/// The key that an `admin` entry names, after `before`: taken from a statement that the key before it signed; the first
/// one signs itself.
fn key_after(before: Option<PublicKey>, data: &Map<String, Json>) -> Option<[u8; 32]> {
    let signed = Signed::from_entry(data)?;
    let named = signed.claimed().get("public_key")?.as_str()?;
    let (new, bytes) = (PublicKey::parse(named)?, unhex::<32>(named)?);
    let by = before.unwrap_or(new);
    signed.verified(&by, APPROVER).map(|_| bytes)
}

/// The approver's key as the entries tell it that can still be read, where the ledger is damaged and the index gone.
pub(super) fn key_told(home: BorrowedFd<'_>, shown: &Path) -> Option<PublicKey> {
    let mut key = None;
    for entry in Reader::open(home, shown).ok()?.from(1).map_while(Result::ok) {
        let named = match entry.kind() {
            "genesis" => entry
                .data
                .get("approver_key")
                .and_then(Json::as_str)
                .and_then(unhex),
            "admin" => key_after(key, &entry.data),
            _ => None,
        };
        key = named.and_then(|bytes| PublicKey::of_bytes(&bytes)).or(key);
    }
    key
}

struct Replay<'a> {
    home: BorrowedFd<'a>,
    table: Table,
    freezes: Freezes,
}

impl Replay<'_> {
    fn take_in(
        mut self,
        entries: impl Iterator<Item = Result<Entry, Failure>>,
        marks: Marks,
    ) -> Result<Table, Failure> {
        for entry in entries {
            let entry = entry?;
            self.apply(&entry)?;
            if let Ok(at) = entry.timestamp.parse::<jiff::Timestamp>() {
                self.table.header.seen = self.table.header.seen.noted_at(at.as_microsecond());
            }
            self.table.header.control = self.table.header.control.max(entry.seq);
        }
        self.freezes.as_of = self.freezes.as_of.max(marks.freeze);
        self.freezes.store(self.home)?;
        self.table.header.control = self.table.header.control.max(marks.control);
        self.table.store()?;
        Ok(self.table)
    }

    fn apply(&mut self, entry: &Entry) -> Result<(), Failure> {
        let text = |key: &str| entry.data.get(key).and_then(Json::as_str).unwrap_or_default();
        match entry.kind() {
            "genesis" => {
                if let Some(key) = unhex::<32>(text("approver_key")) {
                    self.table.header.key = key;
                }
                Ok(())
            }
            "admin" => {
                self.set_key(&entry.data);
                Ok(())
            }
            "grant" => self.grant(entry),
            "revoke" => self.revoke(entry),
            "freeze" => {
                self.freezes.add(Freeze {
                    seq: entry.seq,
                    principal: text("principal").to_owned(),
                    agent: text("agent").to_owned(),
                    reason: text("reason").to_owned(),
                });
                Ok(())
            }
            "thaw" => {
                if let Some(thaw) = self.signed(&entry.data, THAW) {
                    self.freezes.lift(&thaw);
                }
                Ok(())
            }
            kind => self.used(entry, kind),
        }
    }

    /// The statement of an entry, where the approver signed it.
    fn signed(&self, data: &Map<String, Json>, kind: &str) -> Option<Signed> {
        let key = self.table.key()?;
        Signed::from_entry(data).filter(|signed| signed.verified(&key, kind).is_some())
    }

    fn set_key(&mut self, data: &Map<String, Json>) {
        if let Some(key) = key_after(self.table.key(), data) {
            self.table.header.key = key;
        }
    }

    fn grant(&mut self, entry: &Entry) -> Result<(), Failure> {
        let Some(signed) = self.signed(&entry.data, grant::STATEMENT) else {
            return Ok(());
        };
        let summary = entry.data.get("summary").and_then(Json::as_str);
        let Some(kept) = Kept::of(&signed, summary.unwrap_or_default()) else {
            return Ok(());
        };
        let Grant { number, request, .. } = kept.claimed().clone();
        let mut slot = self.table.slot(number)?;
        if slot.made != 0 && slot.made != entry.seq {
            // A number is given once; whatever comes later under it was replayed.
            return Ok(());
        }
        slot.made = entry.seq;
        slot.digest = kept.written().digest();
        self.table.set(number, slot)?;
        self.table.header.grants = self.table.header.grants.max(number);
        kept::store(self.home, kept)?;
        request::remove(self.home, &request)
    }

    fn revoke(&mut self, entry: &Entry) -> Result<(), Failure> {
        let Some(signed) = self.signed(&entry.data, REVOKE) else {
            return Ok(());
        };
        let named = signed
            .claimed()
            .get("grants")
            .and_then(Json::as_array)
            .cloned()
            .unwrap_or_default();
        let numbers: Vec<u32> = match signed.claimed().get("up_to").and_then(Json::as_u64) {
            Some(last) => (1..=u32::try_from(last).unwrap_or(0).min(self.table.header.grants)).collect(),
            None => named
                .iter()
                .filter_map(|id| grant::number(id.as_str()?))
                .collect(),
        };
        for number in numbers {
            self.end(number, entry.seq, End::Revoked)?;
        }
        Ok(())
    }

    /// A decision that used a grant, or an event that tells of its end.
    fn used(&mut self, entry: &Entry, kind: &str) -> Result<(), Failure> {
        let id = entry
            .data
            .get("grant")
            .and_then(|grant| grant.get("id"))
            .and_then(Json::as_str);
        let Some(number) = id.and_then(grant::number) else {
            return Ok(());
        };
        if kind != "decision" {
            return self.end(number, entry.seq, End::Expired);
        }
        let mut slot = self.table.slot(number)?;
        if slot.last < entry.seq {
            slot.used = slot.used.saturating_add(1);
            slot.last = entry.seq;
            self.table.set(number, slot)?;
        }
        Ok(())
    }

    fn end(&mut self, number: u32, seq: u64, end: End) -> Result<(), Failure> {
        let mut slot = self.table.slot(number)?;
        if slot.made != 0 && slot.end == End::Open {
            slot.end = end;
            slot.last = slot.last.max(seq);
            self.table.set(number, slot)?;
        }
        Ok(())
    }
}
