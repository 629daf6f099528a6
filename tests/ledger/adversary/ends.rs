//! Entries cut off at the end, files emptied, directories and keys put back to what they were.

use super::Attack;
use crate::ledger::{
    place::remove,
    scene::{change, copy, forget_cache, resume_after},
};
use std::fs;

/// Said: chain, signed, sealed, anchored, deep.
pub(super) const ATTACKS: &[Attack] = &[
    (
        "cut after 5, cache left",
        |s| change(s, |l| l.truncate(5)),
        [3; 5],
    ),
    (
        "cut after 5",
        |s| {
            change(s, |l| l.truncate(5));
            forget_cache(s);
        },
        [0, 3, 0, 3, 0],
    ),
    (
        "cut after 13",
        |s| {
            change(s, |l| l.truncate(13));
            forget_cache(s);
        },
        [0, 3, 0, 3, 0],
    ),
    (
        "cut after 25",
        |s| {
            change(s, |l| l.truncate(25));
            forget_cache(s);
        },
        [0, 0, 0, 0, 0],
    ),
    (
        "cut within 25",
        |s| {
            change(s, |l| {
                l.truncate(25);
                l[24].truncate(80);
            });
            forget_cache(s);
        },
        [2; 5],
    ),
    ("emptied, cache left", |s| change(s, Vec::clear), [3, 3, 3, 3, 3]),
    (
        "directory rolled back",
        |s| {
            remove(&s.place.segment(1));
            copy(&s.old, &s.place);
        },
        [0, 0, 0, 3, 0],
    ),
    (
        "rolled back and gone on",
        |s| {
            remove(&s.place.segment(1));
            copy(&s.old, &s.place);
            s.place.fill(30);
        },
        [0, 0, 0, 1, 0],
    ),
    (
        "cut after 13, seal key moved, gone on",
        |s| resume_after(s, 13),
        [1, 1, 1, 1, 1],
    ),
    (
        "seal key put back",
        |s| {
            let old = fs::read(s.old.path().join("keys/seal")).unwrap();
            fs::write(s.place.path().join("keys/seal"), old).unwrap();
            s.place.fill(2);
        },
        [0; 5],
    ),
];
