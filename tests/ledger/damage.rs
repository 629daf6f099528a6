//! Damage without intent: flipped bits and torn writes, at every place. The long form (`WT_LONG=1`) leaves nothing
//! out; the short one takes steps.

use super::{
    place::{Place, event, remove},
    scene::copy,
};
use ledger::{
    Durability, Genesis, LedgerError, parse_seal_key,
    verify::{Options, verify_with},
};
use std::os::{fd::AsFd, unix::fs::PermissionsExt};

fn step(short: usize) -> usize {
    if std::env::var_os("WT_LONG").is_some() {
        1
    } else {
        short
    }
}

/// 64 entries in one segment.
fn grown() -> (Place, Vec<u8>) {
    let place = Place::with_ledger();
    place.fill(63);
    let bytes = std::fs::read(place.segment(1)).unwrap();
    (place, bytes)
}

#[test]
fn every_flipped_bit_is_found_at_its_entry() {
    let (place, bytes) = grown();
    let mut ends = Vec::new();
    ends.extend(
        bytes
            .iter()
            .enumerate()
            .filter(|(_, b)| **b == b'\n')
            .map(|(at, _)| at),
    );
    for bit in (0..bytes.len() * 8).step_by(step(131)) {
        let mut bad = bytes.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(place.segment(1), &bad).unwrap();
        let entry = ends.partition_point(|&end| end < bit / 8) as u64 + 1;
        let report = place.verify();
        assert_ne!(report.state.exit_code(), 0, "bit {bit}");
        assert_eq!(
            report.findings[0].seq,
            Some(entry),
            "bit {bit}: {:?}",
            report.findings
        );
    }
}

#[test]
fn every_flipped_bit_of_a_tile_is_rebuilt() {
    let (place, _) = grown();
    let first = place.open().checkpoint().unwrap();
    let tile = place.path().join("tlog/tile/0/000.p/64");
    let bytes = std::fs::read(&tile).unwrap();
    let saved = Place::new();
    copy(&place, &saved);
    for bit in (0..bytes.len() * 8).step_by(step(509)) {
        std::fs::write(&tile, flipped(&bytes, bit)).unwrap();
        let mut ledger = place.open();
        let proof = ledger.prove(3, Some(64)).unwrap();
        assert_eq!(
            proof.note.lines().nth(2),
            Some(first.head.root_text().as_str()),
            "bit {bit}"
        );
        let entry = super::tlog::entry_hash(&place, 3);
        assert_eq!(
            proof.verify(&entry, &ledger.vkey().unwrap()).unwrap().size,
            64,
            "bit {bit}"
        );
        let now = std::fs::read(place.path().join("tlog/tile/0/000.p/65")).unwrap();
        assert_eq!(now[..bytes.len()], bytes, "bit {bit}: made anew");
        for left in ["tlog", "ledger.lock"] {
            remove(&place.path().join(left));
        }
        copy(&saved, &place);
    }
    assert_eq!(place.exit_code(), 0);
}

#[test]
fn every_flipped_bit_of_the_head_is_found() {
    let (place, _) = grown();
    place.open().checkpoint().unwrap();
    let head = place.path().join("tlog/checkpoint");
    let bytes = std::fs::read(&head).unwrap();
    for bit in (0..bytes.len() * 8).step_by(step(37)) {
        std::fs::write(&head, flipped(&bytes, bit)).unwrap();
        let report = place.verify();
        assert_eq!(
            (report.state.exit_code(), report.findings.len()),
            (1, 1),
            "bit {bit}"
        );
        assert!(
            report.findings[0].what.starts_with("the head `tlog/checkpoint`"),
            "bit {bit}"
        );
        assert!(
            place.open().checkpoint().is_err(),
            "bit {bit}: signed over a damaged head"
        );
    }
    std::fs::write(&head, &bytes).unwrap();
    assert_eq!(place.exit_code(), 0);
}

#[test]
fn every_flipped_bit_of_the_cache_is_noticed_and_the_end_found_anew() {
    let (place, bytes) = grown();
    let lock = place.path().join("ledger.lock");
    let cache = std::fs::read(&lock).unwrap();
    for bit in (0..cache.len() * 8).step_by(step(83)) {
        std::fs::write(&lock, flipped(&cache, bit)).unwrap();
        assert_eq!(place.exit_code(), 0, "bit {bit}: the record is whole without it");
        place.fill(1);
        let written = std::fs::read_to_string(place.segment(1)).unwrap();
        let kinds = written.lines().skip(64).map(kind_of).collect::<Vec<_>>();
        assert_eq!(kinds, ["open cache-lost", "event "], "bit {bit}");
        assert_eq!(place.verify().findings, vec![], "bit {bit}");
        std::fs::write(place.segment(1), &bytes).unwrap();
    }
}

