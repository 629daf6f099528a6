//! The expression language under any text: no panic, no hang, and a value for the same text twice the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::{Expression, Names, evaluate};
use serde_json::json;

fuzz_target!(|data: &[u8]| {
    let Ok(source) = std::str::from_utf8(data) else { return };
    for names in [Names::Rule, Names::Query] {
        drop(Expression::parse(source, names));
    }
    let scope = json!({"x": 3, "s": "text", "xs": [1, "a", null, 2.5], "d": {"a": 1}, "target": {"path": "/a/b"}});
    let scope = scope.as_object().cloned().unwrap_or_default();
    let once = evaluate(source, &scope);
    assert_eq!(once, evaluate(source, &scope));
});
