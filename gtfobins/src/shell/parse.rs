//! The bash grammar: lists, pipelines, compound commands, redirections. One pass, one cursor; every text it
//! does not understand is an error, never a guess.

use super::ast::{Command, Kind, List, Pipeline, Statement, Word};
use super::lex::MAX_DEPTH;
use std::{cell::OnceCell, rc::Rc};

/// Longest command that is read at all.
pub const MAX_COMMAND_BYTES: usize = 128 * 1024;
/// Most commands of one text; no more of them would be followed.
const MAX_COMMANDS: usize = 4_000;

/// Why a text was not parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Not bash as we know it, at this byte.
    Syntax { at: usize, what: &'static str },
    /// Deeper or longer than we look.
    Limit(&'static str),
}

/// A here-document announced by `<<`, its body still to come.
pub(crate) struct Announced {
    pub(crate) body: Rc<OnceCell<Word>>,
    pub(crate) delimiter: String,
    pub(crate) quoted: bool,
    pub(crate) strip_tabs: bool,
}

/// The cursor.
pub(crate) struct Parser<'a> {
    text: &'a str,
    pub(super) at: usize,
    depth: u32,
    /// Commands read so far.
    commands: usize,
    pub(super) announced: Vec<Announced>,
}

/// Parses a whole script.
pub(crate) fn script(text: &str) -> Result<List, Trouble> {
    if text.len() > MAX_COMMAND_BYTES {
        return Err(Trouble::Limit("the command is longer than 128 KiB"));
    }
    Parser::new(text, 0).whole()
}

const TERMINATORS: &[&str] = &["then", "do", "done", "fi", "else", "elif", "esac", "}", "in"];

impl<'a> Parser<'a> {
    fn new(text: &'a str, depth: u32) -> Self {
        Self {
            text,
            at: 0,
            depth,
            commands: 0,
            announced: Vec::new(),
        }
    }

    fn whole(mut self) -> Result<List, Trouble> {
        let list = self.list()?;
        if self.peek().is_some() {
            return Err(self.trouble("unexpected token"));
        }
        self.no_body_owed()?;
        Ok(list)
    }

    /// Parses another text with one level more: a backquoted command, a body, an expression.
    pub(crate) fn inner<T>(
        &mut self,
        text: &str,
        read: impl FnOnce(&mut Parser<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        if self.depth >= MAX_DEPTH {
            return Err(Trouble::Limit("the command nests too deeply"));
        }
        let mut parser = Parser::new(text, self.depth + 1);
        let out = read(&mut parser)?;
        parser.no_body_owed()?;
        Ok(out)
    }

    pub(crate) fn inner_script(&mut self, text: &str) -> Result<List, Trouble> {
        if self.depth >= MAX_DEPTH {
            return Err(Trouble::Limit("the command nests too deeply"));
        }
        Parser::new(text, self.depth + 1).whole()
    }

    pub(crate) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        if self.depth >= MAX_DEPTH {
            return Err(Trouble::Limit("the command nests too deeply"));
        }
        self.depth += 1;
        let out = read(self);
        self.depth -= 1;
        out
    }

