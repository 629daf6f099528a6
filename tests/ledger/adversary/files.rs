//! Other things in the place of the files, and other heads in the place of the head.

use super::Attack;
use crate::ledger::{
    place::Place,
    scene::{elsewhere, shell},
};
use std::{fs, path::Path};

/// Said: chain, signed, sealed, anchored, deep.
pub(super) const ATTACKS: &[Attack] = &[
    (
        "symlink",
        |s| {
            elsewhere(s);
            shell(
                "ln",
                &[Path::new("-s"), &s.place.path().join("away"), &s.place.segment(1)],
            );
        },
        [5; 5],
    ),
    (
        "hard link",
        |s| {
            elsewhere(s);
            shell("ln", &[&s.place.path().join("away"), &s.place.segment(1)]);
        },
        [5; 5],
    ),
    (
        "fifo",
        |s| {
            elsewhere(s);
            shell("mkfifo", &[&s.place.segment(1)]);
        },
        [5; 5],
    ),
    (
        "directory",
        |s| {
            elsewhere(s);
            shell("mkdir", &[&s.place.segment(1)]);
        },
        [5; 5],
    ),
    (
        "writable by others",
        |s| shell("chmod", &[Path::new("666"), &s.place.segment(1)]),
        [5; 5],
    ),
    (
        "segment renamed",
        |s| shell("mv", &[&s.place.segment(1), &s.place.segment(2)]),
        [1; 5],
    ),
    (
        "head of another ledger",
        |s| {
            let other = Place::with_ledger();
            let note = other.open().checkpoint().unwrap().note;
            fs::write(s.place.path().join("tlog/checkpoint"), note).unwrap();
        },
        [0, 1, 0, 0, 0],
    ),
    (
        "head without a signature",
        |s| {
            let cut = s.note.split("\n\n").next().unwrap().to_owned() + "\n\n";
            fs::write(s.place.path().join("tlog/checkpoint"), cut).unwrap();
        },
        [0, 1, 0, 0, 0],
    ),
    (
        "older head put back",
        |s| {
            let old = fs::read(s.old.path().join("tlog/checkpoint")).unwrap();
            fs::write(s.place.path().join("tlog/checkpoint"), old).unwrap();
        },
        [0; 5],
    ),
];
