//! `$'..'` strings and the bodies of here-documents.

use super::ast::{Piece, Word};
use super::parse::{Parser, Trouble};

impl Parser<'_> {
    pub(super) fn ansi_quoted(&mut self) -> Result<String, Trouble> {
        self.advance(1);
        let mut bytes = Vec::new();
        loop {
            let c = self.next_char().map_err(|_| self.trouble("unterminated quote"))?;
            match c {
                '\'' => break,
                '\\' => self.ansi_escape(&mut bytes)?,
                c => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        // A NUL ends the string in bash; what follows it is dropped there.
        let text = bytes.split(|b| *b == 0).next().unwrap_or_default();
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    pub(super) fn ansi_escape(&mut self, out: &mut Vec<u8>) -> Result<(), Trouble> {
        let c = self.next_char()?;
        match c {
            'a' => out.push(7),
            'b' => out.push(8),
            'e' | 'E' => out.push(27),
            'f' => out.push(12),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(11),
            '\\' | '\'' | '"' | '?' => out.push(u8::try_from(c).unwrap_or(b'?')),
            'x' => out.push(u8::try_from(self.number(16, 2) & 0xff).unwrap_or(0)),
            'u' | 'U' => {
                let code = self.number(16, if c == 'u' { 4 } else { 8 });
                let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            '0'..='7' => {
                self.back_one_ascii();
                out.push(u8::try_from(self.number(8, 3) & 0xff).unwrap_or(0));
            }
            'c' => {
                let c = self.next_char()?;
                out.push(u8::try_from(c).unwrap_or(b'?') & 0x1f);
            }
            c => {
                out.push(b'\\');
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        Ok(())
    }

    pub(super) fn number(&mut self, radix: u32, digits: usize) -> u32 {
        let mut value = 0_u32;
        for _ in 0..digits {
            let Some(digit) = self.peek().and_then(|b| char::from(b).to_digit(radix)) else {
                break;
            };
            value = value.wrapping_mul(radix).wrapping_add(digit);
            self.advance(1);
        }
        value
    }

    /// Reads the bodies of the here-documents announced on the line that just ended.
    pub(crate) fn heredoc_bodies(&mut self) -> Result<(), Trouble> {
        for announced in self.take_announced() {
            let mut body = String::new();
            loop {
                if self.peek().is_none() {
                    return Err(self.trouble("unterminated here-document"));
                }
                let rest = self.rest();
                let line_end = rest.find('\n').unwrap_or(rest.len());
                let line = rest.get(..line_end).unwrap_or_default();
                let line = if announced.strip_tabs {
                    line.trim_start_matches('\t')
                } else {
                    line
                };
                let done = line == announced.delimiter;
                if !done {
                    body.push_str(line);
                    body.push('\n');
                }
                let step = (line_end + 1).min(rest.len());
                self.advance(step);
                if done {
                    break;
                }
            }
            let pieces = if announced.quoted {
                vec![Piece::Literal {
                    text: body,
                    quoted: true,
                }]
            } else {
                self.inner_text(&body)?
            };
            if announced.body.set(Word { pieces }).is_err() {
                return Err(self.trouble("a here-document has two bodies"));
            }
        }
        Ok(())
    }
}
