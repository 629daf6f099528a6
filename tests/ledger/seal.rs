//! Sealed ledgers: what the key kept off the machine proves, and what a thief of the machine cannot do.

use super::place::{Place, event};
use ledger::{
    Created, Durability, Genesis, Ledger, LedgerError, Settings, parse_seal_key,
    verify::{Level, Options, Report, verify_with},
};
use std::os::fd::AsFd;

fn sealed() -> (Place, String) {
    let place = Place::new();
    let Created { seal_key, .. } = place.create(&Genesis {
        seal: true,
        ..Genesis::named("test.example/sealed")
    });
    let key = seal_key.unwrap().to_string();
    (place, key)
}

fn check(place: &Place, key: &str) -> Report {
    let options = Options {
        seal_key: parse_seal_key(key),
        deep: true,
        ..Options::default()
    };
    verify_with(place.dir().as_fd(), place.path(), options).unwrap()
}

#[test]
fn seals_hold_across_writers_and_segments() {
    let (place, key) = sealed();
    for _ in 0..3 {
        let settings = Settings {
            rotate_bytes: 9000,
            require_seal: true,
            ..Settings::default()
        };
        let mut ledger = Ledger::open(place.dir(), place.path(), settings).unwrap();
        for i in 0..20 {
            ledger.append(&[event(i)], Durability::Relaxed).unwrap();
        }
    }
    let report = check(&place, &key);
    assert_eq!((report.findings, report.level), (vec![], Level::Sealed));
    assert!(report.segments > 2);
    assert_eq!(
        place.verify().level,
        Level::Chain,
        "without the key nothing is proven of seals"
    );
}

#[test]
fn another_key_is_told_from_tampering() {
    let (place, _) = sealed();
    let report = check(&place, &"0".repeat(64));
    assert_eq!(
        report.findings[0].what,
        "the first entry commits to another seal key"
    );
}

#[test]
fn a_writer_that_must_seal_refuses_a_ledger_that_is_not_sealed() {
    let place = Place::with_ledger();
    let settings = Settings {
        require_seal: true,
        ..Settings::default()
    };
    let refused = Ledger::open(place.dir(), place.path(), settings)
        .unwrap()
        .append(&[event(0)], Durability::Relaxed);
    assert!(matches!(refused, Err(LedgerError::Unsealed { .. })));
}

#[test]
fn a_sealed_ledger_whose_key_is_gone_takes_nothing() {
    let (place, _) = sealed();
    std::process::Command::new("rm")
        .arg(place.path().join("keys/seal"))
        .status()
        .unwrap();
    let refused = place.open().append(&[event(0)], Durability::Relaxed);
    assert!(matches!(refused, Err(LedgerError::Unsealed { .. })));
}

#[test]
fn cutting_the_end_and_going_on_is_refused_and_detected() {
    let (place, key) = sealed();
    place.fill(10);
    let whole = std::fs::read_to_string(place.segment(1)).unwrap();
    let cut: String = whole.lines().take(6).map(|line| format!("{line}\n")).collect();
    std::fs::write(place.segment(1), cut).unwrap();
    std::fs::write(place.path().join("ledger.lock"), "").unwrap();
    let refused = place.open().append(&[event(0)], Durability::Relaxed);
    assert!(
        matches!(refused, Err(LedgerError::Tampered { .. })),
        "{refused:?}"
    );
    // A thief who sets the key's distance goes on, but cannot go back.
    let state = std::fs::read_to_string(place.path().join("keys/seal")).unwrap();
    let fields: Vec<&str> = state.split_whitespace().collect();
    let index: u64 = fields[1].parse().unwrap();
    let forged = super::forge::seal_state(index, index - 7, fields[3]);
    std::fs::write(place.path().join("keys/seal"), forged).unwrap();
    place.fill(3);
    let report = check(&place, &key);
    assert_eq!(report.state.exit_code(), 1);
    assert_eq!(report.findings[0].seq, Some(7));
}

#[test]
fn entries_that_a_power_loss_took_are_told_of_and_the_rest_still_proves() {
    let age = Settings {
        rotate_after: std::time::Duration::ZERO,
        ..Settings::default()
    };
    for settings in [Settings::default(), age] {
        // What was left of the cache is of after, of just as, or of before what was left of the entries.
        for cached in [11, 8, 5] {
            let (place, key) = sealed();
            let lock = place.path().join("ledger.lock");
            let (mut cache, mut left) = (Vec::new(), Vec::new());
            for count in [5, 8, 11] {
                place.fill(if count == 5 { 4 } else { 3 });
                if count == cached {
                    cache = std::fs::read(&lock).unwrap();
                }
                if count == 8 {
                    left = std::fs::read(place.segment(1)).unwrap();
                }
            }
            std::fs::write(place.segment(1), left).unwrap();
            std::fs::write(&lock, cache).unwrap();
            // On the same boot nothing accounts for it.
            let refused = place.open().append(&[event(0)], Durability::Relaxed);
            assert!(
                matches!(refused, Err(LedgerError::Tampered { .. })),
                "{cached}: {refused:?}"
            );
            super::power::come_up_again(place.path());
            let mut ledger = Ledger::open(place.dir(), place.path(), settings.clone()).unwrap();
            for i in 0..3 {
                ledger.append(&[event(i)], Durability::Relaxed).unwrap();
            }
            let report = check(&place, &key);
            assert_eq!(
                (report.findings, report.level),
                (vec![], Level::Sealed),
                "{cached}"
            );
            let told = std::fs::read_to_string(place.segment(9)).unwrap();
            let first = told.lines().next().unwrap();
            assert!(
                first.contains("\"reason\":\"power-loss\"") && first.contains("\"seal_gap\":3"),
                "{cached}: {first}"
            );
            super::interop::python_agrees(&place, Some(&key), 0);
            // Without the word the gap is tampering, key or no key.
            let silent = super::forge::rewrite_file(&place.segment(9), |_, data| {
                data.remove("seal_gap");
            });
            std::fs::write(place.segment(9), silent).unwrap();
            let report = place.verify();
            assert_eq!(
                (report.state.exit_code(), report.findings[0].seq),
                (1, Some(9)),
                "{cached}"
            );
        }
    }
}

#[test]
fn a_crash_before_the_key_was_stored_is_caught_up_with() {
    let (place, key) = sealed();
    place.fill(3);
    let state = std::fs::read(place.path().join("keys/seal")).unwrap();
    place.fill(1);
    std::fs::write(place.path().join("keys/seal"), state).unwrap();
    place.fill(2);
    assert_eq!(check(&place, &key).findings, vec![]);
}

#[test]
fn an_entry_without_its_seal_is_found_without_the_key() {
    let (place, _) = sealed();
    place.fill(3);
    let rewritten = super::forge::rewrite(&place, |seq, data| {
        if seq == 3 {
            data.remove("_seal");
        }
    });
    std::fs::write(place.segment(1), rewritten).unwrap();
    let report = place.verify();
    assert_eq!((report.state.exit_code(), report.findings[0].seq), (1, Some(3)));
}
