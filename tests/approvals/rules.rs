//! What grants, denials and freezes do, and how far.

use super::place::{Ask, Desk, HOUR, ONCE, made};
use policy::Verdict;
use std::{os::fd::AsFd, time::Duration};
use watchtower::state::{Answer, Freeze, Terms, Unfit};

#[test]
fn a_call_waits_is_approved_once_passes_once_and_waits_again() {
    let desk = Desk::new();
    let ask = Ask::delete("/home/ada/x");
    let id = desk.ask(&ask);
    assert_eq!(desk.ask(&ask), id, "asking twice asks once");
    assert_eq!(desk.state().pending().unwrap().len(), 1);
    assert_eq!(desk.state().answer(&id).unwrap(), Answer::Open);
    desk.approve(&id, ONCE);
    assert_eq!(
        desk.state().wait(&id, Duration::from_secs(5)).unwrap(),
        Answer::Answered
    );
    assert_eq!(desk.call(&ask), Verdict::Allow);
    assert_eq!(desk.call(&ask), Verdict::Escalate);
    assert_eq!(desk.place.exit_code(), 0);
}

#[test]
fn every_step_is_a_ledger_entry() {
    let desk = Desk::new();
    let ask = Ask::delete("/home/ada/x");
    desk.approve(&desk.ask(&ask), ONCE);
    assert_eq!(desk.call(&ask), Verdict::Allow);
    assert_eq!(desk.call(&ask), Verdict::Escalate);
    desk.state()
        .revoke(&mut desk.ledger(), desk.approver(), &["g1".to_owned()])
        .unwrap();
    let reader = ledger::read::Reader::open(desk.dir.as_fd(), desk.place.path());
    let kinds: Vec<String> = reader
        .unwrap()
        .from(1)
        .map(|entry| entry.unwrap().kind().to_owned())
        .collect();
    assert_eq!(
        kinds,
        [
            "genesis", "admin", "decision", "request", "approval", "grant", "decision", "decision",
            "request", "revoke"
        ]
    );
}

#[test]
fn a_grant_serves_nobody_and_nothing_else() {
    let desk = Desk::new();
    let ask = Ask::delete("/home/ada/x");
    desk.approve(&desk.ask(&ask), HOUR);
    assert_eq!(desk.call(&ask), Verdict::Allow);
    for other in [
        Ask {
            principal: "eve",
            ..ask.clone()
        },
        Ask {
            agent: "codex",
            ..ask.clone()
        },
        Ask {
            agent: "",
            ..ask.clone()
        },
        Ask {
            operation: "chmod",
            ..ask.clone()
        },
        Ask {
            path: "/home/ada/y".into(),
            ..ask.clone()
        },
        Ask {
            kind: "symlink",
            ..ask.clone()
        },
        Ask {
            rule: "another-rule",
            ..ask.clone()
        },
    ] {
        assert_eq!(desk.call(&other), Verdict::Escalate, "{other:?}");
    }
}

#[test]
fn a_grant_never_opens_a_deny() {
    let desk = Desk::new();
    let ask = Ask::delete("/home/ada/x");
    desk.approve(&desk.ask(&ask), HOUR);
    assert_eq!(
        desk.call(&Ask {
            verdict: Verdict::Deny,
            ..ask.clone()
        }),
        Verdict::Deny
    );
    assert_eq!(
        desk.call(&Ask {
            verdict: Verdict::Shadow,
            ..ask
        }),
        Verdict::Shadow
    );
}

