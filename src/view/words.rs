//! Text on its way to a terminal: harmless, and no wider than there is room for.

use crate::report::visible;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text made harmless and cut to `room` columns, with `…` where something is left out.
pub(crate) fn fit(text: &str, room: usize) -> String {
    let text = visible(text);
    if text.width() <= room {
        return text;
    }
    match room.checked_sub(1) {
        Some(left) => format!("{}…", cut(text.chars(), left)),
        None => String::new(),
    }
}

/// The same, cut in the middle: of a path its end says more than what lies between.
pub(crate) fn fit_middle(text: &str, room: usize) -> String {
    let text = visible(text);
    if text.width() <= room {
        return text;
    }
    let Some(left) = room.checked_sub(1) else {
        return String::new();
    };
    let (head, tail) = (left * 2 / 5, left - left * 2 / 5);
    let start = cut(text.chars(), head);
    let end: String = cut(text.chars().rev(), tail).chars().rev().collect();
    format!("{start}…{end}")
}

/// The text made harmless in at most `most` lines of `room` columns, broken between words where there are any. What is
/// left out at the end is `…`.
pub(crate) fn broken(text: &str, room: usize, most: usize) -> Vec<String> {
    let mut rest = visible(text);
    let mut lines = Vec::new();
    while lines.len() + 1 < most && rest.width() > room {
        let line = cut(rest.chars(), room);
        // A space right behind the line ends it, too.
        let longer: String = rest.chars().take(line.chars().count() + 1).collect();
        let end = longer.rfind(' ').filter(|end| *end > 0).unwrap_or(line.len());
        let Some((line, after)) = rest.split_at_checked(end).filter(|(line, _)| !line.is_empty()) else {
            break;
        };
        let (line, after) = (line.to_owned(), after.trim_start().to_owned());
        lines.push(line);
        rest = after;
    }
    if most > 0 {
        lines.push(fit(&rest, room));
    }
    lines
}

/// As many of the characters as there is room for.
fn cut(chars: impl Iterator<Item = char>, room: usize) -> String {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= room
        })
        .collect()
}

/// Columns that the text takes on a terminal.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// A size in bytes for a person: `17 B`, `4.2 KiB`, `1.5 GiB`.
pub(crate) fn size(bytes: u64) -> String {
    let mut unit = "B";
    let mut scale: u64 = 1;
    for (name, factor) in [
        ("KiB", 1_u64 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("TiB", 1 << 40),
    ] {
        if bytes >= factor {
            (unit, scale) = (name, factor);
        }
    }
    if scale == 1 {
        return format!("{bytes} B");
    }
    let tenths = u128::from(bytes) * 10 / u128::from(scale);
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

/// A count with its noun: `1 entry`, `2 entries`.
pub(crate) fn count(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::{broken, columns, fit, fit_middle, size};

    #[test]
    fn long_text_is_cut_by_columns_and_says_so() {
        assert_eq!(fit("abcdef", 6), "abcdef");
        assert_eq!(fit("abcdefg", 6), "abcde…");
        assert_eq!(fit("日本語文字", 6), "日本…");
        assert!(columns(&fit("日本語文字", 6)) <= 6);
        assert_eq!(fit("a\x1b[31mb", 40), "a\\u{1b}[31mb");
        assert_eq!(fit("abc", 0), "");
    }

    #[test]
    fn long_text_is_broken_between_words_and_cut_at_the_last_line() {
        for (text, room, most, want) in [
            ("one two three", 20, 3, &["one two three"][..]),
            ("one two three", 7, 3, &["one two", "three"]),
            ("one two three", 8, 3, &["one two", "three"]),
            ("one two three four", 7, 2, &["one two", "three …"]),
            ("onetwothree four", 6, 4, &["onetwo", "three", "four"]),
            ("日本語文字 x", 4, 4, &["日本", "語文", "字 x"]),
            ("a\x1bb", 40, 2, &["a\\u{1b}b"]),
            ("one two three", 7, 1, &["one tw…"]),
            ("one two", 0, 3, &[""]),
            ("one two", 3, 0, &[]),
            ("", 3, 3, &[""]),
        ] {
            assert_eq!(broken(text, room, most), want, "{text} {room} {most}");
        }
    }

    #[test]
    fn a_path_keeps_its_beginning_and_its_end() {
        assert_eq!(fit_middle("safe-rm a", 20), "safe-rm a");
        assert_eq!(
            fit_middle("safe-rm /home/ann/project/src/main.rs", 20),
            "safe-rm…/src/main.rs"
        );
        assert_eq!(fit_middle("abc", 1), "…");
        assert_eq!(fit_middle("abc", 0), "");
        assert!(columns(&fit_middle("日本語文字日本語文字", 9)) <= 9);
        assert_eq!(fit_middle("a\x1b[31mb", 40), "a\\u{1b}[31mb");
    }

    #[test]
    fn sizes_have_one_decimal() {
        assert_eq!(size(17), "17 B");
        assert_eq!(size(4300), "4.1 KiB");
        assert_eq!(size(u64::MAX), "16777215.9 TiB");
    }
}
