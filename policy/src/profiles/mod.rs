//! The documents that ship with the product.

/// The profiles that `wt init --profile` offers.
pub const PROFILES: &[&str] = &["default"];

/// The document of a profile.
pub fn default_document(profile: &str) -> Option<&'static str> {
    match profile {
        "default" => Some(include_str!("default.json")),
        _ => None,
    }
}
