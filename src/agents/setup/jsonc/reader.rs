//! Where the parts of a JSON text stand: comments and trailing commas are understood, values are not kept.

use crate::report::visible;
use serde_json::Value as Json;
use std::{collections::HashSet, ops::Range};

/// How deep a settings file may nest.
const MAX_DEPTH: usize = 64;

/// One value, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Object(Vec<Member>),
    Array(Vec<Node>),
    Scalar,
}

/// One entry of an object; its text starts at the name.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) key: String,
    pub(super) start: usize,
    pub(super) value: Node,
}

/// A place in the text.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn read(text: &'a str) -> Result<Node, String> {
        let mut reader = Self { text, at: 0 };
        reader.skip()?;
        let node = reader.node(0)?;
        reader.skip()?;
        if reader.at < text.len() {
            Err(reader.wrong("text after the end"))
        } else {
            Ok(node)
        }
    }

    /// Where in the text after an entry its comma is, comments and white space passed over.
    pub(super) fn comma_after(text: &str) -> Option<usize> {
        let mut reader = Reader { text, at: 0 };
        reader.skip().ok()?;
        (reader.peek() == Some(b',')).then_some(reader.at)
    }

    fn wrong(&self, what: &str) -> String {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        format!("line {line}: {what}")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Passes over white space and comments.
    fn skip(&mut self) -> Result<(), String> {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}']).len();
            self.at += blank;
            let rest = self.rest();
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                let end = rest
                    .find("*/")
                    .ok_or_else(|| self.wrong("a comment without an end"))?;
                self.at += end + 2;
            } else if blank == 0 {
                return Ok(());
            }
        }
    }

    fn node(&mut self, depth: usize) -> Result<Node, String> {
        if depth > MAX_DEPTH {
            return Err(self.wrong("nested too deep"));
        }
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => {
                let members = self.entries(b'}', |reader| reader.member(depth))?;
                // Of two entries of one name clients take the last; an edit of the first would be without effect.
                let mut known = HashSet::new();
                if let Some(twice) = members.iter().find(|member| !known.insert(member.key.as_str())) {
                    self.at = twice.start;
                    return Err(self.wrong(&format!("`{}` stands there twice", visible(&twice.key))));
                }
                Kind::Object(members)
            }
            Some(b'[') => Kind::Array(self.entries(b']', |reader| reader.node(depth + 1))?),
            Some(_) => {
                self.scalar()?;
                Kind::Scalar
            }
            None => return Err(self.wrong("a value is missing")),
        };
        Ok(Node {
            span: start..self.at,
            kind,
        })
    }

    fn entries<T>(
        &mut self,
        close: u8,
        mut entry: impl FnMut(&mut Self) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.skip()?;
            if self.peek() == Some(close) {
                self.at += 1;
                return Ok(entries);
            }
            entries.push(entry(self)?);
            self.skip()?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => {}
                _ => return Err(self.wrong("a comma or a closing bracket is missing")),
            }
        }
    }

    fn member(&mut self, depth: usize) -> Result<Member, String> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(self.wrong("a name in double quotes is missing"));
        }
        self.scalar()?;
        let key = self
            .text
            .get(start..self.at)
            .and_then(|text| serde_json::from_str(text).ok());
        let key = key.ok_or_else(|| self.wrong("a name in double quotes is missing"))?;
        self.skip()?;
        if self.peek() != Some(b':') {
            return Err(self.wrong("a colon is missing"));
        }
        self.at += 1;
        self.skip()?;
        Ok(Member {
            key,
            start,
            value: self.node(depth + 1)?,
        })
    }

    fn scalar(&mut self) -> Result<(), String> {
        let rest = self.rest();
        let length = if rest.starts_with('"') {
            let mut escaped = false;
            let end = rest.bytes().skip(1).position(|byte| {
                let end = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                end
            });
            end.map(|end| end + 2)
        } else {
            let end = rest
                .find([',', ']', '}', ' ', '\t', '\r', '\n', '/'])
                .unwrap_or(rest.len());
            Some(end)
        };
        let scalar = length.and_then(|length| rest.get(..length));
        match scalar.filter(|text| serde_json::from_str::<Json>(text).is_ok()) {
            Some(text) => {
                self.at += text.len();
                Ok(())
            }
            None => Err(self.wrong("a value that is not JSON")),
        }
    }
}
