//! The one spelling of a host that rules are written in. Names no host and resolves none.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A host as a rule names it: lower case, without the final dot, an IPv4 address as four decimal numbers in whatever
/// base and grouping it was given (`inet_aton` and the URL standard read `0xA9FEA9FE` as one), an IPv6 address without
/// brackets in the form of RFC 5952, and as IPv4 where it stands for such an address.
#[must_use]
pub fn canonical_host(host: &str) -> String {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let six = bare.unwrap_or(&host);
    let six = six.split('%').next().unwrap_or(six);
    if let Ok(address) = six.parse::<Ipv6Addr>() {
        return four_of(address).map_or_else(|| address.to_string(), |four| four.to_string());
    }
    four(&host).map_or(host, |address| address.to_string())
}

/// The IPv4 address that an IPv6 one stands for: mapped, or behind the well-known prefix of RFC 6052.
fn four_of(address: Ipv6Addr) -> Option<Ipv4Addr> {
    if let Some(four) = address.to_ipv4_mapped() {
        return Some(four);
    }
    match address.octets() {
        [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] => Some(Ipv4Addr::new(a, b, c, d)),
        _ => None,
    }
}

/// One to four numbers, of which the last fills what is left.
fn four(host: &str) -> Option<Ipv4Addr> {
    let mut numbers = Vec::new();
    for part in host.split('.') {
        numbers.push(number(part)?);
    }
    let (last, leading) = numbers.split_last()?;
    let room = 4_u32
        .checked_sub(u32::try_from(leading.len()).ok()?)
        .filter(|room| *room > 0)?;
    if leading.iter().any(|number| *number > 255) || *last >= 1_u64 << (8 * room) {
        return None;
    }
    let high = leading
        .iter()
        .zip([24_u32, 16, 8])
        .fold(0_u64, |all, (number, shift)| all | number << shift);
    u32::try_from(high | last).ok().map(Ipv4Addr::from)
}

/// A number in the base that its beginning says.
fn number(text: &str) -> Option<u64> {
    let (digits, base) = if let Some(rest) = text.strip_prefix("0x") {
        (rest, 16)
    } else if text.len() > 1 && text.starts_with('0') {
        (text.get(1..)?, 8)
    } else {
        (text, 10)
    };
    if base == 16 && digits.is_empty() {
        return Some(0);
    }
    let all = digits.bytes().all(|byte| char::from(byte).is_digit(base));
    (all && !digits.is_empty()).then(|| u64::from_str_radix(digits, base).ok())?
}

#[cfg(test)]
mod tests {
    use super::canonical_host;

    #[test]
    fn every_spelling_of_an_address_is_the_one_that_rules_name() {
        for spelling in [
            "169.254.169.254",
            "169.254.169.254.",
            "2852039166",
            "0xA9FEA9FE",
            "0251.0376.0251.0376",
            "169.254.43518",
            "169.0xfe.43518",
            "169.16689662",
            "::ffff:169.254.169.254",
            "[::FFFF:a9fe:a9fe]",
            "[64:ff9b::a9fe:a9fe]",
        ] {
            assert_eq!(canonical_host(spelling), "169.254.169.254", "{spelling}");
        }
        assert_eq!(canonical_host("[fd00:ec2:0:0::254]"), "fd00:ec2::254");
        assert_eq!(canonical_host("[fe80::1%eth0]"), "fe80::1");
        assert_eq!(canonical_host("0"), "0.0.0.0");
        assert_eq!(canonical_host("127.1"), "127.0.0.1");
    }

    #[test]
    fn what_is_no_address_stays_a_name() {
        for (given, name) in [
            ("Example.COM.", "example.com"),
            ("", ""),
            (".", ""),
            ("1.2.3.4.5", "1.2.3.4.5"),
            ("256.1.1.1", "256.1.1.1"),
            ("4294967296", "4294967296"),
            ("1.2.3.999999", "1.2.3.999999"),
            ("08.1.1.1", "08.1.1.1"),
            ("0xg", "0xg"),
            ("1e3", "1e3"),
            ("10.example.com", "10.example.com"),
            ("[::1", "[::1"),
            ("-1", "-1"),
            ("+1", "+1"),
        ] {
            assert_eq!(canonical_host(given), name, "{given}");
        }
    }
}
