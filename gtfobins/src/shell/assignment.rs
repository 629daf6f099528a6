//! The grammar of assignments, arrays and the parentheses behind a function's name.

use super::ast::{AssignedValue, Assignment, Piece, Word};
use super::lex::is_name_start;
use super::parse::{Parser, Trouble};
use super::value::ELEMENT;

impl Parser<'_> {
    /// Consumes `()` after a function's name.
    pub(super) fn opens_function(&mut self) -> bool {
        let from = self.at;
        self.blanks();
        if self.peek() == Some(b'(') {
            self.at += 1;
            self.blanks();
            if self.peek() == Some(b')') {
                self.at += 1;
                return true;
            }
        }
        self.at = from;
        false
    }

    /// A word, or `name=(...)` as `declare` and its kin take it, as one word with marks between the elements.
    pub(super) fn word_or_array(&mut self) -> Result<Word, Trouble> {
        let mut word = self.word()?;
        let opens = matches!(word.pieces.last(), Some(Piece::Literal { text, quoted: false }) if text.len() > 1 && text.ends_with('='));
        if opens && self.peek() == Some(b'(') {
            for element in self.array()? {
                let text = ELEMENT.to_string();
                word.pieces.push(Piece::Literal { text, quoted: true });
                word.pieces.extend(element.pieces);
            }
        }
        Ok(word)
    }

    pub(super) fn array(&mut self) -> Result<Vec<Word>, Trouble> {
        self.at += 1;
        let mut words = Vec::new();
        loop {
            self.newlines()?;
            if self.peek() == Some(b')') {
                self.at += 1;
                return Ok(words);
            }
            let word = self.nested(Self::word)?;
            if word.pieces.is_empty() {
                return Err(self.trouble("`)` is missing"));
            }
            words.push(word);
        }
    }

    pub(super) fn assignment(&mut self) -> Result<Option<Assignment>, Trouble> {
        let from = self.at;
        if !self.peek().is_some_and(is_name_start) {
            return Ok(None);
        }
        let name = self.take_while(|b| is_name_start(b) || b.is_ascii_digit());
        let mut subscript = None;
        if self.peek() == Some(b'[') {
            self.at += 1;
            match self.subscript() {
                Ok(pieces) => subscript = Some(pieces),
                Err(limit @ Trouble::Limit(_)) => return Err(limit),
                Err(Trouble::Syntax { .. }) => {
                    self.at = from;
                    return Ok(None);
                }
            }
        }
        let append = self.peek() == Some(b'+') && self.peek_at(1) == Some(b'=');
        if append {
            self.at += 1;
        }
        if self.peek() != Some(b'=') {
            self.at = from;
            return Ok(None);
        }
        self.at += 1;
        let value = if self.peek() == Some(b'(') {
            AssignedValue::Array(self.array()?)
        } else {
            AssignedValue::Scalar(self.word()?)
        };
        Ok(Some(Assignment {
            name,
            subscript,
            append,
            value,
        }))
    }
}
