//! The committed corpus of the fuzz target, replayed: no panic, no hang.

use policy::{Expression, Names, evaluate};
use serde_json::json;

#[test]
fn the_fuzz_corpus_neither_panics_nor_hangs() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/expression");
    let scope =
        json!({"x": 3, "s": "text", "xs": [1, "a", null, 2.5], "d": {"a": 1}, "target": {"path": "/a/b"}});
    let mut count = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let source = String::from_utf8_lossy(&bytes);
        for names in [Names::Rule, Names::Query] {
            drop(Expression::parse(&source, names));
        }
        drop(evaluate(&source, scope.as_object().unwrap()));
        count += 1;
    }
    assert!(count >= 30, "only {count} seeds");
}
