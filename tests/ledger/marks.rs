//! The marks of the last entries about permission: what moves them, and what cannot lose them.

use super::place::{Place, event, object};
use ledger::{DecisionDraft, Draft, Durability, Kind, Ledger, LedgerError, Marks, Ruling, Settings, Terms};
use policy::Verdict;
use serde_json::json;

fn stop(ledger: &mut Ledger) -> u64 {
    let draft = Draft {
        kind: Kind::Freeze,
        data: object(json!({"reason": "test"})),
    };
    ledger.append(&[draft], Durability::Strict).unwrap()[0].seq
}

fn allow(ledger: &mut Ledger, known: u64) -> Result<Ruling, LedgerError> {
    let draft = DecisionDraft {
        verdict: Verdict::Allow,
        data: object(json!({})),
    };
    let terms = Terms {
        also: vec![event(1)],
        unless_stopped_since: Some(known),
    };
    ledger.decide_on(draft, terms, Durability::Intent)
}

#[test]
fn a_call_judged_before_a_freeze_is_not_recorded_as_allowed_after_it() {
    let place = Place::with_ledger();
    let (mut writer, mut other) = (place.open(), place.open());
    let known = writer.marks().unwrap().freeze;
    assert!(matches!(allow(&mut writer, known).unwrap(), Ruling::Permitted(_)));
    let seq = stop(&mut other);
    assert!(matches!(allow(&mut writer, known), Err(LedgerError::Stopped { seq: by }) if by == seq));
    assert_eq!(
        writer.marks().unwrap(),
        Marks {
            control: seq,
            freeze: seq
        }
    );
    assert!(matches!(allow(&mut writer, seq).unwrap(), Ruling::Permitted(_)));
    assert_eq!(place.verify().entries_to, seq + 2);
}

#[test]
fn neither_a_lost_cache_nor_rotation_loses_the_marks() {
    for rotations in [0, 1, 3] {
        let place = Place::with_ledger();
        let seq = stop(&mut place.open());
        for _ in 0..rotations {
            let settings = Settings {
                rotate_bytes: 1,
                ..Settings::default()
            };
            let mut ledger = Ledger::open(place.dir(), place.path(), settings).unwrap();
            ledger.append(&[event(0)], Durability::Relaxed).unwrap();
        }
        place.fill(2);
        std::fs::write(place.path().join("ledger.lock"), b"").unwrap();
        assert_eq!(
            place.open().marks().unwrap(),
            Marks {
                control: seq,
                freeze: seq
            }
        );
        place.fill(1);
        assert_eq!(
            place.open().marks().unwrap(),
            Marks {
                control: seq,
                freeze: seq
            }
        );
    }
}
