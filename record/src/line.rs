//! The exact bytes of one entry: writing a line, taking one apart, and the hash that chains it.
//! Pure; framing only, the data in between is canonical JSON made by `canon`.

use super::{
    hash::{self, Hash, sha256},
    seal, time,
};

const SEQ: &[u8] = b"{\"seq\":";
const TIMESTAMP: &[u8] = b",\"timestamp\":\"";
const DATA: &[u8] = b"\",\"data\":";
const PREV: &[u8] = b",\"prev_hash\":\"";
const HASH: &[u8] = b"\",\"hash\":\"";
const END: &[u8] = b"\"}";
/// What follows the data, up to the newline.
const TRAILER: usize = PREV.len() + 64 + HASH.len() + 64 + END.len();

/// One line taken apart; everything borrowed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framed<'a> {
    /// Its number.
    pub seq: u64,
    /// Its 27 characters.
    pub timestamp: &'a [u8],
    /// The canonical JSON of its data.
    pub data: &'a [u8],
    /// The hash of the entry before.
    pub prev: Hash,
    /// Its own hash, as written.
    pub hash: Hash,
}

impl Framed<'_> {
    /// Whether its hash is that of what it says; for a placeholder, of what it stands for.
    pub fn holds(&self) -> bool {
        let digest = match redacted(self.data) {
            Some((_, digest)) => digest,
            None => sha256(&[self.data]),
        };
        entry_hash(self.seq, self.timestamp, &self.prev, &digest) == self.hash
    }
}

/// Takes a line (without its newline) apart.
///
/// # Errors
/// What is not as the format says.
pub fn parse(line: &[u8]) -> Result<Framed<'_>, &'static str> {
    let rest = line.strip_prefix(SEQ).ok_or("does not begin with `{\"seq\":`")?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = rest.split_at_checked(digits).ok_or("has no number")?;
    let seq = parse_seq(number).ok_or("has no valid number")?;
    let rest = rest
        .strip_prefix(TIMESTAMP)
        .ok_or("has no `timestamp` after its number")?;
    let (timestamp, rest) = rest
        .split_at_checked(time::TEXT_LEN)
        .ok_or("ends within its timestamp")?;
    let rest = rest
        .strip_prefix(DATA)
        .ok_or("has no `data` after its timestamp")?;
    let split = rest.len().checked_sub(TRAILER).ok_or("ends within its data")?;
    let (data, rest) = rest.split_at_checked(split).ok_or("ends within its data")?;
    let rest = rest
        .strip_prefix(PREV)
        .ok_or("has no `prev_hash` after its data")?;
    let (prev, rest) = rest.split_at_checked(64).ok_or("ends within `prev_hash`")?;
    let rest = rest.strip_prefix(HASH).ok_or("has no `hash` after `prev_hash`")?;
    let (own, rest) = rest.split_at_checked(64).ok_or("ends within `hash`")?;
    if rest != END {
        return Err("does not end with its hash");
    }
    if !(data.starts_with(b"{") && data.ends_with(b"}")) {
        return Err("has data that is no object");
    }
    Ok(Framed {
        seq,
        timestamp,
        data,
        prev: hash::unhex(prev).ok_or("has a `prev_hash` that is not 64 hexadecimal digits")?,
        hash: hash::unhex(own).ok_or("has a `hash` that is not 64 hexadecimal digits")?,
    })
}

/// Whether a line that does not hold has bytes that no line is written with, as pages have that a crash left unwritten.
pub fn is_interrupted(line: &[u8]) -> bool {
    line.iter().any(|&byte| byte < b' ')
}

/// Takes a line apart without reading its hashes, for who only wants to see what it holds: number, time, data.
pub fn skim(line: &[u8]) -> Option<(u64, &str, &[u8])> {
    let rest = line.strip_prefix(SEQ)?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = rest.split_at_checked(digits)?;
    let (timestamp, rest) = rest.strip_prefix(TIMESTAMP)?.split_at_checked(time::TEXT_LEN)?;
    let rest = rest.strip_prefix(DATA)?;
    let (data, trailer) = rest.split_at_checked(rest.len().checked_sub(TRAILER)?)?;
    let whole = trailer.starts_with(PREV) && trailer.ends_with(END);
    let timestamp = std::str::from_utf8(timestamp).ok().filter(|text| text.is_ascii());
    Some((parse_seq(number)?, timestamp?, Some(data).filter(|_| whole)?))
}

