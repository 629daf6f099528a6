//! Shapes and types agree, and layers merge setting by setting.

use super::{
    SETTINGS,
    keys::DOCUMENT,
    merge::Merging,
    settings::Settings,
    shape::{Field, Shape},
};
use crate::Layer;
use serde_json::{Map, Value as Json, json};

/// A small and a large value of a shape.
fn samples(shape: &Shape) -> [Json; 2] {
    match shape {
        Shape::Bool => [json!(false), json!(true)],
        Shape::Int(least, most) => [json!(least), json!(most)],
        Shape::Choice(words) => [json!(words[0]), json!(words[words.len() - 1])],
        Shape::Text | Shape::Words | Shape::Any => [json!("a"), json!("b")],
        Shape::Place | Shape::Fixed | Shape::Absolute => [json!("/a"), json!("/b")],
        Shape::Ints => [json!([1]), json!([2])],
        Shape::List(of) => samples(of).map(|one| json!([one])),
        Shape::Map(of) => samples(of).map(|one| json!({"k": one})),
        Shape::Object(fields) => [0, 1].map(|n| {
            let all = fields
                .iter()
                .map(|f| (f.name.to_owned(), samples(&f.shape)[n].clone()));
            Json::Object(all.collect())
        }),
    }
}

/// Every setting that is one, as the way to it, with a small and a large value.
fn leaves(fields: &[Field], way: &str, out: &mut Vec<(String, [Json; 2])>) {
    for field in fields {
        let here = format!("{way}/{}", field.name);
        match &field.shape {
            Shape::Object(inner) if field.name != "webhook" => leaves(inner, &here, out),
            shape => out.push((here, samples(shape))),
        }
    }
}

fn settings() -> Vec<(String, [Json; 2])> {
    let mut out = Vec::new();
    for field in DOCUMENT.iter().filter(|f| SETTINGS.contains(&f.name)) {
        leaves(std::slice::from_ref(field), "", &mut out);
    }
    assert!(out.len() >= 45, "{}", out.len());
    out
}

/// A document that states that one setting.
fn states(way: &str, value: &Json) -> Map<String, Json> {
    let whole = way
        .rsplit('/')
        .filter(|key| !key.is_empty())
        .fold(value.clone(), |inner, key| json!({key: inner}));
    whole.as_object().unwrap().clone()
}

fn merged(layers: &[(Layer, Map<String, Json>)]) -> Json {
    let mut merging = Merging::default();
    for (layer, stated) in layers {
        merging.add(*layer, stated.clone());
    }
    serde_json::to_value(merging.settings()).unwrap()
}

#[test]
fn every_key_that_is_allowed_has_a_field_that_takes_its_values() {
    for (way, values) in settings() {
        for value in values {
            let read: Settings = serde_json::from_value(states(&way, &value).into())
                .unwrap_or_else(|e| panic!("{way} = {value}: {e}"));
            let back = serde_json::to_value(read).unwrap();
            let found = back.pointer(&way).unwrap_or_else(|| panic!("{way} is lost"));
            let same = match (found, &value) {
                // What is left out within one setting is written with its default.
                (Json::Object(all), Json::Object(given)) => given
                    .iter()
                    .all(|(k, v)| all.get(k).is_some() && (v.is_object() || all.get(k) == Some(v))),
                (Json::Array(all), Json::Array(given)) => all.len() == given.len(),
                (found, value) => found == value,
            };
            assert!(same, "{way}: {found} is not {value}");
        }
    }
    let known = serde_json::to_value(Settings::default()).unwrap();
    let named: Vec<&str> = known.as_object().unwrap().keys().map(String::as_str).collect();
    assert!(named.iter().all(|key| SETTINGS.contains(key)), "{named:?}");
}

