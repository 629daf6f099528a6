//! Finds, among many rules, those that a path can match at all: by the literal text that a rule's first demand
//! wants the path to begin with. A rule that is passed over would have failed at just that demand.

use crate::rule::Rule;
use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, DefaultHasher},
};

/// Below this many rules, trying them one by one is quicker.
const WORTH: usize = 24;

/// The rules of one domain and operation, by number in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Narrow {
    /// Rules that any path may match.
    open: Vec<u32>,
    /// Rules that want a beginning, and the lengths of the beginnings there are.
    wanted: HashMap<Box<str>, Vec<u32>, BuildHasherDefault<DefaultHasher>>,
    lengths: Vec<usize>,
}

impl Narrow {
    pub(crate) fn new(all: Vec<u32>, rules: &[Rule]) -> Self {
        let mut narrow = Self::default();
        if all.len() < WORTH {
            narrow.open = all;
            return narrow;
        }
        for n in all {
            let beginnings = rules.get(n as usize).and_then(Rule::beginnings);
            let Some(beginnings) = beginnings else {
                narrow.open.push(n);
                continue;
            };
            for text in beginnings {
                narrow.lengths.push(text.len());
                let list = narrow.wanted.entry(text.into()).or_default();
                if list.last() != Some(&n) {
                    list.push(n);
                }
            }
        }
        narrow.lengths.sort_unstable();
        narrow.lengths.dedup();
        narrow
    }

    /// Every rule, in order.
    pub(crate) fn all(&self) -> Vec<u32> {
        let mut all: Vec<u32> = self
            .open
            .iter()
            .chain(self.wanted.values().flatten())
            .copied()
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether it has rules that want a beginning.
    pub(crate) fn is_choosy(&self) -> bool {
        !self.lengths.is_empty()
    }

    /// Rules that any path may match, in order.
    pub(crate) fn open(&self) -> &[u32] {
        &self.open
    }

    /// Adds the rules that want one of this path's beginnings.
    pub(crate) fn pick(&self, path: &str, out: &mut Vec<u32>) {
        let fitting = self.lengths.iter().take_while(|length| **length <= path.len());
        for list in fitting.filter_map(|length| self.wanted.get(path.get(..*length)?)) {
            out.extend(list);
        }
    }
}
