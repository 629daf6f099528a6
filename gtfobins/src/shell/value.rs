//! What a word becomes. Text that is not known is kept as marks inside the string, so that options and paths
//! around it can still be read; a mark is a character of a private plane that no command may contain.

/// Set by whoever calls: an environment variable, a positional parameter, a line that `read` took.
pub(crate) const FOREIGN: char = '\u{F0000}';
/// Printed by an ordinary program.
pub(crate) const OUTPUT: char = '\u{F0001}';
/// Decoded, computed or fetched: meant to be unreadable, or at least not readable here.
pub(crate) const DECODED: char = '\u{F0002}';
/// Digits.
pub(crate) const NUMBER: char = '\u{F0003}';
/// A path somewhere below what precedes it, never `..`.
pub(crate) const TREE: char = '\u{F0004}';
/// An unquoted `*`.
pub(crate) const STAR: char = '\u{F0005}';
/// An unquoted `?`.
pub(crate) const ONE: char = '\u{F0006}';
/// An unquoted `[`.
pub(crate) const CLASS: char = '\u{F0007}';
/// Behind an unquoted unknown: it may be several words, options among them.
pub(crate) const SPREAD: char = '\u{F0008}';

/// Between the elements of an array that `declare` and its kin are given.
pub(crate) const ELEMENT: char = '\u{F000A}';

/// The content of a file or of the environment: an output that may be secret.
pub(crate) const CONTENT: char = '\u{F0009}';

/// The marks that could be anything at all, nothing among them.
pub(crate) const OPEN: [char; 4] = [FOREIGN, OUTPUT, DECODED, CONTENT];

/// Whether a character is one of the marks.
pub(crate) fn is_mark(c: char) -> bool {
    ('\u{F0000}'..='\u{F000A}').contains(&c)
}

/// Whether the text is wholly known.
pub(crate) fn is_static(text: &str) -> bool {
    !text.chars().any(is_mark)
}

/// Whether the text could be anything at all, not only a name within a directory or a number.
pub(crate) fn is_open(text: &str) -> bool {
    text.contains(OPEN)
}

/// Whether the text holds an unquoted glob.
pub(crate) fn is_glob(text: &str) -> bool {
    text.contains([STAR, ONE, CLASS, TREE])
}

/// The text as a person would read it.
pub(crate) fn show(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            FOREIGN | OUTPUT | DECODED | CONTENT => out.push('…'),
            NUMBER => out.push('0'),
            TREE | STAR => out.push('*'),
            ONE => out.push('?'),
            CLASS => out.push('['),
            SPREAD => {}
            ELEMENT => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The unknowns of `text` alone, to stand for whatever was computed from it.
pub(crate) fn residue(text: &str) -> char {
    if text.contains(DECODED) {
        DECODED
    } else if text.contains(CONTENT) {
        CONTENT
    } else if text.contains(FOREIGN) {
        FOREIGN
    } else if text.contains(OUTPUT) {
        OUTPUT
    } else if is_glob(text) {
        STAR
    } else {
        NUMBER
    }
}

/// Joins a path to a directory, dropping `.` and resolving `..` by name. The result is for judging text; the
/// kernel's own resolution follows where the file system is at hand.
pub(crate) fn join(dir: &str, path: &str) -> String {
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{dir}/{path}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The final component of a path.
pub(crate) fn base(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// The directory of a path, `.` where it names none.
pub(crate) fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/",
        Some((dir, _)) => dir,
        None => ".",
    }
}