/// The digest of the data that a redacted entry's placeholder stands for, none for data as it was written.
/// The placeholder is `{"_redacted":{"by":N,"data_sha256":"H"},...}`; whether entry N says so is for the
/// verifier to check.
pub fn redacted(data: &[u8]) -> Option<(u64, Hash)> {
    let rest = data.strip_prefix(b"{\"_redacted\":{")?;
    let rest = match rest.strip_prefix(b"\"body_sha256\":\"") {
        Some(sealed) => sealed.split_at_checked(64)?.1.strip_prefix(b"\",")?,
        None => rest,
    };
    let rest = rest.strip_prefix(b"\"by\":")?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, rest) = rest.split_at_checked(digits)?;
    let (digest, rest) = rest.strip_prefix(b",\"data_sha256\":\"")?.split_at_checked(64)?;
    (rest == b"\"},\"kind\":\"redacted\"}" || rest.starts_with(b"\"},\"_seal\":\""))
        .then(|| Some((parse_seq(number)?, hash::unhex(digest)?)))
        .flatten()
}

/// The placeholder for data that entry `by` says was taken out. A seal stays, with the digest it covers.
pub fn placeholder(data: &[u8], by: u64) -> Vec<u8> {
    let digest = hash::hex_text(&sha256(&[data]));
    match seal::split(data) {
        Some((index, mac, body)) => format!(
            "{{\"_redacted\":{{\"body_sha256\":\"{}\",\"by\":{by},\"data_sha256\":\"{digest}\"}},\
             \"_seal\":\"{index}:{}\",\"kind\":\"redacted\"}}",
            hash::hex_text(&seal::body_digest(body)),
            hash::hex_text(&mac),
        ),
        None => {
            format!("{{\"_redacted\":{{\"by\":{by},\"data_sha256\":\"{digest}\"}},\"kind\":\"redacted\"}}")
        }
    }
    .into_bytes()
}

/// The index of the seal that data carries, also as a placeholder.
pub fn seal_index(data: &[u8]) -> Option<u64> {
    match seal::split(data) {
        Some((index, ..)) => Some(index),
        None => redacted_seal(data).map(|(index, ..)| index),
    }
}

/// The seal that a placeholder kept: index, MAC, digest of the data without the seal.
pub fn redacted_seal(data: &[u8]) -> Option<(u64, Hash, Hash)> {
    redacted(data)?;
    let rest = data.strip_prefix(b"{\"_redacted\":{\"body_sha256\":\"")?;
    let (body, rest) = rest.split_at_checked(64)?;
    let end = rest.iter().position(|&b| b == b'}')?;
    let seal = rest.get(end..)?.strip_prefix(b"},\"_seal\":")?;
    let digits = seal.strip_prefix(b"\"")?;
    let colon = digits.iter().position(|&b| b == b':')?;
    let (number, rest) = digits.split_at_checked(colon)?;
    let (mac, rest) = rest.strip_prefix(b":")?.split_at_checked(64)?;
    (rest == b"\",\"kind\":\"redacted\"}")
        .then(|| Some((parse_seq(number)?, hash::unhex(mac)?, hash::unhex(body)?)))
        .flatten()
}

/// Decimal without sign or leading zero, from 1 on.
pub fn parse_seq(digits: &[u8]) -> Option<u64> {
    if !matches!(digits.first(), Some(b'1'..=b'9')) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    digits
        .iter()
        .try_fold(0_u64, |n, b| n.checked_mul(10)?.checked_add(u64::from(b - b'0')))
}

/// `SHA256("wt-entry-v1\n" N "\n" timestamp "\n" P "\n" hex(SHA256(D)) "\n")`.
pub fn entry_hash(seq: u64, timestamp: &[u8], prev: &Hash, data: &Hash) -> Hash {
    let mut text = [0_u8; 200];
    let mut used = 0;
    let mut buffer = DecimalBuffer::default();
    for part in [
        b"wt-entry-v1\n".as_slice(),
        buffer.write(seq),
        b"\n",
        timestamp,
        b"\n",
        &hash::hex(prev),
        b"\n",
        &hash::hex(data),
        b"\n",
    ] {
        if let Some(room) = text.get_mut(used..used + part.len()) {
            room.copy_from_slice(part);
        }
        used += part.len();
    }
    sha256(&[text.get(..used).unwrap_or_default()])
}

