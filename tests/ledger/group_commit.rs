//! One sync for many writers: what a waiting writer believes, and that nobody waits for ever. The test plays the
//! writer that has the turn, with what `docs/ledger.md` says of it.

use super::place::{Place, event};
use ledger::Durability;
use std::{
    fs::File,
    ops::Range,
    os::unix::fs::{FileExt, MetadataExt},
    thread::sleep,
    time::{Duration, Instant},
};

/// Who is not served by then syncs by itself.
const PATIENCE: Duration = Duration::from_millis(500);
/// Where it is said what was synced.
const SAID_AT: u64 = 320;

/// What is said: the file's number, from and to which byte, when, and how long it took; all of it twice.
fn said(inode: u64, bytes: &Range<u64>, at: u64) -> Vec<u8> {
    let once: Vec<u8> = [inode, bytes.start, bytes.end, at, 1000]
        .iter()
        .flat_map(|n| n.to_le_bytes())
        .collect();
    once.repeat(2)
}

/// How long a durable append takes while somebody else has the turn and says this, made from the bytes of the file
/// before and after the entry and from what stands there already.
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
    // What an earlier boot left: it would cover the entry.
    lock.write_all_at(
        &said(segment.metadata().unwrap().ino(), &(0..1 << 30), 7),
        SAID_AT,
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
        lock.write_all_at(&say(now.ino(), before..now.len()), SAID_AT)
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
