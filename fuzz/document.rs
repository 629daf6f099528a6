//! The loader under any bytes: no panic, no hang, the same problems twice, each at a place that the document has.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::{Layer, Source, inspect};

fuzz_target!(|data: &[u8]| {
    for layer in [Layer::User, Layer::Project] {
        let source = Source {
            layer,
            path: "policy.json".to_owned(),
            bytes: data.to_vec(),
        };
        let once = inspect(std::slice::from_ref(&source), "2026-07-01T00:00:00Z", &|_| Err("no applet".to_owned())).problems;
        for problem in &once {
            assert!(problem.line >= 1 && problem.column >= 1 && problem.width >= 1);
            assert!(!problem.message.is_empty() && !problem.message.contains('\n'), "{problem}");
        }
        let again = inspect(&[source], "2026-07-01T00:00:00Z", &|_| Err("no applet".to_owned())).problems;
        assert_eq!(once, again);
    }
});
