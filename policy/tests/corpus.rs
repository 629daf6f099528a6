//! The committed corpora of the fuzz targets, replayed: no panic, no hang.

use policy::{Expression, Layer, Names, Source, evaluate, inspect};
use serde_json::json;
use std::time::{Duration, Instant};

/// The bound of hostile input, with room for an unoptimised build on a busy machine.
const SOON: Duration = Duration::from_secs(2);

fn each(target: &str, least: usize, mut replay: impl FnMut(&[u8])) {
    let dir = format!("{}/../fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let begun = Instant::now();
        replay(&std::fs::read(&path).unwrap());
        assert!(
            begun.elapsed() < SOON,
            "{} took {:?}",
            path.display(),
            begun.elapsed()
        );
        count += 1;
    }
    assert!(count >= least, "only {count} inputs");
}

#[test]
fn the_fuzz_corpus_of_expressions_neither_panics_nor_hangs() {
    let scope =
        json!({"x": 3, "s": "text", "xs": [1, "a", null, 2.5], "d": {"a": 1}, "target": {"path": "/a/b"}});
    each("expression", 40, |bytes| {
        let source = String::from_utf8_lossy(bytes);
        for names in [Names::Rule, Names::Query] {
            drop(Expression::parse(&source, names));
        }
        let once = evaluate(&source, scope.as_object().unwrap());
        assert_eq!(once, evaluate(&source, scope.as_object().unwrap()));
    });
}

#[test]
fn the_fuzz_corpus_of_documents_neither_panics_nor_hangs() {
    each("document", 20, |bytes| {
        for layer in [Layer::User, Layer::Project] {
            let source = Source {
                layer,
                path: "policy.json".to_owned(),
                bytes: bytes.to_vec(),
            };
            drop(inspect(&[source], "2026-07-01T00:00:00Z", &|_| {
                Err("no applet".to_owned())
            }));
        }
    });
}
