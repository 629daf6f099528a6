//! One sync for many writers: what a waiting writer believes, and that nobody waits for ever. The test plays the
//! writer that has the turn, with what `docs/ledger.md` says of it.

use super::place::{Place, event};
use ledger::{Durability, Ledger, Settings};
use std::{
    fs::File,
    ops::Range,
    os::unix::fs::{FileExt, MetadataExt},
    thread::sleep,
    time::{Duration, Instant},
};

/// Who is not served by then syncs by itself, where a sync takes as long as is published here.
const PATIENCE: Duration = Duration::from_millis(500);
const TOOK: u64 = 1_000_000_000;
/// The least that a writer waits.
const SHORTEST: Duration = Duration::from_millis(20);
/// Where it is published what was synced.
const PUBLISHED_AT: u64 = 320;

/// What is published: the file's number, from and to which byte, when, and how long it took; all of it twice.
fn published(inode: u64, bytes: &Range<u64>, at: u64, took: u64) -> Vec<u8> {
    let once: Vec<u8> = [inode, bytes.start, bytes.end, at, took]
        .iter()
        .flat_map(|n| n.to_le_bytes())
        .collect();
    once.repeat(2)
}

/// One of the numbers that are published there, by its place among the five.
fn number(place: &Place, n: usize) -> u64 {
    let lock = std::fs::read(place.path().join("ledger.lock")).unwrap();
    let at = PUBLISHED_AT as usize + n * 8;
    u64::from_le_bytes(lock[at..][..8].try_into().unwrap())
}

fn said(inode: u64, bytes: &Range<u64>, at: u64) -> Vec<u8> {
    published(inode, bytes, at, TOOK)
}

/// How long a durable append takes while somebody else has the turn and publishes this, made from the number of the
/// file and the bytes of the entry.
fn waits(say: impl FnOnce(u64, Range<u64>) -> Vec<u8>) -> Duration {
    let place = Place::with_ledger();
    place.fill(6);
    let lock = File::options()
        .write(true)
        .open(place.path().join("ledger.lock"))
        .unwrap();
    let segment = File::open(place.segment(1)).unwrap();
    let mut turn = fd_lock::RwLock::new(&segment);
    let turn = turn.write().unwrap();
    // What an earlier boot left, where a sync took a second: it would cover the entry.
    lock.write_all_at(
        &said(segment.metadata().unwrap().ino(), &(0..1 << 30), 7),
        PUBLISHED_AT,
    )
    .unwrap();
    let mut writer = place.open();
    let before = segment.metadata().unwrap().len();
    let waited = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            // Opens the segment, so that it was open before the entry.
            let begun = Instant::now();
            writer.append(&[event(1)], Durability::Strict).unwrap();
            begun.elapsed()
        });
        while segment.metadata().unwrap().len() == before {
            sleep(Duration::from_millis(1));
        }
        // By now it has looked at what stood there.
        sleep(Duration::from_millis(50));
        let now = segment.metadata().unwrap();
        lock.write_all_at(&say(now.ino(), before..now.len()), PUBLISHED_AT)
            .unwrap();
        waiting.join().unwrap()
    });
    drop(turn);
    assert_eq!(place.exit_code(), 0);
    waited
}

#[test]
fn an_entry_that_another_sync_made_durable_needs_none_of_its_own() {
    // On a machine that stands still for half a second nobody is served in time.
    let served = (0..5).any(|_| waits(|inode, entry| said(inode, &(0..entry.end), 8)) < PATIENCE);
    assert!(served);
}

#[test]
fn nothing_else_is_taken_for_a_sync_of_the_entry() {
    type Say = fn(u64, Range<u64>) -> Vec<u8>;
    let cases: [(&str, Say); 5] = [
        ("what was said before it came", |inode, _| {
            said(inode, &(0..1 << 30), 7)
        }),
        ("of another file", |inode, entry| {
            said(inode + 1, &(0..entry.end), 8)
        }),
        ("up to a byte before its end", |inode, entry| {
            said(inode, &(0..entry.end - 1), 8)
        }),
        ("in the middle of being said", |inode, entry| {
            let (mut new, old) = (said(inode, &(0..entry.end), 8), said(inode, &(0..1 << 30), 7));
            new.splice(40.., old.into_iter().skip(40));
            new
        }),
        ("of no use", |_, _| b"nonsense".repeat(10)),
    ];
    std::thread::scope(|scope| {
        for (what, say) in cases {
            scope.spawn(move || {
                let waited = waits(say);
                assert!(waited >= PATIENCE, "{what} was believed after {waited:?}");
            });
        }
    });
}

