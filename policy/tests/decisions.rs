//! Judgements over whole documents.

use policy::{
    Decision, Floor, Gtfo, Identity, Layer, Places, Policy, Scope, Source, TargetFacts, Time, Verdict,
    Workspace, load,
};
use serde_json::{Value as Json, json};

pub(crate) fn source(layer: Layer, document: &Json) -> Source {
    Source {
        layer,
        path: "policy.json".into(),
        bytes: serde_json::to_vec_pretty(document).unwrap(),
    }
}

fn rules(rules: Json) -> Json {
    json!({"version": "2.0.0", "policies": rules})
}

pub(crate) fn user(list: Json) -> Policy {
    load(&[source(Layer::User, &rules(list))]).unwrap()
}

fn default_policy() -> Policy {
    let bytes = policy::default_document("default").unwrap().as_bytes().to_vec();
    load(&[Source {
        layer: Layer::User,
        path: "policy.json".into(),
        bytes,
    }])
    .unwrap_or_else(|problems| {
        panic!(
            "{}",
            problems
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        )
    })
}

pub(crate) fn call(domain: &str, operation: &str, path: &str) -> Scope {
    Scope {
        domain: domain.into(),
        operation: operation.into(),
        targets: vec![TargetFacts {
            role: "path".into(),
            domain: domain.into(),
            operation: operation.into(),
            path: path.into(),
            name: path.rsplit('/').next().unwrap_or_default().into(),
            kind: "file".into(),
            exists: true,
            links: 1,
            entries: 1,
            ..TargetFacts::default()
        }],
        identity: Identity {
            principal: "ann".into(),
            capabilities: vec!["search:read".into(), "ssh:read".into(), "k8s:read".into()],
            ..Identity::default()
        },
        time: Time {
            hour: 12,
            weekday: 2,
            iso: "2026-06-01T12:00:00+02:00".into(),
        },
        workspace: Workspace {
            root: "/home/ann/repo".into(),
            branch: "main".into(),
        },
        places: Places {
            homes: vec!["/home/ann".into()],
            watchtower: vec!["/home/ann/.watchtower".into()],
        },
        ..Scope::default()
    }
}

fn verdict(policy: &Policy, scope: &Scope) -> (Verdict, Vec<String>) {
    let decision: Decision = policy.decide(scope);
    (
        decision.verdict,
        decision.matched_rules.into_iter().map(|m| m.rule).collect(),
    )
}

#[test]
fn the_default_policy_says_what_it_should() {
    let policy = default_policy();
    for (domain, operation, path, expected, rule) in [
        ("filesystem", "read", "/home/ann/repo/a", Verdict::Allow, "reads"),
        ("filesystem", "delete", "/tmp/x/y", Verdict::Allow, "deletes"),
        (
            "filesystem",
            "copy",
            "/home/ann/repo/b",
            Verdict::Allow,
            "changes",
        ),
        ("search", "rg", "/home/ann/repo", Verdict::Allow, "searches"),
        (
            "search",
            "jq",
            "/home/ann/other/x.json",
            Verdict::Escalate,
            "home-searches",
        ),
        (
            "filesystem",
            "create_file",
            "/home/ann/x",
            Verdict::Escalate,
            "home",
        ),
        (
            "filesystem",
            "delete",
            "/home/ann/repo",
            Verdict::Deny,
            "workspace-root",
        ),
        (
            "filesystem",
            "delete",
            "/tmp",
            Verdict::Deny,
            "temporary-directory",
        ),
        (
            "filesystem",
            "delete",
            "/home/ann/repo/.git",
            Verdict::Deny,
            "git-directory",
        ),
        (
            "filesystem",
            "read",
            "/usr/share/x",
            Verdict::Deny,
            "system-paths",
        ),
        ("filesystem", "read", "/srv/x", Verdict::Deny, "default-deny"),
        (
            "filesystem",
            "read",
            "/home/ann/.aws/credentials",
            Verdict::Deny,
            "protected-path",
        ),
        (
            "filesystem",
            "move",
            "/home/ann/repo/.env",
            Verdict::Deny,
            "protected-path",
        ),
        (
            "filesystem",
            "delete",
            "/home/ann/.watchtower/policy.json",
            Verdict::Deny,
            "protected-path",
        ),
        ("process", "exec", "", Verdict::Allow, "commands"),
        ("unheard", "of", "", Verdict::Deny, "default-deny"),
    ] {
        let (found, by) = verdict(&policy, &call(domain, operation, path));
        assert_eq!(
            (found, by.first().map(String::as_str)),
            (expected, Some(rule)),
            "{domain}:{operation} {path}"
        );
    }
}

