//! Where a seal stands in the data of an entry. Knows no keys: it neither makes nor checks a seal.

use super::{
    hash::{self, Hash, sha256},
    line,
};

/// How the data of a sealed entry begins.
pub const PREFIX: &[u8] = b"{\"_seal\":\"";

/// The seal of data: its index, its MAC, and the data without it but for the opening brace.
pub fn split(data: &[u8]) -> Option<(u64, Hash, &[u8])> {
    let rest = data.strip_prefix(PREFIX)?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = rest.split_at_checked(digits)?;
    let (mac, rest) = rest.strip_prefix(b":")?.split_at_checked(64)?;
    let body = rest.strip_prefix(b"\",")?;
    let index = line::parse_seq(number)?;
    Some((index, hash::unhex(mac)?, body))
}

/// The digest of the data without its seal.
pub fn body_digest(body: &[u8]) -> Hash {
    sha256(&[b"{", body])
}

#[cfg(test)]
mod tests {
    use super::{body_digest, split};
    use crate::hash::sha256;

    #[test]
    fn data_without_its_seal_is_the_data_that_was_sealed() {
        let data = format!("{{\"_seal\":\"7:{}\",\"kind\":\"event\"}}", "0".repeat(64));
        let (index, mac, body) = split(data.as_bytes()).unwrap();
        assert_eq!((index, mac), (7, [0; 32]));
        assert_eq!(body_digest(body), sha256(&[b"{\"kind\":\"event\"}"]));
    }
}
