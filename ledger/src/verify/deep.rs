//! What a deep verification looks at beyond the chain: canonical form, kinds, references and times.

use super::roots::Roots;
use crate::{Kind, canon, clock, hash, line};
use serde_json::{Map, Value};
use std::collections::VecDeque;

/// State of a deep pass.
pub(super) struct Deep {
    /// First entry there is; what was before it is not known any more.
    first: u64,
    /// One bit an entry: whether it is a decision.
    decisions: Vec<u64>,
    at: i64,
    /// Recent roots by size.
    recent: VecDeque<(u64, hash::Hash)>,
    /// The last entry that tells of a signed head, and how many entries that has.
    pub(super) head: Option<(u64, u64)>,
}

/// How many roots are remembered for the `checkpoint` entries that follow.
const RECENT: usize = 1024;

impl Deep {
    pub(super) fn new(first: u64) -> Self {
        Self {
            first,
            decisions: Vec::new(),
            at: i64::MIN,
            recent: VecDeque::new(),
            head: None,
        }
    }

    /// Looks at one entry that the chain holds.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn entry(&mut self, framed: &line::Framed<'_>, roots: &Roots) -> Result<(), String> {
        self.recent.extend(roots.last().map(|root| (framed.seq, root)));
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
        let timestamp = std::str::from_utf8(framed.timestamp).ok().and_then(clock::parse);
        let at = timestamp.ok_or("has a timestamp that is none")?;
        let data: Map<String, Value> =
            serde_json::from_slice(framed.data).map_err(|_| "has data that is no JSON".to_owned())?;
        if canon::canonical(&data).map_err(|e| e.why)? != framed.data {
            return Err("has data that is not in canonical form".to_owned());
        }
        let word = data.get("kind").and_then(Value::as_str).unwrap_or_default();
        if line::redacted(framed.data).is_some() {
            // What it was is not known any more; an outcome may refer to it.
            self.mark(framed.seq);
            self.at = at;
            return Ok(());
        }
        let kind = Kind::ALL.iter().find(|kind| kind.word() == word);
        let kind = *kind.ok_or_else(|| format!("has the unknown kind `{}`", word.escape_debug()))?;
        if (kind == Kind::Genesis) != (framed.seq == 1) {
            return Err("is a first entry in another place".to_owned());
        }
        let jumps = kind == Kind::Open && data.get("reason") == Some(&Value::from("clock"));
        if at < self.at && !jumps {
            return Err("is older than the entry before it".to_owned());
        }
        self.at = at;
        self.references(kind, framed.seq, &data)
    }

    fn references(&mut self, kind: Kind, seq: u64, data: &Map<String, Value>) -> Result<(), String> {
        let number = |name: &str| data.get(name).and_then(Value::as_u64);
        match kind {
            Kind::Decision => self.mark(seq),
            Kind::Outcome => {
                let of = number("of").ok_or("is an outcome of nothing")?;
                if of >= seq || (of >= self.first && !self.is_marked(of)) {
                    return Err(format!(
                        "is an outcome of entry {of}, which is no decision before it"
                    ));
                }
            }
            Kind::Redact => {
                let of = number("entry").ok_or("redacts nothing")?;
                if of >= seq {
                    return Err(format!("redacts entry {of}, which is not before it"));
                }
            }
            Kind::Checkpoint => {
                let size = number("size").ok_or("tells no size")?;
                let told = data.get("root").and_then(Value::as_str).unwrap_or_default();
                if size >= seq {
                    return Err(format!(
                        "tells of a head over {size} entries, which were not there yet"
                    ));
                }
                self.head = Some((seq, size));
                let known = self.recent.iter().find(|(at, _)| *at == size);
                if known.is_some_and(|(_, root)| hash::hex_text(root) != told) {
                    return Err(format!("tells another root of {size} entries than they have"));
                }
            }
            Kind::Genesis
            | Kind::Open
            | Kind::Rotate
            | Kind::Prune
            | Kind::Suspended
            | Kind::Request
            | Kind::Approval
            | Kind::Grant
            | Kind::Revoke
            | Kind::Admin
            | Kind::Freeze
            | Kind::Thaw
            | Kind::Undo
            | Kind::Import
            | Kind::Event => {}
        }
        Ok(())
    }

    fn mark(&mut self, seq: u64) {
        let (word, bit) = place(seq);
        if self.decisions.len() <= word {
            self.decisions.resize(word + 1, 0);
        }
        if let Some(bits) = self.decisions.get_mut(word) {
            *bits |= bit;
        }
    }

    fn is_marked(&self, seq: u64) -> bool {
        let (word, bit) = place(seq);
        self.decisions.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

/// The word and bit of an entry.
fn place(seq: u64) -> (usize, u64) {
    (usize::try_from(seq / 64).unwrap_or(usize::MAX), 1 << (seq % 64))
}
