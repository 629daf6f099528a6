//! Requests that somebody altered between the refusal and the answer: a person who reads one thing signs no other.

use super::{
    place::{Ask, Desk, ONCE},
    swaps::asking,
    terminal::PASSPHRASE,
};
use crate::support::{Scratch, WT};
use policy::Verdict;
use serde_json::{Value as Json, json};
use std::{fs, path::PathBuf};
use watchtower::state::{Extent, Request, State};

fn file(scratch: &Scratch, id: &str) -> PathBuf {
    scratch.state().join("state/requests").join(id)
}

/// What a request's file says was asked, and the file.
fn read(scratch: &Scratch, id: &str) -> (Json, Json) {
    let filed: Json = serde_json::from_slice(&fs::read(file(scratch, id)).unwrap()).unwrap();
    let asked = serde_json::from_str(filed["asked"].as_str().unwrap()).unwrap();
    (asked, filed)
}

type Change = fn(&mut Json, &mut Json, &Json);

/// What is done to the request about `precious`, beside one about `harmless`.
const CHANGES: &[(&str, Change)] = &[
    ("the objects that are shown", |asked, _, other| {
        asked["targets"] = other["targets"].clone();
    }),
    ("the call under the words of another", |asked, _, other| {
        let call = asked["call"].clone();
        *asked = other.clone();
        asked["call"] = call;
    }),
    ("the options", |asked, _, _| asked["params"] = json!({})),
    ("the reasons", |asked, _, _| {
        asked["reasons"] = json!(["to tidy up"])
    }),
    ("the risk", |asked, _, _| asked["risk_score"] = json!(0.1)),
    ("the workspace", |asked, _, _| {
        asked["workspace"] = json!({"root": "/", "branch": "main"});
    }),
    ("the time", |asked, _, _| {
        asked["span"]["to"] = json!(asked["span"]["to"].as_i64().unwrap() + 3_600_000_000);
    }),
    ("the number of objects", |asked, _, _| {
        asked["target_count"] = json!(2);
    }),
    ("the entry, to one before it", |_, filed, _| {
        filed["entry"] = json!(1)
    }),
    ("the entry, to one that never was", |_, filed, _| {
        filed["entry"] = json!(u64::MAX);
    }),
];

#[test]
fn a_request_that_was_altered_is_never_granted_and_asked_anew() {
    let Some(scratch) = asking() else { return };
    scratch.write("harmless", "");
    let harmless = scratch.asks(&["safe-rm", "harmless"]).unwrap();
    let (other, _) = read(&scratch, &harmless);
    for (what, change) in CHANGES {
        let precious = scratch.write("precious", "");
        let id = scratch.asks(&["safe-rm", "precious"]).unwrap();
        let (mut asked, mut filed) = read(&scratch, &id);
        change(&mut asked, &mut filed, &other);
        asked["id"] = json!(id);
        filed["asked"] = json!(asked.to_string());
        fs::write(file(&scratch, &id), filed.to_string()).unwrap();
        // It is not even shown.
        let (code, out) = scratch.person(PASSPHRASE, &[WT, "approve", &id]).unwrap();
        assert_eq!(code, 77, "{what}: {out}");
        let why = format!("the request `{id}` is not what the ledger says was asked");
        assert!(out.contains(&why) && !out.contains("passphrase"), "{what}: {out}");
        assert_eq!(scratch.entries_of("grant").len(), 0, "{what}");
        assert!(!file(&scratch, &id).exists(), "{what}");
        // The call asks anew, and what it asked then can be approved.
        assert_eq!(scratch.asks(&["safe-rm", "precious"]), Some(id.clone()), "{what}");
        assert!(precious.exists(), "{what}");
        assert!(
            scratch.expect(0, &["approvals", &id]).contains("precious"),
            "{what}"
        );
        assert_eq!(scratch.run(&["deny", &id]).status.code(), Some(0), "{what}");
    }
    // One file under the name of another is no request at all.
    fs::copy(file(&scratch, &harmless), file(&scratch, "aaaaaa")).unwrap();
    assert_eq!(scratch.run(&["approvals", "aaaaaa"]).status.code(), Some(64));
    // What nobody touched is approved as ever.
    scratch.approves(&harmless, &[]);
    scratch.expect(0, &["safe-rm", "harmless"]);
}

#[test]
fn a_request_that_is_altered_while_the_person_types_is_not_granted() {
    let desk = Desk::new();
    let ask = Ask::delete("/home/ada/precious");
    let id = desk.ask(&ask);
    let path = desk.place.path().join("state/requests").join(&id);
    let honest = fs::read(&path).unwrap();
    let sly = String::from_utf8(honest.clone())
        .unwrap()
        .replace("precious", "harmless");
    let approve = |shown: &Request| {
        let reach = State::reach(shown, Extent::Exact, &[]).unwrap();
        let done = desk
            .state()
            .approve(&mut desk.ledger(), desk.approver(), shown, reach, ONCE);
        done.map(|_| ()).map_err(|failure| failure.code)
    };
    // Shown as it was altered, and put right again.
    fs::write(&path, sly.as_bytes()).unwrap();
    let shown = desk.state().request(&id).unwrap();
    fs::write(&path, &honest).unwrap();
    assert_eq!(approve(&shown), Err(64));
    // Shown as it was asked, and altered since.
    let shown = desk.state().request(&id).unwrap();
    fs::write(&path, sly.as_bytes()).unwrap();
    assert_eq!(approve(&shown), Err(77));
    assert_eq!(desk.call(&ask), Verdict::Escalate);
    assert_eq!(desk.state().pending().unwrap().len(), 1);
    assert_eq!(approve(&desk.state().request(&id).unwrap()), Ok(()));
    assert_eq!(desk.call(&ask), Verdict::Allow);
}
