//! What `docs/policy.md` shows is so.

use policy::{Layer, Source, evaluate, inspect};
use serde_json::Map;

const DOCUMENT: &str = include_str!("../../docs/policy.md");

fn blocks(kind: &str) -> Vec<&'static str> {
    let open = format!("```{kind}\n");
    DOCUMENT
        .split(open.as_str())
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        .collect()
}

#[test]
fn the_expressions_have_the_values_that_stand_beside_them() {
    let lines: Vec<&str> = blocks("text expressions")
        .into_iter()
        .flat_map(str::lines)
        .collect();
    assert!(lines.len() >= 10);
    for line in lines {
        let (source, value) = line.split_once("   ").unwrap();
        assert_eq!(
            evaluate(source.trim(), &Map::new()).as_deref(),
            Ok(value.trim()),
            "{line}"
        );
    }
}

#[test]
fn the_documents_load_and_their_intents_have_the_verdicts_that_stand_there() {
    for text in blocks("json policy") {
        let source = Source {
            layer: Layer::User,
            path: "docs".into(),
            bytes: text.as_bytes().to_vec(),
        };
        let found = inspect(&[source], "2026-07-01T00:00:00Z", &|_| {
            Err("command lines are read elsewhere".to_owned())
        });
        let others: Vec<_> = found
            .problems
            .iter()
            .filter(|p| p.message != "command lines are read elsewhere")
            .collect();
        assert!(others.is_empty(), "{others:?}");
        assert!(!found.examples.is_empty());
    }
}
