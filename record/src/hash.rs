//! SHA-256 values and their lower-case hexadecimal form.

use sha2::{Digest, Sha256};

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// The `prev_hash` of the first entry.
pub const ZERO: Hash = [0; 32];

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Hashes the parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut state = Sha256::new();
    for part in parts {
        state.update(part);
    }
    state.finalize().into()
}

/// The leaf of an entry in the Merkle tree of RFC 6962: the hash of its 32 hash bytes.
pub fn leaf(entry: &Hash) -> Hash {
    let mut bytes = [0; 33];
    for (to, from) in bytes.iter_mut().skip(1).zip(entry) {
        *to = *from;
    }
    sha256(&[&bytes])
}

/// The node over two.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    for (to, from) in bytes.iter_mut().skip(1).zip(left.iter().chain(right)) {
        *to = *from;
    }
    sha256(&[&bytes])
}

/// Compares without telling by its time where two values differ.
pub fn same(a: &Hash, b: &Hash) -> bool {
    a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// The 64 hexadecimal digits.
pub fn hex(hash: &Hash) -> [u8; 64] {
    let mut out = [0; 64];
    for (pair, byte) in out.as_chunks_mut::<2>().0.iter_mut().zip(hash) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    out
}

/// The 64 hexadecimal digits as text.
pub fn hex_text(hash: &Hash) -> String {
    text(hash)
}

/// The hexadecimal digits of any bytes.
pub fn text(bytes: &[u8]) -> String {
    let mut digits = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        digits.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    String::from_utf8(digits).unwrap_or_default()
}

/// Reads exactly 64 lower-case hexadecimal digits.
pub fn unhex(text: &[u8]) -> Option<Hash> {
    let text: &[u8; 64] = text.try_into().ok()?;
    let mut out = [0; 32];
    let mut seen = 0;
    for (byte, pair) in out.iter_mut().zip(text.as_chunks::<2>().0) {
        let [high, low] = pair.map(value);
        seen |= high | low;
        *byte = high << 4 | low & 15;
    }
    // A byte that is no digit sets a bit above the nibble.
    if seen > 15 {
        return None;
    }
    Some(out)
}

fn digit(nibble: u8) -> u8 {
    DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0')
}

/// The value of each digit, `NONE` for other bytes.
const VALUES: [u8; 256] = values();
const NONE: u8 = 0xff;

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler; iterators are not const"
)]
const fn values() -> [u8; 256] {
    let mut table = [NONE; 256];
    let mut nibble = 0;
    while nibble < 16 {
        table[DIGITS[nibble] as usize] = nibble as u8;
        nibble += 1;
    }
    table
}

fn value(digit: u8) -> u8 {
    VALUES.get(usize::from(digit)).copied().unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::{hex_text, sha256, unhex};

    #[test]
    fn hexadecimal_is_lower_case_and_exact() {
        let hash = sha256(&[b"a", b"bc"]);
        let text = hex_text(&hash);
        assert_eq!(
            text,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(unhex(text.as_bytes()), Some(hash));
        assert_eq!(unhex(text.to_uppercase().as_bytes()), None);
        assert_eq!(unhex(&text.as_bytes()[1..]), None);
    }
}
