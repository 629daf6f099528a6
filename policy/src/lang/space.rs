//! White space and line ends as Python's strings see them.

/// `str.isspace`, and what `strip` and `split` take without an argument.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c,
        '\t'..='\r' | '\x1c'..='\x20' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Where `splitlines` ends a line.
pub(crate) fn ends_line(c: char) -> bool {
    matches!(c, '\n'..='\r' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What `int` and `float` take away: C's white space, and Unicode's beyond ASCII.
pub(crate) fn stands_around_numbers(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ') || (!c.is_ascii() && is_space(c))
}
