//! What a passphrase must be. Pure.

/// Fewest characters.
pub const MIN_CHARS: usize = 12;
/// Fewest different characters.
const MIN_DISTINCT: usize = 6;
/// The rules as they are shown before the question.
pub const RULES: &str = "at least 12 characters, 6 of them different, no common password, no name of this user; \
                         four or five random words do well";

/// Parts that make a passphrase easy to guess when little else is in it.
const COMMON: &[&str] = &[
    "password",
    "passphrase",
    "letmein",
    "qwerty",
    "asdfgh",
    "123456",
    "abcdef",
    "iloveyou",
    "welcome",
    "admin",
    "watchtower",
    "changeme",
    "secret",
    "approve",
    "dragon",
    "monkey",
    "football",
    "zxcvbn",
];

/// Why a passphrase is too weak, none where it will do. `user` is who it must not be named after.
#[must_use]
pub fn weakness(passphrase: &str, user: &str) -> Option<String> {
    let count = passphrase.chars().count();
    if count < MIN_CHARS {
        return Some(format!("it has {count} characters, {MIN_CHARS} are the least"));
    }
    let mut distinct: Vec<char> = passphrase.chars().flat_map(char::to_lowercase).collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < MIN_DISTINCT {
        return Some(format!(
            "it has {} different characters, {MIN_DISTINCT} are the least",
            distinct.len()
        ));
    }
    let lower = passphrase.to_lowercase();
    let names = [user.to_lowercase()];
    let known = COMMON.iter().copied().chain(names.iter().map(String::as_str));
    for part in known.filter(|part| part.chars().count() >= 3) {
        if lower.contains(part) && count - part.chars().count() < MIN_CHARS {
            return Some(format!("there is little in it besides `{part}`"));
        }
    }
    let steps = lower.chars().zip(lower.chars().skip(1));
    let runs = steps
        .filter(|(a, b)| (*b as u32).abs_diff(*a as u32) <= 1)
        .count();
    if runs * 2 > count {
        return Some("most of it is a row of neighbouring characters".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::weakness;

    #[test]
    fn weak_passphrases_are_told_apart_from_strong_ones() {
        for weak in [
            "",
            "short",
            "aaaaaaaaaaaaaa",
            "password1234!",
            "ada-lovelace!",
            "abcdefghijklmnop",
            "112233445566",
        ] {
            assert!(weakness(weak, "ada-lovelace").is_some(), "{weak}");
        }
        for strong in [
            "correct horse battery",
            "Xk9#mP2$vL7q",
            "der Mond ist aufgegangen",
        ] {
            assert_eq!(weakness(strong, "ada"), None, "{strong}");
        }
    }
}
