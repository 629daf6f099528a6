//! Files forged, altered, taken away or put back, clocks and crashes: none of it permits anything.

use super::place::{Ask, Desk, HOUR, ONCE};
use crate::ledger::place::object;
use ledger::{Draft, Durability, Kind};
use policy::Verdict;
use serde_json::{Value, json};
use std::{fs, path::PathBuf, process::Command};
use watchtower::state::Freeze;

fn copy(from: &PathBuf, to: &PathBuf) {
    assert!(
        Command::new("cp")
            .arg("-a")
            .arg(from)
            .arg(to)
            .status()
            .unwrap()
            .success()
    );
}

fn clear(path: &PathBuf) {
    assert!(path.starts_with(std::env::temp_dir()));
    assert!(
        Command::new("rm")
            .arg("-r")
            .arg("--")
            .arg(path)
            .status()
            .unwrap()
            .success()
    );
}

fn the_grant_file(desk: &Desk) -> PathBuf {
    fs::read_dir(desk.place.path().join("state/grants"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path()
}

#[test]
fn a_used_grant_put_back_with_all_its_files_serves_nobody() {
    let desk = Desk::new();
    let ask = Ask::delete("/home/ada/x");
    desk.approve(&desk.ask(&ask), ONCE);
    let (state, kept) = (desk.place.path().join("state"), desk.place.path().join("kept"));
    copy(&state, &kept);
    assert_eq!(desk.call(&ask), Verdict::Allow);
    clear(&state);
    copy(&kept, &state);
    assert_eq!(desk.call(&ask), Verdict::Escalate);
    clear(&state.join("grants"));
    copy(&kept.join("grants"), &state.join("grants"));
    assert_eq!(desk.call(&ask), Verdict::Escalate);
}

#[test]
fn a_revoked_grant_put_back_serves_nobody() {
    let desk = Desk::new();
    let ask = Ask::delete("/home/ada/x");
    desk.approve(&desk.ask(&ask), HOUR);
    let (state, kept) = (desk.place.path().join("state"), desk.place.path().join("kept"));
    copy(&state, &kept);
    desk.state()
        .revoke(&mut desk.ledger(), desk.approver(), &[])
        .unwrap();
    clear(&state);
    copy(&kept, &state);
    assert_eq!(desk.call(&ask), Verdict::Escalate);
}

#[test]
fn a_lost_state_is_made_anew_from_the_ledger_with_every_use_counted() {
    let desk = Desk::new();
    let ask = Ask::delete("/home/ada/x");
    desk.approve(
        &desk.ask(&ask),
        watchtower::state::Terms {
            uses: Some(2),
            ..HOUR
        },
    );
    assert_eq!(desk.call(&ask), Verdict::Allow);
    clear(&desk.place.path().join("state"));
    assert_eq!(desk.call(&ask), Verdict::Allow);
    clear(&desk.place.path().join("state"));
    assert_eq!(desk.call(&ask), Verdict::Escalate);
}

#[test]
fn a_widened_or_moved_or_forged_grant_serves_nobody() {
    for change in [
        json!({"uses": null}),
        json!({"principal": "eve"}),
        json!({"operation": "chmod"}),
        json!({"reach": {"rule": "home-mutation"}}),
        json!({"reach": {"dir": "/"}}),
        json!({"span": {"from": 0, "to": i64::MAX / 4, "boot": "", "boot_s": 0}}),
        json!({"number": 7}),
    ] {
        let desk = Desk::new();
        let ask = Ask::delete("/home/ada/x");
        desk.approve(&desk.ask(&ask), ONCE);
        assert_eq!(desk.call(&ask), Verdict::Allow);
        let file = the_grant_file(&desk);
        let mut doc: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        for (key, value) in change.as_object().unwrap() {
            doc[0]["signed"]["statement"][key] = value.clone();
        }
        fs::write(&file, doc.to_string()).unwrap();
        assert_eq!(desk.call(&ask), Verdict::Escalate, "{change}");
        let eve = Ask {
            principal: "eve",
            ..ask.clone()
        };
        assert_eq!(desk.call(&eve), Verdict::Escalate, "{change}");
    }
}

#[test]
fn a_grant_of_another_ledger_serves_nobody() {
    let (ours, theirs) = (Desk::new(), Desk::new());
    let ask = Ask::delete("/home/ada/x");
    theirs.approve(&theirs.ask(&ask), HOUR);
    ours.ask(&ask);
    copy(
        &theirs.place.path().join("state/grants"),
        &ours.place.path().join("state/grants"),
    );
    assert_eq!(ours.call(&ask), Verdict::Escalate);
    assert_eq!(theirs.call(&ask), Verdict::Allow);
}

#[test]
fn entries_that_an_agent_writes_itself_grant_and_thaw_nothing() {
    let desk = Desk::new();
    let ask = Ask::delete("/home/ada/x");
    desk.approve(&desk.ask(&ask), ONCE);
    assert_eq!(desk.call(&ask), Verdict::Allow);
    let stop = Freeze {
        seq: 0,
        principal: String::new(),
        agent: String::new(),
        reason: String::new(),
    };
    desk.state().freeze(&mut desk.ledger(), &stop).unwrap();
    let grant: Value = serde_json::from_slice(&fs::read(the_grant_file(&desk)).unwrap()).unwrap();
    let mut forged = grant[0]["signed"].clone();
    forged["statement"]["number"] = json!(2);
    for (kind, data) in [
        (Kind::Grant, grant[0]["signed"].clone()),
        (Kind::Grant, forged.clone()),
        (
            Kind::Thaw,
            json!({"statement": {"statement": "thaw", "freeze": 99999}, "signature": "00"}),
        ),
        (Kind::Thaw, grant[0]["signed"].clone()),
        (
            Kind::Admin,
            json!({"statement": {"statement": "approver", "public_key": "00"}, "signature": "00"}),
        ),
    ] {
        let draft = Draft {
            kind,
            data: object(data),
        };
        desk.ledger().append(&[draft], Durability::Relaxed).unwrap();
        assert_eq!(
            desk.state().frozen(&mut desk.ledger()).unwrap().len(),
            1,
            "{kind:?}"
        );
    }
    desk.state()
        .thaw(&mut desk.ledger(), desk.approver(), "")
        .unwrap();
    assert_eq!(desk.call(&ask), Verdict::Escalate);
}

#[test]
fn taking_away_every_file_of_the_state_thaws_nothing() {
    let desk = Desk::new();
    let before = desk.place.path().join("before");
    copy(&desk.place.path().join("state"), &before);
    let stop = Freeze {
        seq: 0,
        principal: String::new(),
        agent: String::new(),
        reason: "stop".into(),
    };
    desk.state().freeze(&mut desk.ledger(), &stop).unwrap();
    let plain = Ask {
        verdict: Verdict::Allow,
        ..Ask::delete("/w/x")
    };
    let state = desk.place.path().join("state");
    clear(&state);
    assert_eq!(desk.call(&plain), Verdict::Deny);
    clear(&state);
    copy(&before, &state);
    assert_eq!(desk.call(&plain), Verdict::Deny);
    let mut doc: Value = serde_json::from_slice(&fs::read(state.join("freezes")).unwrap()).unwrap();
    doc["freezes"] = json!([]);
    fs::write(state.join("freezes"), doc.to_string()).unwrap();
    assert_eq!(desk.call(&plain), Verdict::Deny);
    fs::write(desk.place.path().join("ledger.lock"), b"").unwrap();
    assert_eq!(desk.call(&plain), Verdict::Deny);
}

#[test]
fn a_freeze_that_comes_while_a_call_is_judged_stops_it() {
    let desk = Desk::new();
    let plain = Ask {
        verdict: Verdict::Allow,
        ..Ask::delete("/w/x")
    };
    let mut ledger = desk.ledger();
    let settled = desk.settle(&mut ledger, &plain);
    let stop = Freeze {
        seq: 0,
        principal: String::new(),
        agent: String::new(),
        reason: String::new(),
    };
    desk.state().freeze(&mut desk.ledger(), &stop).unwrap();
    assert!(desk.try_record(&mut ledger, settled).is_err());
}

#[test]
fn policy_that_names_another_key_stops_every_grant() {
    let mut desk = Desk::new();
    let ask = Ask::delete("/home/ada/x");
    desk.approve(&desk.ask(&ask), HOUR);
    desk.settings.public_key = Some("11".repeat(32));
    assert_eq!(desk.call(&ask), Verdict::Escalate);
    assert_eq!(
        desk.state().approver_key(&mut desk.ledger()).unwrap_err().code,
        78
    );
    desk.settings.public_key = Some(desk.approver().public().text());
    assert_eq!(desk.call(&ask), Verdict::Allow);
}

#[test]
fn a_writer_stopped_between_ledger_and_index_loses_and_gains_nothing() {
    let desk = Desk::new();
    let ask = Ask::delete("/home/ada/x");
    desk.approve(&desk.ask(&ask), ONCE);
    let (state, kept) = (desk.place.path().join("state"), desk.place.path().join("kept"));
    copy(&state, &kept);
    assert_eq!(desk.call(&ask), Verdict::Allow);
    clear(&state);
    copy(&kept, &state);
    assert_eq!(
        desk.call(&ask),
        Verdict::Escalate,
        "the use was recorded, the index not written"
    );
    let other = Ask::delete("/home/ada/y");
    let id = desk.ask(&other);
    clear(&kept);
    copy(&state, &kept);
    desk.approve(&id, HOUR);
    clear(&state);
    copy(&kept, &state);
    assert_eq!(
        desk.call(&other),
        Verdict::Allow,
        "the grant was recorded, its file not written"
    );
    assert!(
        !desk
            .state()
            .pending()
            .unwrap()
            .iter()
            .any(|request| request.id == id)
    );
}

#[test]
fn of_two_that_race_for_the_last_use_one_gets_it() {
    let desk = Desk::new();
    for round in 0..10 {
        let ask = Ask::delete(&format!("/home/ada/{round}"));
        desk.approve(&desk.ask(&ask), ONCE);
        let verdicts: Vec<Verdict> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..4).map(|_| scope.spawn(|| desk.call(&ask))).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        assert_eq!(
            verdicts
                .iter()
                .filter(|verdict| **verdict == Verdict::Allow)
                .count(),
            1
        );
    }
}

#[test]
fn redaction_leaves_what_was_signed_as_it_was_signed() {
    let desk = Desk::new();
    let ask = Ask::delete("/home/ada/ghp_0123456789abcdefghijklmnopqrstuvwxyzAB/x");
    let id = desk.ask(&ask);
    desk.approve(
        &id,
        watchtower::state::Terms {
            extent: watchtower::state::Extent::Dir,
            ..HOUR
        },
    );
    clear(&desk.place.path().join("state"));
    assert_eq!(desk.call(&ask), Verdict::Allow);
}