#[test]
fn what_a_layer_leaves_out_it_leaves_to_the_others() {
    for (way, values) in settings() {
        for value in values {
            let alone = merged(&[(Layer::System, states(&way, &value))]);
            // Another setting of the same section, so that the section is there and the setting is not.
            let section = way.rsplit_once('/').unwrap().0;
            let other = settings()
                .into_iter()
                .find(|(w, _)| *w != way && w.rsplit_once('/').unwrap().0 == section);
            let beside = other.map_or_else(Map::new, |(w, values)| states(&w, &values[0]));
            for silent in [Map::new(), beside] {
                for layers in [
                    vec![
                        (Layer::System, states(&way, &value)),
                        (Layer::User, silent.clone()),
                    ],
                    vec![
                        (Layer::System, silent.clone()),
                        (Layer::User, states(&way, &value)),
                    ],
                    vec![
                        (Layer::User, states(&way, &value)),
                        (Layer::Project, silent.clone()),
                    ],
                ] {
                    assert_eq!(
                        merged(&layers).pointer(&way),
                        alone.pointer(&way),
                        "{way} in {layers:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn of_two_layers_that_state_a_setting_the_strictest_holds() {
    for (way, values, strictest) in [
        ("/limits/max_targets", [json!(5), json!(7)], json!(5)),
        ("/limits/max_entries", [json!(5), json!(7)], json!(5)),
        ("/limits/timeout_s", [json!(300), json!(60)], json!(60)),
        ("/limits/memory_bytes", [json!(5), json!(7)], json!(5)),
        ("/limits/cross_mounts", [json!(true), json!(false)], json!(false)),
        (
            "/sandbox/native",
            [json!("process"), json!("thread")],
            json!("process"),
        ),
        (
            "/sandbox/min_sandbox/native/landlock_abi",
            [json!(0), json!(3)],
            json!(3),
        ),
        (
            "/sandbox/min_sandbox/native/seccomp",
            [json!(false), json!(true)],
            json!(true),
        ),
        (
            "/sandbox/min_sandbox/exec/landlock_abi",
            [json!(0), json!(3)],
            json!(3),
        ),
        (
            "/sandbox/min_sandbox/exec/namespaces",
            [json!(false), json!(true)],
            json!(true),
        ),
        (
            "/ledger/durability",
            [json!("relaxed"), json!("strict")],
            json!("strict"),
        ),
        (
            "/ledger/min_durability",
            [json!("intent"), json!("strict")],
            json!("strict"),
        ),
        ("/ledger/seal", [json!(false), json!(true)], json!(true)),
        ("/ledger/retention_days", [json!(30), json!(90)], json!(90)),
        ("/ledger/retention_days", [json!(30), json!(0)], json!(0)),
        ("/ssh/agent", [json!(true), json!(false)], json!(false)),
        ("/ssh/connect_timeout_s", [json!(9), json!(3)], json!(3)),
        (
            "/ssh/identity_files",
            [json!(["/a", "/b"]), json!(["/b", "/c"])],
            json!(["/b"]),
        ),
        ("/kubernetes/insecure", [json!(true), json!(false)], json!(false)),
        (
            "/kubernetes/contexts",
            [json!(["a", "b"]), json!(["b", "c"])],
            json!(["b"]),
        ),
        ("/env", [json!(["CI", "LANG"]), json!(["LANG"])], json!(["LANG"])),
        ("/trash/max_bytes", [json!(5), json!(7)], json!(5)),
        ("/trash/max_days", [json!(5), json!(7)], json!(5)),
        ("/approvals/expiry_s", [json!(60), json!(600)], json!(60)),
        ("/approvals/freeze_after", [json!(0), json!(5)], json!(5)),
        ("/approvals/freeze_after", [json!(9), json!(5)], json!(5)),
        ("/approvals/freeze_minutes", [json!(3), json!(60)], json!(60)),
        (
            "/approvals/freeze_reads",
            [json!(false), json!(true)],
            json!(true),
        ),
    ] {
        for (a, b) in [(0, 1), (1, 0)] {
            let layers = [
                (Layer::System, states(way, &values[a])),
                (Layer::User, states(way, &values[b])),
            ];
            assert_eq!(
                merged(&layers).pointer(way),
                Some(&strictest),
                "{way}: {} and {}",
                values[a],
                values[b]
            );
        }
    }
}

#[test]
fn a_project_tightens_a_default_and_never_loosens_it() {
    let default = merged(&[]);
    for (way, looser, stricter) in [
        ("/limits/timeout_s", json!(3000), json!(5)),
        ("/limits/max_entries", json!(1_000_000_000), json!(5)),
        ("/limits/cross_mounts", json!(true), json!(false)),
        ("/sandbox/min_sandbox/exec/landlock_abi", json!(0), json!(3)),
        ("/sandbox/min_sandbox/native/seccomp", json!(false), json!(true)),
        ("/ledger/durability", json!("relaxed"), json!("strict")),
        ("/trash/max_bytes", json!(1_i64 << 50), json!(5)),
    ] {
        for user in [Map::new(), states("/limits/max_targets", &json!(9))] {
            let with =
                |value: &Json| merged(&[(Layer::User, user.clone()), (Layer::Project, states(way, value))]);
            assert_eq!(with(&looser).pointer(way), default.pointer(way), "{way}");
            assert_eq!(with(&stricter).pointer(way), Some(&stricter), "{way}");
            assert_eq!(
                merged(&[(Layer::Project, states(way, &looser))]).pointer(way),
                default.pointer(way),
                "{way}"
            );
        }
    }
}
