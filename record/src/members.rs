//! Canonical JSON of an object whose members are known beforehand, written straight from their values. It comes out
//! as from [`canonical`](crate::canon::canonical), without a tree of values in between.

use super::canon::{integer, string};

/// The members of an object, to be written in ascending order of their names.
#[derive(Debug)]
pub struct Members<'a> {
    out: &'a mut Vec<u8>,
    last: &'static str,
}

/// Appends an object to `out`.
pub fn write(out: &mut Vec<u8>, members: impl FnOnce(&mut Members<'_>)) {
    out.push(b'{');
    members(&mut Members { out, last: "" });
    out.push(b'}');
}

impl Members<'_> {
    fn name(&mut self, name: &'static str) {
        // INVARIANT: the order is the canonical one, and no name comes twice.
        debug_assert!(self.last < name && name.is_ascii());
        if !self.last.is_empty() {
            self.out.push(b',');
        }
        self.last = name;
        string(self.out, name);
        self.out.push(b':');
    }

    /// A text.
    pub fn text(&mut self, name: &'static str, text: &str) {
        self.name(name);
        string(self.out, text);
    }

    /// A list of texts.
    pub fn texts(&mut self, name: &'static str, texts: &[String]) {
        self.name(name);
        self.out.push(b'[');
        for (i, text) in texts.iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            string(self.out, text);
        }
        self.out.push(b']');
    }

    /// An integer of at most 64 bits.
    pub fn integer(&mut self, name: &'static str, n: impl Into<i128>) {
        self.name(name);
        integer(self.out, n.into());
    }

    /// Null.
    pub fn null(&mut self, name: &'static str) {
        self.name(name);
        self.out.extend_from_slice(b"null");
    }

    /// An object.
    pub fn object(&mut self, name: &'static str, members: impl FnOnce(&mut Members<'_>)) {
        self.name(name);
        write(self.out, members);
    }
}

#[cfg(test)]
mod tests {
    use super::write;
    use crate::canon::canonical;
    use proptest::prelude::*;
    use serde_json::json;

    proptest! {
        #[test]
        fn known_members_come_out_as_from_a_tree_of_values(
            text in any::<String>(),
            texts in proptest::collection::vec(any::<String>(), 0..4),
            n in any::<u64>(),
            small in any::<Option<u32>>(),
            signed in any::<i64>(),
        ) {
            let tree = json!({"n": n, "in": {"small": small, "signed": signed}, "texts": texts, "a": text});
            let mut out = Vec::new();
            write(&mut out, |whole| {
                whole.text("a", &text);
                whole.object("in", |inner| {
                    inner.integer("signed", signed);
                    match small {
                        Some(n) => inner.integer("small", n),
                        None => inner.null("small"),
                    }
                });
                whole.integer("n", n);
                whole.texts("texts", &texts);
            });
            prop_assert_eq!(out, canonical(tree.as_object().unwrap()).unwrap());
        }
    }
}
