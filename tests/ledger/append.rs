//! Writing: what a line is, who may write what, and what recovery makes of an interrupted write.

use super::place::{Place, event, object};
use ledger::{
    DecisionDraft, Draft, Durability, Genesis, Kind, Ledger, LedgerError, Ruling, Settings, read::Reader,
    verify,
};
use policy::Verdict;
use serde_json::json;
use std::{fs::OpenOptions, io::Write, os::fd::AsFd, os::unix::fs::MetadataExt, time::Duration};

#[test]
fn entries_are_dense_and_chained_and_private() {
    let place = Place::with_ledger();
    place.fill(10);
    let report = place.verify();
    assert_eq!((report.state.exit_code(), report.entries_to), (0, 11));
    for name in ["ledger.lock", "ledger-00000000000000000001.jsonl", "keys/ledger"] {
        assert_eq!(
            place.path().join(name).metadata().unwrap().mode() & 0o7777,
            0o600,
            "{name}"
        );
    }
    assert_eq!(
        place.path().join("keys").metadata().unwrap().mode() & 0o7777,
        0o700
    );
}

#[test]
fn no_entries_write_nothing() {
    let place = Place::with_ledger();
    let before = std::fs::read(place.segment(1)).unwrap();
    let mut ledger = place.open();
    assert_eq!(ledger.append(&[], Durability::Strict).unwrap(), []);
    assert_eq!(std::fs::read(place.segment(1)).unwrap(), before);
    assert_eq!(ledger.append(&[event(1)], Durability::Strict).unwrap()[0].seq, 2);
}

#[test]
fn only_an_allowing_decision_gives_a_permit_and_every_decision_is_recorded() {
    let place = Place::with_ledger();
    let mut ledger = place.open();
    for (verdict, permitted) in [
        (Verdict::Allow, true),
        (Verdict::Shadow, true),
        (Verdict::Escalate, false),
        (Verdict::Deny, false),
    ] {
        let draft = DecisionDraft {
            verdict,
            data: object(json!({"decision": {"verdict": verdict}})),
        };
        let ruling = ledger.decide(draft, Durability::Intent).unwrap();
        assert_eq!(matches!(ruling, Ruling::Permitted(_)), permitted, "{verdict:?}");
    }
    let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
    let kinds: Vec<String> = reader
        .backwards()
        .take(4)
        .map(|e| e.unwrap().kind().to_owned())
        .collect();
    assert_eq!(kinds, ["decision"; 4]);
}

#[test]
fn kinds_of_the_ledger_itself_cannot_be_appended() {
    let place = Place::with_ledger();
    for kind in [
        Kind::Genesis,
        Kind::Decision,
        Kind::Open,
        Kind::Redact,
        Kind::Prune,
    ] {
        let draft = Draft {
            kind,
            data: object(json!({})),
        };
        let refused = place.open().append(&[draft], Durability::Strict);
        assert!(matches!(refused, Err(LedgerError::Draft { .. })), "{kind:?}");
    }
    assert_eq!(place.verify().entries_to, 1);
}

#[test]
fn reading_forwards_and_backwards_gives_the_same_entries() {
    let place = Place::with_ledger();
    let settings = Settings {
        rotate_bytes: 3000,
        ..Settings::default()
    };
    let mut ledger = Ledger::open(place.dir(), place.path(), settings).unwrap();
    for i in 0..50 {
        ledger.append(&[event(i)], Durability::Relaxed).unwrap();
    }
    let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
    let forward: Vec<_> = reader.from(1).map(Result::unwrap).collect();
    let mut backward: Vec<_> = reader.backwards().map(Result::unwrap).collect();
    backward.reverse();
    assert!(forward.len() > 55, "rotations are entries too");
    assert_eq!(forward, backward);
    assert_eq!(reader.get(20).unwrap().unwrap().seq, 20);
    assert_eq!(reader.get(2000).unwrap(), None);
    assert_eq!(place.exit_code(), 0);
    let first = place.segment(1).metadata().unwrap();
    assert_eq!(first.mode() & 0o7777, 0o400, "closed segments are read-only");
}

