//! Words: quotes, escapes, expansions. Moves a cursor forward over the text, never back, and never
//! deeper than [`MAX_DEPTH`], so that no input can exhaust the stack or the clock.

use super::ast::{Parameter, Piece, Word};
use super::parse::{Parser, Trouble};

/// How deep groups, substitutions and expansions may nest.
pub(crate) const MAX_DEPTH: u32 = 40;

/// Where a run of pieces ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// The closing double quote.
    Quote,
    /// The brace that closes `${`, unquoted rules.
    Brace,
    /// The brace that closes `${` inside double quotes.
    QuotedBrace,
    /// The bracket that closes a subscript.
    Bracket,
    /// The end of the text.
    End,
}

impl Parser<'_> {
    /// Reads one word at the cursor; empty where a metacharacter stands there.
    pub(crate) fn word(&mut self) -> Result<Word, Trouble> {
        let mut run = Run::default();
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\n' | b';' | b'|' | b'&' | b'(' | b')' => break,
                b'<' | b'>' => {
                    if self.peek_at(1) != Some(b'(') {
                        break;
                    }
                    self.advance(2);
                    let list = self.nested(|p| p.list_until_paren())?;
                    run.push(Piece::Process(list));
                }
                b'\\' => match self.peek_at(1) {
                    Some(b'\n') => self.advance(2),
                    Some(_) => {
                        self.advance(1);
                        let c = self.next_char()?;
                        run.char(c, true);
                    }
                    None => {
                        self.advance(1);
                        run.char('\\', true);
                    }
                },
                b'\'' => run.text(&self.single_quoted()?, true),
                b'"' => {
                    self.advance(1);
                    run.mark_quoted();
                    self.pieces(&mut run, Until::Quote)?;
                }
                b'$' => self.dollar(&mut run, false)?,
                b'`' => {
                    let list = self.backquoted()?;
                    run.push(Piece::Substitution { list, quoted: false });
                }
                _ => {
                    let c = self.next_char()?;
                    run.char(c, false);
                }
            }
        }
        Ok(Word { pieces: run.finish() })
    }

    /// Reads pieces with the rules of double quotes up to the end that `until` names, and consumes it.
    fn pieces(&mut self, run: &mut Run, until: Until) -> Result<(), Trouble> {
        let quoted = until != Until::Brace;
        let mut open = 0_u32;
        loop {
            let Some(byte) = self.peek() else {
                return if until == Until::End {
                    Ok(())
                } else {
                    Err(self.trouble("unterminated quote or expansion"))
                };
            };
            match (byte, until) {
                (b'"', Until::Quote) | (b'}', Until::Brace | Until::QuotedBrace) => {
                    self.advance(1);
                    return Ok(());
                }
                (b']', Until::Bracket) if open == 0 => {
                    self.advance(1);
                    return Ok(());
                }
                (b'[', Until::Bracket) => {
                    open += 1;
                    self.advance(1);
                    run.char('[', true);
                }
                (b']', Until::Bracket) => {
                    open = open.saturating_sub(1);
                    self.advance(1);
                    run.char(']', true);
                }
                (b'"', Until::Brace | Until::QuotedBrace | Until::Bracket) => {
                    self.advance(1);
                    run.mark_quoted();
                    self.nested(|p| p.pieces(run, Until::Quote))?;
                }
                (b'\'', Until::Brace | Until::Bracket) => run.text(&self.single_quoted()?, true),
                (b'\\', _) => self.escape(run, until)?,
                (b'$', _) => self.dollar(run, quoted)?,
                (b'`', _) => {
                    let list = self.backquoted()?;
                    run.push(Piece::Substitution { list, quoted });
                }
                _ => {
                    let c = self.next_char()?;
                    run.char(c, quoted);
                }
            }
        }
    }

    fn escape(&mut self, run: &mut Run, until: Until) -> Result<(), Trouble> {
        self.advance(1);
        match self.peek() {
            None => run.char('\\', true),
            Some(b'\n') => self.advance(1),
            Some(next) => {
                let special = matches!(next, b'$' | b'`' | b'\\') || (next == b'"' && until != Until::End);
                let special =
                    special || (until == Until::Brace) || (next == b'}' && until == Until::QuotedBrace);
                if !special {
                    run.char('\\', true);
                }
                let c = self.next_char()?;
                run.char(c, true);
            }
        }
        Ok(())
    }

    fn single_quoted(&mut self) -> Result<String, Trouble> {
        self.advance(1);
        let rest = self.rest();
        let Some(end) = rest.find('\'') else {
            return Err(self.trouble("unterminated quote"));
        };
        let text = rest.get(..end).unwrap_or_default().to_owned();
        self.advance(end + 1);
        Ok(text)
    }

    /// The text between backquotes, its own escapes removed, parsed as a script.
    fn backquoted(&mut self) -> Result<super::ast::List, Trouble> {
        self.advance(1);
        let mut inner = String::new();
        loop {
            match self.peek() {
                None => return Err(self.trouble("unterminated backquote")),
                Some(b'`') => {
                    self.advance(1);
                    break;
                }
                Some(b'\\') if matches!(self.peek_at(1), Some(b'`' | b'\\' | b'$')) => {
                    self.advance(1);
                    inner.push(self.next_char()?);
                }
                Some(_) => inner.push(self.next_char()?),
            }
        }
        self.inner_script(&inner)
    }

    fn dollar(&mut self, run: &mut Run, quoted: bool) -> Result<(), Trouble> {
        let Some(next) = self.peek_at(1) else {
            self.advance(1);
            run.char('$', quoted);
            return Ok(());
        };
        match next {
            b'(' if self.peek_at(2) == Some(b'(') && self.arithmetic_end(self.at() + 3).is_some() => {
                let end = self.arithmetic_end(self.at() + 3).unwrap_or_default();
                self.advance(3);
                let pieces = self.arithmetic(end)?;
                run.push(Piece::Arithmetic(pieces));
            }
            b'(' => {
                self.advance(2);
                let list = self.nested(|p| p.list_until_paren())?;
                run.push(Piece::Substitution { list, quoted });
            }
            b'[' => {
                self.advance(2);
                let mut inner = Run::default();
                self.nested(|p| p.pieces(&mut inner, Until::Bracket))?;
                run.push(Piece::Arithmetic(inner.finish()));
            }
            b'{' => {
                self.advance(2);
                let parameter = self.nested(|p| p.braced_parameter(quoted))?;
                run.push(Piece::Parameter { parameter, quoted });
            }
            b'\'' if !quoted => {
                self.advance(1);
                run.text(&self.ansi_quoted()?, true);
            }
            b'"' if !quoted => self.advance(1),
            b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' | b'0'..=b'9' => {
                self.advance(2);
                let name = char::from(next).to_string();
                run.push(Piece::Parameter {
                    parameter: Parameter {
                        name,
                        ..Parameter::default()
                    },
                    quoted,
                });
            }
            b if is_name_start(b) => {
                self.advance(1);
                let name = self.name();
                run.push(Piece::Parameter {
                    parameter: Parameter {
                        name,
                        ..Parameter::default()
                    },
                    quoted,
                });
            }
            _ => {
                self.advance(1);
                run.char('$', quoted);
            }
        }
        Ok(())
    }

    /// After `${`, up to and with its closing brace.
    fn braced_parameter(&mut self, quoted: bool) -> Result<Parameter, Trouble> {
        let mut parameter = Parameter::default();
        if self.peek() == Some(b'#')
            && !matches!(
                self.peek_at(1),
                Some(b'}' | b':' | b'-' | b'=' | b'?' | b'+' | b'%')
            )
        {
            parameter.length = true;
            self.advance(1);
        } else if self.peek() == Some(b'!') && self.peek_at(1) != Some(b'}') {
            parameter.indirect = true;
            self.advance(1);
        }
        parameter.name = match self.peek() {
            Some(b) if is_name_start(b) => self.name(),
            Some(b'0'..=b'9') => self.take_while(|b| b.is_ascii_digit()),
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => self.next_char()?.to_string(),
            _ => return Err(self.trouble("bad expansion")),
        };
        if self.peek() == Some(b'[') {
            self.advance(1);
            let mut inner = Run::default();
            self.nested(|p| p.pieces(&mut inner, Until::Bracket))?;
            parameter.subscript = Some(inner.finish());
        }
        let mut op = String::new();
        while let Some(b) = self.peek() {
            let joins = match op.as_bytes() {
                [] => matches!(
                    b,
                    b':' | b'-' | b'=' | b'?' | b'+' | b'#' | b'%' | b'/' | b'^' | b',' | b'@' | b'*'
                ),
                [b':'] => matches!(b, b'-' | b'=' | b'?' | b'+'),
                [one] if matches!(one, b'#' | b'%' | b'/' | b'^' | b',') => b == *one,
                _ => false,
            };
            if !joins {
                break;
            }
            op.push(self.next_char()?);
        }
        if op.is_empty() && self.peek() != Some(b'}') {
            return Err(self.trouble("bad expansion"));
        }
        parameter.op = op;
        let mut run = Run::default();
        self.pieces(&mut run, if quoted { Until::QuotedBrace } else { Until::Brace })?;
        parameter.arg = run.finish();
        Ok(parameter)
    }

    /// The pieces of an arithmetic expression that ends before `end`, where `))` stands.
    pub(crate) fn arithmetic(&mut self, end: usize) -> Result<Vec<Piece>, Trouble> {
        let inner = self.slice(self.at(), end).to_owned();
        let pieces = self.inner_text(&inner)?;
        self.jump(end + 2);
        Ok(pieces)
    }

    /// A here-document body or an arithmetic expression: expansions and substitutions count, quotes do not.
    pub(crate) fn inner_text(&mut self, text: &str) -> Result<Vec<Piece>, Trouble> {
        self.inner(text, |p| {
            let mut run = Run::default();
            p.pieces(&mut run, Until::End)?;
            Ok(run.finish())
        })
    }

    pub(crate) fn subscript(&mut self) -> Result<Vec<Piece>, Trouble> {
        let mut inner = Run::default();
        self.nested(|p| p.pieces(&mut inner, Until::Bracket))?;
        Ok(inner.finish())
    }

    /// Where the `))` stands that closes an arithmetic expression begun before `from`; none where the
    /// parentheses close one by one, which makes it a subshell.
    pub(crate) fn arithmetic_end(&self, from: usize) -> Option<usize> {
        let mut open = 0_u32;
        let mut at = from;
        let mut quote = None;
        while let Some(byte) = self.byte(at) {
            match (quote, byte) {
                (_, b'\\') => at += 1,
                (Some(q), b) if b == q => quote = None,
                (Some(_), _) => {}
                (None, b'\'' | b'"') => quote = Some(byte),
                (None, b'(') => open += 1,
                (None, b')') if open > 0 => open -= 1,
                (None, b')') => return (self.byte(at + 1) == Some(b')')).then_some(at),
                _ => {}
            }
            at += 1;
        }
        None
    }

    fn name(&mut self) -> String {
        self.take_while(|b| is_name_start(b) || b.is_ascii_digit())
    }
}

pub(crate) fn is_name_start(b: u8) -> bool {
    b == b'_' || b.is_ascii_alphabetic()
}

/// Collects pieces, joining characters of the same kind.
#[derive(Default)]
struct Run {
    pieces: Vec<Piece>,
}

impl Run {
    fn char(&mut self, c: char, quoted: bool) {
        if let Some(Piece::Literal { text, quoted: q }) = self.pieces.last_mut()
            && *q == quoted
        {
            text.push(c);
            return;
        }
        self.pieces.push(Piece::Literal {
            text: c.to_string(),
            quoted,
        });
    }

    fn text(&mut self, text: &str, quoted: bool) {
        self.pieces.push(Piece::Literal {
            text: text.to_owned(),
            quoted,
        });
    }

    /// Leaves an empty quoted literal, so that `""` counts as a word.
    fn mark_quoted(&mut self) {
        self.text("", true);
    }

    fn push(&mut self, piece: Piece) {
        self.pieces.push(piece);
    }

    fn finish(self) -> Vec<Piece> {
        self.pieces
    }
}
