//! Heads, proofs and tiles: what is signed, what is proven, and what is made anew.

use super::place::{Place, event};
use base64::{Engine, engine::general_purpose::STANDARD};
use ledger::{
    Durability, Ledger, Settings,
    read::Reader,
    tlog::{Checkpoint, Inclusion, ProofError, verify_consistency},
    verify::{Level, Options, verify_with},
};
use std::os::fd::AsFd;

pub(crate) fn entry_hash(place: &Place, seq: u64) -> [u8; 32] {
    let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
    let text = reader.get(seq).unwrap().unwrap().hash;
    let digits = text
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    let bytes: Vec<u8> = digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
    bytes.try_into().unwrap()
}

fn against(place: &Place, note: &str) -> ledger::verify::Report {
    let options = Options {
        against: vec![note.as_bytes().to_vec()],
        ..Options::default()
    };
    verify_with(place.dir().as_fd(), place.path(), options).unwrap()
}

#[test]
fn a_checkpoint_raises_the_level_and_is_recorded() {
    let place = Place::with_ledger();
    place.fill(20);
    assert_eq!(place.verify().level, Level::Chain);
    let signed = place.open().checkpoint().unwrap();
    assert_eq!((signed.head.size, signed.receipt.seq), (21, 22));
    let report = place.verify();
    assert_eq!(
        (report.level, report.signed_to, report.state.exit_code()),
        (Level::Signed, 21, 0)
    );
    assert_eq!(against(&place, &signed.note).level, Level::Anchored);
    // Without the file it is not said that there never was one: the record tells of it.
    std::fs::remove_file(place.path().join("tlog/checkpoint")).unwrap();
    let report = place.verify();
    assert_eq!(report.level, Level::Chain);
    assert!(
        report
            .unproven
            .iter()
            .any(|what| what.starts_with("a signed head: there is no `tlog/checkpoint`")),
        "{:?}",
        report.unproven
    );
}

#[test]
fn every_entry_of_every_size_can_be_proven() {
    let place = Place::with_ledger();
    place.fill(40);
    let mut ledger = place.open();
    let vkey = ledger.vkey().unwrap();
    ledger.checkpoint().unwrap();
    for size in [1, 2, 3, 7, 8, 31, 41] {
        for seq in 1..=size {
            let proof = ledger.prove(seq, Some(size)).unwrap();
            let read = Inclusion::parse(&proof.text()).unwrap();
            assert_eq!(read, proof);
            let head = read.verify(&entry_hash(&place, seq), &vkey).unwrap();
            assert_eq!(head.size, size);
            let other = entry_hash(&place, seq % 41 + 1);
            assert_eq!(read.verify(&other, &vkey), Err(ProofError::Wrong));
        }
    }
}

#[test]
fn heads_of_one_ledger_are_consistent_and_proofs_of_other_pairs_fail() {
    let place = Place::with_ledger();
    place.fill(40);
    let mut ledger = place.open();
    let vkey = ledger.vkey().unwrap();
    ledger.checkpoint().unwrap();
    let head = |ledger: &mut Ledger, size| {
        let note = ledger.prove(1, Some(size)).unwrap().note;
        Checkpoint::open(note.as_bytes(), &vkey).unwrap()
    };
    for (old, new) in [
        (1, 2),
        (1, 41),
        (7, 8),
        (8, 9),
        (31, 41),
        (32, 41),
        (41, 41),
        (6, 7),
    ] {
        let text = ledger.prove_consistency(old, Some(new)).unwrap();
        let (lines, note) = text.split_once("\n\n").unwrap();
        let mut lines = lines.lines();
        assert_eq!(lines.next(), Some(format!("old {old}").as_str()));
        let path: Vec<[u8; 32]> = lines
            .map(|l| STANDARD.decode(l).unwrap().try_into().unwrap())
            .collect();
        let (first, last) = (
            head(&mut ledger, old),
            Checkpoint::open(note.as_bytes(), &vkey).unwrap(),
        );
        assert_eq!(verify_consistency(&first, &last, &path), Ok(()), "{old} {new}");
        let mut forged = first.clone();
        forged.root[0] ^= 1;
        assert_eq!(
            verify_consistency(&forged, &last, &path),
            Err(ProofError::Wrong),
            "{old} {new}"
        );
    }
}

#[test]
fn tiles_are_made_anew_where_they_are_gone_or_damaged() {
    let place = Place::with_ledger();
    place.fill(600);
    let first = place.open().checkpoint().unwrap();
    let tile = place.path().join("tlog/tile/0/001");
    assert_eq!(std::fs::metadata(&tile).unwrap().len(), 8192);
    std::fs::write(&tile, [7; 8192]).unwrap();
    place.fill(1);
    let second = place.open().checkpoint().unwrap();
    assert_eq!(second.head.size, first.head.size + 2);
    assert!(
        std::process::Command::new("rm")
            .arg("-r")
            .arg(place.path().join("tlog/tile"))
            .status()
            .unwrap()
            .success()
    );
    let proof = place.open().prove(3, None).unwrap();
    let vkey = place.open().vkey().unwrap();
    assert!(proof.verify(&entry_hash(&place, 3), &vkey).is_ok());
    assert_eq!(place.exit_code(), 0);
}

#[test]
fn a_record_that_was_cut_or_written_anew_does_not_match_its_head() {
    let place = Place::with_ledger();
    place.fill(10);
    let note = place.open().checkpoint().unwrap().note;
    let text = std::fs::read_to_string(place.segment(1)).unwrap();
    let cut: String = text.lines().take(5).map(|line| format!("{line}\n")).collect();
    std::fs::write(place.segment(1), cut).unwrap();
    std::fs::write(place.path().join("ledger.lock"), "").unwrap();
    let report = place.verify();
    assert_eq!((report.state.exit_code(), report.entries_to), (3, 5));
    // Without the head beside it only the one kept elsewhere tells.
    assert!(
        std::process::Command::new("rm")
            .arg("-r")
            .arg(place.path().join("tlog"))
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(place.exit_code(), 0);
    assert_eq!(against(&place, &note).state.exit_code(), 3);
    place.fill(20);
    assert_eq!(
        against(&place, &note).state.exit_code(),
        1,
        "truncated and resumed"
    );
}

#[test]
fn a_tampered_entry_is_never_signed_for() {
    let place = Place::with_ledger();
    place.fill(10);
    let text = std::fs::read_to_string(place.segment(1)).unwrap();
    std::fs::write(place.segment(1), text.replace("\"n\":4", "\"n\":5")).unwrap();
    assert!(place.open().checkpoint().is_err());
}

#[test]
fn the_tree_goes_on_across_segments() {
    let place = Place::with_ledger();
    let settings = Settings {
        rotate_bytes: 20_000,
        ..Settings::default()
    };
    let mut ledger = Ledger::open(place.dir(), place.path(), settings).unwrap();
    for i in 0..300 {
        ledger.append(&[event(i)], Durability::Relaxed).unwrap();
        if i % 70 == 0 {
            ledger.checkpoint().unwrap();
        }
    }
    let report = place.verify();
    assert!(report.segments > 3);
    assert_eq!((report.state.exit_code(), report.level), (0, Level::Signed));
    let options = Options {
        deep: true,
        ..Options::default()
    };
    let deep = verify_with(place.dir().as_fd(), place.path(), options).unwrap();
    assert_eq!((deep.findings, deep.entries_to), (vec![], report.entries_to));
}
