//! A clock that is set back, within one boot and over boots, and requests that nobody answers. The machine's clock is
//! left alone: in a time namespace the kernel's count since boot runs ahead of it, or begins anew.

use super::{story::later, swaps::asking, terminal::PASSPHRASE, world::open_policy};
use crate::support::{Scratch, WT, text};
use serde_json::Value as Json;
use std::{fs, time::Duration};

/// Seconds since this machine's boot.
fn uptime() -> i64 {
    let text = fs::read_to_string("/proc/uptime").unwrap();
    text.split('.').next().unwrap().parse().unwrap()
}

/// Puts back what the last call deleted, for the next.
fn again(scratch: &Scratch) {
    scratch.write("a", "text");
}

#[test]
fn a_clock_that_was_set_back_prolongs_no_grant() {
    let Some(scratch) = asking() else { return };
    again(&scratch);
    let call = ["safe-rm", "a"];
    let id = scratch.asks(&call).unwrap();
    scratch.approves(&id, &["--for", "1h"]);
    let Some((code, err)) = later(&scratch, 3000, &call) else {
        return;
    };
    assert_eq!((code, err.as_str()), (0, ""), "50 minutes counted");
    again(&scratch);
    // Another boot: the count begins anew, and the clock was set back by the 50 minutes.
    let boot = |seconds: i64| seconds - uptime();
    assert_eq!(
        later(&scratch, boot(200), &call).unwrap().0,
        0,
        "53 minutes counted"
    );
    again(&scratch);
    let (code, err) = later(&scratch, boot(900), &call).unwrap();
    assert_eq!(code, 75, "{err}");
    let ended = scratch.entries_of("event").pop().unwrap();
    assert_eq!(ended["data"]["type"], "expired");
    // What was seen is kept by the index, and by the ledger where the index is lost.
    assert!(scratch.asks(&call).is_some());
    fs::remove_file(scratch.state().join("state/table")).unwrap();
    assert!(scratch.asks(&call).is_some());
    assert_eq!(scratch.run(&["verify", "--deep"]).status.code(), Some(0));
}

#[test]
fn a_clock_that_was_set_back_prolongs_no_request() {
    let Some(scratch) = asking() else { return };
    again(&scratch);
    let call = ["safe-rm", "a"];
    let id = scratch.asks(&call).unwrap();
    let Some((code, err)) = later(&scratch, 3700, &["approve", &id]) else {
        return;
    };
    assert_eq!(code, 64, "{err}");
    assert!(err.contains(&format!("no request `{id}` waits")), "{err}");
    // The same call asks anew.
    assert_eq!(later(&scratch, 3700, &call).unwrap().0, 75);
    assert_eq!(scratch.entries_of("request").len(), 2);
}

#[test]
fn a_clock_that_was_ahead_once_does_not_end_what_comes_later() {
    let Some(scratch) = asking() else { return };
    again(&scratch);
    let call = ["safe-rm", "a"];
    let id = scratch.asks(&call).unwrap();
    scratch.approves(&id, &[]);
    // A day ahead, seen by a call that is allowed by its grant.
    let Some((code, err)) = later(&scratch, 1800, &call) else {
        return;
    };
    assert_eq!(code, 0, "{err}");
    again(&scratch);
    let id = scratch.asks(&call).unwrap();
    scratch.approves(&id, &["--for", "10m"]);
    assert_eq!(scratch.asks(&call), None, "ten minutes from what was seen");
}

#[test]
fn a_request_that_nobody_answers_is_over_and_the_waiting_call_is_refused() {
    let scratch = Scratch::new();
    let ask = r#""policies": [{"name": "ask", "priority": 9, "match": {"domain": "filesystem",
        "operation": "delete"}, "action": "escalate"}, "#;
    scratch.policy(&open_policy(r#""approvals": {"expiry_s": 5},"#).replace(r#""policies": ["#, ask));
    let Some(set) = scratch.person(&format!("{PASSPHRASE}|{PASSPHRASE}"), &[WT, "admin", "set"]) else {
        return;
    };
    assert_eq!(set.0, 0, "{}", set.1);
    again(&scratch);
    let id = scratch.asks(&["safe-rm", "a"]).unwrap();
    let waited = scratch.run(&["safe-rm", "--wait", "60", "a"]);
    assert_eq!(waited.status.code(), Some(77), "{}", text(&waited.stderr));
    let said = text(&waited.stderr);
    assert!(
        said.contains(&format!("nobody answered `{id}` while it could be answered")),
        "{said}"
    );
    assert!(scratch.file("a").exists());
    // A wait that ends before the request does leaves it waiting.
    assert_eq!(scratch.asks(&["safe-rm", "a"]), Some(id.clone()));
    let waited = scratch.run(&["safe-rm", "--wait", "1", "a"]);
    assert_eq!(waited.status.code(), Some(75));
    assert!(
        text(&waited.stderr).contains(&format!("nobody answered yet: waiting for a person as `{id}`")),
        "{}",
        text(&waited.stderr)
    );
    std::thread::sleep(Duration::from_millis(5100));
    // Nothing is left to approve, by list or by id; and nothing was approved.
    let listed: Json = serde_json::from_str(&scratch.expect(0, &["approvals", "--json"])).unwrap();
    assert_eq!(listed, serde_json::json!([]));
    let (code, out) = scratch.person(PASSPHRASE, &[WT, "approve", &id]).unwrap();
    assert_eq!(code, 64, "{out}");
    let refused = scratch.run(&["deny", &id]);
    assert_eq!(refused.status.code(), Some(64), "{}", text(&refused.stderr));
    assert_eq!(scratch.entries_of("grant").len(), 0);
    // Asked again it is a new request, in the record too.
    let before = scratch.entries_of("request").len();
    assert_eq!(scratch.asks(&["safe-rm", "a"]), Some(id));
    assert_eq!(scratch.entries_of("request").len(), before + 1);
}
