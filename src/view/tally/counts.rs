//! How often each of many names was seen, in bounded memory.

use std::collections::HashMap;

/// Names told apart where nothing else is said; what comes after is counted together.
const MAX_NAMES: usize = 8192;

/// How often each name was seen, and how often with a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    room: usize,
    seen: HashMap<String, Count>,
    /// Sightings of names that had no room.
    others: Count,
}

/// Sightings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// All.
    pub(crate) calls: u64,
    /// Those denied or escalated.
    pub(crate) refused: u64,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.refused += other.refused;
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self::with_room(MAX_NAMES)
    }
}

impl Counts {
    /// Nothing seen yet; so many names are told apart.
    pub(crate) fn with_room(room: usize) -> Self {
        Self {
            room,
            seen: HashMap::new(),
            others: Count::default(),
        }
    }

    /// Whether the name was seen.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.seen.contains_key(name)
    }

    /// Names told apart.
    pub(crate) fn len(&self) -> usize {
        self.seen.len()
    }

    /// Counts one sighting; the empty name is not counted.
    pub(crate) fn see(&mut self, name: &str, refused: bool) {
        if !name.is_empty() {
            self.put(
                name,
                Count {
                    calls: 1,
                    refused: u64::from(refused),
                },
            );
        }
    }

    fn put(&mut self, name: &str, count: Count) {
        if let Some(known) = self.seen.get_mut(name) {
            known.add(count);
        } else if self.seen.len() < self.room {
            self.seen.insert(name.to_owned(), count);
        } else {
            self.others.add(count);
        }
    }

    /// Takes in what another piece of the ledger gave.
    pub(crate) fn merge(&mut self, other: Self) {
        for (name, count) in other.seen {
            self.put(&name, count);
        }
        self.others.add(other.others);
    }

    /// The names seen most, and `(others)` for the rest where there is one.
    pub(crate) fn top(&self, most: usize) -> Vec<(String, Count)> {
        let mut all: Vec<(&String, &Count)> = self.seen.iter().collect();
        all.sort_by(|a, b| b.1.calls.cmp(&a.1.calls).then_with(|| a.0.cmp(b.0)));
        let mut rest = self.others;
        for (_, count) in all.iter().skip(most) {
            rest.add(**count);
        }
        let mut top: Vec<(String, Count)> = all
            .into_iter()
            .take(most)
            .map(|(name, count)| (name.clone(), *count))
            .collect();
        if rest.calls > 0 {
            top.push(("(others)".to_owned(), rest));
        }
        top
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, Counts, MAX_NAMES};

    #[test]
    fn the_most_seen_come_first_and_the_rest_is_summed_up() {
        let mut counts = Counts::default();
        for (name, times) in [("a", 1), ("b", 3), ("c", 2), ("", 9)] {
            for _ in 0..times {
                counts.see(name, name == "c");
            }
        }
        let count = |calls, refused| Count { calls, refused };
        assert_eq!(
            counts.top(2),
            [
                ("b".to_owned(), count(3, 0)),
                ("c".to_owned(), count(2, 2)),
                ("(others)".to_owned(), count(1, 0))
            ]
        );
    }

    #[test]
    fn names_without_end_take_no_memory_without_end_and_none_is_lost() {
        let mut counts = Counts::default();
        for n in 0..MAX_NAMES + 1000 {
            counts.see(&n.to_string(), true);
        }
        assert_eq!(counts.len(), MAX_NAMES);
        let mut both = counts.clone();
        both.merge(counts);
        let total: u64 = both.top(10).iter().map(|(_, count)| count.calls).sum();
        assert_eq!(total, 2 * (MAX_NAMES as u64 + 1000));
    }
}
