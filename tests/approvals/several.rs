//! Several processes at once, and calls that are shadowed: what is counted and kept is the same for them.

use super::{
    swaps::asking,
    world::{open_policy, seen, world},
};
use crate::support::Scratch;
use serde_json::Value as Json;
use std::process::Child;

#[test]
fn of_processes_that_race_for_the_last_uses_as_many_get_one_as_there_are() {
    let Some(scratch) = asking() else { return };
    for (round, uses) in ["1", "3"].into_iter().enumerate() {
        let name = format!("file{round}");
        scratch.write(&name, "");
        let call = ["safe-touch", &name];
        let id = scratch.asks(&call).unwrap();
        scratch.approves(&id, &["--for", "1h", "--uses", uses]);
        let racers: Vec<Child> = (0..8).map(|_| scratch.wt(&call).spawn().unwrap()).collect();
        let codes: Vec<i32> = racers
            .into_iter()
            .map(|mut racer| racer.wait().unwrap().code().unwrap())
            .collect();
        let count = |code: i32| codes.iter().filter(|got| **got == code).count();
        let uses: usize = uses.parse().unwrap();
        assert_eq!((count(0), count(75)), (uses, 8 - uses), "{codes:?}");
        let grant = format!("g{}", round + 1);
        let used = scratch
            .entries_of("decision")
            .iter()
            .filter(|entry| entry["data"]["grant"]["id"] == grant.as_str())
            .count();
        assert_eq!(used, uses, "each use is in the ledger");
    }
    assert_eq!(scratch.run(&["verify", "--deep"]).status.code(), Some(0));
}

#[test]
fn what_a_shadowed_call_changes_is_kept_and_taken_back_like_any_other() {
    let scratch = Scratch::new();
    let shadow = r#""policies": [{"name": "look", "priority": 9, "match": {"domain": "filesystem"},
        "action": "shadow"}, "#;
    scratch.policy(&open_policy("").replace(r#""policies": ["#, shadow));
    scratch.write("tree/deep/a", "text");
    scratch.write("b", "old");
    scratch.write("c", "new");
    let before = seen(&scratch.project());
    scratch.expect(0, &["safe-rm", "-r", "tree"]);
    scratch.expect(0, &["safe-cp", "-f", "c", "b"]);
    for entry in scratch.entries_of("decision") {
        assert_eq!(entry["data"]["decision"]["verdict"], "shadow");
    }
    assert_eq!(scratch.trash().len(), 2, "one store");
    for _ in 0..2 {
        assert_eq!(scratch.undo(&["--last"]).0, 0);
    }
    assert_eq!(seen(&scratch.project()), before);
}

#[test]
fn undos_at_once_take_back_as_many_calls() {
    let scratch = world();
    let before = seen(&scratch.project());
    for name in ["a", "b", "c", "d"] {
        scratch.expect(0, &["safe-mkdir", name]);
    }
    let undos: Vec<Child> = (0..4)
        .map(|_| scratch.wt(&["undo", "--last"]).spawn().unwrap())
        .collect();
    let codes: Vec<i32> = undos
        .into_iter()
        .map(|mut undo| undo.wait().unwrap().code().unwrap())
        .collect();
    assert_eq!(codes, [0; 4]);
    assert_eq!(seen(&scratch.project()), before);
    let mut taken: Vec<Json> = scratch
        .entries_of("undo")
        .into_iter()
        .map(|entry| entry["data"]["of"].clone())
        .collect();
    taken.sort_by_key(Json::as_u64);
    taken.dedup();
    assert_eq!(taken.len(), 4, "each its own");
}
