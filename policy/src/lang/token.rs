//! The words of the language.

use crate::json::Span;

/// One word and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) at: Span,
}

/// What a word is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind {
    Name(String),
    Int(i64),
    Float(f64),
    Str(String),
    /// A format string, split into text and the source of each replacement.
    Format(Vec<Piece>),
    /// An operator, a bracket or a keyword.
    Sign(&'static str),
    End,
}

/// A part of a format string.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    Text(String),
    /// Source of the expression, where it stands, and whether `!r` follows.
    Expr {
        source: String,
        at: Span,
        repr: bool,
    },
}

/// Words that are never names, those that this language has and those that it only knows.
pub(crate) const KEYWORDS: &[&str] = &[
    "and", "or", "not", "in", "is", "if", "else", "for", "True", "False", "None",
];

/// Python's other keywords: always an error.
pub(crate) const FOREIGN: &[&str] = &[
    "lambda", "await", "async", "yield", "import", "from", "as", "assert", "break", "class", "continue",
    "def", "del", "elif", "except", "finally", "global", "nonlocal", "pass", "raise", "return", "try",
    "while", "with",
];

/// Python's other signs: assignment within an expression, matrices, the ellipsis, a line that goes on.
pub(crate) const FOREIGN_SIGNS: &[&str] = &[":=", "...", "@", "\\"];

/// The operator or bracket that a text begins with: the longest.
pub(crate) fn sign(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    let next = |n: usize| bytes.get(n).copied().unwrap_or(0);
    Some(match (next(0), next(1)) {
        (b'*', b'*') => "**",
        (b'/', b'/') => "//",
        (b'<', b'<') => "<<",
        (b'>', b'>') => ">>",
        (b'<', b'=') => "<=",
        (b'>', b'=') => ">=",
        (b'=', b'=') => "==",
        (b'!', b'=') => "!=",
        (b'+', _) => "+",
        (b'-', _) => "-",
        (b'*', _) => "*",
        (b'/', _) => "/",
        (b'%', _) => "%",
        (b'&', _) => "&",
        (b'|', _) => "|",
        (b'^', _) => "^",
        (b'~', _) => "~",
        (b'<', _) => "<",
        (b'>', _) => ">",
        (b'(', _) => "(",
        (b')', _) => ")",
        (b'[', _) => "[",
        (b']', _) => "]",
        (b'{', _) => "{",
        (b'}', _) => "}",
        (b',', _) => ",",
        (b':', _) => ":",
        (b'.', _) => ".",
        (b'=', _) => "=",
        (b';', _) => ";",
        _ => return None,
    })
}
