//! Reads JSON with the position of every value, so that a problem can point at its place.
//! Knows nothing of policies and never guesses: a syntax error ends the reading.

mod strings;

pub(crate) use strings::inside;

use std::{
    borrow::Cow,
    collections::HashSet,
    hash::{BuildHasherDefault, DefaultHasher},
};

/// A set that asks the system for nothing, not even for randomness.
pub(crate) type FixedSet<T> = HashSet<T, BuildHasherDefault<DefaultHasher>>;

/// How deep objects and lists may nest.
pub(crate) const MAX_JSON_DEPTH: usize = 64;

/// A range of bytes in the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            end: end as u32,
        }
    }
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node<'a> {
    pub(crate) at: Span,
    pub(crate) value: Value<'a>,
}

/// A JSON value; integers that fit are kept apart from other numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Vec<Member<'a>>),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member<'a> {
    pub(crate) key: Cow<'a, str>,
    pub(crate) at: Span,
    pub(crate) node: Node<'a>,
}

/// Something wrong with the text itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    pub(crate) at: Span,
    pub(crate) message: String,
}

impl<'a> Node<'a> {
    /// The member of that name, where this is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node<'a>> {
        match &self.value {
            Value::Object(members) => members.iter().find(|m| m.key == key).map(|m| &m.node),
            _ => None,
        }
    }

    /// The text, where this is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list, none of anything else.
    pub(crate) fn items(&self) -> &[Node<'a>] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The members of an object, none of anything else.
    pub(crate) fn members(&self) -> &[Member<'a>] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The same value without positions.
    pub(crate) fn plain(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(b) => Json::Bool(*b),
            Value::Int(i) => Json::from(*i),
            Value::Float(f) => Json::from(*f),
            Value::Text(text) => Json::String(text.clone().into_owned()),
            Value::List(items) => items.iter().map(Node::plain).collect(),
            Value::Object(members) => Json::Object(
                members
                    .iter()
                    .map(|m| (m.key.clone().into_owned(), m.node.plain()))
                    .collect(),
            ),
        }
    }
}

/// How much of a document is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    Everything,
    /// All but this member of the objects in a list of the document: what is only for the one who writes it.
    Without(&'static str),
}

/// Reads one document. Duplicate keys are gathered in `faults` and reading goes on; a syntax error ends it.
pub(crate) fn read<'a>(text: &'a str, extent: Extent, faults: &mut Vec<Fault>) -> Option<Node<'a>> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        extent,
        in_list: false,
        faults,
    };
    match reader.document() {
        Ok(node) => Some(node),
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

struct Reader<'a, 'f> {
    text: &'a str,
    at: usize,
    depth: usize,
    extent: Extent,
    /// Whether the innermost list or object around this place is a list.
    in_list: bool,
    faults: &'f mut Vec<Fault>,
}

/// How deep the objects of a document's lists stand.
const IN_LIST: usize = 3;

impl<'a> Reader<'a, '_> {
    fn document(&mut self) -> Result<Node<'a>, Fault> {
        let node = self.value()?;
        self.space();
        if self.at < self.text.len() {
            return Err(self.fault("nothing may follow the document"));
        }
        Ok(node)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn fault(&self, message: &str) -> Fault {
        let width = self
            .text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
        Fault {
            at: Span::new(self.at, self.at + width),
            message: message.to_owned(),
        }
    }

    fn value(&mut self) -> Result<Node<'a>, Fault> {
        self.space();
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(_) => return Err(self.fault("a value was expected here")),
            None => return Err(self.fault("the document ends where a value was expected")),
        };
        Ok(Node {
            at: Span::new(start, self.at),
            value,
        })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value<'a>, Fault>) -> Result<Value<'a>, Fault> {
        if self.depth >= MAX_JSON_DEPTH {
            return Err(self.fault("nested deeper than 64 levels"));
        }
        let around = self.in_list;
        self.depth += 1;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        self.in_list = around;
        Ok(value)
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, Fault> {
        if self
            .text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(word))
        {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.fault("a value was expected here"))
    }

    fn object(&mut self) -> Result<Value<'a>, Fault> {
        let mut members: Vec<Member<'a>> = Vec::new();
        let left_out = match self.extent {
            Extent::Without(key) if self.depth == IN_LIST && self.in_list => Some(key),
            Extent::Without(_) | Extent::Everything => None,
        };
        self.in_list = false;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.fault("a key in double quotes was expected here"));
            }
            let key = self.string()?;
            let at = Span::new(start, self.at);
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.fault("a colon was expected here"));
            }
            self.at += 1;
            let node = self.value()?;
            if left_out.is_none_or(|left| key != left) {
                members.push(Member { key, at, node });
            }
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.fault("a comma or `}` was expected here")),
            }
        }
        self.at += 1;
        self.duplicates(&members);
        Ok(Value::Object(members))
    }

    fn duplicates(&mut self, members: &[Member<'a>]) {
        let mut report = |m: &Member<'a>| {
            let message = format!("the key `{}` stands twice in the same object", m.key);
            self.faults.push(Fault { at: m.at, message });
        };
        if members.len() <= 16 {
            for (n, m) in members.iter().enumerate() {
                if members.iter().take(n).any(|earlier| earlier.key == m.key) {
                    report(m);
                }
            }
            return;
        }
        let mut seen = FixedSet::with_capacity_and_hasher(members.len(), BuildHasherDefault::default());
        members
            .iter()
            .filter(|m| !seen.insert(m.key.as_ref()))
            .for_each(report);
    }

    fn list(&mut self) -> Result<Value<'a>, Fault> {
        let mut items = Vec::new();
        self.in_list = true;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value()?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.fault("a comma or `]` was expected here")),
            }
        }
        self.at += 1;
        Ok(Value::List(items))
    }

    fn number(&mut self) -> Result<Value<'a>, Fault> {
        let start = self.at;
        let digits = |reader: &mut Self| {
            let from = reader.at;
            while matches!(reader.peek(), Some(b'0'..=b'9')) {
                reader.at += 1;
            }
            reader.at - from
        };
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let zero = self.peek() == Some(b'0');
        let whole = digits(self);
        if whole == 0 || (zero && whole > 1) {
            self.at = start;
            return Err(self.fault("this is not a number"));
        }
        let mut float = false;
        if self.peek() == Some(b'.') {
            float = true;
            self.at += 1;
            if digits(self) == 0 {
                return Err(self.fault("a digit was expected here"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            float = true;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if digits(self) == 0 {
                return Err(self.fault("a digit was expected here"));
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        if !float && let Ok(int) = text.parse() {
            return Ok(Value::Int(int));
        }
        match text.parse::<f64>() {
            Ok(f) if f.is_finite() => Ok(Value::Float(f)),
            _ => Err(Fault {
                at: Span::new(start, self.at),
                message: "this number is too large".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
