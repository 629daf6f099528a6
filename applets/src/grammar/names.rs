//! The syntax of names that reach another tool's command line or protocol. Nothing that passes here can be
//! taken for an option, a shell's or ssh's special character, or a second line.

use core::net::{Ipv4Addr, Ipv6Addr};

/// Longest host name (RFC 1035).
const MAX_HOST: usize = 253;
/// Longest user, group, agent or context name.
const MAX_NAME: usize = 256;

/// Host names, aliases of them, IPv4 addresses and IPv6 addresses without a zone.
pub(crate) fn host(text: &str) -> bool {
    if text.parse::<Ipv6Addr>().is_ok() || text.parse::<Ipv4Addr>().is_ok() {
        return true;
    }
    text.len() <= MAX_HOST
        && text.split('.').all(|label| {
            label.len() <= 63
                && starts_and_ends(label, |c| c.is_ascii_alphanumeric())
                && label
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        })
}

/// Login names.
pub(crate) fn user(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

/// RFC 1123 labels: namespaces and containers.
pub(crate) fn label(text: &str) -> bool {
    text.len() <= 63
        && starts_and_ends(text, lower_alphanumeric)
        && text.chars().all(|c| lower_alphanumeric(c) || c == '-')
}

/// RFC 1123 subdomains: pods and other objects.
pub(crate) fn subdomain(text: &str) -> bool {
    text.len() <= MAX_HOST
        && text.split('.').all(|part| {
            starts_and_ends(part, lower_alphanumeric)
                && part.chars().all(|c| lower_alphanumeric(c) || c == '-')
        })
}

/// Names of kubeconfig contexts: cloud providers put slashes, colons and at signs in them.
pub(crate) fn context(text: &str) -> bool {
    text.len() <= MAX_NAME
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | '@'))
}

/// Names of agents and people that a caller claims.
pub(crate) fn identity(text: &str) -> bool {
    context(text)
}

/// Spans of time as kubectl reads them: `90s`, `5m`, `1h30m`.
pub(crate) fn duration(text: &str) -> bool {
    let mut rest = text;
    let mut last = usize::MAX;
    while !rest.is_empty() {
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        let Some((number, tail)) = rest.split_at_checked(digits) else {
            return false;
        };
        let mut chars = tail.chars();
        let Some(unit) = chars.next().and_then(|unit| "smh".find(unit)) else {
            return false;
        };
        if !(1..=9).contains(&number.len()) || unit >= last {
            return false;
        }
        (last, rest) = (unit, chars.as_str());
    }
    !text.is_empty()
}

/// File types of rg: `rust`, `py`, `c++`.
pub(crate) fn file_type(text: &str) -> bool {
    text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+'))
}

fn lower_alphanumeric(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

fn starts_and_ends(text: &str, fits: fn(char) -> bool) -> bool {
    text.starts_with(fits) && text.ends_with(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_users_and_kubernetes_names_have_no_room_for_options_or_shells() {
        let hostile = [
            "",
            "-oProxyCommand=x",
            "-",
            "a b",
            "a;b",
            "$(id)",
            "`id`",
            "a\nb",
            "a%h",
            "a'b",
            "a\"b",
            "*",
            "a|b",
            "a&b",
            "a\\b",
            "a=b",
            "a\u{200b}b",
            "é",
            "a\tb",
            "--kubeconfig=x",
            "..",
            ".a",
            "a..b",
            "#a",
            "a,b",
            "a<b",
            "[a]",
        ];
        for text in hostile {
            for (what, accepts) in [
                ("host", host as fn(&str) -> bool),
                ("label", label),
                ("subdomain", subdomain),
                ("context", |t| context(t) && t != "a..b" && t != "a=b"),
                ("duration", duration),
            ] {
                assert!(!accepts(text), "{what} accepts {text:?}");
            }
            assert!(text == "a..b" || !user(text), "user accepts {text:?}");
        }
    }

    #[test]
    fn everyday_names_pass() {
        for text in ["web-1", "db.example.com", "10.0.0.7", "::1", "fe80::1", "my_host"] {
            assert!(host(text), "{text}");
        }
        assert!(!host("fe80::1%eth0"));
        for text in ["root", "deploy-bot", "j.doe", "_svc"] {
            assert!(user(text), "{text}");
        }
        for text in ["kube-system", "a", "0"] {
            assert!(label(text), "{text}");
        }
        assert!(!label("Kube"));
        assert!(!label(&"a".repeat(64)));
        assert!(subdomain("web-5d9f.example"));
        assert!(context("arn:aws:eks:eu-west-1:1234:cluster/prod"));
        for text in ["90s", "5m", "1h30m", "1h2m3s"] {
            assert!(duration(text), "{text}");
        }
        for text in ["5", "m", "1m1h", "1m1m", "1d", "-5m", "1.5h"] {
            assert!(!duration(text), "{text}");
        }
    }
}
