//! Lines changed, moved, repeated and brought in from elsewhere, hashes left as they were.

use super::Attack;
use crate::ledger::{
    forge::line,
    place::{Place, object},
    scene::{change, edit, forge_placeholder},
};
use serde_json::{Value, json};
use std::fs;

/// Said: chain, signed, sealed, anchored, deep.
pub(super) const ATTACKS: &[Attack] = &[
    (
        "edit data",
        |s| edit(s, 9, "\"source\":\"test\"", "\"source\":\"best\""),
        [1; 5],
    ),
    (
        "edit time",
        |s| edit(s, 9, "\"timestamp\":\"2", "\"timestamp\":\"3"),
        [1; 5],
    ),
    ("edit number", |s| edit(s, 9, "{\"seq\":9", "{\"seq\":8"), [1; 5]),
    (
        "edit prev_hash",
        |s| edit(s, 9, "\"prev_hash\":\"", "\"prev_hash\":\"0"),
        [1; 5],
    ),
    (
        "leading zero",
        |s| edit(s, 9, "{\"seq\":9", "{\"seq\":09"),
        [1; 5],
    ),
    (
        "space in the frame",
        |s| edit(s, 9, "\"data\":", "\"data\": "),
        [1; 5],
    ),
    ("space at the end", |s| edit(s, 9, "\"}\n", "\"} \n"), [1; 5]),
    ("carriage return", |s| edit(s, 9, "\n", "\r\n"), [1; 5]),
    ("empty line", |s| edit(s, 9, "\n", "\n\n"), [1; 5]),
    (
        "upper case hash",
        |s| {
            change(s, |l| {
                l[8] = l[8].replace("\"hash\":\"", "\"hash\":\"A").replace("AA", "A")
            })
        },
        [1; 5],
    ),
    ("swap neighbours", |s| change(s, |l| l.swap(8, 9)), [1; 5]),
    ("swap far", |s| change(s, |l| l.swap(3, 20)), [1; 5]),
    ("delete one", |s| change(s, |l| drop(l.remove(8))), [1; 5]),
    ("delete the first", |s| change(s, |l| drop(l.remove(0))), [1; 5]),
    ("duplicate", |s| change(s, |l| l.insert(8, l[8].clone())), [1; 5]),
    (
        "replay at the end",
        |s| change(s, |l| l.push(l[8].clone())),
        [1; 5],
    ),
    (
        "splice from another ledger",
        |s| {
            change(s, |l| {
                let other = Place::with_ledger();
                other.fill(10);
                l[8] = fs::read_to_string(other.segment(1))
                    .unwrap()
                    .lines()
                    .nth(8)
                    .map(|x| format!("{x}\n"))
                    .unwrap();
            })
        },
        [1; 5],
    ),
    (
        "append a forged entry",
        |s| {
            change(s, |l| {
                let last: Value = serde_json::from_str(l.last().unwrap()).unwrap();
                let data = object(json!({"kind": "event", "salt": "0"}));
                let (line, _) = line(
                    last["seq"].as_u64().unwrap() + 1,
                    "2099-01-01T00:00:00.000000Z",
                    &data,
                    last["hash"].as_str().unwrap(),
                );
                l.push(line);
            })
        },
        [1; 5],
    ),
    (
        "trailing garbage",
        |s| change(s, |l| l.push("garbage".into())),
        [2; 5],
    ),
    (
        "placeholder without an entry",
        |s| forge_placeholder(s, 25),
        [1; 5],
    ),
    (
        "placeholder by an earlier entry",
        |s| forge_placeholder(s, 3),
        [1; 5],
    ),
];
