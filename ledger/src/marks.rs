//! Which entries changed what is permitted, and which stopped calls: their newest numbers travel with the tail,
//! so that a call learns in one read whether anything happened since. Knows kinds only; what the entries say,
//! and whether their signatures hold, is for the reader to find out.

use super::{Draft, Kind};
use serde_json::{Map, Value};

/// The newest entries of two sorts; 0 where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The last entry that made, used or took back a permission, stopped calls, let them go on, or set a key.
    pub control: u64,
    /// The last entry that stopped calls.
    pub freeze: u64,
}

/// Member of a decision or event that used or ended a grant.
const GRANT: &str = "grant";

/// How an entry moves the marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Neither,
    Control,
    Both,
}

impl Move {
    /// What this draft does once it is an entry.
    pub(super) fn of(draft: &Draft) -> Self {
        Self::by(draft.kind.word(), draft.data.contains_key(GRANT))
    }

    fn by(kind: &str, uses_grant: bool) -> Self {
        let is = |wanted: Kind| kind == wanted.word();
        if is(Kind::Freeze) {
            Self::Both
        } else if is(Kind::Thaw) || is(Kind::Grant) || is(Kind::Revoke) || is(Kind::Admin) || uses_grant {
            Self::Control
        } else {
            Self::Neither
        }
    }
}

impl Marks {
    /// The marks after the entry `seq`.
    #[must_use]
    pub(super) fn moved(self, seq: u64, by: Move) -> Self {
        match by {
            Move::Neither => self,
            Move::Control => Self { control: seq, ..self },
            Move::Both => Self {
                control: seq,
                freeze: seq,
            },
        }
    }

    /// The marks after an entry read back; the first entry of a segment carries those of the segments before.
    #[must_use]
    pub(super) fn read(self, seq: u64, data: &[u8]) -> Self {
        if !WORDS.iter().any(|word| contains(data, word.as_bytes())) {
            return self;
        }
        let Ok(data) = serde_json::from_slice::<Map<String, Value>>(data) else {
            return self;
        };
        let number = |key: &str| data.get(CARRIED)?.get(key)?.as_u64();
        let carried = Self {
            control: number("control").unwrap_or(self.control),
            freeze: number("freeze").unwrap_or(self.freeze),
        };
        let kind = data.get("kind").and_then(Value::as_str).unwrap_or_default();
        carried.moved(seq, Move::by(kind, data.contains_key(GRANT)))
    }

    /// Puts the marks into the first entry of a new segment.
    pub(super) fn carry(self, draft: &mut Draft) {
        if self != Self::default() {
            let marks = serde_json::json!({"control": self.control, "freeze": self.freeze});
            draft.data.insert(CARRIED.to_owned(), marks);
        }
    }
}

/// Member of a segment's first entry.
const CARRIED: &str = "marks";
/// One of these stands in every entry that matters here.
const WORDS: &[&str] = &[
    "\"freeze\"",
    "\"thaw\"",
    "\"grant\"",
    "\"revoke\"",
    "\"admin\"",
    "\"marks\"",
];

fn contains(data: &[u8], word: &[u8]) -> bool {
    let Some((&first, _)) = word.split_first() else {
        return true;
    };
    let mut rest = data;
    while let Some(at) = rest.iter().position(|&b| b == first) {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with(word) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn after(data: &Value) -> Marks {
        Marks {
            control: 3,
            freeze: 2,
        }
        .read(9, data.to_string().as_bytes())
    }

    #[test]
    fn only_entries_about_permission_move_the_marks() {
        for (data, control, freeze) in [
            (json!({"kind": "outcome", "of": 3}), 3, 2),
            (json!({"kind": "decision", "scope": {"kind": "freeze"}}), 3, 2),
            (json!({"kind": "decision", "grant": {"id": "g1"}}), 9, 2),
            (json!({"kind": "grant"}), 9, 2),
            (json!({"kind": "revoke"}), 9, 2),
            (json!({"kind": "thaw"}), 9, 2),
            (json!({"kind": "admin"}), 9, 2),
            (json!({"kind": "freeze"}), 9, 9),
            (
                json!({"kind": "rotate", "marks": {"control": 7, "freeze": 6}}),
                7,
                6,
            ),
        ] {
            assert_eq!(after(&data), Marks { control, freeze }, "{data}");
        }
    }
}
