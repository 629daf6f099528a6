//! Documents to load: the default one, and large ones.

use policy::{Layer, Source};

/// The default policy as a user's.
pub(crate) fn default_sources() -> Vec<Source> {
    let text = policy::default_document("default").unwrap_or_default();
    vec![Source {
        layer: Layer::User,
        path: "policy.json".to_owned(),
        bytes: text.as_bytes().to_vec(),
    }]
}

/// Rules as people write them, every one with a condition; `spread` over many domains or all for one operation.
pub(crate) fn many(rules: usize, spread: bool) -> Vec<Source> {
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
