//! Stepping over canonical JSON (RFC 8785), as a ledger has it, without taking it apart. What is written in another way
//! gives nothing here: it is read whole.

use serde_json::{Map, Value as Json};

/// What is left of a text of canonical JSON.
pub(super) struct Text<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Text<'a> {
    /// Goes through the members of an object; `each` must step over the value of the name that it is given.
    pub(super) fn members(&mut self, mut each: impl FnMut(&mut Self, &[u8]) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            let name = self.string()?;
            // A name with an escape in it is compared by who reads it whole.
            if name.contains(&b'\\') {
                return None;
            }
            self.take(b':')?;
            each(self, name)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    /// An object of which only some members are read.
    pub(super) fn part(&mut self, parts: &[String]) -> Option<Json> {
        let mut map = Map::new();
        self.members(|text, name| {
            let value = text.skip()?;
            if let Some(part) = parts.iter().find(|part| part.as_bytes() == name) {
                map.insert(part.clone(), serde_json::from_slice(value).ok()?);
            }
            Some(())
        })?;
        Some(Json::Object(map))
    }

    /// Steps over a value and gives its text.
    pub(super) fn skip(&mut self) -> Option<&'a [u8]> {
        let whole = self.rest;
        match whole.first()? {
            b'"' => {
                self.string()?;
            }
            b'{' | b'[' => self.nested()?,
            _ => {
                let end = whole.iter().position(|byte| matches!(byte, b',' | b'}' | b']'))?;
                self.rest = whole.get(end..)?;
            }
        }
        whole.get(..whole.len() - self.rest.len())
    }

    /// Steps over an object or a list: only quotes and brackets count.
    fn nested(&mut self) -> Option<()> {
        let mut bytes = self.rest.iter();
        let mut depth: usize = 0;
        loop {
            match bytes.next()? {
                b'"' => {
                    self.rest = bytes.as_slice();
                    self.string_rest()?;
                    bytes = self.rest.iter();
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        self.rest = bytes.as_slice();
                        return Some(());
                    }
                }
                _ => {}
            }
        }
    }

    /// A string, as it is written, without its quotes.
    fn string(&mut self) -> Option<&'a [u8]> {
        self.take(b'"')?;
        self.string_rest()
    }

    fn string_rest(&mut self) -> Option<&'a [u8]> {
        let whole = self.rest;
        let mut bytes = whole.iter();
        loop {
            match bytes.next()? {
                b'"' => break,
                b'\\' => {
                    bytes.next()?;
                }
                _ => {}
            }
        }
        self.rest = bytes.as_slice();
        whole.get(..whole.len() - self.rest.len() - 1)
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(&[byte])?;
        Some(())
    }
}
