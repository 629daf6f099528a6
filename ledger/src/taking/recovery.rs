//! Going on after a loss that a person vouches for: what was expected is recorded, and nothing pretends that it
//! is still there.

use crate::{
    Draft, Kind, Ledger, LedgerError, Receipt,
    batch::make_reserve,
    durable::{POISONED, sync_segment},
    hash::hex_text,
    lines::{Lines, prepare},
    recover::{self, Loss, NotePlace},
    rotate,
    seal::Sealer,
    tail::{self, Cache, Tail},
    tlog,
};
use rustix::fs::{AtFlags, unlinkat};
use serde_json::Value;

impl Ledger {
    /// Looks for the end anew, records what was expected there, and lets writing go on in a new segment: after
    /// entries were lost, or after a sync failed.
    ///
    /// # Errors
    /// The record is damaged in its middle, or a file cannot be written.
    pub fn recover(&mut self, reason: &str, by: &str) -> Result<Receipt, LedgerError> {
        let (place, lock, settings) = self.parts();
        let guard = lock.take(place, settings.lock_timeout)?;
        let path = place.path(crate::lock::NAME);
        let expected = match tail::load(&guard).map_err(|e| LedgerError::io("read", &path, e))? {
            Cache::Known(tail) => Value::from(format!("{} {}", tail.seq, hex_text(&tail.hash))),
            Cache::Empty | Cache::Damaged => Value::Null,
        };
        let mut found = match recover::find_vouched(place) {
            Err(LedgerError::Missing { .. }) if expected != Value::Null => {
                return Err(LedgerError::Emptied {
                    path: place.shown.to_path_buf(),
                });
            }
            found => found?,
        };
        let retired = tlog::retire_beyond(place, found.tail.seq)?;
        let mut note = found.note.take().unwrap_or_else(|| Draft::of(Kind::Open, []));
        for (name, value) in [
            ("recovery", Value::from(reason)),
            ("by", Value::from(by)),
            ("expected", expected),
            ("poisoned", Value::from(place.has(POISONED)?)),
            ("head_lost", retired.map_or(Value::Null, Value::from)),
        ] {
            note.data.insert(name.to_owned(), value);
        }
        note.data.entry("reason").or_insert(Value::from("recovered"));
        found.note = Some(note);
        found.place = NotePlace::NextSegment;
        found.loss = Loss::Power;
        make_reserve(place)?;
        let mut sealer = match found.tail.sealed {
            true => Some(Sealer::open(place, &mut found)?),
            false => None,
        };
        // Only now: what the last writer left is the witness of a loss, and a refusal leaves it.
        tail::forget(&guard).map_err(|e| LedgerError::io("write", &path, e))?;
        let (segment, tail, _) = rotate::when_due(place, &guard, settings, found, sealer.as_mut())?;
        let mut lines = Lines::after(&tail);
        let draft = Draft::of(
            Kind::Admin,
            [("action", Value::from("recover")), ("by", Value::from(by))],
        );
        let receipt = lines.push(&prepare(&draft, None)?, sealer.as_mut());
        let mut segment = segment;
        let tail = Tail {
            spent: false,
            ..lines.write(place, &mut segment, tail)?
        };
        if let Some(sealer) = &sealer {
            sealer.store(place)?;
        }
        sync_segment(place, &segment)?;
        unlinkat(place.dir, POISONED, AtFlags::empty()).ok();
        drop(tail.store(&guard));
        place.sync()?;
        Ok(receipt)
    }
}