#[test]
fn a_denied_call_stays_denied_and_says_why() {
    let desk = Desk::new();
    let ask = Ask::delete("/home/ada/x");
    let id = desk.ask(&ask);
    desk.state()
        .deny(&mut desk.ledger(), &id, "that is the only copy")
        .unwrap();
    assert_eq!(
        desk.state().answer(&id).unwrap(),
        Answer::Denied("that is the only copy".into())
    );
    let settled = desk.settle(&mut desk.ledger(), &ask);
    assert_eq!(settled.decision.verdict, Verdict::Deny);
    assert_eq!(settled.decision.matched_rules[0].rule, "denied-by-person");
    assert_eq!(settled.decision.reasons[0], "that is the only copy");
    drop(settled);
    assert!(
        desk.state()
            .approve(
                &mut desk.ledger(),
                desk.approver(),
                &desk.state().request(&desk.ask(&Ask::delete("/y"))).unwrap(),
                watchtower::state::Reach::Exact(String::new()),
                HOUR
            )
            .is_ok()
    );
    assert!(
        desk.state().request(&id).is_err(),
        "an answered request cannot be approved"
    );
}

#[test]
fn grants_end_by_time_use_and_revocation_and_the_end_is_on_record() {
    let mut desk = Desk::new();
    let ask = |n: u32| Ask::delete(&format!("/home/ada/{n}"));
    desk.approve(&desk.ask(&ask(1)), Terms { seconds: 1, ..HOUR });
    desk.approve(&desk.ask(&ask(2)), ONCE);
    desk.approve(&desk.ask(&ask(3)), HOUR);
    desk.settings.max_grant_s = 1;
    desk.approve(&desk.ask(&ask(4)), HOUR);
    assert_eq!(desk.call(&ask(2)), Verdict::Allow);
    desk.state()
        .revoke(&mut desk.ledger(), desk.approver(), &["g3".to_owned()])
        .unwrap();
    std::thread::sleep(Duration::from_millis(1100));
    for n in 1..=4 {
        assert_eq!(desk.call(&ask(n)), Verdict::Escalate, "{n}");
    }
    let over: Vec<_> = desk
        .state()
        .grants(&mut desk.ledger())
        .unwrap()
        .iter()
        .map(|s| s.over)
        .collect();
    let ends = [Unfit::Expired, Unfit::Exhausted, Unfit::Revoked, Unfit::Expired];
    assert_eq!(over, ends.map(Some));
    let reader = ledger::read::Reader::open(desk.dir.as_fd(), desk.place.path()).unwrap();
    let expired: Vec<String> = reader
        .from(1)
        .map(Result::unwrap)
        .filter(|entry| entry.kind() == "event")
        .map(|entry| entry.data["grant"]["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(expired, ["g1", "g4"]);
}

#[test]
fn revoking_all_ends_every_grant_of_now_and_none_of_later() {
    let desk = Desk::new();
    let ask = |n: u32| Ask::delete(&format!("/home/ada/{n}"));
    for n in 1..=3 {
        desk.approve(&desk.ask(&ask(n)), HOUR);
    }
    assert_eq!(
        desk.state()
            .revoke(&mut desk.ledger(), desk.approver(), &[])
            .unwrap(),
        3
    );
    desk.approve(&desk.ask(&ask(4)), HOUR);
    let verdicts: Vec<Verdict> = (1..=4).map(|n| desk.call(&ask(n))).collect();
    assert_eq!(
        verdicts,
        [
            Verdict::Escalate,
            Verdict::Escalate,
            Verdict::Escalate,
            Verdict::Allow
        ]
    );
}

#[test]
fn a_freeze_stops_what_changes_and_what_is_granted_until_a_signed_thaw() {
    let desk = Desk::new();
    let granted = Ask::delete("/home/ada/x");
    desk.approve(&desk.ask(&granted), HOUR);
    let plain = Ask {
        verdict: Verdict::Allow,
        ..Ask::delete("/w/x")
    };
    let read = Ask {
        operation: "read",
        ..plain.clone()
    };
    let remote = Ask {
        operation: "read",
        host: "db1",
        ..plain.clone()
    };
    let all = |want: [Verdict; 4]| {
        let got = [&granted, &plain, &read, &remote].map(|ask| desk.call(ask));
        assert_eq!(got, want);
    };
    all([Verdict::Allow; 4]);
    let stop = Freeze {
        seq: 0,
        principal: String::new(),
        agent: String::new(),
        reason: "look first".into(),
    };
    let seq = desk.state().freeze(&mut desk.ledger(), &stop).unwrap();
    all([Verdict::Deny, Verdict::Deny, Verdict::Allow, Verdict::Deny]);
    let settled = desk.settle(&mut desk.ledger(), &plain);
    assert_eq!(
        settled.decision.reasons[0],
        format!("stopped by entry {seq}: look first")
    );
    desk.state()
        .thaw(&mut desk.ledger(), desk.approver(), "looked")
        .unwrap();
    all([Verdict::Allow; 4]);
    assert!(desk.state().frozen(&mut desk.ledger()).unwrap().is_empty());
}

#[test]
fn policy_can_make_a_freeze_stop_reads_too() {
    let mut desk = Desk::new();
    desk.settings.freeze_reads = true;
    let stop = Freeze {
        seq: 0,
        principal: String::new(),
        agent: String::new(),
        reason: String::new(),
    };
    desk.state().freeze(&mut desk.ledger(), &stop).unwrap();
    let read = Ask {
        operation: "read",
        verdict: Verdict::Allow,
        ..Ask::delete("/w/x")
    };
    assert_eq!(desk.call(&read), Verdict::Deny);
}

#[test]
fn an_agent_that_is_denied_too_often_is_stopped_where_policy_asks_for_it() {
    let mut desk = Desk::new();
    let identity = Ask::delete("/x").scope().identity;
    for _ in 0..20 {
        desk.state().denied(&mut desk.ledger(), &identity).unwrap();
    }
    assert!(
        desk.state().frozen(&mut desk.ledger()).unwrap().is_empty(),
        "off by default"
    );
    desk.settings.freeze_after = 3;
    desk.settings.freeze_minutes = 5;
    for so_far in 1..=5 {
        desk.state().denied(&mut desk.ledger(), &identity).unwrap();
        let frozen = desk.state().frozen(&mut desk.ledger()).unwrap();
        assert_eq!(frozen.len(), usize::from(so_far >= 3), "after {so_far}");
    }
    let frozen = desk.state().frozen(&mut desk.ledger()).unwrap();
    assert_eq!(frozen[0].reason, "3 denials within 5 minutes");
    assert_eq!(
        (frozen[0].principal.as_str(), frozen[0].agent.as_str()),
        ("ada", "claude-code")
    );
    let plain = Ask {
        verdict: Verdict::Allow,
        ..Ask::delete("/w/x")
    };
    assert_eq!(desk.call(&plain), Verdict::Deny);
    assert_eq!(
        desk.call(&Ask {
            agent: "codex",
            ..plain
        }),
        Verdict::Allow
    );
}

#[test]
fn without_an_approver_key_a_call_waits_and_nothing_approves_it() {
    let desk = Desk::without_key();
    let ask = Ask::delete("/home/ada/x");
    let id = desk.ask(&ask);
    assert_eq!(
        desk.state().approver_key(&mut desk.ledger()).unwrap_err().code,
        78
    );
    desk.approve(&id, HOUR);
    assert_eq!(desk.call(&ask), Verdict::Escalate);
}

#[test]
fn a_new_key_counts_only_as_named_by_the_one_before_it() {
    let desk = Desk::new();
    let stranger = watchtower::approver::KeyFile::make(b"a stranger's passphrase").unwrap();
    let theirs = stranger.approver.public();
    desk.state()
        .set_approver(&mut desk.ledger(), &stranger.approver, &theirs, "set")
        .unwrap();
    let known = desk.state().approver_key(&mut desk.ledger()).unwrap();
    assert_eq!(known, made().approver.public());
    desk.state()
        .set_approver(&mut desk.ledger(), desk.approver(), &theirs, "replace")
        .unwrap();
    assert_eq!(desk.state().approver_key(&mut desk.ledger()).unwrap(), theirs);
}
