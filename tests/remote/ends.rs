//! Ends that nobody asked for: Watchtower killed, a tool that makes threads or processes without end.

use super::{
    cluster::{Cluster, document},
    person::{PROJECT, Person, can_make},
};
use crate::support::needs;
use crate::{sandbox::compiled, support::Scratch};
use std::{
    fs,
    time::{Duration, Instant},
};

/// Processes whose program has this name, by number.
pub(super) fn alive(name: &str) -> Vec<u32> {
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok())
        .filter(|id: &u32| {
            let program = fs::read_link(format!("/proc/{id}/exe"));
            program.is_ok_and(|path| path.file_name().is_some_and(|last| last == name))
        })
        .collect()
}

pub(super) fn await_start(name: &str) {
    await_that(&format!("{name} runs"), || !alive(name).is_empty());
}

pub(super) fn await_end(name: &str) {
    await_that(&format!("{name} has ended"), || alive(name).is_empty());
}

fn await_that(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The default policy with another program as jq.
fn with_tool(tool: &str) -> String {
    let document = policy::default_document("default").unwrap();
    let body = document.trim_start().trim_start_matches('{');
    format!("{{\"sandbox\": {{\"tools\": {{\"jq\": \"{tool}\"}}}},{body}")
}

#[test]
fn killing_watchtower_kills_the_tool() {
    if !needs::program("cc") {
        return;
    }
    let desk = Scratch::new();
    let name = format!("wtspin{}", std::process::id());
    let program = compiled(&desk.project(), &name, crate::sandbox::escape::PROBE);
    desk.policy(&with_tool(program.to_str().unwrap()));
    desk.write("a.json", "{}");
    let mut held = desk.wt(&["jq-query", "spin", "a.json"]).spawn().unwrap();
    await_start(&name);
    held.kill().unwrap();
    held.wait().unwrap();
    await_end(&name);
    let decision = desk.entries_of("decision").pop().unwrap();
    assert_eq!(decision["data"]["decision"]["verdict"], "allow");
    assert_eq!(desk.entries_of("outcome").len(), 0);
}

#[test]
fn threads_without_end_meet_the_limit_of_an_ordinary_user() {
    if !can_make() || !needs::program("cc") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let program = compiled(dir.path(), "probe", crate::sandbox::escape::PROBE);
    let person = Person::with(&format!("cp {} /home/bin/probe", program.display()));
    person.write("/home/ada/.watchtower/policy.json", &with_tool("/home/bin/probe"));
    person.write(&format!("{PROJECT}/a.json"), "{}");
    // EAGAIN, at the limit that the record names.
    let made: u32 = person
        .expect(11, &["jq-query", "threads", "a.json"])
        .trim()
        .parse()
        .unwrap();
    assert!((200..256).contains(&made), "{made}");
    assert_eq!(person.expect(38, &["jq-query", "fork", "a.json"]), "");
    assert_eq!(person.expect(12, &["jq-query", "memory", "a.json"]), "");
    let decision = person.entries_of("decision").remove(0);
    let enforcement = &decision["data"]["enforcement"];
    let limits: Vec<&str> = enforcement["limits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|limit| limit.as_str().unwrap())
        .collect();
    assert!(
        limits.contains(&"processes=256") && limits.contains(&"open_files=256"),
        "{limits:?}"
    );
    assert_eq!(enforcement.get("missing"), None);
}

#[test]
fn processes_without_end_meet_the_limit_and_are_gone_with_the_call() {
    if !can_make()
        || !["cc", "kubectl", "openssl", "python3"]
            .iter()
            .all(|tool| needs::program(tool))
    {
        return;
    }
    let (dir, cluster) = (tempfile::tempdir().unwrap(), Cluster::start());
    let name = format!("wtbomb{}", std::process::id());
    let program = compiled(dir.path(), &name, include_str!("plugin.c"));
    let person = Person::with(&format!("cp {} /home/bin/{name}", program.display()));
    let path = format!("/home/bin/{name}");
    let sum = String::from_utf8(person.root(&["sha256sum", &path]).stdout).unwrap();
    let sum = sum.split(' ').next().unwrap();
    person.root(&["mkdir", "-p", "/home/ada/.kube"]);
    let user = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: {path}, args: [bomb]}}}}"
    );
    let tls = cluster.tls();
    let pinned = format!(", \"exec_plugins\": [{{\"path\": \"{path}\", \"sha256\": \"{sum}\"}}]");
    person.write("/home/ada/.kube/config", &tls.kubeconfig(&user));
    let document = document(
        "/home/ada/.kube/config".as_ref(),
        &pinned,
        r#", "limits": {"timeout_s": 10}"#,
    );
    person.write("/home/ada/.watchtower/policy.json", &document);
    let out = person.run(&["kubectl-logs", "-n", "dev", "web-1"]);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    // What it made holds its output open, until the time is over.
    assert_eq!(out.status.code(), Some(124), "{said}");
    let made: u32 = said
        .split("made ")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or_else(|| panic!("{said}"));
    assert!((100..256).contains(&made), "{made}");
    await_end(&name);
}