#[test]
fn the_highest_priority_with_a_match_decides_and_among_equals_the_strictest() {
    let policy = user(json!([
        {"name": "low", "priority": 1, "action": "deny"},
        {"name": "mid-allow", "priority": 5, "action": "allow", "match": {"domain": "filesystem"}},
        {"name": "mid-escalate", "priority": 5, "action": "escalate", "match": {"operation": ["read", "list"]}},
        {"name": "high", "priority": 9, "action": "allow", "condition": "target.name == 'x'"},
    ]));
    let by = |path, operation| verdict(&policy, &call("filesystem", operation, path));
    assert_eq!(by("/a/x", "read"), (Verdict::Allow, vec!["high".into()]));
    assert_eq!(
        by("/a/y", "read"),
        (Verdict::Escalate, vec!["mid-escalate".into()])
    );
    assert_eq!(by("/a/y", "delete"), (Verdict::Allow, vec!["mid-allow".into()]));
    assert_eq!(
        verdict(&policy, &call("ssh", "ps", "")),
        (Verdict::Deny, vec!["low".into()])
    );
}

#[test]
fn a_condition_without_a_value_denies_and_is_told() {
    let policy = user(json!([
        {"name": "broken", "priority": 9, "action": "allow", "condition": "params['missing'] == 1"},
        {"name": "open", "priority": 1, "action": "allow"},
    ]));
    let decision = policy.decide(&call("filesystem", "read", "/a"));
    assert_eq!(decision.verdict, Verdict::Deny);
    assert_eq!(decision.matched_rules[0].rule, "policy-error");
    assert_eq!(
        decision.reasons,
        ["the condition of rule `broken` has no value: there is no such key"]
    );
}

#[test]
fn layers_only_tighten_and_a_project_allows_nothing() {
    let open = rules(json!([{"name": "open", "action": "allow"}]));
    let closed = rules(json!([{"name": "closed", "action": "deny", "match": {"operation": "delete"}}]));
    let scope = call("filesystem", "delete", "/a");
    let both = |a: (Layer, &Json), b: (Layer, &Json)| load(&[source(a.0, a.1), source(b.0, b.1)]).unwrap();
    for (a, b) in [(&open, &closed), (&closed, &open)] {
        let policy = both((Layer::System, a), (Layer::User, b));
        assert_eq!(policy.decide(&scope).verdict, Verdict::Deny);
        assert_eq!(
            policy.decide(&call("filesystem", "read", "/a")).verdict,
            Verdict::Allow
        );
    }
    let project_alone = load(&[source(Layer::Project, &open)]).unwrap();
    assert_eq!(
        verdict(&project_alone, &scope),
        (Verdict::Deny, vec!["default-deny".into()])
    );
    let project_tightens = both((Layer::User, &open), (Layer::Project, &closed));
    assert_eq!(project_tightens.decide(&scope).verdict, Verdict::Deny);
}

