//! The bash grammar: lists, pipelines, compound commands, redirections. One pass, one cursor; every text it
//! does not understand is an error, never a guess.

use super::ast::{
    AssignedValue, Assignment, Command, Kind, List, Piece, Pipeline, Redirect, RedirectOp, Statement, Word,
};
use super::lex::{MAX_DEPTH, is_name_start};
use std::{cell::OnceCell, rc::Rc};

/// Longest command that is read at all.
pub(crate) const MAX_COMMAND_BYTES: usize = 128 * 1024;

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
    at: usize,
    depth: u32,
    announced: Vec<Announced>,
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
    fn blanks(&mut self) {
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
    fn newlines(&mut self) -> Result<(), Trouble> {
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
    fn reserved(&self) -> &'a str {
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

    fn take_reserved(&mut self, word: &str) -> bool {
        self.blanks();
        let found = self.reserved() == word;
        if found {
            self.at += word.len();
        }
        found
    }

    fn expect_reserved(&mut self, word: &'static str) -> Result<(), Trouble> {
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

    fn list(&mut self) -> Result<List, Trouble> {
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

    fn command(&mut self) -> Result<Command, Trouble> {
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

    fn compound(&mut self) -> Result<Option<Kind>, Trouble> {
        if self.peek() == Some(b'(') {
            if self.peek_at(1) == Some(b'(')
                && let Some(end) = self.arithmetic_end(self.at + 2)
            {
                self.at += 2;
                return Ok(Some(Kind::Arithmetic(self.arithmetic(end)?)));
            }
            self.at += 1;
            return Ok(Some(Kind::Subshell(self.list_until_paren()?)));
        }
        let word = self.reserved();
        let kind = match word {
            "{" => {
                self.at += 1;
                let list = self.list()?;
                self.expect_reserved("}")?;
                Kind::Group(list)
            }
            "if" => {
                self.at += 2;
                self.conditional()?
            }
            "while" | "until" => {
                self.at += 5;
                let condition = self.list()?;
                Kind::While {
                    condition,
                    body: self.do_group()?,
                }
            }
            "for" | "select" => {
                self.at += word.len();
                self.for_loop()?
            }
            "case" => {
                self.at += 4;
                self.case()?
            }
            "[[" => {
                self.at += 2;
                Kind::Test(self.test_words()?)
            }
            "function" => {
                self.at += 8;
                self.blanks();
                let name = self
                    .word()?
                    .bare()
                    .ok_or_else(|| self.trouble("bad function name"))?
                    .to_owned();
                self.blanks();
                if self.rest().starts_with("()") {
                    self.at += 2;
                }
                self.function_body(name)?
            }
            "coproc" => {
                self.at += 6;
                self.blanks();
                Kind::Coprocess(Box::new(self.nested(Self::command)?))
            }
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }

    fn conditional(&mut self) -> Result<Kind, Trouble> {
        let mut lists = vec![self.list()?];
        self.expect_reserved("then")?;
        lists.push(self.list()?);
        loop {
            if self.take_reserved("elif") {
                lists.push(self.list()?);
                self.expect_reserved("then")?;
                lists.push(self.list()?);
            } else if self.take_reserved("else") {
                lists.push(self.list()?);
            } else {
                self.expect_reserved("fi")?;
                return Ok(Kind::If(lists));
            }
        }
    }

    fn do_group(&mut self) -> Result<List, Trouble> {
        self.newlines()?;
        if self.take_reserved("{") {
            let body = self.list()?;
            self.expect_reserved("}")?;
            return Ok(body);
        }
        self.expect_reserved("do")?;
        let body = self.list()?;
        self.expect_reserved("done")?;
        Ok(body)
    }

    fn for_loop(&mut self) -> Result<Kind, Trouble> {
        self.blanks();
        if self.rest().starts_with("((") {
            let end = self
                .arithmetic_end(self.at + 2)
                .ok_or_else(|| self.trouble("unterminated `((`"))?;
            self.at += 2;
            let header = self.arithmetic(end)?;
            self.blanks();
            if self.peek() == Some(b';') {
                self.at += 1;
            }
            return Ok(Kind::ArithmeticFor {
                header,
                body: self.do_group()?,
            });
        }
        let name = self
            .word()?
            .bare()
            .ok_or_else(|| self.trouble("bad loop variable"))?
            .to_owned();
        self.newlines()?;
        let mut words = None;
        if self.take_reserved("in") {
            let mut list = Vec::new();
            loop {
                self.blanks();
                let word = self.word()?;
                if word.pieces.is_empty() {
                    break;
                }
                list.push(word);
            }
            words = Some(list);
        }
        self.blanks();
        if self.peek() == Some(b';') {
            self.at += 1;
        }
        Ok(Kind::For {
            name,
            words,
            body: self.do_group()?,
        })
    }

    fn case(&mut self) -> Result<Kind, Trouble> {
        self.blanks();
        let subject = self.word()?;
        self.expect_reserved("in")?;
        let mut arms = Vec::new();
        loop {
            self.newlines()?;
            if self.take_reserved("esac") {
                return Ok(Kind::Case { subject, arms });
            }
            if self.peek() == Some(b'(') {
                self.at += 1;
            }
            let mut patterns = Vec::new();
            loop {
                self.blanks();
                let pattern = self.word()?;
                if pattern.pieces.is_empty() {
                    return Err(self.trouble("a pattern is missing"));
                }
                patterns.push(pattern);
                self.blanks();
                match self.peek() {
                    Some(b'|') => self.at += 1,
                    Some(b')') => {
                        self.at += 1;
                        break;
                    }
                    _ => return Err(self.trouble("`)` is missing")),
                }
            }
            let body = self.list()?;
            arms.push((patterns, body));
            self.blanks();
            if self.rest().starts_with(";;&") {
                self.at += 3;
            } else if self.rest().starts_with(";;") || self.rest().starts_with(";&") {
                self.at += 2;
            }
        }
    }

    /// The words up to `]]`; operators are words here, and parentheses are kept apart.
    fn test_words(&mut self) -> Result<Vec<Word>, Trouble> {
        let mut words = Vec::new();
        loop {
            self.newlines()?;
            if self.take_reserved("]]") {
                return Ok(words);
            }
            match self.peek() {
                None => return Err(self.trouble("`]]` is missing")),
                Some(b'<' | b'>') if self.peek_at(1) != Some(b'(') => self.at += 1,
                Some(b'(' | b')' | b'|' | b'&') => self.at += 1,
                Some(b';') => return Err(self.trouble("`]]` is missing")),
                Some(_) => words.push(self.word()?),
            }
        }
    }

    fn function_body(&mut self, name: String) -> Result<Kind, Trouble> {
        self.newlines()?;
        let body = self.nested(Self::command)?;
        match body.kind {
            Kind::Simple { .. } | Kind::Function { .. } => Err(self.trouble("a function body is missing")),
            _ => Ok(Kind::Function {
                name,
                body: Box::new(body),
            }),
        }
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

    /// Consumes `()` after a function's name.
    fn opens_function(&mut self) -> bool {
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

    /// A word, or `name=(...)` as `declare` and its kin take it, flattened to one word.
    fn word_or_array(&mut self) -> Result<Word, Trouble> {
        let mut word = self.word()?;
        let opens =
            matches!(word.pieces.last(), Some(Piece::Literal { text, quoted: false }) if text.ends_with('='));
        if opens && self.peek() == Some(b'(') {
            for element in self.array()? {
                word.pieces.extend(element.pieces);
            }
        }
        Ok(word)
    }

    fn array(&mut self) -> Result<Vec<Word>, Trouble> {
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

    fn assignment(&mut self) -> Result<Option<Assignment>, Trouble> {
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

    // Redirections.

    fn redirect(&mut self) -> Result<Option<Redirect>, Trouble> {
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

    fn redirect_op(&self) -> Option<(RedirectOp, usize)> {
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