#[test]
fn a_ledger_is_never_begun_over_another_or_over_what_is_left_of_one() {
    let place = Place::with_ledger();
    let again = || {
        Ledger::create(
            place.dir(),
            place.path(),
            &Genesis::named("x"),
            Settings::default(),
        )
    };
    assert!(matches!(again(), Err(LedgerError::Exists { .. })));
    place.fill(1);
    std::process::Command::new("rm")
        .arg("--")
        .arg(place.segment(1))
        .status()
        .unwrap();
    assert!(matches!(again(), Err(LedgerError::Emptied { .. })));
    let gone = place.open().append(&[event(1)], Durability::Relaxed);
    assert!(matches!(gone, Err(LedgerError::Emptied { .. })), "{gone:?}");
}

#[test]
fn an_emptied_or_shortened_segment_is_refused() {
    for keep in [0, 100, 700] {
        let place = Place::with_ledger();
        place.fill(5);
        OpenOptions::new()
            .write(true)
            .open(place.segment(1))
            .unwrap()
            .set_len(keep)
            .unwrap();
        let refused = place.open().append(&[event(1)], Durability::Relaxed);
        // Where not even the first entry is left no recovery goes on.
        let fits = match keep {
            700 => matches!(refused, Err(LedgerError::Tampered { .. })),
            _ => matches!(refused, Err(LedgerError::Broken { .. })),
        };
        assert!(fits, "{keep} {refused:?}");
        assert_eq!(place.exit_code(), 3, "{keep}");
    }
}

#[test]
fn a_torn_line_is_kept_and_the_next_segment_tells_of_it() {
    let place = Place::with_ledger();
    place.fill(5);
    let torn = b"{\"seq\":7,\"timestamp\":\"2026";
    OpenOptions::new()
        .append(true)
        .open(place.segment(1))
        .unwrap()
        .write_all(torn)
        .unwrap();
    assert_eq!(place.exit_code(), 2);
    place.fill(1);
    assert_eq!(place.exit_code(), 0);
    let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
    let open = reader.get(7).unwrap().unwrap();
    assert_eq!(open.kind(), "open");
    assert_eq!(open.data["reason"], "torn");
    assert_eq!(open.data["bytes"], torn.len());
    let kept = std::fs::read(place.segment(1)).unwrap();
    assert!(kept.ends_with(torn));
}

#[test]
fn a_lost_or_damaged_cache_is_rebuilt_and_told() {
    for (cache, reason) in [(&b""[..], "cache-lost"), (b"garbage", "cache-lost")] {
        let place = Place::with_ledger();
        place.fill(3);
        std::fs::write(place.path().join("ledger.lock"), cache).unwrap();
        place.fill(1);
        let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
        assert_eq!(reader.get(5).unwrap().unwrap().data["reason"], reason);
        assert_eq!((place.exit_code(), place.verify().entries_to), (0, 6));
    }
}

#[test]
fn a_writer_stopped_before_the_cache_leaves_a_ledger_that_goes_on() {
    let place = Place::with_ledger();
    place.fill(2);
    let cache = std::fs::read(place.path().join("ledger.lock")).unwrap();
    place.fill(3);
    std::fs::write(place.path().join("ledger.lock"), cache).unwrap();
    place.fill(1);
    assert_eq!((place.exit_code(), place.verify().entries_to), (0, 7));
}

#[test]
fn a_rotation_that_did_not_come_to_its_end_is_taken_up() {
    for torn in [&b""[..], b"{\"seq\":5,\"times"] {
        let place = Place::with_ledger();
        place.fill(3);
        std::fs::write(place.path().join("ledger.lock"), b"").unwrap();
        std::fs::write(place.segment(5), torn).unwrap();
        place.fill(1);
        assert_eq!(place.exit_code(), 0, "{:?}", place.verify());
        assert_eq!(place.verify().segments, 2);
    }
}

