//! A kernel that refuses a layer: simulated in a nested user namespace whose own limits are zero. The call goes on with
//! what is left where policy admits that, and its record names every layer that was not had.

use crate::support::{Scratch, needs, within};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
use std::{collections::BTreeMap, os::unix::process::ExitStatusExt, process::Output};

/// `wt ARGS...` where this limit of namespaces is zero.
fn limited(desk: &Scratch, limit: &str, args: &[&str]) -> Output {
    let script = format!("echo 0 >/proc/sys/user/{limit} && exec \"$@\"");
    let words = ["--user", "--map-root-user", "/bin/sh", "-c", &script, "sh"];
    within("unshare", &words, &desk.wt(args)).output().unwrap()
}

/// Writes a policy whose tools need all of Landlock, seccomp and namespaces.
fn demand_namespaces(desk: &Scratch) {
    let document = policy::default_document("default").unwrap();
    let body = document.trim_start().trim_start_matches('{');
    desk.policy(&format!(
        "{{\"sandbox\": {{\"min_sandbox\": {{\"exec\": {{\"landlock_abi\": 1, \"seccomp\": true, \"namespaces\": true}}}}}},{body}"
    ));
}

fn missing(desk: &Scratch) -> Vec<String> {
    let decision = desk.entries_of("decision").pop().unwrap();
    decision["data"]["enforcement"]["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|miss| miss["layer"].as_str().unwrap().to_owned())
        .filter(|layer| layer != "processes")
        .collect()
}

#[test]
fn each_layer_that_the_kernel_refuses_is_in_the_record() {
    if !needs::program("unshare") || !needs::program("jq") {
        return;
    }
    let desk = Scratch::new();
    desk.write("a.json", "{\"name\": 1}");
    for (limit, layers) in [
        (
            "max_user_namespaces",
            &["userns", "mountns", "ipcns", "utsns", "netns"][..],
        ),
        (
            "max_mnt_namespaces",
            &["userns", "mountns", "ipcns", "utsns", "netns"],
        ),
        ("max_net_namespaces", &["netns"]),
    ] {
        let out = limited(&desk, limit, &["jq-query", ".name", "a.json"]);
        assert_eq!(
            (out.status.code(), out.stdout.as_slice()),
            (Some(0), &b"1\n"[..]),
            "{limit}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        assert_eq!(missing(&desk), layers, "{limit}");
    }
    demand_namespaces(&desk);
    let out = limited(&desk, "max_user_namespaces", &["jq-query", ".name", "a.json"]);
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!(
        (out.status.code(), out.stdout.as_slice()),
        (Some(69), &b""[..]),
        "{said}"
    );
    assert!(
        said.contains("policy demands a user namespace") && said.contains("No space left on device"),
        "{said}"
    );
    let decision = desk.entries_of("decision").pop().unwrap();
    assert_eq!(decision["data"]["decision"]["verdict"], "deny");
    assert_eq!(
        decision["data"]["decision"]["matched_rules"][0]["rule"],
        "min-sandbox"
    );
}

#[test]
fn the_doctor_tries_what_holds_a_tool() {
    if !needs::program("unshare") {
        return;
    }
    let desk = Scratch::new();
    let tools = |out: &[u8]| {
        let report: serde_json::Value = serde_json::from_slice(out).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        findings
            .into_iter()
            .find(|finding| finding["check"] == "tools")
            .unwrap()
    };
    let whole = tools(&desk.run(&["doctor", "--json"]).stdout);
    assert_eq!(whole["state"], "ok", "{whole}");
    let less = tools(&limited(&desk, "max_net_namespaces", &["doctor", "--json"]).stdout);
    assert_eq!(less["state"], "warning", "{less}");
    assert!(less["what"].as_str().unwrap().contains("netns"), "{less}");
    assert!(
        less["fix"]
            .as_str()
            .unwrap()
            .starts_with("calls of tools go on with what is left"),
        "{less}"
    );
    demand_namespaces(&desk);
    let below = tools(&limited(&desk, "max_user_namespaces", &["doctor", "--json"]).stdout);
    assert_eq!(
        below["fix"],
        "calls of tools end with 69: the policy's `sandbox.min_sandbox.exec` demands a user namespace",
        "{below}"
    );
}

/// As systemd's `SystemCallFilter=@system-service` has it: the end of whoever takes on a filter of his own.
#[test]
fn under_a_filter_that_kills_whoever_takes_on_another_a_refusal_is_still_recorded() {
    let desk = Scratch::new();
    let rules = BTreeMap::from([(nix::libc::SYS_seccomp, Vec::new())]);
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::KillProcess,
        std::env::consts::ARCH.try_into().unwrap(),
    );
    let program: BpfProgram = filter.unwrap().try_into().unwrap();
    let run = |args: &[&str]| {
        std::thread::scope(|scope| {
            let held = scope.spawn(|| {
                seccompiler::apply_filter(&program).unwrap();
                desk.run(args)
            });
            held.join().unwrap().status
        })
    };
    assert_eq!(run(&["safe-mkdir", "/etc/wt-never"]).code(), Some(77));
    let decision = desk.entries_of("decision").pop().unwrap();
    assert_eq!(decision["data"]["decision"]["verdict"], "deny");
    // What is allowed cannot be confined, and is not done.
    assert_eq!(run(&["safe-mkdir", "allowed"]).signal(), Some(nix::libc::SIGSYS));
    assert!(!desk.file("allowed").exists());
}
