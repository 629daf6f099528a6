//! Signals to a call that runs: what it did until then is on record, nothing of it goes on, and whoever waits for it sees
//! which signal it was.

use crate::{
    approvals::world::{open_policy, seen, world},
    support::{
        Scratch, needs,
        running::{children, computes, send, until},
        text, within,
    },
};
use rustix::process::Signal;
use serde_json::{Value as Json, json};
use std::{
    fs,
    os::unix::process::ExitStatusExt,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// Computes without an end of its own.
const ENDLESS: [&str; 3] = ["jq-query", "last(range(1e12))", "one"];

fn started(mut command: Command) -> Child {
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    piped.spawn().unwrap()
}

/// A call whose work is not done before the test has sent its signal, however busy the machine.
fn started_idly(plain: &Command) -> Child {
    started(within("nice", &["-n", "19"], plain))
}

/// Sends it, and waits for the end.
fn sent(signal: Signal, call: Child) -> Output {
    send(call.id(), signal);
    call.wait_with_output().unwrap()
}

fn outcome(scratch: &Scratch) -> Json {
    let outcomes = scratch.entries_of("outcome");
    outcomes.last().expect("an outcome")["data"]["execution"].clone()
}

#[test]
fn a_tool_that_a_signal_stopped_has_its_outcome() {
    if !needs::program("jq") {
        return;
    }
    let scratch = Scratch::new();
    scratch.write("one", "1");
    for (signal, name, number) in [
        (Signal::TERM, "SIGTERM", 15),
        (Signal::INT, "SIGINT", 2),
        (Signal::HUP, "SIGHUP", 1),
    ] {
        let call = started(scratch.wt(&ENDLESS));
        until("jq computes", || computes(call.id()));
        let done = sent(signal, call);
        assert_eq!(done.status.signal(), Some(number), "{done:?}");
        let outcome = outcome(&scratch);
        assert_eq!(outcome["exit_code"], 128 + number, "{outcome}");
        let said = format!("stopped by {name}");
        assert!(outcome["effects"].to_string().contains(&said), "{outcome}");
    }
    scratch.expect(0, &["verify", "--deep"]);
}

#[test]
fn a_signal_that_the_caller_ignores_stops_nothing() {
    if !needs::program("jq") {
        return;
    }
    let scratch = Scratch::new();
    scratch.write("one", "1");
    let call = started(within("nohup", &[], &scratch.wt(&ENDLESS)));
    until("jq computes", || computes(call.id()));
    let before = scratch.entries_of("outcome").len();
    send(call.id(), Signal::HUP);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(scratch.entries_of("outcome").len(), before);
    assert_eq!(sent(Signal::TERM, call).status.signal(), Some(15));
}

/// A copy in a process of its own, over files that are there already, under way; and a call before it.
fn overwriting() -> (Scratch, Child) {
    let scratch = world();
    scratch.policy(&open_policy(r#""sandbox": {"native": "process"},"#));
    scratch.expect(0, &["safe-touch", "marker"]);
    for n in 0..3000 {
        scratch.write(format!("tree/{}/{n}", n / 100), "new");
        scratch.write(format!("there/tree/{}/{n}", n / 100), "old");
    }
    let call = started_idly(&scratch.wt(&["safe-cp", "-r", "tree", "there"]));
    until("the copy begins", || !scratch.kept().is_empty());
    (scratch, call)
}

/// That the copy was taken back, and nothing else.
fn is_as_before(scratch: &Scratch) {
    assert!(scratch.file("marker").exists(), "that was another call");
    for (path, file) in seen(&scratch.file("there/tree")) {
        let old = file.kind == "dir" || file.content == b"old";
        assert!(old, "{}", path.display());
    }
}

#[test]
fn a_copy_in_a_process_of_its_own_says_what_it_did_until_it_was_stopped() {
    let (scratch, call) = overwriting();
    let before = seen(&scratch.file("tree"));
    let done = sent(Signal::TERM, call);
    assert_eq!(done.status.signal(), Some(15), "{done:?}");
    let outcome = outcome(&scratch);
    assert_eq!(outcome["exit_code"], 143, "{outcome}");
    assert!(outcome["effects"].to_string().contains("overwrite"), "{outcome}");
    assert_eq!(before, seen(&scratch.file("tree")));
    assert_eq!(scratch.undo(&["--last"]).0, 0);
    is_as_before(&scratch);
}

#[test]
fn a_copy_whose_process_was_killed_is_the_last_call_all_the_same() {
    let (scratch, call) = overwriting();
    for child in children(call.id()) {
        send(child, Signal::KILL);
    }
    let done = call.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(69), "{done:?}");
    let said = text(&done.stderr);
    assert!(
        said.starts_with("wt: the confined process ended before "),
        "{said}"
    );
    assert_eq!(outcome(&scratch)["effects"][0]["op"], "lost");
    scratch.undo(&["--last"]);
    is_as_before(&scratch);
}

#[test]
fn a_copy_that_a_signal_stopped_is_taken_back() {
    let scratch = world();
    for n in 0..5000 {
        scratch.write(format!("tree/{}/{n}", n / 100), "content");
    }
    let call = started_idly(&scratch.wt(&["safe-cp", "-r", "tree", "copy"]));
    until("the copy begins", || scratch.file("copy").exists());
    let done = sent(Signal::QUIT, call);
    assert_eq!(done.status.signal(), Some(3), "{done:?}");
    assert!(text(&done.stderr).contains("stopped by SIGQUIT"), "{done:?}");
    assert_eq!(text(&done.stderr).lines().count(), 1, "{done:?}");
    let outcome = outcome(&scratch);
    assert_eq!(outcome["exit_code"], 131, "{outcome}");
    // What was to be copied is not what was.
    let copy = outcome["effects"]
        .as_array()
        .unwrap()
        .iter()
        .find(|effect| effect["op"] == "copy");
    let copy = copy.unwrap();
    assert_eq!(
        (&copy["whole"], &copy["entries"]),
        (&json!(false), &Json::Null),
        "{outcome}"
    );
    assert!(scratch.file("copy").exists());
    scratch.expect(0, &["undo", "--last"]);
    assert!(!scratch.file("copy").exists());
}

/// A call that makes 900 files, under way.
fn touching(scratch: &Scratch) -> Child {
    let names: Vec<String> = (0..900).map(|n| format!("t{n}")).collect();
    let words: Vec<&str> = ["safe-touch"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .collect();
    let call = started_idly(&scratch.wt(&words));
    until("it makes files", || scratch.file("t20").exists());
    call
}

/// What was made may be anybody's, and is left; but no other call is taken for it.
#[test]
fn a_killed_call_that_only_made_things_is_the_last_one_all_the_same() {
    let scratch = world();
    scratch.expect(0, &["safe-touch", "before"]);
    let call = touching(&scratch);
    assert_eq!(sent(Signal::KILL, call).status.signal(), Some(9));
    let (code, _, said) = scratch.undo(&["--last"]);
    assert_eq!(code, 64, "{said}");
    assert!(said.contains("is not on record"), "{said}");
    assert!(scratch.file("before").exists(), "that was another call");
}

#[test]
fn a_call_of_many_operands_that_a_signal_stopped_has_its_outcome() {
    let scratch = world();
    let call = touching(&scratch);
    assert_eq!(sent(Signal::TERM, call).status.signal(), Some(15));
    assert_eq!(outcome(&scratch)["exit_code"], 143);
    assert_eq!(scratch.undo(&["--last"]).0, 0);
    assert!(!scratch.file("t20").exists());
}

/// Nothing is done yet, and nothing is put in order: it ends as any program does.
#[test]
fn a_call_that_waits_for_a_person_ends_at_once() {
    let scratch = Scratch::new();
    fs::hard_link(scratch.write("one", ""), scratch.file("other")).unwrap();
    let call = started(scratch.wt(&["safe-chmod", "--wait", "300", "600", "one"]));
    until("it waits", || !scratch.entries_of("decision").is_empty());
    std::thread::sleep(Duration::from_millis(100));
    let since = Instant::now();
    assert_eq!(sent(Signal::INT, call).status.signal(), Some(2));
    assert!(since.elapsed() < Duration::from_secs(2));
}
