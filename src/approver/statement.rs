//! Statements that the approver signs, and the check of their signatures. A statement is a flat JSON object; what
//! is signed is its RFC 8785 form behind a line that no other signature of this program begins with.

use super::{hex, unhex};
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use record::{
    canon::canonical,
    hash::sha256,
    members::{self, Members},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// First line of every signed message.
const DOMAIN: &[u8] = b"wt-statement-v1\n";
/// Room that most messages need.
const USUAL_BYTES: usize = 1024;

/// What the approver states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Statement(Map<String, Json>);

/// A statement with its signature. Says nothing until it was checked against the right key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// What is stated; read it through [`Signed::verified`].
    pub(super) statement: Statement,
    /// Ed25519, hex.
    pub(super) signature: String,
}

/// The approver's public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::of_bytes(&unhex::<32>(text)?)
    }

    /// Reads the 32 bytes of a key.
    pub(crate) fn of_bytes(bytes: &[u8; 32]) -> Option<Self> {
        VerifyingKey::from_bytes(bytes)
            .ok()
            .filter(|key| !key.is_weak())
            .map(Self)
    }

    pub(super) fn of(key: VerifyingKey) -> Self {
        Self(key)
    }

    /// The key as 64 hexadecimal digits.
    #[must_use]
    pub fn text(&self) -> String {
        hex(self.0.as_bytes())
    }
}

impl Statement {
    /// A statement of this kind.
    #[must_use]
    pub fn new(kind: &str, members: Map<String, Json>) -> Self {
        let mut all = Map::new();
        all.insert("statement".to_owned(), Json::from(kind));
        all.extend(members);
        Self(all)
    }

    /// One member.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.get(key)
    }

    /// All members, the kind among them.
    #[must_use]
    pub fn members(&self) -> &Map<String, Json> {
        &self.0
    }

    pub(super) fn message(&self) -> Result<Vec<u8>, String> {
        let body = canonical(&self.0).map_err(|e| e.to_string())?;
        Ok([DOMAIN, &body].concat())
    }
}

impl Signed {
    /// The statement, where the signature is the key's and it is a statement of this kind.
    #[must_use]
    pub fn verified(&self, key: &PublicKey, kind: &str) -> Option<&Statement> {
        let of_kind = self.statement.get("statement").and_then(Json::as_str) == Some(kind);
        let message = self.statement.message().ok().filter(|_| of_kind)?;
        let written = Written {
            message,
            signature: &self.signature,
        };
        written.is_by(key).then_some(&self.statement)
    }

    /// The signature, hex.
    pub(crate) fn signature(&self) -> &str {
        &self.signature
    }

    /// The statement without any check: for showing, and for finding the key that must have signed it.
    #[must_use]
    pub fn claimed(&self) -> &Statement {
        &self.statement
    }

    /// Reads one from an entry's members `statement` and `signature`.
    #[must_use]
    pub fn from_entry(data: &Map<String, Json>) -> Option<Self> {
        Some(Self {
            statement: Statement(data.get("statement")?.as_object()?.clone()),
            signature: data.get("signature")?.as_str()?.to_owned(),
        })
    }

    /// Puts it into an entry's members.
    pub fn into_entry(&self, data: &mut Map<String, Json>) {
        data.insert("statement".to_owned(), Json::Object(self.statement.0.clone()));
        data.insert("signature".to_owned(), Json::from(self.signature.as_str()));
    }
}

/// What was signed, in canonical form, with its signature: written once for all that needs it.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    message: Vec<u8>,
    signature: &'a str,
}

impl<'a> Written<'a> {
    /// A statement by its members, the kind among them.
    pub(crate) fn of(signature: &'a str, members: impl FnOnce(&mut Members<'_>)) -> Self {
        let mut message = Vec::with_capacity(USUAL_BYTES);
        message.extend_from_slice(DOMAIN);
        members::write(&mut message, members);
        Self { message, signature }
    }

    /// Whether the signature over it is this key's.
    #[must_use]
    pub(crate) fn is_by(&self, key: &PublicKey) -> bool {
        let signature = unhex::<64>(self.signature).map(|bytes| Signature::from_bytes(&bytes));
        // A key that is not weak needs no stricter check, which costs a fifth more (RFC 8032, 5.1.7).
        signature.is_some_and(|signature| key.0.verify(&self.message, &signature).is_ok())
    }

    /// First half of the SHA-256 of what was signed and the signature.
    pub(crate) fn digest(&self) -> [u8; 16] {
        let whole = sha256(&[&self.message, self.signature.as_bytes()]);
        whole.first_chunk::<16>().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approver::KeyFile;
    use serde_json::json;

    #[test]
    fn a_key_of_small_order_is_none() {
        let identity = "01".to_owned() + &"00".repeat(31);
        let of_order_two = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
        for weak in [identity.as_str(), of_order_two, &"00".repeat(32)] {
            assert!(PublicKey::parse(weak).is_none(), "{weak}");
        }
    }

    #[test]
    fn a_statement_holds_only_as_signed_by_this_key_and_of_this_kind() {
        let made = KeyFile::make(b"a passphrase for tests").unwrap();
        let stranger = KeyFile::make(b"a passphrase for tests").unwrap();
        let members = json!({"id": "g1", "uses": 1}).as_object().unwrap().clone();
        let signed = made.approver.sign(Statement::new("grant", members)).unwrap();
        let key = made.approver.public();
        assert!(signed.verified(&key, "grant").is_some());
        assert!(signed.verified(&key, "thaw").is_none());
        assert!(signed.verified(&stranger.approver.public(), "grant").is_none());
        let mut data = Map::new();
        signed.into_entry(&mut data);
        assert!(
            Signed::from_entry(&data)
                .unwrap()
                .verified(&key, "grant")
                .is_some()
        );
        data["statement"]["uses"] = json!(100);
        assert!(
            Signed::from_entry(&data)
                .unwrap()
                .verified(&key, "grant")
                .is_none()
        );
    }
}
