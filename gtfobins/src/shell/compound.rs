//! The grammar of compound commands: groups, conditions, loops, `case`, `[[`, functions.

use super::ast::{Kind, List, Word};
use super::parse::{Parser, Trouble};

impl Parser<'_> {
    pub(super) fn compound(&mut self) -> Result<Option<Kind>, Trouble> {
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

    pub(super) fn conditional(&mut self) -> Result<Kind, Trouble> {
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

    pub(super) fn do_group(&mut self) -> Result<List, Trouble> {
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

    pub(super) fn for_loop(&mut self) -> Result<Kind, Trouble> {
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

    pub(super) fn case(&mut self) -> Result<Kind, Trouble> {
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
    pub(super) fn test_words(&mut self) -> Result<Vec<Word>, Trouble> {
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

    pub(super) fn function_body(&mut self, name: String) -> Result<Kind, Trouble> {
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
}
