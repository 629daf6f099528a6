//! The Merkle tree of RFC 6962 over entry hashes. Pure.

use crate::hash::{Hash, sha256};
pub(crate) use crate::hash::{leaf, node};

/// The right edge of a tree: the roots of its complete subtrees, largest first. Leaves are added to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// The edge of a tree of this size from the roots of its complete subtrees.
    pub(crate) fn from_roots(size: u64, roots: Vec<Hash>) -> Option<Self> {
        (roots.len() == usize::try_from(size.count_ones()).ok()?).then_some(Self { size, roots })
    }

    /// Number of leaves.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub(crate) fn push(&mut self, leaf: Hash) {
        let mut top = leaf;
        let mut rest = self.size;
        while rest & 1 == 1 {
            let Some(left) = self.roots.pop() else { break };
            top = node(&left, &top);
            rest >>= 1;
        }
        self.roots.push(top);
        self.size += 1;
    }

    /// The root; of the empty tree, the hash of nothing.
    pub(crate) fn root(&self) -> Hash {
        let mut edge = self.roots.iter().rev();
        let Some(last) = edge.next() else {
            return sha256(&[]);
        };
        edge.fold(*last, |right, left| node(left, &right))
    }
}

/// The root over the leaves or subtree roots of a complete tree.
pub(super) fn root_of(hashes: &[Hash]) -> Hash {
    let mut edge = Frontier::default();
    for hash in hashes {
        edge.push(*hash);
    }
    edge.root()
}

/// The largest power of two below `n`, for `n` above 1.
pub(super) fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::{Frontier, leaf, node, root_of, split};
    use crate::hash::{hex_text, sha256};

    /// The definition of RFC 6962, word for word.
    fn by_definition(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [] => sha256(&[]),
            [one] => *one,
            many => {
                let k = usize::try_from(split(many.len() as u64)).unwrap();
                node(&by_definition(&many[..k]), &by_definition(&many[k..]))
            }
        }
    }

    #[test]
    fn the_root_is_that_of_the_definition_at_every_size() {
        let mut edge = Frontier::default();
        let mut leaves = Vec::new();
        for n in 0..300_u32 {
            assert_eq!(edge.root(), by_definition(&leaves), "{n}");
            let one = leaf(&sha256(&[&n.to_be_bytes()]));
            leaves.push(one);
            edge.push(one);
        }
        assert_eq!(root_of(&leaves), edge.root());
    }

    #[test]
    fn the_empty_tree_has_the_known_root() {
        assert_eq!(
            hex_text(&Frontier::default().root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
