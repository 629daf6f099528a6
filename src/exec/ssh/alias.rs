//! What a name stands for in the user's own ssh configuration: HostName, User, Port and IdentityFile of `Host`
//! blocks that name it exactly. Nothing else of that file is honoured: no pattern, no Match, no Include, no token.

use std::path::{Path, PathBuf};

/// Largest file.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// What an alias stands for; what is left out comes from the call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alias {
    pub(super) host: Option<String>,
    pub(super) user: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) identity: Option<PathBuf>,
}

/// Reads the blocks that name `host` exactly; the first value of each keyword holds, as for ssh.
pub(super) fn read(text: &str, host: &str, home: &Path) -> Alias {
    let mut out = Alias::default();
    let mut inside = false;
    for line in text.lines() {
        let Some((keyword, words)) = split(line) else {
            continue;
        };
        match keyword.as_str() {
            "host" => inside = words.contains(&host),
            "match" => inside = false,
            _ if !inside => {}
            "hostname" => keep(
                &mut out.host,
                words
                    .first()
                    .filter(|name| is_host(name))
                    .map(|name| (*name).to_owned()),
            ),
            "user" => keep(
                &mut out.user,
                words
                    .first()
                    .filter(|name| is_user(name))
                    .map(|name| (*name).to_owned()),
            ),
            "port" => keep(
                &mut out.port,
                words
                    .first()
                    .and_then(|port| port.parse().ok())
                    .filter(|port| *port != 0),
            ),
            "identityfile" => keep(
                &mut out.identity,
                words.first().and_then(|path| in_home(path, home)),
            ),
            _ => {}
        }
    }
    out
}

fn keep<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

/// Keyword and words of a line; both `Keyword value` and `Keyword=value` are written.
fn split(line: &str) -> Option<(String, Vec<&str>)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let end = line.find(|c: char| c.is_whitespace() || c == '=')?;
    let (keyword, rest) = line.split_at_checked(end)?;
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '=');
    let words = match rest.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
        Some((quoted, _)) => vec![quoted],
        None => rest.split_whitespace().collect(),
    };
    Some((keyword.to_ascii_lowercase(), words))
}

/// An absolute path or one in the home; a percent sign would be expanded by ssh.
fn in_home(path: &str, home: &Path) -> Option<PathBuf> {
    if path.contains(['%', '$', '"']) || path.chars().any(char::is_control) {
        return None;
    }
    match path.strip_prefix("~/") {
        Some(rest) => Some(home.join(rest)),
        None => path.starts_with('/').then(|| PathBuf::from(path)),
    }
}

/// A name or address with nothing in it that ssh or a shell could read as more (CVE-2023-51385).
pub(super) fn is_host(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    !text.is_empty() && text.len() <= 253 && !text.starts_with('-') && text.chars().all(plain)
}

/// A login name, likewise (CVE-2025-61984).
pub(super) fn is_user(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    !text.is_empty() && text.len() <= 256 && !text.starts_with('-') && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "
# web
Host web-1 web
    HostName=10.0.0.5
    Port 2222
    User deploy
    IdentityFile ~/.ssh/deploy
    ProxyCommand touch /tmp/pwned
    HostName 10.9.9.9
Host *
    User everyone
    ProxyJump evil
Match exec \"touch /tmp/pwned\"
    User matched
Include evil.conf
Host bad
    HostName -oProxyCommand=x
    User $(id)
    Port 99999
    IdentityFile ~/%d/key
";

    #[test]
    fn four_keywords_of_the_exact_name_are_honoured_and_nothing_else() {
        let home = Path::new("/home/u");
        for name in ["web", "web-1"] {
            assert_eq!(
                read(CONFIG, name, home),
                Alias {
                    host: Some("10.0.0.5".to_owned()),
                    user: Some("deploy".to_owned()),
                    port: Some(2222),
                    identity: Some("/home/u/.ssh/deploy".into()),
                }
            );
        }
        assert_eq!(read(CONFIG, "other", home), Alias::default());
        assert_eq!(read(CONFIG, "*", home).user, Some("everyone".to_owned()));
    }

    #[test]
    fn hostile_values_are_as_if_they_were_not_there() {
        assert_eq!(read(CONFIG, "bad", Path::new("/home/u")), Alias::default());
    }
}