#[test]
fn every_flipped_bit_of_a_seal_is_found_at_its_entry() {
    let (place, key) = sealed();
    let bytes = std::fs::read(place.segment(1)).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let begins: Vec<usize> = text
        .match_indices("{\"_seal\":\"")
        .map(|(at, _)| at + 11)
        .collect();
    assert_eq!(begins.len(), 64);
    let mut turn = 0;
    for (entry, &begin) in (1..).zip(&begins) {
        let end = begin + bytes[begin..].iter().position(|&b| b == b'"').unwrap();
        for bit in begin * 8..end * 8 {
            turn += 1;
            if turn % step(211) != 0 {
                continue;
            }
            std::fs::write(place.segment(1), flipped(&bytes, bit)).unwrap();
            let (code, seq) = first_bad(&place, None);
            // In the last line a bit can make a byte that only an interrupted write leaves; the cache tells of more.
            let told = if entry == 64 {
                code == 1 || code == 3
            } else {
                code == 1
            };
            assert!(told && seq == Some(entry), "bit {bit}: {code} {seq:?}");
            // Also where all hashes are made to fit: then the key kept elsewhere tells.
            if let Ok(bad) = String::from_utf8(flipped(&bytes, bit))
                && let Some(forged) = rehashed(&bad)
            {
                std::fs::write(place.segment(1), forged).unwrap();
                assert_eq!(
                    first_bad(&place, Some(&key)),
                    (1, Some(entry)),
                    "bit {bit}, hashes fit"
                );
            }
        }
    }
    std::fs::write(place.segment(1), &bytes).unwrap();
    assert_eq!(first_bad(&place, Some(&key)), (0, None));
}

#[test]
fn a_seal_key_with_a_flipped_bit_seals_nothing() {
    let (place, key) = sealed();
    let path = place.path().join("keys/seal");
    let state = std::fs::read(&path).unwrap();
    for bit in (0..state.len() * 8).step_by(step(23)) {
        std::fs::write(&path, flipped(&state, bit)).unwrap();
        let refused = place.open().append(&[event(0)], Durability::Relaxed);
        assert!(
            matches!(refused, Err(LedgerError::Unfit { .. })),
            "bit {bit}: {refused:?}"
        );
    }
    std::fs::write(&path, &state).unwrap();
    place.fill(1);
    assert_eq!(first_bad(&place, Some(&key)), (0, None));
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bad = bytes.to_vec();
    bad[bit / 8] ^= 1 << (bit % 8);
    bad
}

fn kind_of(line: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    let word = |name: &str| value["data"][name].as_str().unwrap_or_default().to_owned();
    format!("{} {}", word("kind"), word("reason"))
}

/// 64 sealed entries in one segment, and the key kept elsewhere.
fn sealed() -> (Place, String) {
    let place = Place::new();
    let genesis = Genesis {
        seal: true,
        ..Genesis::named("test.example/damage")
    };
    let key = place.create(&genesis).seal_key.unwrap().to_string();
    place.fill(63);
    (place, key)
}

fn first_bad(place: &Place, key: Option<&str>) -> (u8, Option<u64>) {
    let options = Options {
        seal_key: key.and_then(parse_seal_key),
        ..Options::default()
    };
    let report = verify_with(place.dir().as_fd(), place.path(), options).unwrap();
    let seq = report.findings.first().and_then(|bad| bad.seq);
    (report.state.exit_code(), seq)
}

/// The same data under hashes that fit; none where a line has no data any more.
fn rehashed(text: &str) -> Option<String> {
    rehashed_after(1, "0".repeat(64), text)
}

fn rehashed_after(first: u64, mut prev: String, text: &str) -> Option<String> {
    let mut out = String::new();
    for (seq, entry) in (first..).zip(text.lines()) {
        let data = entry.split_once("\"data\":")?.1.rsplit_once(",\"prev_hash\":")?.0;
        let time = entry.split_once("\"timestamp\":\"")?.1.get(..27)?;
        let (line, hash) = super::forge::raw_line(seq, time, data, &prev);
        out.push_str(&line);
        prev = hash;
    }
    Some(out)
}