    // The cursor.

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    pub(crate) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.byte(self.at + ahead)
    }

    pub(crate) fn advance(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
    }

    pub(crate) fn jump(&mut self, at: usize) {
        self.at = at.min(self.text.len());
    }

    /// Steps back over the ASCII character just read.
    pub(crate) fn back_one_ascii(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    pub(crate) fn next_char(&mut self) -> Result<char, Trouble> {
        let c = self
            .rest()
            .chars()
            .next()
            .ok_or_else(|| self.trouble("unexpected end"))?;
        self.at += c.len_utf8();
        Ok(c)
    }

    pub(crate) fn take_while(&mut self, keep: impl Fn(u8) -> bool) -> String {
        let from = self.at;
        while self.peek().is_some_and(&keep) {
            self.at += 1;
        }
        self.slice(from, self.at).to_owned()
    }

    pub(crate) fn trouble(&self, what: &'static str) -> Trouble {
        Trouble::Syntax { at: self.at, what }
    }

    pub(crate) fn take_announced(&mut self) -> Vec<Announced> {
        std::mem::take(&mut self.announced)
    }

    fn no_body_owed(&self) -> Result<(), Trouble> {
        if self.announced.is_empty() {
            Ok(())
        } else {
            Err(self.trouble("a here-document has no body"))
        }
    }

    /// Skips blanks, line continuations and comments; stops before a newline.
    pub(super) fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\\') if self.peek_at(1) == Some(b'\n') => self.at += 2,
                Some(b'#') => {
                    let line = self.rest().find('\n').unwrap_or(self.rest().len());
                    self.at += line;
                }
                _ => return,
            }
        }
    }

    /// Skips blanks and newlines, reading here-document bodies as lines end.
    pub(super) fn newlines(&mut self) -> Result<(), Trouble> {
        loop {
            self.blanks();
            if self.peek() != Some(b'\n') {
                return Ok(());
            }
            self.at += 1;
            self.heredoc_bodies()?;
        }
    }

    /// The reserved word at the cursor, if the characters up to the next metacharacter are one.
    pub(super) fn reserved(&self) -> &'a str {
        let rest = self.rest();
        let end = rest
            .bytes()
            .position(|b| {
                matches!(
                    b,
                    b' ' | b'\t' | b'\n' | b';' | b'|' | b'&' | b'(' | b')' | b'<' | b'>'
                )
            })
            .unwrap_or(rest.len());
        rest.get(..end.min(9)).filter(|_| end <= 9).unwrap_or_default()
    }

    pub(super) fn take_reserved(&mut self, word: &str) -> bool {
        self.blanks();
        let found = self.reserved() == word;
        if found {
            self.at += word.len();
        }
        found
    }

    pub(super) fn expect_reserved(&mut self, word: &'static str) -> Result<(), Trouble> {
        self.newlines()?;
        if self.take_reserved(word) {
            Ok(())
        } else {
            Err(self.trouble("a reserved word is missing"))
        }
    }

    // Lists.

    pub(crate) fn list_until_paren(&mut self) -> Result<List, Trouble> {
        let list = self.list()?;
        if self.peek() != Some(b')') {
            return Err(self.trouble("`)` is missing"));
        }
        self.at += 1;
        Ok(list)
    }

    pub(super) fn list(&mut self) -> Result<List, Trouble> {
        let mut list = List::default();
        loop {
            self.newlines()?;
            match self.peek() {
                None | Some(b')') => return Ok(list),
                Some(b';') if self.peek_at(1) == Some(b';') || self.peek_at(1) == Some(b'&') => {
                    return Ok(list);
                }
                _ if TERMINATORS.contains(&self.reserved()) => return Ok(list),
                _ => {}
            }
            list.0.push(self.statement()?);
            self.blanks();
            match self.peek() {
                Some(b';') if !matches!(self.peek_at(1), Some(b';' | b'&')) => self.at += 1,
                Some(b'&') if self.peek_at(1) != Some(b'&') => self.at += 1,
                Some(b'\n' | b')' | b';') | None => {}
                _ if TERMINATORS.contains(&self.reserved()) => {}
                _ => return Err(self.trouble("unexpected token")),
            }
        }
    }

    fn statement(&mut self) -> Result<Statement, Trouble> {
        let mut chain = vec![self.pipeline()?];
        loop {
            self.blanks();
            let joined = matches!(
                (self.peek(), self.peek_at(1)),
                (Some(b'&'), Some(b'&')) | (Some(b'|'), Some(b'|'))
            );
            if !joined {
                return Ok(Statement { chain });
            }
            self.at += 2;
            self.newlines()?;
            chain.push(self.pipeline()?);
        }
    }

    fn pipeline(&mut self) -> Result<Pipeline, Trouble> {
        let mut timed = false;
        loop {
            if self.take_reserved("!") {
                continue;
            }
            if self.take_reserved("time") {
                timed = true;
                if !self.take_reserved("-p") {
                    self.take_reserved("--");
                }
                continue;
            }
            break;
        }
        let mut commands = Vec::new();
        loop {
            self.blanks();
            if commands.is_empty() && matches!(self.peek(), None | Some(b'\n' | b';')) {
                // `!` or `time` alone.
                return Ok(Pipeline { timed, commands });
            }
            commands.push(self.nested(Self::command)?);
            self.blanks();
            if self.peek() != Some(b'|') || self.peek_at(1) == Some(b'|') {
                return Ok(Pipeline { timed, commands });
            }
            self.at += if self.peek_at(1) == Some(b'&') { 2 } else { 1 };
            self.newlines()?;
        }
    }

    // Commands.

    pub(super) fn command(&mut self) -> Result<Command, Trouble> {
        self.commands += 1;
        if self.commands > MAX_COMMANDS {
            return Err(Trouble::Limit("the command runs more commands than are followed"));
        }
        let from = self.at;
        let kind = match self.compound()? {
            Some(kind) => kind,
            None => return self.simple(from),
        };
        let mut redirects = Vec::new();
        loop {
            self.blanks();
            match self.redirect()? {
                Some(redirect) => redirects.push(redirect),
                None => break,
            }
        }
        Ok(Command {
            kind,
            redirects,
            text: self.slice(from, self.at).to_owned(),
        })
    }

    fn simple(&mut self, from: usize) -> Result<Command, Trouble> {
        let (mut assignments, mut words, mut redirects) = (Vec::new(), Vec::new(), Vec::new());
        let mut end = self.at;
        loop {
            self.blanks();
            if let Some(redirect) = self.redirect()? {
                redirects.push(redirect);
            } else if words.is_empty()
                && let Some(assignment) = self.assignment()?
            {
                assignments.push(assignment);
            } else {
                let word = self.word_or_array()?;
                if word.pieces.is_empty() {
                    break;
                }
                words.push(word);
                if let [only] = words.as_slice()
                    && assignments.is_empty()
                    && redirects.is_empty()
                    && let Some(name) = only.bare()
                    && self.opens_function()
                {
                    let name = name.to_owned();
                    let kind = self.function_body(name)?;
                    return Ok(Command {
                        kind,
                        redirects,
                        text: self.slice(from, self.at).to_owned(),
                    });
                }
            }
            end = self.at;
        }
        if words.is_empty() && assignments.is_empty() && redirects.is_empty() {
            return Err(self.trouble("a command is missing"));
        }
        let text = self.slice(from, end).to_owned();
        Ok(Command {
            kind: Kind::Simple { assignments, words },
            redirects,
            text,
        })
    }
}
