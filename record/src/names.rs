//! Names whose values are secrets: of members, options and variables.

/// How much a name is like that of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// Not at all.
    None,
    /// Its value is a secret if it looks like one.
    Weak,
    /// Its value is a secret.
    Secret,
}

/// Words that name a secret by themselves, letters only.
const SECRET: &[&[u8]] = &[
    b"password",
    b"passwd",
    b"passphrase",
    b"pwd",
    b"secret",
    b"token",
    b"apikey",
    b"secretkey",
    b"accesskey",
    b"privatekey",
    b"clientsecret",
    b"authtoken",
    b"accesstoken",
    b"refreshtoken",
    b"sessiontoken",
    b"secretaccesskey",
    b"bearertoken",
    b"pgpassword",
    b"mysqlpwd",
    b"sshpass",
    b"credentials",
    b"accountkey",
    b"sharedaccesskey",
    b"encryptionkey",
    b"signingkey",
    b"rediscliauth",
];
/// Last words of names whose value is a secret if it looks random.
const WEAK: &[&[u8]] = &[
    b"key",
    b"auth",
    b"credential",
    b"creds",
    b"cookie",
    b"signature",
    b"sig",
    b"hash",
];
/// No name is longer.
const MAX_NAME: usize = 64;

/// Tells how much a name (`API_KEY`, `apiKey`, `--db-password`) is like that of a secret.
pub(super) fn likeness(name: &[u8]) -> Likeness {
    if !may_end_like(name) {
        return Likeness::None;
    }
    let mut letters = [0_u8; MAX_NAME];
    let mut used = 0;
    for &byte in name {
        if byte.is_ascii_alphanumeric() {
            let Some(slot) = letters.get_mut(used) else {
                return Likeness::None;
            };
            *slot = byte.to_ascii_lowercase();
            used += 1;
        } else if !matches!(byte, b'_' | b'-' | b'.') {
            return Likeness::None;
        }
    }
    let letters = letters.get(..used).unwrap_or_default();
    if ends_like(name, letters, SECRET) {
        Likeness::Secret
    } else if ends_like(name, letters, WEAK) {
        Likeness::Weak
    } else {
        Likeness::None
    }
}

/// Whether the last two letters are those of one of the words: most names are done with here.
fn may_end_like(name: &[u8]) -> bool {
    let mut letters = name.iter().rev().filter(|byte| byte.is_ascii_alphanumeric());
    let (Some(last), Some(before)) = (letters.next(), letters.next()) else {
        return false;
    };
    matches!(
        &[before.to_ascii_lowercase(), last.to_ascii_lowercase()],
        b"rd"
            | b"wd"
            | b"se"
            | b"et"
            | b"en"
            | b"ey"
            | b"ss"
            | b"ls"
            | b"th"
            | b"al"
            | b"ds"
            | b"ie"
            | b"re"
            | b"ig"
            | b"sh"
    )
}

/// Whether the letters are one of the words, or end with one that begins as a word of its own in the name.
fn ends_like(name: &[u8], letters: &[u8], words: &[&[u8]]) -> bool {
    words.iter().any(|word| {
        let Some(before) = letters.strip_suffix(*word) else {
            return false;
        };
        before.is_empty() || begins_word(name, before.len())
    })
}

/// Whether the letter after `count` letters begins a word: after a separator, or as a capital after a small one.
fn begins_word(name: &[u8], count: usize) -> bool {
    let mut seen = 0;
    let mut last = b'_';
    for &byte in name {
        if byte.is_ascii_alphanumeric() {
            if seen == count {
                return !last.is_ascii_alphanumeric()
                    || (byte.is_ascii_uppercase() && last.is_ascii_lowercase());
            }
            seen += 1;
        }
        last = byte;
    }
    false
}

/// Whether a text is an option whose value follows as the next argument.
pub(super) fn is_option(text: &[u8]) -> bool {
    text.strip_prefix(b"--")
        .is_some_and(|name| !name.contains(&b'=') && likeness(name) == Likeness::Secret)
}

/// Whether a text is a value at all: not empty, not a reference to one, not taken out already.
pub(super) fn is_value(text: &str) -> bool {
    !text.is_empty() && !text.starts_with(['$', '<', '-']) && !text.starts_with("[redacted:")
}

/// Bits of information per character are high enough for a random value.
pub(super) fn is_random(text: &[u8]) -> bool {
    if text.len() < 12 {
        return false;
    }
    let mut counts = [0_u32; 256];
    for &byte in text {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let bits: f64 = counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| {
            let share = f64::from(count) / total;
            -share * share.log2()
        })
        .sum();
    let digits = text.iter().any(u8::is_ascii_digit);
    bits > 3.2 && digits
}

#[cfg(test)]
mod tests {
    use super::{Likeness, SECRET, WEAK, is_random, likeness, may_end_like};

    #[test]
    fn no_word_is_passed_over_for_its_ending() {
        for word in SECRET.iter().chain(WEAK) {
            assert!(may_end_like(word), "{}", String::from_utf8_lossy(word));
        }
    }

    #[test]
    fn names_are_told_apart_by_their_last_words() {
        for (name, want) in [
            ("password", Likeness::Secret),
            ("DB_PASSWORD", Likeness::Secret),
            ("db-password", Likeness::Secret),
            ("apiKey", Likeness::Secret),
            ("AWS_SECRET_ACCESS_KEY", Likeness::Secret),
            ("githubToken", Likeness::Secret),
            ("PGPASSWORD", Likeness::Secret),
            ("ssh_key", Likeness::Weak),
            ("monkey", Likeness::None),
            ("tokens", Likeness::None),
            ("password_file", Likeness::None),
            ("tokenizer", Likeness::None),
            ("kind", Likeness::None),
        ] {
            assert_eq!(likeness(name.as_bytes()), want, "{name}");
        }
    }

    #[test]
    fn random_values_are_told_from_words() {
        assert!(is_random(b"9fK2mQx7LpZ4"));
        assert!(!is_random(b"parser.rs"));
        assert!(!is_random(b"some-ordinary-file-name"));
    }
}
