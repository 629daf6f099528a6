//! Paths as components: comparison never stops in the middle of a name.
//! Works on resolved text alone; nothing here asks a file system.

use std::borrow::Cow;

/// The part of `path` below `dir`, `` where they are the same; none where it lies elsewhere.
pub(crate) fn below<'p>(path: &'p str, dir: &str) -> Option<&'p str> {
    let dir = dir.strip_suffix('/').unwrap_or(dir);
    let rest = path.strip_prefix(dir)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('/')
    }
}

/// The path without `.`, `..`, doubled and trailing slashes. The kernel has done this for local paths; remote
/// and unresolved ones get it here, so that `/srv/../etc` is never taken for something in `/srv`.
pub(crate) fn lexical(path: &str) -> Cow<'_, str> {
    if is_plain(path) {
        return Cow::Borrowed(path);
    }
    let mut kept: Vec<&str> = Vec::new();
    let absolute = path.starts_with('/');
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            ".." if absolute => {}
            _ => kept.push(part),
        }
    }
    let joined = kept.join("/");
    Cow::Owned(if absolute { format!("/{joined}") } else { joined })
}

/// Whether every component is a name.
fn is_plain(path: &str) -> bool {
    /// Dots at the beginning of a component, up to as many as make it a name.
    const NAME: u8 = 3;
    let rest = path.strip_prefix('/').unwrap_or(path);
    let (mut dots, mut begun) = (0, false);
    for byte in rest.bytes() {
        match byte {
            b'/' if !begun || dots < NAME => return false,
            b'/' => (dots, begun) = (0, false),
            b'.' if dots < NAME => (dots, begun) = (dots + 1, true),
            _ => (dots, begun) = (NAME, true),
        }
    }
    rest.is_empty() || begun && dots >= NAME
}

/// Whether one component matches a pattern of literal text, `*` and `?`.
pub(crate) fn name_matches(pattern: &str, name: &str) -> bool {
    let mut pattern_rest = pattern.chars();
    let mut name_rest = name.chars();
    let mut retry = None;
    loop {
        let mut ahead = pattern_rest.clone();
        match ahead.next() {
            Some('*') => {
                pattern_rest = ahead.clone();
                retry = Some((ahead, name_rest.clone()));
                continue;
            }
            Some('?') if name_rest.next().is_some() => {
                pattern_rest = ahead;
                continue;
            }
            Some(c) if c != '?' => {
                let mut next = name_rest.clone();
                if next.next() == Some(c) {
                    (pattern_rest, name_rest) = (ahead, next);
                    continue;
                }
            }
            None if name_rest.as_str().is_empty() => return true,
            _ => {}
        }
        // A mismatch: let the last star take one more character.
        let Some((after_star, mut from)) = retry.take() else {
            return false;
        };
        if from.next().is_none() {
            return false;
        }
        retry = Some((after_star.clone(), from.clone()));
        (pattern_rest, name_rest) = (after_star, from);
    }
}

#[cfg(test)]
mod tests {
    use super::{below, lexical, name_matches};

    #[test]
    fn a_prefix_without_a_separator_is_another_place() {
        assert_eq!(below("/work/repo/a", "/work/repo"), Some("a"));
        assert_eq!(below("/work/repo", "/work/repo/"), Some(""));
        assert_eq!(below("/work/repo-evil/a", "/work/repo"), None);
        assert_eq!(below("/a", "/"), Some("a"));
    }

    #[test]
    fn dots_are_taken_out_by_text() {
        for (path, plain) in [
            ("/srv/../etc/shadow", "/etc/shadow"),
            ("/..//a/./b/", "/a/b"),
            ("a/../../b", "../b"),
            ("/a/.b", "/a/.b"),
            ("/", "/"),
            ("./x", "x"),
            ("/a/.b/..c/...", "/a/.b/..c/..."),
            ("/a/..", "/"),
            ("/a/.", "/a"),
            ("/./a", "/a"),
            ("a//", "a"),
            ("//", "/"),
            ("", ""),
            (".", ""),
        ] {
            assert_eq!(lexical(path), plain, "{path}");
        }
    }

    #[test]
    fn stars_and_marks_match_within_a_name() {
        for (pattern, name, expected) in [
            (".env*", ".env.local", true),
            (".env*", ".en", false),
            ("*.pem", "a.pem.pem", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("?", "", false),
            ("?x", "éx", true),
            ("*", "", true),
        ] {
            assert_eq!(name_matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
