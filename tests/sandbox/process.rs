//! `sandbox.native: "process"`: the same effects, in a process of their own.

use crate::support::Scratch;
use std::fs;

fn in_process() -> Scratch {
    let desk = Scratch::new();
    let document = policy::default_document("default").unwrap();
    let body = document.trim_start().trim_start_matches('{');
    desk.policy(&format!("{{\"sandbox\": {{\"native\": \"process\"}},{body}"));
    desk
}

#[test]
fn every_native_applet_works_in_a_process_of_its_own() {
    let desk = in_process();
    desk.write("a", "text");
    desk.expect(0, &["safe-mkdir", "-p", "d/e"]);
    desk.expect(0, &["safe-cp", "a", "d/b"]);
    desk.expect(0, &["safe-mv", "d/b", "d/e/c"]);
    desk.expect(0, &["safe-chmod", "600", "d/e/c"]);
    desk.expect(0, &["safe-touch", "d/new"]);
    desk.expect(0, &["safe-ln", "-s", "a", "link"]);
    assert_eq!(fs::read_to_string(desk.file("d/e/c")).unwrap(), "text");
    assert!(desk.file("d/new").exists() && desk.file("link").exists());
    desk.expect(0, &["safe-rm", "-r", "d"]);
    assert!(!desk.file("d").exists() && desk.file("a").exists());
    let decision = desk.entries_of("decision").pop().unwrap();
    assert_eq!(decision["data"]["enforcement"]["mode"], "process");
    assert_eq!(
        decision["data"]["enforcement"]["seccomp"]["profile"],
        "native-process"
    );
}

#[test]
fn more_operands_than_one_message_holds_descriptors_are_handed_over() {
    let desk = in_process();
    let names: Vec<String> = (0..600).map(|n| format!("f{n}")).collect();
    for name in &names {
        desk.write(name, "x");
    }
    let args: Vec<&str> = ["safe-rm"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .collect();
    desk.expect(0, &args);
    assert!(names.iter().all(|name| !desk.file(name).exists()));
}
