//! From source text to words. Python's rules for numbers, strings and white space; no layout.

use super::{
    error::ExprError,
    limits::MAX_EXPR_BYTES,
    strings,
    token::{FOREIGN, FOREIGN_SIGNS, KEYWORDS, Token, TokenKind, sign},
};
use crate::json::Span;

/// White space around and within expressions.
const BLANK: [char; 5] = [' ', '\t', '\n', '\r', '\x0c'];

type Lexed<T> = Result<T, ExprError>;

/// Splits an expression into words; the last one is `End`.
pub(crate) fn lex(source: &str) -> Lexed<Vec<Token>> {
    if source.len() > MAX_EXPR_BYTES {
        return Err(ExprError::new(
            Span::new(0, 0),
            "an expression may have at most 64 KiB",
        ));
    }
    let mut lexer = Lexer {
        source,
        at: 0,
        open: 0,
        tokens: Vec::with_capacity(source.len() / 4 + 2),
    };
    lexer.run()?;
    Ok(lexer.tokens)
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
    /// Open brackets: within them a new line is white space.
    open: usize,
    tokens: Vec<Token>,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.source.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn push(&mut self, kind: TokenKind, start: usize) {
        self.tokens.push(Token {
            kind,
            at: Span::new(start, self.at),
        });
    }

    fn run(&mut self) -> Lexed<()> {
        loop {
            self.space()?;
            let start = self.at;
            let Some(first) = self.rest().chars().next() else {
                self.push(TokenKind::End, start);
                return Ok(());
            };
            if let Some((open, prefix)) = strings::opening(self.rest()) {
                self.string(open, prefix)?;
            } else if first.is_ascii_digit() || (first == '.' && self.byte(1).is_ascii_digit()) {
                let kind = self.number()?;
                self.push(kind, start);
            } else if first.is_ascii_alphabetic() || first == '_' {
                self.word()?;
            } else if let Some(foreign) = FOREIGN_SIGNS.iter().find(|sign| self.rest().starts_with(**sign)) {
                let at = Span::new(start, start + foreign.len());
                return Err(foreign_word(at, foreign));
            } else if let Some(sign) = sign(self.rest()) {
                self.at += sign.len();
                match sign {
                    "(" | "[" | "{" => self.open += 1,
                    ")" | "]" | "}" => self.open = self.open.saturating_sub(1),
                    _ => {}
                }
                self.push(TokenKind::Sign(sign), start);
            } else {
                let at = Span::new(start, start + first.len_utf8());
                let shown: String = first.escape_default().collect();
                let message = if first.is_alphabetic() {
                    format!("names are plain ASCII, not `{first}`")
                } else {
                    format!("unexpected character `{shown}`")
                };
                return Err(ExprError::new(at, message));
            }
        }
    }

    fn space(&mut self) -> Lexed<()> {
        loop {
            match self.byte(0) {
                b' ' | b'\t' | 0x0c => self.at += 1,
                b'#' => {
                    let line = self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
                    self.at += line;
                }
                b'\n' | b'\r' if self.open > 0 => self.at += 1,
                b'\n' | b'\r' => {
                    // Blank space may follow the expression, but for Python a last line of spaces is indented code.
                    let rest = self.rest();
                    if rest.trim_start_matches(BLANK).is_empty() && !rest.ends_with([' ', '\t']) {
                        self.at = self.source.len();
                        return Ok(());
                    }
                    let at = Span::new(self.at, self.at + 1);
                    let error = ExprError::new(at, "a new line ends the expression");
                    return Err(error.hint("put the expression in parentheses to write it on several lines"));
                }
                _ => return Ok(()),
            }
        }
    }

    fn word(&mut self) -> Lexed<()> {
        let start = self.at;
        let rest = self.rest();
        let end = rest
            .bytes()
            .position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_')
            .unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        self.at += end;
        let at = Span::new(start, self.at);
        if rest
            .get(end..)
            .and_then(|r| r.chars().next())
            .is_some_and(|c| !c.is_ascii() && c.is_alphanumeric())
        {
            return Err(ExprError::new(at, "names are plain ASCII"));
        }
        if let Some(keyword) = KEYWORDS.iter().find(|k| **k == word) {
            self.push(TokenKind::Sign(keyword), start);
            return Ok(());
        }
        if FOREIGN.contains(&word) {
            return Err(foreign_word(at, word));
        }
        if word.starts_with('_') {
            let message = format!("names never begin with an underscore: `{word}`");
            return Err(ExprError::new(at, message));
        }
        self.push(TokenKind::Name(word.to_owned()), start);
        Ok(())
    }

    fn number(&mut self) -> Lexed<TokenKind> {
        let start = self.at;
        let fault =
            |lexer: &Self, message: &str| ExprError::new(Span::new(start, lexer.at.max(start + 1)), message);
        let base = match (self.byte(0), self.byte(1)) {
            (b'0', b'x' | b'X') => 16,
            (b'0', b'o' | b'O') => 8,
            (b'0', b'b' | b'B') => 2,
            _ => 10,
        };
        let mut float = false;
        if base != 10 {
            self.at += 2;
            if self.byte(0) == b'_' {
                self.at += 1;
            }
            if !self.digits(base) {
                return Err(fault(self, "this is not a number"));
            }
        } else {
            let whole = self.digits(10);
            if !whole && self.at > start {
                return Err(fault(self, "this is not a number"));
            }
            if self.byte(0) == b'.' {
                float = true;
                self.at += 1;
                if self.byte(0).is_ascii_digit() && !self.digits(10) {
                    return Err(fault(self, "this is not a number"));
                }
            }
            let sign = usize::from(matches!(self.byte(1), b'+' | b'-'));
            if matches!(self.byte(0), b'e' | b'E') && self.byte(1 + sign).is_ascii_digit() {
                float = true;
                self.at += 1 + sign;
                if !self.digits(10) {
                    return Err(fault(self, "this is not a number"));
                }
            }
        }
        if self.rest().starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            self.at += self.rest().chars().next().map_or(0, char::len_utf8);
            return Err(fault(self, "a number and a word need a space between them"));
        }
        let text: String = self
            .source
            .get(start..self.at)
            .unwrap_or_default()
            .chars()
            .filter(|c| *c != '_')
            .collect();
        if float {
            return text
                .parse()
                .map(TokenKind::Float)
                .map_err(|_| fault(self, "this is not a number"));
        }
        let digits = if base == 10 {
            text.as_str()
        } else {
            text.get(2..).unwrap_or_default()
        };
        if base == 10 && digits.len() > 1 && digits.starts_with('0') && digits.bytes().any(|b| b != b'0') {
            return Err(fault(self, "a whole number does not begin with 0"));
        }
        i64::from_str_radix(digits, base)
            .map(TokenKind::Int)
            .map_err(|_| fault(self, "integers have 64 bits here"))
    }

    /// Takes digits with single underscores between them; says whether there was at least one and all is well.
    fn digits(&mut self, base: u32) -> bool {
        let mut last_digit = false;
        loop {
            let byte = self.byte(0);
            if char::from(byte).is_digit(base) {
                last_digit = true;
            } else if byte == b'_' && last_digit {
                last_digit = false;
            } else {
                return last_digit;
            }
            self.at += 1;
        }
    }

    fn string(&mut self, open: usize, prefix: strings::Prefix) -> Lexed<()> {
        let start = self.at;
        let literal = strings::literal(self.source, start, open, prefix)?;
        self.at = literal.end;
        self.push(literal.kind, start);
        Ok(())
    }
}

/// What Python has and this language does not.
fn foreign_word(at: Span, word: &str) -> ExprError {
    let error = ExprError::new(at, format!("`{word}` is not part of the language"));
    match word {
        ":=" => error.hint("nothing can be assigned"),
        "\\" => error.hint("put the expression in parentheses to write it on several lines"),
        _ => error,
    }
}
