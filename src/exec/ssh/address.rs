//! Whether a host is this machine: then reading from it is reading here. Looks only at files of this machine and
//! asks no name server: nothing of a call leaves the machine before it is judged.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether a name or address leads to this machine.
pub(super) fn is_local(host: &str) -> bool {
    let host = host
        .trim_matches(['[', ']'])
        .trim_end_matches('.')
        .to_ascii_lowercase();
    if host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    let own = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .to_ascii_lowercase();
    if host == own || own.split('.').next() == Some(host.as_str()) {
        return true;
    }
    let text = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let addresses = match parse(&host) {
        Some(address) => vec![address],
        None => named(&text("/etc/hosts"), &host),
    };
    any_is_local(&addresses)
}

/// Whether one of these addresses is this machine's.
pub(super) fn any_is_local(addresses: &[IpAddr]) -> bool {
    let text = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let local = local_addresses(&text("/proc/net/fib_trie"), &text("/proc/net/if_inet6"));
    addresses
        .iter()
        .any(|address| address.is_loopback() || address.is_unspecified() || local.contains(address))
}

/// Whether it is an address and no name.
pub(super) fn is_literal(host: &str) -> bool {
    parse(&host.to_ascii_lowercase()).is_some()
}

/// An address as ssh takes it, with its IPv4 form where it has one, and the old spellings of IPv4 addresses.
fn parse(host: &str) -> Option<IpAddr> {
    let bare = host.split('%').next().unwrap_or(host);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    // inet_aton: `127.1`, `0x7f000001`, `2130706433`, `0177.0.0.1`.
    let parts: Vec<u32> = bare.split('.').map(number).collect::<Option<_>>()?;
    let (last, head) = parts.split_last()?;
    if head.len() > 3 || head.iter().any(|part| *part > 255) {
        return None;
    }
    let room = 32 - 8 * u32::try_from(head.len()).ok()?;
    if room < 32 && *last >> room != 0 {
        return None;
    }
    let high = head.iter().fold(0u32, |sum, part| (sum << 8) | part);
    let high = if head.is_empty() { 0 } else { high << room };
    Some(IpAddr::V4(Ipv4Addr::from(high | last)))
}

fn number(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => u32::from_str_radix(text, 8).ok(),
        None => text.parse().ok(),
    }
}

/// The addresses of a name in the text of `/etc/hosts`.
pub(super) fn named(hosts: &str, host: &str) -> Vec<IpAddr> {
    hosts
        .lines()
        .filter_map(|line| {
            let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
            let address = words.next()?.parse::<IpAddr>().ok()?;
            words
                .any(|name| name.eq_ignore_ascii_case(host))
                .then_some(address.to_canonical())
        })
        .collect()
}

/// Own addresses from the kernel's tables.
fn local_addresses(fib_trie: &str, if_inet6: &str) -> Vec<IpAddr> {
    let mut out = Vec::new();
    let mut last = None;
    for line in fib_trie.lines() {
        let line = line.trim();
        if let Some(address) = line.strip_prefix("|-- ") {
            last = address.parse::<Ipv4Addr>().ok();
        } else if line.starts_with("/32 host LOCAL") {
            out.extend(last.map(IpAddr::V4));
        }
    }
    for line in if_inet6.lines() {
        let word = line.split_whitespace().next().unwrap_or_default();
        out.extend(
            u128::from_str_radix(word, 16)
                .ok()
                .map(|bits| IpAddr::V6(Ipv6Addr::from(bits))),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_this_machine_is_known() {
        for host in [
            "localhost",
            "LOCALHOST.",
            "x.localhost",
            "127.0.0.1",
            "127.1",
            "0x7f000001",
            "2130706433",
            "0177.0.0.1",
            "0",
            "0.0.0.0",
            "::1",
            "[::1]",
            "::ffff:127.0.0.1",
            "::",
        ] {
            assert!(is_local(host), "{host}");
        }
        assert!(is_local(&rustix::system::uname().nodename().to_string_lossy()));
        for host in ["192.0.2.7", "example.org", "2001:db8::1", "localhost.example.org"] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[test]
    fn own_addresses_come_from_the_kernels_tables() {
        let trie = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.1.2.3\n        /32 host LOCAL\n     |-- 10.1.2.0\n        /24 link UNICAST\n";
        let six = "fe800000000000000000000000000001 02 40 20 80 eth0\n";
        let expected: Vec<IpAddr> = vec!["10.1.2.3".parse().unwrap(), "fe80::1".parse().unwrap()];
        assert_eq!(local_addresses(trie, six), expected);
    }
}
