//! What `wt trash` tells of the objects that it keeps.

use super::world::world;
use serde_json::json;

#[test]
fn each_kept_object_is_listed_by_where_it_was() {
    let scratch = world();
    scratch.write("tree/deep/a", "one");
    scratch.write("b", "two");
    scratch.write("c", "old");
    scratch.write("new", "new");
    scratch.expect(0, &["safe-rm", "-r", "tree", "b"]);
    let removed = scratch.last_decision();
    scratch.expect(0, &["safe-cp", "-f", "new", "c"]);
    let copied = scratch.last_decision();
    let project = scratch.project().display().to_string();
    let listed: Vec<_> = scratch
        .trash()
        .iter()
        .map(|item| (item["seq"].clone(), item["path"].clone(), item["kind"].clone()))
        .collect();
    let at = |name: &str| json!(format!("{project}/{name}"));
    assert_eq!(listed.len(), 3, "{listed:?}");
    for wanted in [
        (json!(removed), at("tree"), json!("dir")),
        (json!(removed), at("b"), json!("file")),
        (json!(copied), at("c"), json!("file")),
    ] {
        assert!(listed.contains(&wanted), "{wanted:?} in {listed:?}");
    }
    let shown = scratch.expect(0, &["trash"]);
    assert!(shown.contains(&format!("{project}/tree\n")), "{shown}");
    assert!(shown.contains("3 objects, "), "{shown}");
}

#[test]
fn an_object_that_only_a_decision_names_is_listed_by_that() {
    let scratch = world();
    scratch.write("a", "one");
    scratch.expect(0, &["safe-rm", "a"]);
    // As after a kill: the outcome is not there.
    let ledger = scratch.state().join(format!("ledger-{:020}.jsonl", 1));
    let text = std::fs::read_to_string(&ledger).unwrap();
    let cut: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("\"kind\":\"outcome\""))
        .collect();
    std::fs::write(&ledger, cut.join("\n") + "\n").unwrap();
    std::fs::write(scratch.state().join("ledger.lock"), "").unwrap();
    assert_eq!(
        scratch.trash()[0]["path"],
        scratch.file("a").display().to_string().as_str()
    );
}

#[test]
fn what_an_undo_put_aside_is_not_said_to_come_back_by_its_number() {
    let scratch = world();
    scratch.write("a", "old");
    scratch.write("b", "new");
    scratch.expect(0, &["safe-rm", "a"]);
    let takes_back = "`wt undo` with the number in front takes that call back\n";
    let shown = scratch.expect(0, &["trash"]);
    assert!(shown.ends_with(takes_back), "{shown}");
    scratch.expect(0, &["undo", "--last"]);
    // What is made goes into the trash under the undo's number, what replaced something under the call's.
    scratch.expect(0, &["safe-touch", "made"]);
    scratch.expect(0, &["undo", "--last"]);
    scratch.expect(0, &["safe-cp", "-f", "b", "a"]);
    scratch.expect(0, &["undo", "--last"]);
    let items = scratch.trash();
    assert_eq!(items.len(), 2, "{items:?}");
    let shown = scratch.expect(0, &["trash"]);
    assert!(!shown.contains(takes_back), "{shown}");
    let (_, by_hand) = shown
        .split_once("comes back by hand, with `cp -a` from:\n")
        .unwrap();
    for (item, line) in items.iter().zip(by_hand.lines()) {
        scratch.refused(64, &["undo", &item["seq"].to_string()]);
        let place =
            std::path::Path::new(item["store"].as_str().unwrap()).join(item["entry"].as_str().unwrap());
        assert!(
            place.exists() && line.ends_with(place.to_str().unwrap()),
            "{shown}"
        );
    }
}
