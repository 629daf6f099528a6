//! Finds the rules of a domain and operation, and hands them out in the order in which they are tried.
//! Tries none of them.

use crate::{components::lexical, lang::MAX_TOLD_BYTES, narrow::Narrow, rule::Rule};
use std::collections::BTreeMap;

/// Few names, so that comparing some of them is quicker than hashing one.
type Table<T> = BTreeMap<Box<str>, T>;

/// The rules of one document by domain and operation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    /// Rules for every domain.
    any: Domain,
    domains: Table<Domain>,
}

/// The rules of one domain.
#[derive(Clone, Debug, Default)]
struct Domain {
    /// Rules for every operation.
    any: Narrow,
    operations: Table<Narrow>,
}

impl Domain {
    fn of(&self, operation: &str) -> [Option<&Narrow>; 2] {
        [Some(&self.any), self.operations.get(operation)]
    }
}

impl Index {
    /// Sorts the numbers of rules by what they are for; the rules stand in the order in which they are tried.
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut lists: BTreeMap<(&str, &str), Vec<u32>> = BTreeMap::new();
        for (n, rule) in (0_u32..).zip(rules) {
            let domain = rule.domain.as_deref().unwrap_or_default();
            let mut put = |operation| {
                let list = lists.entry((domain, operation)).or_default();
                if list.last() != Some(&n) {
                    list.push(n);
                }
            };
            if rule.operations.is_empty() {
                put("");
            }
            rule.operations.iter().for_each(|operation| put(operation));
        }
        let mut index = Self::default();
        for ((domain, operation), list) in lists {
            let of = if domain.is_empty() {
                &mut index.any
            } else {
                index.domains.entry(domain.into()).or_default()
            };
            let narrow = Narrow::new(list, rules);
            if operation.is_empty() {
                of.any = narrow;
            } else {
                of.operations.insert(operation.into(), narrow);
            }
        }
        index
    }

    fn lists(&self, domain: &str, operation: &str) -> [Option<&Narrow>; 4] {
        let [all, by_operation] = self.any.of(operation);
        let [by_domain, by_both] = self
            .domains
            .get(domain)
            .map_or([None; 2], |own| own.of(operation));
        [all, by_operation, by_domain, by_both]
    }

    /// The numbers of all rules for a domain and operation, in order.
    pub(crate) fn all(&self, domain: &str, operation: &str) -> Vec<u32> {
        let lists = self.lists(domain, operation).into_iter().flatten();
        let mut all: Vec<u32> = lists.flat_map(Narrow::all).collect();
        all.sort_unstable();
        all
    }

    /// The same without rules that this path cannot match.
    pub(crate) fn fitting(&self, domain: &str, operation: &str, path: &str) -> Fitting<'_> {
        if path.len() > MAX_TOLD_BYTES {
            let mut picked = self.all(domain, operation);
            picked.reverse();
            return Fitting {
                open: [&[]; 4],
                picked,
            };
        }
        let lists = self.lists(domain, operation);
        let mut picked = Vec::new();
        for narrow in lists.into_iter().flatten().filter(|narrow| narrow.is_choosy()) {
            let plain = lexical(path);
            narrow.pick(path, &mut picked);
            if *plain != *path {
                narrow.pick(&plain, &mut picked);
            }
        }
        picked.sort_unstable_by(|a, b| b.cmp(a));
        picked.dedup();
        Fitting {
            open: lists.map(|narrow| narrow.map_or(&[][..], Narrow::open)),
            picked,
        }
    }
}

/// Several ordered lists of numbers as one.
// INVARIANT: no number stands in two of them, since a rule is for every domain or for one, and for every operation or
// for some, none of which is called ``.
pub(crate) struct Fitting<'i> {
    open: [&'i [u32]; 4],
    /// The next one last.
    picked: Vec<u32>,
}

impl Iterator for Fitting<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let mut next = self.picked.last().copied();
        let mut from = None;
        for list in &mut self.open {
            if let Some((first, rest)) = list.split_first()
                && next.is_none_or(|least| *first < least)
            {
                next = Some(*first);
                from = Some((list, rest));
            }
        }
        match from {
            Some((list, rest)) => *list = rest,
            None => drop(self.picked.pop()),
        }
        next
    }
}
