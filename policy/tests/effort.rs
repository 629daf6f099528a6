//! What a decision takes, in counts and in ratios of one run, so that a lost index or a lost compilation shows on any
//! machine and under any load. `benches/policy.rs` has the times.

use crate::{
    calls::{CALLS, call},
    documents::{default_sources, many},
};
use policy::{Layer, Policy, Scope, Source, load, load_again};
use std::time::{Duration, Instant};

/// The shortest of several runs.
fn shortest<T>(mut action: impl FnMut() -> T) -> Duration {
    let timed = |_| {
        let started = Instant::now();
        std::hint::black_box(action());
        started.elapsed()
    };
    (0..20).map(timed).min().unwrap()
}

fn one_rule(condition: &str) -> [Source; 1] {
    let rule = serde_json::json!({"name": "a", "match": {"domain": "filesystem"}, "condition": condition, "action": "allow"});
    [Source {
        layer: Layer::User,
        path: "policy.json".into(),
        bytes: serde_json::to_vec(&serde_json::json!({"version": "2.0.0", "policies": [rule]})).unwrap(),
    }]
}

fn in_domain(domain: &str) -> Scope {
    let mut scope = call("filesystem:delete");
    domain.clone_into(&mut scope.domain);
    scope
        .targets
        .iter_mut()
        .for_each(|target| domain.clone_into(&mut target.domain));
    scope
}

#[test]
fn a_decision_under_the_default_policy_tries_few_rules_in_few_steps() {
    let policy = load(&default_sources()).unwrap();
    for name in CALLS {
        let scope = call(name);
        let (decision, effort) = policy.decide_counting(&scope);
        let targets = scope.targets.len() as u64;
        println!("{name}: {targets} targets, {effort:?}, {:?}", decision.verdict);
        assert_eq!(decision, policy.decide(&scope), "{name}");
        assert!(effort.rules <= 8 * targets, "{name}: {effort:?}");
        assert!(effort.steps <= 64 * targets, "{name}: {effort:?}");
    }
}

#[test]
fn ten_thousand_rules_are_not_tried_one_by_one() {
    let spread = load(&many(10_000, true)).unwrap();
    let (_, effort) = spread.decide_counting(&in_domain("domain7"));
    assert_eq!((effort.rules, effort.steps), (0, 0), "no rule wants this path");
    let together = load(&many(10_000, false)).unwrap();
    let mut scope = call("filesystem:delete");
    let (_, effort) = together.decide_counting(&scope);
    assert_eq!((effort.rules, effort.steps), (0, 0), "no rule wants this path");
    "/srv/project-77/x".clone_into(&mut scope.targets[0].path);
    let (decision, effort) = together.decide_counting(&scope);
    assert_eq!(effort.rules, 1);
    assert_eq!(decision.matched_rules[0].rule, "rule-77");
}

#[test]
fn finding_the_rules_takes_no_longer_with_a_thousand_times_as_many() {
    let (few, all) = (load(&many(10, true)).unwrap(), load(&many(10_000, true)).unwrap());
    let scope = in_domain("domain7");
    let many_times = |policy: &Policy| shortest(|| (0..100).for_each(|_| drop(policy.decide(&scope))));
    let (few, all) = (many_times(&few), many_times(&all));
    // Trying 100 rules of this domain one by one is more than 50 times as slow.
    assert!(all < few * 8, "{all:?} against {few:?}");
}

#[test]
fn conditions_and_their_patterns_are_compiled_once() {
    let long = format!(
        "target.path == 'x' and ({})",
        ["target.path == 'y'"; 2000].join(" or ")
    );
    let regex = "matches(target.path, '(a|b|c|d|e|f){1,200}[a-z]{1,200}$')";
    for condition in [long.as_str(), regex] {
        let sources = one_rule(condition);
        let loading = shortest(|| load(&sources).unwrap());
        let policy = load(&sources).unwrap();
        let scope = call("filesystem:read");
        let deciding = shortest(|| policy.decide(&scope));
        assert!(
            deciding * 4 < loading,
            "{deciding:?} against {loading:?} for {condition:.60}"
        );
        // A document that was checked before is compiled by the first decision that needs it, and then no more.
        let again = load_again(&sources).unwrap();
        let loading = shortest(|| load_again(&sources).unwrap());
        let first = Instant::now();
        assert_eq!(again.decide(&scope), policy.decide(&scope));
        let first = first.elapsed();
        let later = shortest(|| again.decide(&scope));
        assert!(
            later * 4 < first,
            "{later:?} against {first:?}, {loading:?} to load, for {condition:.60}"
        );
    }
}

#[test]
fn a_document_that_was_checked_before_loads_without_reading_its_conditions() {
    let sources = default_sources();
    let first = shortest(|| load(&sources).unwrap());
    let again = shortest(|| load_again(&sources).unwrap());
    println!("{first:?} at first, {again:?} again");
    assert!(again < first, "{again:?} against {first:?}");
}
