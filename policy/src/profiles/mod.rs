//! The documents that ship with the product.

/// The profiles that `wt init --profile` offers, the one that is taken without a choice first.
pub const PROFILES: &[&str] = &["default", "strict", "developer", "ci"];

/// The document of a profile.
pub fn default_document(profile: &str) -> Option<&'static str> {
    match profile {
        "default" => Some(include_str!("default.json")),
        "strict" => Some(include_str!("strict.json")),
        "developer" => Some(include_str!("developer.json")),
        "ci" => Some(include_str!("ci.json")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{PROFILES, default_document};
    use crate::{Layer, Source, inspect};

    #[test]
    fn every_profile_loads_without_a_problem_and_its_examples_hold() {
        for profile in PROFILES {
            let bytes = default_document(profile).unwrap().as_bytes().to_vec();
            let source = Source {
                layer: Layer::User,
                path: format!("{profile}.json"),
                bytes,
            };
            let found = inspect(&[source], "2026-07-01T00:00:00Z", &|_| {
                Err("no command lines here".to_owned())
            });
            let problems: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
            assert!(problems.is_empty(), "{}", problems.join("\n\n"));
            assert!(
                found.examples.len() >= 8,
                "{profile} has {} examples",
                found.examples.len()
            );
        }
    }
}
