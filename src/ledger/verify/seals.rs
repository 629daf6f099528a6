//! Checking the seals of all entries with the key kept off the machine.

use crate::ledger::{
    hash, line,
    seal::{self, Covered, Key},
};
use serde_json::{Map, Value};

/// State of the check.
pub(super) struct Seals {
    key: Key,
    last: Option<u64>,
}

impl Seals {
    pub(super) fn new(key: Key) -> Self {
        Self { key, last: None }
    }

    /// Checks the seal of one entry that the chain holds.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn entry(&mut self, framed: &line::Framed<'_>) -> Result<(), String> {
        let (index, mac, body) = match line::redacted_seal(framed.data) {
            Some(kept) => kept,
            None => {
                let (index, mac, body) = seal::split(framed.data).ok_or("has no seal")?;
                (index, mac, seal::body_digest(body))
            }
        };
        let expected = self.last.map_or(index, |last| last + 1);
        let gap = index.checked_sub(expected);
        if index < framed.seq || gap.is_none_or(|gap| gap > 0 && !tells_of_gap(framed.data, gap)) {
            return Err(format!(
                "has seal {index} where {expected} follows: entries were taken out before it"
            ));
        }
        if self.last.is_none() && framed.seq == 1 && index != 1 {
            return Err("does not have the first seal".to_owned());
        }
        if !self.key.advance(index) {
            return Err(format!("has seal {index} again"));
        }
        let covered = Covered {
            seq: framed.seq,
            timestamp: framed.timestamp,
            prev: &framed.prev,
            body: &body,
        };
        if !hash::same(&self.key.mac(&covered), &mac) {
            return Err("has a seal that does not fit".to_owned());
        }
        self.last = Some(index);
        Ok(())
    }
}

/// Whether an entry tells that a power loss took so many sealed entries.
fn tells_of_gap(data: &[u8], gap: u64) -> bool {
    let Ok(data) = serde_json::from_slice::<Map<String, Value>>(data) else {
        return false;
    };
    data.get("kind") == Some(&Value::from("open")) && data.get("seal_gap") == Some(&Value::from(gap))
}
