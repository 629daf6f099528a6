//! What holds of every judgement.

use crate::decisions::{call, source};
use policy::{Layer, Scope, Verdict, load};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn rule() -> impl Strategy<Value = Json> {
    let action = prop::sample::select(vec!["allow", "shadow", "escalate", "deny"]);
    let domain = prop::sample::select(vec![None, Some("filesystem"), Some("ssh")]);
    let operation = prop::sample::select(vec![json!("*"), json!("read"), json!(["read", "delete"])]);
    let condition = prop::sample::select(vec![
        "",
        "target.path.startswith('/a')",
        "(target.path + '/').startswith(('/a/b/', '/c/')) and target.name != 'y'",
        "target.path == '/c' or target.name == 'x'",
        "target.path == '/c'",
        "params['k'] == 1",
        "not within(target.path, '/a/b')",
        "params.get('gtfo_risk') == 'high'",
    ]);
    let paths = prop::sample::select(vec![None, Some("/a/**"), Some("/c")]);
    (action, domain, operation, condition, paths, 0..4_i64).prop_map(
        |(action, domain, operation, condition, paths, priority)| {
            let mut matched = json!({"operation": operation});
            if let Some(domain) = domain {
                matched["domain"] = json!(domain);
            }
            let mut rule =
                json!({"priority": priority, "match": matched, "condition": condition, "action": action});
            if let Some(paths) = paths {
                rule["paths"] = json!([paths]);
            }
            rule
        },
    )
}

fn named(rules: &[Json]) -> Json {
    let rules: Vec<Json> = rules
        .iter()
        .enumerate()
        .map(|(n, rule)| {
            let mut rule = rule.clone();
            if rule.get("name").is_none() {
                rule["name"] = json!(format!("r{n}"));
            }
            rule
        })
        .collect();
    json!({"version": "2.0.0", "policies": rules})
}

fn scope() -> impl Strategy<Value = Scope> {
    let path = prop::sample::select(vec!["/a/x", "/a/b", "/ab", "/a/b/x", "/c", "/"]);
    (
        path,
        prop::sample::select(vec!["read", "delete", "copy"]),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(path, operation, local, invoked)| {
            let mut scope = call(if local { "filesystem" } else { "ssh" }, operation, path);
            scope.gtfo.invoked = invoked;
            scope.gtfo.risk = "high".into();
            scope
        })
}

fn decide(documents: &[(Layer, Json)], scope: &Scope) -> policy::Decision {
    let sources: Vec<_> = documents
        .iter()
        .map(|(layer, document)| source(*layer, document))
        .collect();
    load(&sources).unwrap().decide(scope)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn adding_a_deny_rule_never_loosens(rules in prop::collection::vec(rule(), 0..8), extra in rule(), scope in scope()) {
        let before = decide(&[(Layer::User, named(&rules))], &scope).verdict;
        let mut extra = extra;
        extra["action"] = json!("deny");
        let more: Vec<Json> = rules.into_iter().chain([extra]).collect();
        prop_assert!(decide(&[(Layer::User, named(&more))], &scope).verdict >= before);
    }

    #[test]
    fn the_order_of_rules_in_the_file_never_matters(rules in prop::collection::vec(rule(), 0..8), scope in scope()) {
        let document = named(&rules);
        let mut turned = document.clone();
        if let Some(list) = turned["policies"].as_array_mut() {
            list.reverse();
        }
        prop_assert_eq!(decide(&[(Layer::User, document)], &scope), decide(&[(Layer::User, turned)], &scope));
    }

    #[test]
    fn the_same_call_is_judged_the_same(rules in prop::collection::vec(rule(), 0..8), scope in scope()) {
        let document = [(Layer::User, named(&rules))];
        prop_assert_eq!(decide(&document, &scope), decide(&document, &scope));
    }

    #[test]
    fn another_layer_never_loosens(
        rules in prop::collection::vec(rule(), 1..6), more in prop::collection::vec(rule(), 0..6), scope in scope(),
        project in any::<bool>(),
    ) {
        let user = (Layer::User, named(&rules));
        let alone = decide(std::slice::from_ref(&user), &scope);
        let layer = if project { Layer::Project } else { Layer::System };
        let both = decide(&[user, (layer, named(&more))], &scope);
        // A layer that abstains leaves `default-deny`; where it speaks, another one only adds strictness.
        let spoke = alone.matched_rules.iter().all(|m| m.rule != "default-deny");
        prop_assert!(!spoke || both.verdict >= alone.verdict);
        prop_assert!(!project || both.verdict >= alone.verdict);
    }

    #[test]
    fn the_strictest_of_several_targets_holds(
        rules in prop::collection::vec(rule(), 0..8), one in scope(), other in scope(),
    ) {
        let document = [(Layer::User, named(&rules))];
        let mut both = one.clone();
        both.targets.extend(other.targets.clone());
        let mut second = one.clone();
        second.targets = other.targets;
        let strictest = decide(&document, &one).verdict.max(decide(&document, &second).verdict);
        prop_assert_eq!(decide(&document, &both).verdict, strictest);
    }

    #[test]
    fn an_explanation_tells_the_same_verdict(rules in prop::collection::vec(rule(), 0..60), scope in scope()) {
        let mut scope = scope;
        scope.gtfo.invoked = false;
        let policy = load(&[source(Layer::User, &named(&rules))]).unwrap();
        let told = policy.explain(&scope).targets[0].layers[0].verdict.unwrap_or(Verdict::Deny);
        let floors = policy.decide(&scope).matched_rules.iter().any(|m| m.rule == "protected-path");
        prop_assert!(floors || policy.decide(&scope).verdict == told);
    }
}
