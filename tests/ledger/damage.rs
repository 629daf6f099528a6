//! Damage without intent: flipped bits and torn writes, at every place. The long form (`WT_LONG=1`) leaves nothing
//! out; the short one takes steps.

use super::place::{Place, remove};

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
fn every_flipped_bit_of_a_tile_is_rebuilt_and_of_a_seal_found() {
    let (place, _) = grown();
    let first = place.open().checkpoint().unwrap();
    let tile = place.path().join("tlog/tile/0/000.p/64");
    let bytes = std::fs::read(&tile).unwrap();
    for bit in (0..bytes.len() * 8).step_by(step(509)) {
        let mut bad = bytes.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&tile, &bad).unwrap();
        let proof = place.open().prove(3, Some(64)).unwrap();
        assert_eq!(
            proof.note.lines().nth(2),
            Some(first.head.root_text().as_str()),
            "bit {bit}"
        );
        std::fs::write(&tile, &bytes).unwrap();
    }
    assert_eq!(place.exit_code(), 0);
}

#[test]
fn torn_writes_of_four_kinds_are_told_apart_everywhere() {
    let (place, bytes) = grown();
    let lock = place.path().join("ledger.lock");
    let cache = std::fs::read(&lock).unwrap();
    for at in (0..bytes.len()).step_by(step(97)) {
        let boundary = at > 0 && bytes[at - 1] == b'\n';
        let zero = [&bytes[..at], &vec![0; bytes.len() - at]].concat();
        let garbage: Vec<u8> = [
            &bytes[..at],
            &(at..bytes.len()).map(|i| (i * 31 + 7) as u8).collect::<Vec<_>>(),
        ]
        .concat();
        for (kind, torn, lost_cache) in [
            (
                "cut",
                bytes[..at].to_vec(),
                if boundary {
                    0
                } else if at == 0 {
                    3
                } else {
                    2
                },
            ),
            ("zero", zero, 2),
            ("garbage", garbage, 2),
        ] {
            std::fs::write(place.segment(1), &torn).unwrap();
            std::fs::write(&lock, "").unwrap();
            let found = place.exit_code();
            // An empty file is one without entries, and there is nothing to compare it with.
            assert!(found == lost_cache || at == 0, "{kind} at {at}: {found}");
            std::fs::write(&lock, &cache).unwrap();
            assert_eq!(place.exit_code(), 3, "{kind} at {at} with the cache");
        }
        // A stale page: what was there before stands in the middle, and what comes after it is whole.
        let page = at..(at + 200).min(bytes.len());
        if bytes.len() - page.end > 400 {
            let mut stale = bytes.clone();
            stale[page].fill(0);
            std::fs::write(place.segment(1), &stale).unwrap();
            assert_eq!(place.exit_code(), 1, "stale at {at}");
        }
    }
}

#[test]
fn a_writer_goes_on_after_every_torn_end() {
    let (_, bytes) = grown();
    for at in (500..bytes.len()).step_by(step(1777)) {
        if bytes[at - 1] == b'\n' {
            continue;
        }
        let (place, _) = grown();
        std::fs::write(place.segment(1), &bytes[..at]).unwrap();
        std::fs::write(place.path().join("ledger.lock"), "").unwrap();
        remove(&place.path().join("ledger.reserve"));
        place.fill(2);
        assert_eq!(place.verify().findings, vec![], "{at}");
    }
}
