//! The tree that grows with the pass, and its roots at the sizes that heads were signed for.

use crate::{Hash, tlog::Frontier};

/// A placeholder met on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Redacted {
    pub(super) seq: u64,
    /// The entry that says so.
    pub(super) by: u64,
    /// Digest of what was there.
    pub(super) data: Hash,
}

/// What the pass gathers beside the chain.
#[derive(Clone, Debug, Default)]
pub(super) struct Roots {
    /// None where the tree over pruned entries is not known.
    tree: Option<Frontier>,
    wanted: Vec<(u64, Option<Hash>)>,
    pub(super) redacted: Vec<Redacted>,
}

impl Roots {
    /// Begins with a tree, and will know its roots at these sizes.
    pub(super) fn new(tree: Option<Frontier>, sizes: impl IntoIterator<Item = u64>) -> Self {
        let mut roots = Self {
            wanted: sizes.into_iter().map(|size| (size, None)).collect(),
            tree,
            redacted: Vec::new(),
        };
        roots.look();
        roots
    }

    pub(super) fn push(&mut self, leaf: Hash) {
        if let Some(tree) = &mut self.tree {
            tree.push(leaf);
        }
        self.look();
    }

    fn look(&mut self) {
        let Some(tree) = &self.tree else { return };
        for (_, root) in self
            .wanted
            .iter_mut()
            .filter(|(wanted, _)| *wanted == tree.size())
        {
            *root = Some(tree.root());
        }
    }

    /// The root at a size that was asked for, none where the pass did not come there.
    pub(super) fn at(&self, size: u64) -> Option<Hash> {
        self.wanted
            .iter()
            .find(|(wanted, _)| *wanted == size)
            .and_then(|(_, root)| *root)
    }

    /// The root over all entries so far.
    pub(super) fn last(&self) -> Option<Hash> {
        self.tree.as_ref().map(Frontier::root)
    }
}
