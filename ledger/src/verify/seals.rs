//! Checking seals: their row, which anyone can follow, and with the key kept off the machine each of them.

use crate::{
    hash, line,
    seal::{self, Covered, Key},
};
use serde_json::{Map, Value};

/// Indices are no further ahead of entry numbers: so many sealed entries no power loss takes, and the key can be
/// brought there in a second.
const MAX_AHEAD: u64 = 1 << 24;

/// The row of seal indices: none is left out without an entry that tells of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row {
    demanded: bool,
    last: Option<u64>,
}

impl Row {
    /// The row from the first entry there is; `demanded` where the genesis says that entries are sealed.
    pub(super) fn new(demanded: bool) -> Self {
        Self { demanded, last: None }
    }

    /// Whether entries are sealed.
    pub(super) fn is_demanded(self) -> bool {
        self.demanded
    }

    /// The last index seen.
    pub(super) fn last(self) -> Option<u64> {
        self.last
    }

    /// Goes on with one entry that the chain holds.
    ///
    /// # Errors
    /// What is wrong with its seal.
    pub(super) fn entry(&mut self, framed: &line::Framed<'_>) -> Result<(), String> {
        if !self.demanded {
            return Ok(());
        }
        let index = line::seal_index(framed.data).ok_or("has no seal, and the first entry demands it")?;
        let expected = self.last.map_or(index, |last| last.saturating_add(1));
        let gap = index.checked_sub(expected);
        if !is_in_reach(index, framed.seq) || gap.is_none_or(|gap| gap > 0 && !tells_of_gap(framed.data, gap))
        {
            return Err(format!(
                "has seal {index} where {expected} follows: entries were taken out before it"
            ));
        }
        if self.last.is_none() && framed.seq == 1 && index != 1 {
            return Err("does not have the first seal".to_owned());
        }
        self.last = Some(index);
        Ok(())
    }

    /// Goes on with entries of which the first and last seal are known, in a row among themselves; `false` where
    /// that needs a closer look.
    pub(super) fn stretch(&mut self, seq: u64, (first, last): (u64, u64)) -> bool {
        if !self.demanded {
            return true;
        }
        let follows = self
            .last
            .map_or(seq > 1 || first == 1, |before| first == before.saturating_add(1));
        let sound = follows && is_in_reach(first, seq);
        if sound {
            self.last = Some(last);
        }
        sound
    }
}

/// State of the check with the key.
pub(super) struct Seals {
    key: Key,
}

impl Seals {
    pub(super) fn new(key: Key) -> Self {
        Self { key }
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
        Ok(())
    }
}

/// Whether the entry `seq` can have this index.
fn is_in_reach(index: u64, seq: u64) -> bool {
    index.checked_sub(seq).is_some_and(|ahead| ahead <= MAX_AHEAD)
}

/// Whether an entry tells that a power loss took so many sealed entries.
fn tells_of_gap(data: &[u8], gap: u64) -> bool {
    let Ok(data) = serde_json::from_slice::<Map<String, Value>>(data) else {
        return false;
    };
    data.get("kind") == Some(&Value::from("open")) && data.get("seal_gap") == Some(&Value::from(gap))
}
