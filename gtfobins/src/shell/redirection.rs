//! The grammar of redirections and of here-documents announced by them.

use super::ast::{Piece, Redirect, RedirectOp};
use super::lex::is_name_start;
use super::parse::{Announced, Parser, Trouble};
use std::{cell::OnceCell, rc::Rc};

impl Parser<'_> {
    pub(super) fn redirect(&mut self) -> Result<Option<Redirect>, Trouble> {
        let from = self.at;
        let mut fd = None;
        if self.peek() == Some(b'{') {
            // `{name}>file` chooses a descriptor itself.
            let name = self.rest().find('}').filter(|end| {
                let name = self.rest().get(1..*end).unwrap_or_default();
                !name.is_empty() && name.bytes().all(|b| is_name_start(b) || b.is_ascii_digit())
            });
            match name {
                Some(end) if matches!(self.peek_at(end + 1), Some(b'<' | b'>')) => {
                    self.at += end + 1;
                    fd = Some(u32::MAX);
                }
                _ => return Ok(None),
            }
        } else if self.peek().is_some_and(|b| b.is_ascii_digit()) {
            let digits = self.take_while(|b| b.is_ascii_digit());
            if !matches!(self.peek(), Some(b'<' | b'>')) {
                self.at = from;
                return Ok(None);
            }
            fd = digits.parse().ok();
        }
        let Some((op, length)) = self.redirect_op() else {
            self.at = from;
            return Ok(None);
        };
        let strip_tabs = self.rest().starts_with("<<-");
        self.at += length;
        self.blanks();
        let target = self.word()?;
        if target.pieces.is_empty() {
            return Err(self.trouble("a redirection has no target"));
        }
        if op != RedirectOp::HereDocument {
            return Ok(Some(Redirect {
                fd,
                op,
                target,
                body: None,
            }));
        }
        let (mut delimiter, mut quoted) = (String::new(), false);
        for piece in &target.pieces {
            match piece {
                Piece::Literal { text, quoted: q } => {
                    delimiter.push_str(text);
                    quoted |= *q;
                }
                _ => return Err(self.trouble("an expansion cannot end a here-document")),
            }
        }
        let body = Rc::new(OnceCell::new());
        self.announced.push(Announced {
            body: Rc::clone(&body),
            delimiter,
            quoted,
            strip_tabs,
        });
        Ok(Some(Redirect {
            fd,
            op,
            target,
            body: Some(body),
        }))
    }

    pub(super) fn redirect_op(&self) -> Option<(RedirectOp, usize)> {
        let rest = self.rest();
        let has = |op: &str| rest.starts_with(op);
        Some(match self.peek()? {
            b'&' if has("&>>") => (RedirectOp::Both, 3),
            b'&' if has("&>") => (RedirectOp::Both, 2),
            b'<' if has("<<<") => (RedirectOp::HereString, 3),
            b'<' if has("<<-") => (RedirectOp::HereDocument, 3),
            b'<' if has("<<") => (RedirectOp::HereDocument, 2),
            b'<' if has("<&") => (RedirectOp::Duplicate, 2),
            b'<' if has("<>") => (RedirectOp::ReadWrite, 2),
            b'<' if has("<(") => return None,
            b'<' => (RedirectOp::Read, 1),
            b'>' if has(">>") => (RedirectOp::Append, 2),
            b'>' if has(">|") => (RedirectOp::Write, 2),
            b'>' if has(">&") => (RedirectOp::Duplicate, 2),
            b'>' if has(">(") => return None,
            b'>' => (RedirectOp::Write, 1),
            _ => return None,
        })
    }
}