#[test]
fn torn_writes_of_four_kinds_are_told_apart_everywhere() {
    let (place, bytes) = grown();
    let lock = place.path().join("ledger.lock");
    let cache = std::fs::read(&lock).unwrap();
    for at in (0..bytes.len()).step_by(step(97)) {
        let whole = at > 0 && bytes[at - 1] == b'\n';
        let rest = bytes.len() - at;
        let garbage: Vec<u8> = (at..bytes.len()).map(|i| (i * 31 + 7) as u8).collect();
        // What was there before stands in the middle, and what comes after it is whole.
        let page = at..(at + 200).min(bytes.len());
        let mut stale = bytes.clone();
        stale[page.clone()].fill(0);
        let entry_follows = bytes[page.end..].iter().filter(|&&b| b == b'\n').count() > 1;
        let cases = [
            // An empty file is a ledger without entries, and there is nothing here to compare it with.
            (
                "cut",
                bytes[..at].to_vec(),
                if whole || at == 0 { 0 } else { 2 },
                3,
            ),
            ("zero", [&bytes[..at], &vec![0; rest]].concat(), 2, 3),
            ("garbage", [&bytes[..at], &garbage].concat(), 2, 3),
            (
                "stale",
                stale,
                if entry_follows { 1 } else { 2 },
                if entry_follows { 1 } else { 3 },
            ),
        ];
        for (kind, torn, alone, with_cache) in cases {
            std::fs::write(place.segment(1), &torn).unwrap();
            std::fs::write(&lock, "").unwrap();
            assert_eq!(place.exit_code(), alone, "{kind} at {at}");
            std::fs::write(&lock, &cache).unwrap();
            assert_eq!(place.exit_code(), with_cache, "{kind} at {at} with the cache");
        }
    }
}

#[test]
fn a_writer_goes_on_after_every_torn_end() {
    let (place, bytes) = grown();
    let mut lines = 0;
    for at in 1..bytes.len() {
        lines += u64::from(bytes[at - 1] == b'\n');
        if at % step(1777) != 0 || lines == 0 || bytes[at - 1] == b'\n' {
            continue;
        }
        std::fs::write(place.segment(1), &bytes[..at]).unwrap();
        std::fs::write(place.path().join("ledger.lock"), "").unwrap();
        place.fill(2);
        assert_eq!(place.verify().findings, vec![], "{at}");
        let next = place.segment(lines + 1);
        let told = std::fs::read_to_string(&next).unwrap();
        let kinds: Vec<String> = told.lines().map(kind_of).collect();
        assert_eq!(kinds, ["open torn", "event ", "event "], "{at}");
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(place.segment(1), mode).unwrap();
        rustix::fs::unlink(&next).unwrap();
    }
}

#[test]
fn a_last_line_with_bytes_of_an_unwritten_page_is_told_of_and_left_behind() {
    let (place, mut bytes) = grown();
    let at = bytes.len() - 200;
    bytes[at..at + 30].fill(0);
    std::fs::write(place.segment(1), &bytes).unwrap();
    std::fs::write(place.path().join("ledger.lock"), "").unwrap();
    assert_eq!(first_bad(&place, None), (2, Some(64)));
    place.fill(2);
    assert_eq!(place.verify().findings, vec![]);
    assert!(place.segment(64).exists());
}

#[test]
fn a_last_line_that_was_changed_is_only_left_behind_where_a_person_vouches() {
    let (place, bytes) = grown();
    let text = String::from_utf8(bytes).unwrap();
    let at = text.rfind("\"source\":\"test\"").unwrap();
    let (before, last) = text.split_at(at);
    std::fs::write(
        place.segment(1),
        format!("{before}{}", last.replace("test", "best")),
    )
    .unwrap();
    std::fs::write(place.path().join("ledger.lock"), "").unwrap();
    assert_eq!(first_bad(&place, None), (1, Some(64)));
    let refused = place.open().append(&[event(0)], Durability::Relaxed);
    assert!(
        matches!(refused, Err(LedgerError::Tampered { .. })),
        "{refused:?}"
    );
    place.open().recover("seen and kept", "ann").unwrap();
    assert_eq!(place.verify().findings, vec![]);
    // Without the person's word the same bytes are tampering again.
    let told = std::fs::read_to_string(place.segment(64)).unwrap();
    assert!(told.contains("\"recovery\":\"seen and kept\""));
    let forged = {
        let prev = super::forge::hex(&super::tlog::entry_hash(&place, 63));
        rehashed_after(64, prev, &told.replace("\"recovery\"", "\"recovers\"")).unwrap()
    };
    std::fs::write(place.segment(64), forged).unwrap();
    std::fs::write(place.path().join("ledger.lock"), "").unwrap();
    assert_eq!(first_bad(&place, None), (1, Some(64)));
}
