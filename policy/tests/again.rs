//! Documents that were accepted before: loaded again, they say the same, and what is unsound in them denies.

use crate::decisions::{call, source};
use policy::{Layer, Policy, Source, Verdict, load, load_again};
use serde_json::json;

const CALLS: &[(&str, &str, &str)] = &[
    ("filesystem", "delete", "/home/ann/repo/a"),
    ("filesystem", "delete", "/home/ann/.ssh/id_ed25519"),
    ("filesystem", "create_file", "/tmp/x"),
    ("filesystem", "chmod", "/etc/passwd"),
    ("filesystem", "move", "/home/ann/notes"),
    ("ssh", "read", "/var/log/syslog"),
    ("kubernetes", "exec_read", "/etc/hosts"),
    ("search", "read", "/home/ann/repo"),
    ("process", "exec", ""),
    ("network", "fetch", ""),
    ("mcp", "call", ""),
];

fn both(sources: &[Source]) -> [Policy; 2] {
    [load(sources).unwrap(), load_again(sources).unwrap()]
}

#[test]
fn every_profile_decides_alike_when_loaded_again() {
    for profile in policy::PROFILES {
        let document = source(
            Layer::User,
            &serde_json::from_str(policy::default_document(profile).unwrap()).unwrap(),
        );
        let [first, again] = both(&[document]);
        for (domain, operation, path) in CALLS {
            let scope = call(domain, operation, path);
            assert_eq!(
                again.decide(&scope),
                first.decide(&scope),
                "{profile}: {domain}:{operation} {path}"
            );
        }
    }
}

#[test]
fn a_condition_that_is_unsound_after_all_denies_where_it_is_tried() {
    let document = json!({"version": "2.0.0", "policies": [
        {"name": "broken", "match": {"domain": "filesystem"}, "condition": "no_such_name == 1", "action": "allow"},
        {"name": "sound", "match": {"domain": "filesystem"}, "action": "allow"},
    ]});
    let sources = [source(Layer::User, &document)];
    assert_eq!(
        load(&sources).unwrap_err().len(),
        1,
        "read in full, the document is refused"
    );
    let decision = load_again(&sources)
        .unwrap()
        .decide(&call("filesystem", "delete", "/home/ann/repo/a"));
    assert_eq!(decision.verdict, Verdict::Deny);
    assert!(
        decision
            .reasons
            .iter()
            .any(|reason| reason.contains("the condition cannot be read")),
        "{:?}",
        decision.reasons
    );
}

#[test]
fn an_unsound_shape_is_refused_whatever_was_known_of_it() {
    let document = json!({"version": "2.0.0", "policeis": []});
    let sources = [source(Layer::User, &document)];
    assert_eq!(load_again(&sources).unwrap_err(), load(&sources).unwrap_err());
}

#[test]
fn only_the_examples_of_rules_are_left_out_when_loaded_again() {
    let document = json!({"version": "2.0.0",
        "ssh": {"hosts": {"examples": {"address": "10.0.0.7", "port": 2222}}},
        "policies": [{"name": "one", "match": {"domain": "ssh"}, "action": "allow",
            "examples": [{"intent": {"domain": "ssh", "operation": "read"}, "expect": "allow"}]}]});
    let [first, again] = both(&[source(Layer::User, &document)]);
    assert_eq!(again.settings(), first.settings());
    assert_eq!(
        again.settings().ssh.hosts.keys().collect::<Vec<_>>(),
        ["examples"],
        "a host of that name is no example"
    );
}
