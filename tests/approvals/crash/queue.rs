//! Requests, approvals and uses of grants.

use super::{killing, sweep};
use crate::{
    approvals::{terminal::PASSPHRASE, world::open_policy},
    support::{Scratch, WT, needs, text},
};
use serde_json::Value as Json;

/// Deletions wait for a person.
fn asking() -> Scratch {
    let scratch = Scratch::new();
    let policy = open_policy("").replace(
        r#""policies": ["#,
        r#""policies": [{"name": "ask", "priority": 9, "match": {"domain": "filesystem", "operation": "delete"},
            "action": "escalate"}, "#,
    );
    scratch.policy(&policy);
    scratch
}

fn pending(scratch: &Scratch) -> Vec<String> {
    let listed: Json = serde_json::from_str(&scratch.expect(0, &["approvals", "--json"])).unwrap();
    let ids = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|request| request["id"].as_str().unwrap().to_owned());
    ids.collect()
}

fn uses(scratch: &Scratch) -> usize {
    let all = scratch.entries_or_torn();
    all.iter()
        .filter(|entry| entry["data"]["kind"] == "decision" && !entry["data"]["grant"].is_null())
        .count()
}

fn of_kind(scratch: &Scratch, kind: &str) -> usize {
    let all = scratch.entries_or_torn();
    all.iter().filter(|entry| entry["data"]["kind"] == kind).count()
}

#[test]
fn an_asking_call_that_was_killed_anywhere_asks_once() {
    if !needs::program("strace") {
        return;
    }
    let scratch = asking();
    let kills = sweep(|point| {
        let name = format!("{}{}", point.0, point.1);
        let file = scratch.write(&name, "x");
        let killed = scratch.killed(point, &["safe-rm", &name]);
        assert!(file.exists());
        let asked = scratch.run(&["safe-rm", "--json", &name]);
        assert_eq!(asked.status.code(), Some(75), "killed at {point:?}");
        let refusal: Json = serde_json::from_str(text(&asked.stderr).trim()).unwrap();
        let id = refusal["pending"].as_str().unwrap();
        assert_eq!(pending(&scratch), [id], "killed at {point:?}");
        scratch.expect(0, &["deny", id]);
        assert_eq!(
            scratch.run(&["safe-rm", &name]).status.code(),
            Some(77),
            "killed at {point:?}"
        );
        assert_eq!(pending(&scratch), Vec::<String>::new(), "killed at {point:?}");
        killed
    });
    assert!(kills > 5, "{kills}");
    scratch.verifies();
}

#[test]
fn an_approval_and_its_one_use_that_were_killed_anywhere_are_what_the_ledger_says() {
    if !needs::program("strace") {
        return;
    }
    let scratch = asking();
    let twice = format!("{PASSPHRASE}|{PASSPHRASE}");
    if scratch.person(&twice, &[WT, "admin", "set"]).is_none() {
        return;
    }
    let (mut granted, mut waiting) = (0, 0);
    sweep(|point| {
        let name = format!("{}{}", point.0, point.1);
        let file = scratch.write(&name, "x");
        scratch.run(&["safe-rm", &name]);
        let id = pending(&scratch).pop().unwrap();
        let grants = of_kind(&scratch, "grant");
        let mut argv: Vec<String> = vec!["/usr/bin/strace".to_owned()];
        argv.extend(killing(point).into_iter().map(|word| word.into_string().unwrap()));
        argv.extend(["approve".to_owned(), id.clone()]);
        let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
        let (code, out) = scratch.person(PASSPHRASE, &argv).unwrap();
        let made = of_kind(&scratch, "grant") - grants;
        assert!(made <= 1, "killed at {point:?}");
        let asked_again = scratch.run(&["safe-rm", &name]);
        if made == 1 {
            granted += 1;
            assert_eq!(
                asked_again.status.code(),
                Some(0),
                "killed at {point:?}: {}",
                text(&asked_again.stderr)
            );
            assert!(!file.exists());
            scratch.write(&name, "x");
            assert_eq!(
                scratch.run(&["safe-rm", &name]).status.code(),
                Some(75),
                "killed at {point:?}: once is once"
            );
        } else {
            waiting += 1;
            assert_eq!(asked_again.status.code(), Some(75), "killed at {point:?}: {out}");
        }
        for id in pending(&scratch) {
            scratch.expect(0, &["deny", &id]);
        }
        assert!(code == 0 || code == -9, "killed at {point:?}: {code} {out}");
        code != 0
    });
    assert!(granted > 0 && waiting > 0, "{granted} {waiting}");
    scratch.verifies();
}

#[test]
fn a_use_that_was_killed_anywhere_counts_when_the_ledger_has_it() {
    if !needs::program("strace") {
        return;
    }
    let scratch = asking();
    let twice = format!("{PASSPHRASE}|{PASSPHRASE}");
    let Some((0, _)) = scratch.person(&twice, &[WT, "admin", "set"]) else {
        return;
    };
    scratch.write("f", "x");
    scratch.run(&["safe-rm", "f"]);
    let id = pending(&scratch).pop().unwrap();
    let wide = [
        WT, "approve", &id, "--scope", "dir", "--uses", "100000", "--for", "1h",
    ];
    assert_eq!(scratch.person(PASSPHRASE, &wide).unwrap().0, 0);
    let used = |scratch: &Scratch| {
        let listed: Json = serde_json::from_str(&scratch.expect(0, &["grants", "--json"])).unwrap();
        usize::try_from(listed[0]["used"].as_u64().unwrap()).unwrap()
    };
    let kills = sweep(|point| {
        let name = format!("{}{}", point.0, point.1);
        let file = scratch.write(&name, "x");
        let killed = scratch.killed(point, &["safe-rm", &name]);
        assert_eq!(used(&scratch), uses(&scratch), "killed at {point:?}");
        assert_eq!(
            scratch.run(&["safe-rm", "-f", &name]).status.code(),
            Some(0),
            "killed at {point:?}"
        );
        assert!(!file.exists());
        assert_eq!(used(&scratch), uses(&scratch), "killed at {point:?}");
        killed
    });
    assert!(kills > 5, "{kills}");
    scratch.verifies();
}
