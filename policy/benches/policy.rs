//! How long loading and deciding take. Targets: a decision under the default policy 2 µs, with 10,000 rules
//! 50 µs; loading 10,000 rules 100 ms; loading the default policy must not show in an applet's start.

use divan::{Bencher, black_box};
use policy::{Identity, Layer, Places, Policy, Scope, Source, TargetFacts, Time, Workspace, load};

fn main() {
    divan::main();
}

fn default_sources() -> Vec<Source> {
    let text = policy::default_document("default").unwrap_or_default();
    vec![Source {
        layer: Layer::User,
        path: "policy.json".to_owned(),
        bytes: text.as_bytes().to_vec(),
    }]
}

/// Rules as people write them, every one with a condition; `spread` over many domains or all for one operation.
fn many(rules: usize, spread: bool) -> Vec<Source> {
    let all: Vec<String> = (0..rules)
        .map(|n| {
            let domain = if spread { format!("domain{}", n % 100) } else { "filesystem".to_owned() };
            format!(
                r#"{{"name": "rule-{n}", "priority": {}, "match": {{"domain": "{domain}", "operation": ["delete", "copy"]}},
                "condition": "target.path.startswith('/srv/project-{n}/') and '..' not in target.path", "action": "allow"}}"#,
                n % 1000
            )
        })
        .collect();
    let text = format!(r#"{{"version": "2.0.0", "policies": [{}]}}"#, all.join(",\n"));
    vec![Source {
        layer: Layer::User,
        path: "policy.json".to_owned(),
        bytes: text.into_bytes(),
    }]
}

fn loaded(sources: &[Source]) -> Policy {
    load(sources).unwrap_or_else(|_| std::process::exit(1))
}

fn call(domain: &str, operation: &str, path: &str) -> Scope {
    Scope {
        domain: domain.to_owned(),
        operation: operation.to_owned(),
        targets: vec![TargetFacts {
            role: "path".to_owned(),
            domain: domain.to_owned(),
            operation: operation.to_owned(),
            path: path.to_owned(),
            name: "main.o".to_owned(),
            kind: "file".to_owned(),
            exists: true,
            ..TargetFacts::default()
        }],
        identity: Identity {
            principal: "ann".to_owned(),
            capabilities: vec![
                "search:read".to_owned(),
                "ssh:read".to_owned(),
                "k8s:read".to_owned(),
            ],
            ..Identity::default()
        },
        time: Time {
            hour: 12,
            weekday: 2,
            iso: "2026-06-01T12:00:00+02:00".to_owned(),
        },
        workspace: Workspace {
            root: "/home/ann/work/repo".to_owned(),
            branch: "main".to_owned(),
        },
        places: Places {
            homes: vec!["/home/ann".to_owned()],
            watchtower: vec![
                "/home/ann/.watchtower".to_owned(),
                "/home/ann/.local/bin/wt".to_owned(),
            ],
        },
        ..Scope::default()
    }
}

#[divan::bench]
fn load_default(bencher: Bencher) {
    let sources = default_sources();
    bencher.bench(|| load(black_box(&sources)).is_ok());
}

#[divan::bench]
fn load_10_000_rules(bencher: Bencher) {
    let sources = many(10_000, true);
    bencher.bench(|| load(black_box(&sources)).is_ok());
}

#[divan::bench(args = ["delete", "copy", "read"])]
fn decide_default(bencher: Bencher, operation: &str) {
    let policy = loaded(&default_sources());
    let scope = call("filesystem", operation, "/home/ann/work/repo/target/debug/main.o");
    bencher.bench(|| black_box(&policy).decide(black_box(&scope)));
}

#[divan::bench]
fn decide_default_kubernetes(bencher: Bencher) {
    let policy = loaded(&default_sources());
    let scope = call("kubernetes", "logs", "");
    bencher.bench(|| black_box(&policy).decide(black_box(&scope)));
}

#[divan::bench]
fn decide_10_000_rules_spread(bencher: Bencher) {
    let policy = loaded(&many(10_000, true));
    let scope = call("domain7", "delete", "/home/ann/work/repo/target/debug/main.o");
    bencher.bench(|| black_box(&policy).decide(black_box(&scope)));
}

#[divan::bench]
fn decide_10_000_rules_of_one_operation(bencher: Bencher) {
    let policy = loaded(&many(10_000, false));
    let scope = call("filesystem", "delete", "/home/ann/work/repo/target/debug/main.o");
    bencher.bench(|| black_box(&policy).decide(black_box(&scope)));
}
