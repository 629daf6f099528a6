//! The JSON Schema that `wt policy schema` prints, held against documents by somebody else's validator.

use crate::support::{Scratch, needs};
use serde_json::{Value as Json, json};
use std::{
    io::Write,
    process::{Command, Stdio},
};

const VALIDATE: &str = r#"
import json, sys
from jsonschema import Draft202012Validator
asked = json.load(sys.stdin)
Draft202012Validator.check_schema(asked["schema"])
validator = Draft202012Validator(asked["schema"])
print(json.dumps([sorted("/".join(map(str, e.absolute_path)) for e in validator.iter_errors(d)) for d in asked["documents"]]))
"#;

/// The places of each document that the validator finds fault with; none where there is no validator.
fn faults(schema: &Json, documents: &[Json]) -> Option<Vec<Vec<String>>> {
    let found = Command::new("python3")
        .args(["-c", "import jsonschema"])
        .output()
        .is_ok_and(|o| o.status.success());
    if !needs::met(found, "python3 with `jsonschema`") {
        return None;
    }
    let mut child = Command::new("python3")
        .args(["-W", "ignore", "-c", VALIDATE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let question = json!({"schema": schema, "documents": documents}).to_string();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(question.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the schema is none of draft 2020-12");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

fn schema() -> Json {
    serde_json::from_str(&Scratch::bare().expect(0, &["policy", "schema"])).unwrap()
}

#[test]
fn every_profile_and_every_documented_policy_is_valid() {
    let mut documents: Vec<Json> = policy::PROFILES
        .iter()
        .map(|name| serde_json::from_str(policy::default_document(name).unwrap()).unwrap())
        .collect();
    for block in include_str!("../../docs/policy.md")
        .split("```json policy\n")
        .skip(1)
    {
        documents.push(serde_json::from_str(block.split("\n```").next().unwrap()).unwrap());
    }
    assert!(documents.len() >= 5);
    if let Some(found) = faults(&schema(), &documents) {
        assert!(found.iter().all(Vec::is_empty), "{found:?}");
    }
}

#[test]
fn what_the_loader_refuses_for_its_shape_the_schema_refuses_at_the_same_place() {
    let rule = |key: &str, value: Json| json!({"version": "2.0.0", "policies": [{"name": "r", key: value}]});
    let top = |key: &str, value: Json| json!({"version": "2.0.0", "policies": [], key: value});
    let cases = [
        (rule("priorty", json!(5)), "policies/0"),
        (rule("priority", json!("high")), "policies/0/priority"),
        (rule("priority", json!(1.5)), "policies/0/priority"),
        (rule("priority", json!(10_000_000)), "policies/0/priority"),
        (rule("action", json!("alow")), "policies/0/action"),
        (rule("paths", json!(["src/**"])), "policies/0/paths/0"),
        (
            rule("match", json!({"operation": 5})),
            "policies/0/match/operation",
        ),
        (rule("hosts", json!(["a", 5])), "policies/0/hosts/1"),
        (rule("examples", json!([{"intent": {}}])), "policies/0/examples/0"),
        (top("protects", json!({})), ""),
        (top("limits", json!({"timeout_s": 0})), "limits/timeout_s"),
        (top("sandbox", json!({"native": "vm"})), "sandbox/native"),
        (top("sandbox", json!({"tools": {"rg": "rg"}})), "sandbox/tools/rg"),
        (top("identities", json!([{"match": {}}])), "identities/0"),
        (
            top("ssh", json!({"hosts": {"a": {"port": 70_000}}})),
            "ssh/hosts/a/port",
        ),
        (
            top("protect", json!({"paths": ["$WORKSPACE/x"]})),
            "protect/paths/0",
        ),
        (json!({"version": "3", "policies": []}), "version"),
        (json!({"version": "2.0.0"}), ""),
        (json!([]), ""),
    ];
    for (document, place) in &cases {
        let source = policy::Source {
            layer: policy::Layer::User,
            path: "policy.json".to_owned(),
            bytes: document.to_string().into_bytes(),
        };
        assert!(
            policy::load(&[source]).is_err(),
            "the loader takes {document} in spite of `{place}`"
        );
    }
    let documents: Vec<Json> = cases.iter().map(|(document, _)| document.clone()).collect();
    let Some(found) = faults(&schema(), &documents) else {
        return;
    };
    for ((document, place), found) in cases.iter().zip(found) {
        assert!(found.iter().any(|at| at == place), "{document}: {found:?}");
    }
}

#[test]
fn every_key_of_the_schema_is_described() {
    fn walk(schema: &Json, way: &str) {
        for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
            assert!(
                inner["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{way}/{key}"
            );
            walk(inner, &format!("{way}/{key}"));
            walk(&inner["items"], &format!("{way}/{key}[]"));
        }
    }
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    walk(&schema, "");
}
