//! Sets and dicts: entries in the order of insertion, found by Python's equality, under which 1, 1.0 and True
//! are one key.

use super::{
    compare::{equal, hash},
    value::Value,
};

/// Up to this many entries are searched one by one.
const LINEAR: usize = 8;
const EMPTY: u32 = u32::MAX;

/// Keys with values; a set has None for each value. Keys are hashable: the caller has checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table<'a> {
    entries: Vec<Entry<'a>>,
    /// Open addressing over the entries, at most half full; empty while the table is small.
    slots: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Entry<'a> {
    /// Known once the table is not small.
    hash: u64,
    key: Value<'a>,
    value: Value<'a>,
}

impl<'a> Table<'a> {
    pub(crate) fn with_capacity(n: usize) -> Self {
        Self {
            entries: Vec::with_capacity(n),
            slots: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn keys(&self) -> impl DoubleEndedIterator<Item = &Value<'a>> {
        self.entries.iter().map(|e| &e.key)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&Value<'a>, &Value<'a>)> {
        self.entries.iter().map(|e| (&e.key, &e.value))
    }

    /// The entry at that place of the insertion order.
    pub(crate) fn at(&self, n: usize) -> Option<(&Value<'a>, &Value<'a>)> {
        self.entries.get(n).map(|e| (&e.key, &e.value))
    }

    pub(crate) fn get(&self, key: &Value<'a>) -> Option<&Value<'a>> {
        let at = self.find(key)?;
        self.entries.get(at).map(|e| &e.value)
    }

    pub(crate) fn contains(&self, key: &Value<'a>) -> bool {
        self.find(key).is_some()
    }

    /// The key that is held and equals this one.
    pub(crate) fn held(&self, key: &Value<'a>) -> Option<&Value<'a>> {
        let at = self.find(key)?;
        self.entries.get(at).map(|e| &e.key)
    }

    /// Puts a value under a key; an equal key that is there stays, as in Python.
    pub(crate) fn put(&mut self, key: Value<'a>, value: Value<'a>) {
        if let Some(entry) = self.find(&key).and_then(|at| self.entries.get_mut(at)) {
            entry.value = value;
            return;
        }
        self.push(key, value);
    }

    /// Puts a value under a key that is known not to be there.
    pub(crate) fn push(&mut self, key: Value<'a>, value: Value<'a>) {
        let mut entry = Entry { hash: 0, key, value };
        if self.slots.is_empty() && self.entries.len() < LINEAR {
            self.entries.push(entry);
            return;
        }
        entry.hash = hash(&entry.key);
        let hash = entry.hash;
        self.entries.push(entry);
        if self.entries.len() * 2 > self.slots.len() {
            self.rebuild();
        } else {
            place(&mut self.slots, hash, self.entries.len() - 1);
        }
    }

    fn rebuild(&mut self) {
        if self.slots.is_empty() {
            self.entries
                .iter_mut()
                .for_each(|entry| entry.hash = hash(&entry.key));
        }
        let size = (self.entries.len() * 4).next_power_of_two();
        self.slots = vec![EMPTY; size];
        for (n, entry) in self.entries.iter().enumerate() {
            place(&mut self.slots, entry.hash, n);
        }
    }

    fn find(&self, key: &Value<'a>) -> Option<usize> {
        if self.slots.is_empty() {
            return self.entries.iter().position(|e| equal(&e.key, key));
        }
        let hash = hash(key);
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let at = *self.slots.get(slot).filter(|at| **at != EMPTY)? as usize;
            if self
                .entries
                .get(at)
                .is_some_and(|e| e.hash == hash && equal(&e.key, key))
            {
                return Some(at);
            }
            slot = (slot + 1) & mask;
        }
    }
}

fn place(slots: &mut [u32], hash: u64, n: usize) {
    let mask = slots.len() - 1;
    let mut slot = hash as usize & mask;
    while let Some(taken) = slots.get_mut(slot) {
        if *taken == EMPTY {
            *taken = n as u32;
            return;
        }
        slot = (slot + 1) & mask;
    }
}
