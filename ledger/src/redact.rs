//! The tags that stand in place of secrets: keyed, so that nobody without the key can try guesses against them.
//! What a secret is, the `record` crate knows.

use super::{hash, keys::Keys, segment::Place};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::cell::OnceCell;

pub use record::secrets::Pattern;
pub(super) use record::secrets::{Patterns, Secrets};

/// Name of the key in `keys/` that tags redacted values.
pub(super) const KEY_NAME: &str = "redact";

/// The key, read when the first secret is found.
pub(super) struct Tagger<'a> {
    place: Place<'a>,
    key: OnceCell<Option<super::keys::Secret>>,
}

impl<'a> Tagger<'a> {
    pub(super) fn new(place: Place<'a>) -> Self {
        Self {
            place,
            key: OnceCell::new(),
        }
    }

    /// The tag of a secret, none where the key cannot be had.
    pub(super) fn tag(&self, secret: &str) -> Option<String> {
        let key = self
            .key
            .get_or_init(|| Keys::open(self.place).and_then(|keys| keys.read(KEY_NAME)).ok());
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_ref()?.as_slice()).ok()?;
        mac.update(b"wt-redact-v1\n");
        mac.update(secret.as_bytes());
        let full: hash::Hash = mac.finalize().into_bytes().into();
        full.get(..8).map(hash::text)
    }
}
