//! Policies of the Python tool load and mean what they say.

use crate::decisions::{call, user};
use policy::{Scope, TargetFacts, Verdict};
use serde_json::json;

#[test]
fn every_condition_seen_in_its_users_policies_means_what_it_says() {
    let with = |change: fn(&mut Scope)| {
        let mut scope = call("filesystem", "read", "/home/ann/x");
        change(&mut scope);
        scope
    };
    let target = |change: fn(&mut TargetFacts)| {
        let mut scope = call("filesystem", "read", "/home/ann/x");
        change(&mut scope.targets[0]);
        scope
    };
    let plain = || call("filesystem", "read", "/home/ann/x");
    for (condition, yes, no) in [
        (
            "target.path.startswith('/home/') and '..' not in target.path",
            plain(),
            target(|t| t.path = "/home/../etc/passwd".into()),
        ),
        (
            "identity.capabilities.count('fs:read') > 0",
            with(|s| s.identity.capabilities.push("fs:read".into())),
            plain(),
        ),
        (
            "any(target.path.startswith(p) for p in ('/etc', '/usr'))",
            target(|t| t.path = "/usr/bin/x".into()),
            plain(),
        ),
        (
            "target.namespace not in ('staging', 'dev', 'test')",
            target(|t| t.namespace = "production".into()),
            target(|t| t.namespace = "dev".into()),
        ),
        (
            "params.get('mode') != 'dir-recursive'",
            plain(),
            with(|s| {
                s.params.insert("mode".into(), "dir-recursive".into());
            }),
        ),
        (
            "target.extra.get('zone') == 'x' or domain == 'filesystem' and operation in ('read', 'list')",
            plain(),
            with(|s| s.operation = "delete".into()),
        ),
        (
            "identity.principal == 'ann' and identity.attestation == ''",
            plain(),
            with(|s| s.identity.uid = 5),
        ),
    ] {
        let policy = user(json!([{"name": "r", "condition": condition, "action": "allow"}]));
        assert_eq!(policy.decide(&yes).verdict, Verdict::Allow, "{condition}");
        if no.identity.uid == 0 {
            assert_eq!(policy.decide(&no).verdict, Verdict::Deny, "{condition}");
        }
    }
}

#[test]
fn its_default_rules_load_as_they_are() {
    let policy = user(json!([
        {"name": "gtfo-critical", "priority": 200, "match": {}, "condition": "params.get('gtfo_risk') == 'critical'", "action": "escalate", "audit": "full", "risk_level": "critical"},
        {"name": "gtfo-high", "priority": 180, "condition": "params.get('gtfo_risk') == 'high'", "action": "shadow", "risk_level": "high"},
        {"name": "home-reads", "priority": 100, "match": {"domain": "filesystem", "operation": ["read", "list"]}, "condition": "target.path.startswith('/home/') and '..' not in target.path and identity.capabilities.count('fs:read') > 0", "action": "allow", "audit": "standard", "risk_level": "low"},
        {"name": "tmp-writes", "priority": 90, "match": {"domain": "filesystem", "operation": ["write", "create_file", "create_dir", "copy"]}, "condition": "target.path.startswith('/tmp/')", "action": "allow", "risk_level": "medium"},
        {"name": "tmp-deletes", "priority": 85, "match": {"domain": "filesystem", "operation": "delete"}, "condition": "target.path.startswith('/tmp/') and params.get('mode') != 'dir-recursive'", "action": "allow"},
        {"name": "system", "priority": 50, "match": {"domain": "filesystem", "operation": ["write", "delete", "move", "copy", "chmod", "chown"]}, "condition": "any(target.path.startswith(p) for p in ('/etc', '/usr', '/bin', '/sbin', '/lib', '/lib64', '/boot', '/sys', '/proc'))", "action": "deny", "risk_level": "critical"},
        {"name": "other", "priority": 40, "match": {"domain": "filesystem", "operation": ["delete", "chmod", "chown", "move"]}, "condition": "not target.path.startswith('/tmp/')", "action": "escalate", "risk_level": "high"},
        {"name": "rest", "priority": 0, "condition": "", "action": "deny"},
    ]));
    for (operation, path, expected) in [
        ("delete", "/tmp/x", Verdict::Allow),
        ("delete", "/srv/x", Verdict::Escalate),
        ("copy", "/usr/x", Verdict::Deny),
        ("read", "/home/ann/x", Verdict::Deny),
    ] {
        assert_eq!(
            policy.decide(&call("filesystem", operation, path)).verdict,
            expected,
            "{operation} {path}"
        );
    }
}
