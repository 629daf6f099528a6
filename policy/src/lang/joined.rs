//! String literals side by side, which are one text, and the replacements of format strings.

use super::{
    ast::{Ast, Kind},
    error::ExprError,
    parser::{Parsed, Parser, parse_at},
    token::{Piece, Token, TokenKind},
};
use crate::json::Span;

impl Parser {
    /// One or more string literals side by side.
    pub(super) fn strings(&mut self) -> Parsed<Ast> {
        let start = self.token().at.start;
        let mut parts: Vec<(Ast, bool)> = Vec::new();
        let mut text = String::new();
        let mut format = false;
        while let TokenKind::Str(_) | TokenKind::Format(_) = self.token().kind {
            let Token { kind, at } = self.advance();
            match kind {
                TokenKind::Str(s) if text.is_empty() => text = s,
                TokenKind::Str(s) => text.push_str(&s),
                TokenKind::Format(pieces) => {
                    format = true;
                    self.replacements(pieces, at, &mut text, &mut parts)?;
                }
                _ => {}
            }
        }
        let at = self.since(start);
        let last = Ast {
            at,
            kind: Kind::Str(text),
        };
        if !format {
            return Ok(last);
        }
        parts.push((last, false));
        Ok(Ast {
            at,
            kind: Kind::Format(parts),
        })
    }

    /// Adds what a format string at `at` holds: to `text` until a replacement comes, then both to `parts`.
    fn replacements(
        &mut self,
        pieces: Vec<Piece>,
        at: Span,
        text: &mut String,
        parts: &mut Vec<(Ast, bool)>,
    ) -> Parsed<()> {
        for piece in pieces {
            match piece {
                Piece::Text(s) => text.push_str(&s),
                Piece::Expr {
                    source,
                    at: place,
                    repr,
                } => {
                    let kind = Kind::Str(std::mem::take(text));
                    parts.push((Ast { at, kind }, false));
                    if !self.enter() {
                        return Err(ExprError::new(at, "nested deeper than 64 levels"));
                    }
                    let inner = parse_at(&source, place.start, self.depth);
                    self.leave();
                    parts.push((inner?, repr));
                }
            }
        }
        Ok(())
    }
}
