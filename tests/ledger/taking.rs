//! Taking out on purpose: redacted entries, pruned segments, recovery; and secrets that never get in.

use super::place::{Place, event, object, remove};
use ledger::{
    Draft, Durability, Genesis, Kind, Ledger, LedgerError, Settings, Upto, parse_seal_key,
    read::Reader,
    tlog::Inclusion,
    verify::{Level, Options, Report, verify_with},
};
use serde_json::json;
use std::os::fd::AsFd;

fn small(place: &Place) -> Ledger {
    let settings = Settings {
        rotate_bytes: 4000,
        ..Settings::default()
    };
    Ledger::open(place.dir(), place.path(), settings).unwrap()
}

fn deep(place: &Place, key: Option<&str>, against: Option<&str>) -> Report {
    let options = Options {
        deep: true,
        seal_key: key.and_then(parse_seal_key),
        against: against.map(|note| note.as_bytes().to_vec()).into_iter().collect(),
        ..Options::default()
    };
    verify_with(place.dir().as_fd(), place.path(), options).unwrap()
}

fn grown(seal: bool) -> (Place, Option<String>) {
    let place = Place::new();
    let genesis = Genesis {
        seal,
        ..Genesis::named("test.example/taking")
    };
    let key = place.create(&genesis).seal_key.map(|key| key.to_string());
    let mut ledger = small(&place);
    for i in 0..60 {
        ledger.append(&[event(i)], Durability::Relaxed).unwrap();
    }
    (place, key)
}

#[test]
fn a_redacted_entry_is_gone_and_everything_else_still_holds() {
    for seal in [false, true] {
        let (place, key) = grown(seal);
        let note = small(&place).checkpoint().unwrap().note;
        // One in a closed segment, one in the newest.
        let last = small(&place).append(&[event(1)], Durability::Relaxed).unwrap()[0].seq;
        for seq in [5, last] {
            let receipt = small(&place).redact(seq, "held a name", "ann").unwrap();
            assert!(receipt.seq > seq);
            let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
            let entry = reader.get(seq).unwrap().unwrap();
            assert_eq!(entry.kind(), "redacted");
            assert!(!entry.data.contains_key("source"));
            assert_eq!(entry.data["_redacted"]["by"], receipt.seq);
        }
        small(&place).append(&[event(1)], Durability::Strict).unwrap();
        let report = deep(&place, key.as_deref(), Some(&note));
        assert_eq!((report.findings, report.redacted), (vec![], 2), "seal {seal}");
        assert_eq!(report.level, Level::Anchored);
        assert_eq!((place.exit_code(), place.verify().redacted), (0, 2));
    }
}

#[test]
fn a_placeholder_that_no_entry_tells_of_is_tampering() {
    let (place, _) = grown(false);
    small(&place).redact(5, "x", "ann").unwrap();
    let text = std::fs::read_to_string(place.segment(1)).unwrap();
    let victim = text.lines().nth(5).unwrap();
    let data = victim
        .split("\"data\":")
        .nth(1)
        .unwrap()
        .split(",\"prev_hash\"")
        .next()
        .unwrap();
    let digest = super::forge::hex(&<sha2::Sha256 as sha2::Digest>::digest(data.as_bytes()));
    let by = place.verify().entries_to - 1;
    let forged =
        format!("{{\"_redacted\":{{\"by\":{by},\"data_sha256\":\"{digest}\"}},\"kind\":\"redacted\"}}");
    remove(&place.segment(1));
    std::fs::write(place.segment(1), text.replace(data, &forged)).unwrap();
    let report = place.verify();
    assert_eq!((report.state.exit_code(), report.findings[0].seq), (1, Some(6)));
}

#[test]
fn entries_that_verification_needs_cannot_be_redacted() {
    let (place, _) = grown(false);
    for (seq, why) in [(1, "genesis"), (1000, "there is no entry")] {
        let refused = small(&place).redact(seq, "x", "ann").unwrap_err();
        assert!(refused.to_string().contains(why), "{refused}");
    }
    small(&place).redact(5, "x", "ann").unwrap();
    let again = small(&place).redact(5, "x", "ann").unwrap_err();
    assert!(again.to_string().contains("before"), "{again}");
}

#[test]
fn after_pruning_what_remains_verifies_and_proves() {
    for seal in [false, true] {
        let (place, key) = grown(seal);
        let mut ledger = small(&place);
        let note = ledger.checkpoint().unwrap().note;
        let pruned = ledger
            .prune(Upto::Entry(40, i64::MAX), None, "old", "ann")
            .unwrap();
        assert!(pruned.last > 20 && pruned.last < 40, "{pruned:?}");
        ledger.append(&[event(1)], Durability::Strict).unwrap();
        let report = place.verify();
        assert_eq!((report.findings, report.entries_from), (vec![], pruned.last + 1));
        let report = deep(&place, key.as_deref(), Some(&note));
        assert_eq!((report.findings, report.level), (vec![], Level::Anchored));
        let vkey = ledger.vkey().unwrap();
        let proof = ledger.prove(50, None).unwrap();
        let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
        let hash = reader.get(50).unwrap().unwrap().hash;
        let bytes: Vec<u8> = hash
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        let read = Inclusion::parse(&proof.text()).unwrap();
        assert!(read.verify(&bytes.try_into().unwrap(), &vkey).is_ok());
        // Again, further.
        let second = ledger
            .prune(Upto::Entry(55, i64::MAX), None, "old", "ann")
            .unwrap();
        assert!(second.last > pruned.last);
        assert_eq!(place.verify().findings, vec![]);
    }
}