/// Room for the digits of one number.
#[derive(Default)]
pub struct DecimalBuffer([u8; 20]);

impl DecimalBuffer {
    /// The digits.
    pub fn write(&mut self, mut n: u64) -> &[u8] {
        let mut used = 0;
        for slot in self.0.iter_mut().rev() {
            *slot = b'0' + u8::try_from(n % 10).unwrap_or(0);
            used += 1;
            n /= 10;
            if n == 0 {
                break;
            }
        }
        self.0.get(20 - used..).unwrap_or_default()
    }
}

/// Appends the line of an entry to `out` and returns its hash.
pub fn write(out: &mut Vec<u8>, seq: u64, timestamp: &str, data: &[u8], prev: &Hash) -> Hash {
    let own = entry_hash(seq, timestamp.as_bytes(), prev, &sha256(&[data]));
    let framed = Framed {
        seq,
        timestamp: timestamp.as_bytes(),
        data,
        prev: *prev,
        hash: own,
    };
    write_with_hash(out, &framed, data);
    own
}

/// Appends the line of an entry with other data in the place of its own, and its hash as it was.
pub fn write_with_hash(out: &mut Vec<u8>, framed: &Framed<'_>, data: &[u8]) {
    out.extend_from_slice(SEQ);
    out.extend_from_slice(DecimalBuffer::default().write(framed.seq));
    out.extend_from_slice(TIMESTAMP);
    out.extend_from_slice(framed.timestamp);
    out.extend_from_slice(DATA);
    out.extend_from_slice(data);
    out.extend_from_slice(PREV);
    out.extend_from_slice(&hash::hex(&framed.prev));
    out.extend_from_slice(HASH);
    out.extend_from_slice(&hash::hex(&framed.hash));
    out.extend_from_slice(END);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::{entry_hash, parse, write};
    use crate::hash::{ZERO, hex_text, sha256};

    #[test]
    fn a_line_reads_back_as_it_was_written() {
        let mut out = Vec::new();
        let own = write(
            &mut out,
            7,
            "2023-11-14T22:13:20.000001Z",
            b"{\"kind\":\"event\"}",
            &ZERO,
        );
        let text = String::from_utf8(out.clone()).unwrap();
        assert_eq!(
            text,
            format!(
                "{{\"seq\":7,\"timestamp\":\"2023-11-14T22:13:20.000001Z\",\"data\":{{\"kind\":\"event\"}},\
                 \"prev_hash\":\"{}\",\"hash\":\"{}\"}}\n",
                "0".repeat(64),
                hex_text(&own)
            )
        );
        let framed = parse(out.strip_suffix(b"\n").unwrap()).unwrap();
        assert_eq!((framed.seq, framed.hash, framed.holds()), (7, own, true));
    }

    #[test]
    fn the_hash_is_the_documented_one() {
        let data = sha256(&[b"{}"]);
        let by_hand = format!(
            "wt-entry-v1\n18446744073709551615\n1970-01-01T00:00:00.000000Z\n{}\n{}\n",
            hex_text(&ZERO),
            hex_text(&data)
        );
        assert_eq!(
            entry_hash(u64::MAX, b"1970-01-01T00:00:00.000000Z", &ZERO, &data),
            sha256(&[by_hand.as_bytes()])
        );
    }

    #[test]
    fn no_prefix_and_no_extension_of_a_line_is_a_line() {
        let mut out = Vec::new();
        write(&mut out, 1, "2023-11-14T22:13:20.000001Z", b"{}", &ZERO);
        out.pop();
        for cut in 0..out.len() {
            assert!(parse(&out[..cut]).is_err(), "{cut}");
        }
        out.push(b' ');
        assert!(parse(&out).is_err());
    }

    #[test]
    fn numbers_have_one_spelling() {
        for bad in ["0", "01", "", "18446744073709551616", "-1"] {
            assert_eq!(super::parse_seq(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(super::parse_seq(b"18446744073709551615"), Some(u64::MAX));
    }
}