#[test]
fn a_held_lock_refuses_after_the_limit() {
    let place = Place::with_ledger();
    let settings = Settings {
        lock_timeout: Duration::from_millis(200),
        ..Settings::default()
    };
    let mut held = fd_lock::RwLock::new(std::fs::File::open(place.path().join("ledger.lock")).unwrap());
    let guard = held.write().unwrap();
    let mut ledger = Ledger::open(place.dir(), place.path(), settings).unwrap();
    let begun = std::time::Instant::now();
    let refused = ledger.append(&[event(1)], Durability::Relaxed);
    assert!(matches!(refused, Err(LedgerError::Busy { .. })), "{refused:?}");
    assert!(begun.elapsed() < Duration::from_secs(2));
    drop(guard);
    ledger.append(&[event(1)], Durability::Relaxed).unwrap();
    assert_eq!(place.exit_code(), 0);
}

#[test]
fn threads_with_writers_of_their_own_make_one_dense_chain() {
    let place = Place::with_ledger();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| place.fill(25));
        }
    });
    let report = place.verify();
    assert_eq!((report.state.exit_code(), report.entries_to), (0, 401));
}

#[test]
fn a_poisoned_ledger_takes_nothing() {
    let place = Place::with_ledger();
    std::fs::write(place.path().join("ledger.poisoned"), b"x").unwrap();
    let refused = place.open().append(&[event(1)], Durability::Relaxed);
    assert!(matches!(refused, Err(LedgerError::Poisoned { .. })));
    assert_eq!(place.verify().entries_to, 1);
}

#[test]
fn links_and_fifos_in_place_of_files_are_refused() {
    let place = Place::with_ledger();
    let other = Place::with_ledger();
    let run = |program: &str, args: &[&std::ffi::OsStr]| {
        assert!(
            std::process::Command::new(program)
                .args(args)
                .status()
                .unwrap()
                .success()
        );
    };
    let segment = place.segment(1);
    let away = place.path().join("away");
    run("mv", &[segment.as_os_str(), away.as_os_str()]);
    for (program, args) in [
        (
            "ln",
            vec![std::ffi::OsStr::new("-s"), away.as_os_str(), segment.as_os_str()],
        ),
        ("ln", vec![away.as_os_str(), segment.as_os_str()]),
        ("mkfifo", vec![segment.as_os_str()]),
    ] {
        run(program, &args);
        let refused = place.open().append(&[event(1)], Durability::Relaxed);
        assert!(
            matches!(refused, Err(LedgerError::Unfit { .. })),
            "{program} {refused:?}"
        );
        run("rm", &[segment.as_os_str()]);
    }
    drop(other);
}

#[test]
fn a_clock_set_back_is_told_of_and_times_begin_anew() {
    let place = Place::with_ledger();
    place.fill(2);
    let text = std::fs::read_to_string(place.segment(1)).unwrap();
    let (before, last) = text.trim_end().rsplit_once('\n').unwrap();
    let (_, rest) = last.split_once("\"data\":").unwrap();
    let (data, rest) = rest.rsplit_once(",\"prev_hash\":\"").unwrap();
    let (line, _) = super::forge::raw_line(3, "2999-01-01T00:00:00.000000Z", data, rest.get(..64).unwrap());
    std::fs::write(place.segment(1), format!("{before}\n{line}")).unwrap();
    std::fs::write(place.path().join("ledger.lock"), "").unwrap();
    place.fill(2);
    let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
    let said: Vec<String> = reader
        .from(4)
        .map(Result::unwrap)
        .map(|entry| {
            let reason = entry.data.get("reason").and_then(|reason| reason.as_str());
            format!("{} {}", entry.kind(), reason.unwrap_or_default())
        })
        .collect();
    assert_eq!(said, ["open cache-lost", "open clock", "event ", "event "]);
    let options = verify::Options {
        deep: true,
        ..verify::Options::default()
    };
    let report = verify::verify_with(place.dir().as_fd(), place.path(), options).unwrap();
    assert_eq!(report.findings, vec![]);
}
