//! Paths as components: comparison never stops in the middle of a name.
//! Works on resolved text alone; nothing here asks a file system.

use std::borrow::Cow;

/// The part of `path` below `dir`, `` where they are the same; none where it lies elsewhere.
pub(crate) fn below<'p>(path: &'p str, dir: &str) -> Option<&'p str> {
    let dir = dir.strip_suffix('/').unwrap_or(dir);
    // Where the path goes on within a name, which is most often, nothing is compared.
    let after = path.as_bytes().get(dir.len()..)?.first();
    if !matches!(after, None | Some(b'/')) {
        return None;
    }
    let rest = path.strip_prefix(dir)?;
    Some(rest.strip_prefix('/').unwrap_or(rest))
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

/// Whether every component is a name: asked of each path many times, so first whether any may be something else.
fn is_plain(path: &str) -> bool {
    let bytes = path.as_bytes();
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    // Without a way out in the middle, so that the compiler takes many bytes at once.
    let odd = pairs.fold(false, |odd, (a, b)| {
        odd | (*a == b'/') & ((*b == b'/') | (*b == b'.'))
    });
    let clear = !odd && !matches!(bytes.first(), None | Some(b'.')) && bytes.last() != Some(&b'/');
    clear || are_names(path)
}

/// The same, looked at component by component.
fn are_names(path: &str) -> bool {
    let rest = path.strip_prefix('/').unwrap_or(path);
    rest.is_empty() || rest.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// Whether one component matches a pattern of literal text, `*` and `?`.
pub fn name_matches(pattern: &str, name: &str) -> bool {
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
    use super::{are_names, below, is_plain, lexical, name_matches};

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
    fn the_quick_look_at_a_path_says_what_the_slow_one_says() {
        let mut paths = vec![String::new()];
        for _ in 0..7 {
            paths = paths
                .iter()
                .flat_map(|path| ["", "/", ".", "a"].map(|next| format!("{path}{next}")))
                .collect();
            paths.sort_unstable();
            paths.dedup();
        }
        assert_eq!(paths.len(), (3_usize.pow(8) - 1) / 2);
        for path in paths {
            assert_eq!(is_plain(&path), are_names(&path), "{path}");
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