#[test]
fn a_findings_rule_of_the_predecessor_is_a_floor_and_never_opens() {
    let policy = user(json!([
        {"name": "gtfo", "priority": 200, "condition": "params.get('gtfo_risk') == 'critical'", "action": "escalate"},
        {"name": "gtfo-open", "priority": 300, "condition": "params.get('gtfo_risk') in ('critical', 'high')", "action": "allow"},
        {"name": "closed", "priority": 5, "action": "deny", "match": {"operation": "delete"}},
        {"name": "open", "priority": 1, "action": "allow"},
    ]));
    let gtfo = |risk: &str, invoked| Gtfo {
        risk: risk.into(),
        invoked,
        ..Gtfo::default()
    };
    let with = |operation, gtfo| {
        verdict(
            &policy,
            &Scope {
                gtfo,
                ..call("process", operation, "")
            },
        )
    };
    assert_eq!(with("exec", gtfo("critical", true)).0, Verdict::Escalate);
    assert_eq!(
        with("exec", gtfo("critical", false)),
        (Verdict::Allow, vec!["open".into()])
    );
    assert_eq!(with("delete", gtfo("critical", true)).0, Verdict::Deny);
}

#[test]
fn the_strictest_of_several_targets_holds_and_floors_raise() {
    let policy = default_policy();
    let mut scope = call("filesystem", "delete", "/home/ann/repo/a");
    scope.targets.push(TargetFacts {
        path: "/home/ann/letters".into(),
        ..scope.targets[0].clone()
    });
    assert_eq!(policy.decide(&scope).verdict, Verdict::Escalate);
    scope.floors.push(Floor {
        rule: "hard-link".into(),
        verdict: Verdict::Deny,
        reason: "it has other names".into(),
        hint: "copy it".into(),
        target: Some(0),
    });
    let decision = policy.decide(&scope);
    assert_eq!(
        (decision.verdict, decision.matched_rules[0].rule.as_str()),
        (Verdict::Deny, "hard-link")
    );
    assert_eq!(
        (decision.reasons[0].as_str(), decision.hint.as_deref()),
        ("it has other names", Some("copy it"))
    );
}

#[test]
fn a_rule_ends_when_it_expires() {
    let policy = user(json!([
        {"name": "for-now", "action": "allow", "expires": "2026-06-01T10:00:01Z"},
    ]));
    let mut scope = call("filesystem", "read", "/a");
    assert_eq!(policy.decide(&scope).verdict, Verdict::Allow);
    scope.time.iso = "2026-06-01T12:00:01+02:00".into();
    assert_eq!(
        verdict(&policy, &scope),
        (Verdict::Deny, vec!["default-deny".into()])
    );
    scope.time.iso = String::new();
    assert_eq!(
        verdict(&policy, &scope),
        (Verdict::Deny, vec!["policy-error".into()])
    );
}

#[test]
fn capabilities_are_what_every_document_grants() {
    let grants = |list: Json| json!({"version": "2.0.0", "policies": [], "identities": list});
    let user = grants(json!([
        {"match": {"principal": "a*"}, "capabilities": ["x", "y"]},
        {"match": {"agent": ["claude*"]}, "capabilities": ["z"]},
    ]));
    let system = grants(json!([{"capabilities": ["x", "z"]}]));
    let ann = Identity {
        principal: "ann".into(),
        ..Identity::default()
    };
    let agent = Identity {
        agent: "claude-code".into(),
        ..ann.clone()
    };
    let one = load(&[source(Layer::User, &user)]).unwrap();
    assert_eq!(one.capabilities(&ann), ["x", "y"]);
    assert_eq!(one.capabilities(&agent), ["x", "y", "z"]);
    let both = load(&[source(Layer::System, &system), source(Layer::User, &user)]).unwrap();
    assert_eq!(both.capabilities(&agent), ["x", "z"]);
}

#[test]
fn a_call_that_no_rule_speaks_of_is_recorded_with_its_facts() {
    let policy = user(json!([
        {"name": "quiet", "match": {"operation": "read"}, "action": "allow", "audit": "minimal"},
    ]));
    assert_eq!(
        policy.decide(&call("filesystem", "delete", "/a")).audit,
        policy::Audit::Standard
    );
    assert_eq!(
        policy.decide(&call("filesystem", "read", "/a")).audit,
        policy::Audit::Minimal
    );
}
