//! The changes that an outcome entry names one by one: so many, and so many bytes of them, because no entry may be
//! longer than the ledger takes. The others are counted. What was done is never left without its outcome.

use serde_json::{Value as Json, json};

/// Changes named one by one. A call has no more operands than that, so each of them can be taken back.
const MAX_NAMED: usize = applets::grammar::MAX_OPERANDS;
/// Bytes of their JSON: half of what an entry may have, since a secret's replacement can be longer than the secret.
const MAX_NAMED_BYTES: usize = ledger::MAX_DATA_BYTES / 2;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    named: Vec<Json>,
    bytes: usize,
    more: u64,
}

impl Changes {
    /// Adds a change.
    pub(crate) fn add(&mut self, change: Json) {
        let bytes = change.to_string().len() + 1;
        if self.more > 0 || self.named.len() == MAX_NAMED || self.bytes + bytes > MAX_NAMED_BYTES {
            self.more = self.more.saturating_add(1);
            return;
        }
        self.bytes += bytes;
        self.named.push(change);
    }

    /// All of them, as recorded.
    pub(crate) fn finish(mut self) -> Vec<Json> {
        if self.more > 0 {
            self.named.push(json!({"op": "more", "count": self.more}));
        }
        self.named
    }
}

#[cfg(test)]
mod tests {
    use super::{Changes, MAX_NAMED, MAX_NAMED_BYTES};
    use serde_json::{Value as Json, json};

    fn of(count: usize, change: &Json) -> Vec<Json> {
        let mut changes = Changes::default();
        for _ in 0..count {
            changes.add(change.clone());
        }
        changes.finish()
    }

    #[test]
    fn as_many_changes_as_a_call_has_operands_are_named_and_the_others_counted() {
        let change = json!({"op": "remove", "path": "/a"});
        let named = of(MAX_NAMED, &change);
        assert_eq!(named.len(), MAX_NAMED);
        assert!(named.iter().all(|named| *named == change));
        let named = of(MAX_NAMED + 3, &change);
        assert_eq!(named.len(), MAX_NAMED + 1);
        assert_eq!(named.last(), Some(&json!({"op": "more", "count": 3})));
    }

    #[test]
    fn long_names_are_counted_before_they_fill_an_entry() {
        let change = json!({"op": "set_mode", "path": "\\".repeat(4000)});
        let named = of(200, &change);
        let bytes = json!(named).to_string().len();
        assert!(bytes <= MAX_NAMED_BYTES + 100, "{bytes} bytes");
        let count = named.last().and_then(|more| more["count"].as_u64()).unwrap();
        assert_eq!(named.len() as u64 - 1 + count, 200);
        assert!(count < 200);
    }
}
