//! Bytes from hexadecimal digits. Pure.

/// Reads exactly `N` bytes.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.as_chunks::<2>().0) {
        let [high, low] = pair.map(value);
        *byte = high << 4 | low;
    }
    Some(out)
}

/// The value of a digit: letters of either case have bit 6, and begin with 1 in the bits below.
fn value(digit: u8) -> u8 {
    (digit & 15) + 9 * (digit >> 6)
}

#[cfg(test)]
mod tests {
    use super::unhex;

    #[test]
    fn every_byte_reads_back_in_either_case_and_nothing_else_is_read() {
        for byte in 0..=u8::MAX {
            for text in [format!("{byte:02x}"), format!("{byte:02X}")] {
                assert_eq!(unhex::<1>(&text), Some([byte]), "{text}");
            }
        }
        for other in [
            "", "0", "000", "0g", "g0", "0G", "/0", ":0", "@0", "`0", "+1", " 1",
        ] {
            assert_eq!(unhex::<1>(other), None, "{other}");
        }
    }
}