#[test]
fn a_segment_that_begins_meanwhile_serves_nobody_of_the_one_before() {
    let place = Place::with_ledger();
    place.fill(6);
    let old = File::open(place.segment(1)).unwrap();
    let mut turn = fd_lock::RwLock::new(&old);
    let turn = turn.write().unwrap();
    let lock = File::options()
        .write(true)
        .open(place.path().join("ledger.lock"))
        .unwrap();
    lock.write_all_at(
        &said(old.metadata().unwrap().ino(), &(0..1 << 30), 7),
        PUBLISHED_AT,
    )
    .unwrap();
    let before = old.metadata().unwrap().len();
    let mut waiting = place.open();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let begun = Instant::now();
            waiting.append(&[event(1)], Durability::Strict).unwrap();
            begun.elapsed()
        });
        while old.metadata().unwrap().len() == before {
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_millis(50));
        let small = Settings {
            rotate_bytes: 1,
            ..Settings::default()
        };
        let mut next = Ledger::open(place.dir(), place.path(), small).unwrap();
        // It has a turn of its own, and publishes what it synced: bytes of the new file, more than the old one has.
        let many: Vec<_> = (0..200).map(event).collect();
        let receipts = next.append(&many, Durability::Strict).unwrap();
        let new = place.segment(receipts[0].seq - 1).metadata().unwrap();
        let lock = std::fs::read(place.path().join("ledger.lock")).unwrap();
        let inode = &lock[PUBLISHED_AT as usize..][..8];
        assert_eq!(inode, new.ino().to_le_bytes());
        let waited = waiting.join().unwrap();
        assert!(waited >= PATIENCE, "{waited:?}");
    });
    drop(turn);
    assert_eq!(place.exit_code(), 0);
}

#[test]
fn a_sync_publishes_the_file_and_what_was_written_since_it_was_opened() {
    let place = Place::with_ledger();
    let opened_at = place.segment(1).metadata().unwrap().len();
    place.open().append(&[event(1)], Durability::Strict).unwrap();
    let file = place.segment(1).metadata().unwrap();
    let lock = std::fs::read(place.path().join("ledger.lock")).unwrap();
    let (_, behind) = lock.split_at(PUBLISHED_AT as usize);
    let (at, took) = (number(&place, 3), number(&place, 4));
    let expected = published(file.ino(), &(opened_at..file.len()), at, took);
    assert_eq!(behind, expected);
    assert!(at > 0 && took > 0);
}

#[test]
fn a_writer_that_is_stopped_in_a_sync_costs_others_little_where_syncs_are_quick() {
    let place = Place::with_ledger();
    let mut writer = place.open();
    writer.append(&[event(0)], Durability::Strict).unwrap();
    place.fill(6);
    let segment = File::open(place.segment(1)).unwrap();
    let mut turn = fd_lock::RwLock::new(&segment);
    let turn = turn.write().unwrap();
    let inode = segment.metadata().unwrap().ino();
    let lock = File::options()
        .write(true)
        .open(place.path().join("ledger.lock"))
        .unwrap();
    lock.write_all_at(&published(inode, &(0..1), 7, 1000), PUBLISHED_AT)
        .unwrap();
    let mut appends = |n: usize| {
        let begun = Instant::now();
        writer.append(&[event(n)], Durability::Strict).unwrap();
        begun.elapsed()
    };
    // The sync itself takes what the disk takes.
    let took = appends(1);
    let waited = took - Duration::from_nanos(number(&place, 4));
    assert!(waited >= SHORTEST && waited < PATIENCE, "{waited:?}");
    // What it synced is published, so that the next ones have little that waits and sync at once, also where syncs are
    // said to take so long that a wait would be seen beside any of them.
    let synced = segment.metadata().unwrap().len();
    assert_eq!(number(&place, 2), synced);
    let slow = said(inode, &(number(&place, 1)..synced), number(&place, 3));
    lock.write_all_at(&slow, PUBLISHED_AT).unwrap();
    let quickest = (0..3).map(&mut appends).min().unwrap();
    assert!(quickest < PATIENCE, "{quickest:?}");
    assert_eq!(number(&place, 2), synced, "one of them waited for its turn");
    // Of many, few have to wait.
    lock.write_all_at(&published(inode, &(0..synced), 7, 1000), PUBLISHED_AT)
        .unwrap();
    let rounds = 20;
    let waits = (0..rounds).filter(|&n| {
        let before = number(&place, 3);
        appends(n);
        number(&place, 3) != before
    });
    let waits = waits.count();
    assert!((1..=rounds / 3).contains(&waits), "{waits} of {rounds}");
    drop(turn);
    assert_eq!(place.exit_code(), 0);
}
