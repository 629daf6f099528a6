//! Later redaction of a single entry. Its hash stays, and with it the chain and the tree: the placeholder holds
//! the digest of the data that was there, and a `redact` entry says so.

use crate::{
    Draft, Kind, Ledger, LedgerError, Receipt,
    hash::hex_text,
    line,
    read::Reader,
    recover, rotate,
    scan::{Lines, Piece},
    seal::Sealer,
    segment::{self, Place},
};
use rustix::fs::{AtFlags, Mode, OFlags, renameat, unlinkat};
use serde_json::Value;
use std::{io::BufWriter, io::Write};

impl Ledger {
    /// The kind of an entry whose data can be taken out.
    ///
    /// # Errors
    /// There is no such entry, it is one that the ledger itself needs, or it cannot be read.
    pub fn redactable(&self, seq: u64) -> Result<String, LedgerError> {
        let refuse = |why: String| LedgerError::Asked { why };
        let place = self.place();
        let entry = Reader::open(place.dir, place.shown)?
            .get(seq)?
            .ok_or_else(|| refuse(format!("there is no entry {seq}")))?;
        let kind = entry.kind();
        if kind == "redacted" {
            return Err(refuse(format!("the data of entry {seq} was taken out before")));
        }
        if Kind::ALL
            .iter()
            .any(|own| own.is_about_itself() && own.word() == kind)
        {
            return Err(refuse(format!(
                "entry {seq} is a `{kind}` entry, which verification needs"
            )));
        }
        Ok(kind.to_owned())
    }

    /// Takes the data of an entry out. The entry that says so comes first: after a crash in between the data is
    /// still there, and redacting again takes it out.
    ///
    /// # Errors
    /// There is no such entry, it is one that the ledger itself needs, or a file cannot be written.
    pub fn redact(&mut self, seq: u64, reason: &str, by: &str) -> Result<Receipt, LedgerError> {
        let was = self.redactable(seq)?;
        let place = self.place();
        let digest = digest_of(place, seq)?;
        let draft = Draft::of(
            Kind::Redact,
            [
                ("entry", Value::from(seq)),
                ("data_sha256", Value::from(hex_text(&digest))),
                ("was", Value::from(was)),
                ("reason", Value::from(reason)),
                ("by", Value::from(by)),
            ],
        );
        let receipt = self.write_one(draft, true)?;
        self.replace(seq, receipt.seq)?;
        Ok(receipt)
    }

    /// Replaces the line of an entry by one with a placeholder, in a new file under the segment's name.
    fn replace(&mut self, seq: u64, by: u64) -> Result<(), LedgerError> {
        let (place, lock, settings) = self.parts();
        let guard = lock.take(place, settings.lock_timeout)?;
        let mut found = recover::find(place, &guard, None)?;
        let first = holder(place, seq)?;
        if first == found.tail.first {
            // The newest segment is being appended to; only closed ones are replaced.
            let mut sealer = match found.tail.sealed {
                true => Some(Sealer::open(place, &mut found)?),
                false => None,
            };
            let draft = rotate::rotation(&found.tail, "redaction");
            let (_, tail) =
                rotate::follow(place, &guard, &found.segment, &found.tail, draft, sealer.as_mut())?;
            drop(tail.store(&guard));
        }
        rewrite(place, first, seq, by)
    }
}

/// The segment that holds an entry.
fn holder(place: Place<'_>, seq: u64) -> Result<u64, LedgerError> {
    let firsts = segment::list(place)?;
    let at = firsts.partition_point(|&first| first <= seq);
    at.checked_sub(1)
        .and_then(|at| firsts.get(at))
        .copied()
        .ok_or_else(|| LedgerError::Asked {
            why: format!("there is no segment with entry {seq}"),
        })
}

fn digest_of(place: Place<'_>, seq: u64) -> Result<crate::Hash, LedgerError> {
    let first = holder(place, seq)?;
    let path = place.path(&segment::name(first));
    let mut lines = Lines::from(segment::open_read(place, first)?.0, &path, 0, u64::MAX)?;
    loop {
        match lines.next()? {
            Piece::Line(bytes) => {
                if let Some(framed) = line::parse(bytes).ok().filter(|framed| framed.seq == seq) {
                    return Ok(crate::hash::sha256(&[framed.data]));
                }
            }
            Piece::Rest(_) => {}
            Piece::End => {
                return Err(LedgerError::Tampered {
                    path,
                    why: format!("has no entry {seq} that can be read"),
                });
            }
        }
    }
}

fn rewrite(place: Place<'_>, first: u64, seq: u64, by: u64) -> Result<(), LedgerError> {
    let name = segment::name(first);
    let path = place.path(&name);
    let new_name = format!("{name}.new");
    let new_path = place.path(&new_name);
    let fail = |e| LedgerError::io("write", &new_path, e);
    let mut lines = Lines::from(segment::open_read(place, first)?.0, &path, 0, u64::MAX)?;
    unlinkat(place.dir, &new_name, AtFlags::empty()).ok();
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
    let file = place.open(&new_name, flags, Mode::RUSR | Mode::WUSR)?;
    let mut out = BufWriter::with_capacity(256 << 10, file);
    loop {
        let (bytes, newline): (&[u8], &[u8]) = match lines.next()? {
            Piece::End => break,
            Piece::Rest(bytes) => (bytes, b""),
            Piece::Line(bytes) => (bytes, b"\n"),
        };
        match line::parse(bytes)
            .ok()
            .filter(|framed| framed.seq == seq && !newline.is_empty())
        {
            Some(framed) => {
                let mut replaced = Vec::new();
                line::write_with_hash(&mut replaced, &framed, &line::placeholder(framed.data, by));
                out.write_all(&replaced).map_err(fail)?;
            }
            None => out
                .write_all(bytes)
                .and_then(|()| out.write_all(newline))
                .map_err(fail)?,
        }
    }
    let file = out.into_inner().map_err(|e| fail(e.into_error()))?;
    file.sync_all().map_err(fail)?;
    segment::close_off(&file);
    renameat(place.dir, &new_name, place.dir, &name).map_err(|e| LedgerError::io("replace", &path, e))?;
    place.sync()
}