#[test]
fn segments_that_nobody_pruned_are_missed() {
    let (place, _) = grown(false);
    remove(&place.segment(1));
    assert_eq!(place.exit_code(), 3);
    let (place, _) = grown(false);
    let middle = std::fs::read_dir(place.path()).unwrap().filter_map(|e| {
        let name = e.unwrap().file_name().into_string().unwrap();
        name.strip_prefix("ledger-")?
            .strip_suffix(".jsonl")?
            .parse::<u64>()
            .ok()
    });
    let mut middle: Vec<u64> = middle.collect();
    middle.sort_unstable();
    remove(&place.segment(middle[2]));
    assert_eq!(place.exit_code(), 1);
}

#[test]
fn archived_segments_are_the_same_bytes() {
    let (place, _) = grown(false);
    let other = Place::new();
    let first = std::fs::read(place.segment(1)).unwrap();
    let dir = other.dir();
    let archive = ledger::Place {
        dir: dir.as_fd(),
        shown: other.path(),
    };
    let pruned = small(&place)
        .prune(Upto::Entry(30, i64::MAX), Some(archive), "old", "ann")
        .unwrap();
    assert!(!place.segment(1).exists());
    let packed = other.path().join(format!("{}.zst", pruned.segments[0]));
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(std::fs::File::open(packed).unwrap()).unwrap();
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut decoder, &mut bytes).unwrap();
    assert_eq!(bytes, first);
}

#[test]
fn recovery_records_what_was_lost_and_goes_on() {
    let (place, _) = grown(false);
    let newest = place.verify().entries_to;
    let note = small(&place).checkpoint().unwrap().note;
    let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
    let last_segment = (1..=newest)
        .rev()
        .map(|n| place.segment(n))
        .find(|path| path.exists())
        .unwrap();
    drop(reader);
    let text = std::fs::read_to_string(&last_segment).unwrap();
    let cut: String = text.lines().take(1).map(|line| format!("{line}\n")).collect();
    std::fs::write(&last_segment, cut).unwrap();
    assert_eq!(place.exit_code(), 3);
    let refused = small(&place).append(&[event(1)], Durability::Relaxed);
    assert!(matches!(refused, Err(LedgerError::Tampered { .. })));
    small(&place).recover("restored from a backup", "ann").unwrap();
    small(&place).append(&[event(1)], Durability::Relaxed).unwrap();
    assert_eq!((place.verify().findings, place.exit_code()), (vec![], 0));
    let reader = Reader::open(place.dir().as_fd(), place.path()).unwrap();
    let open = reader
        .backwards()
        .map(Result::unwrap)
        .find(|e| e.kind() == "open")
        .unwrap();
    assert_eq!(open.data["recovery"], "restored from a backup");
    assert!(open.data["expected"].is_string() && open.data["head_lost"].is_string());
    assert_ne!(
        deep(&place, None, Some(&note)).state.exit_code(),
        0,
        "the head kept elsewhere still tells"
    );
}

#[test]
fn a_recovery_that_is_refused_leaves_what_tells_of_the_loss() {
    let (place, _) = grown(false);
    let lock = place.path().join("ledger.lock");
    let first = place.segment(1);
    let text = std::fs::read_to_string(&first).unwrap();
    std::fs::write(&first, text.replacen("event", "evant", 1)).unwrap();
    for newest in 2..=place.verify().entries_to.max(200) {
        if place.segment(newest).exists() {
            std::fs::remove_file(place.segment(newest)).unwrap();
        }
    }
    let before = std::fs::read(&lock).unwrap();
    let refused = small(&place).recover("no", "ann");
    assert!(matches!(refused, Err(LedgerError::Broken { .. })), "{refused:?}");
    assert_eq!(std::fs::read(&lock).unwrap(), before);
    std::fs::remove_file(first).unwrap();
    let refused = small(&place).recover("no", "ann");
    assert!(matches!(refused, Err(LedgerError::Emptied { .. })), "{refused:?}");
    assert_eq!(std::fs::read(&lock).unwrap(), before);
}

#[test]
fn recovery_leads_out_of_a_failed_sync() {
    let (place, _) = grown(false);
    std::fs::write(place.path().join("ledger.poisoned"), "x").unwrap();
    small(&place).recover("disk replaced", "ann").unwrap();
    small(&place).append(&[event(1)], Durability::Strict).unwrap();
    assert_eq!(place.exit_code(), 0);
}

#[test]
fn secrets_never_reach_the_file_and_equal_secrets_have_equal_tags() {
    let place = Place::with_ledger();
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let draft = |text: String| Draft {
        kind: Kind::Event,
        data: object(json!({"source": "test", "text": text})),
    };
    let mut ledger = place.open();
    for text in [format!("use {token}"), format!("{token} again")] {
        ledger.append(&[draft(text)], Durability::Relaxed).unwrap();
    }
    let text = std::fs::read_to_string(place.segment(1)).unwrap();
    assert!(!text.contains(&token));
    let tags: Vec<&str> = text
        .split("[redacted:github-token:")
        .skip(1)
        .map(|t| t.split(']').next().unwrap())
        .collect();
    assert_eq!(tags.len(), 2);
    assert_eq!((tags[0], tags[0].len()), (tags[1], 16));
}
