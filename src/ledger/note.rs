//! Names and keys of C2SP signed notes (c2sp.org/signed-note), by which others check what this ledger signs.

use super::hash::sha256;
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::VerifyingKey;

/// Name of the signing key in `keys/`.
pub(super) const KEY_NAME: &str = "ledger";
/// The signature type byte of Ed25519.
const ED25519: u8 = 1;

/// Whether a text can name a key: not empty, no white space, no `+`.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '+')
}

/// The four bytes that tell keys of one name apart.
pub(super) fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let full = sha256(&[name.as_bytes(), b"\n", &[ED25519], key.as_bytes()]);
    let [a, b, c, d, ..] = full;
    [a, b, c, d]
}

/// `NAME+ID+KEY`, as verifiers take it.
pub(super) fn vkey(name: &str, key: &VerifyingKey) -> String {
    let mut typed = vec![ED25519];
    typed.extend_from_slice(key.as_bytes());
    format!(
        "{name}+{:08x}+{}",
        u32::from_be_bytes(key_id(name, key)),
        STANDARD.encode(typed)
    )
}
