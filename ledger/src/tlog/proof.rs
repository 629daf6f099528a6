//! Proofs that an entry is in the tree and that one tree continues another: made from tiles, written as
//! c2sp.org/tlog-proof@v1, read and checked. Checking is pure.

use super::{
    note::{Checkpoint, NoteError, Vkey},
    tiles::Tiles,
    tree::{leaf, node, split},
};
use crate::{Hash, LedgerError};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;

const TITLE: &str = "c2sp.org/tlog-proof@v1\n";
/// A path in a tree of 2^64 leaves is no longer.
const MAX_PATH: usize = 64;

/// Why a proof is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// Not of the form of a proof.
    Form,
    /// Its checkpoint is not accepted.
    Note(NoteError),
    /// It does not lead to the root.
    Wrong,
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("is no proof"),
            Self::Note(e) => write!(f, "has a checkpoint that {e}"),
            Self::Wrong => f.write_str("does not lead to the signed root"),
        }
    }
}

impl std::error::Error for ProofError {}

/// The root over leaves `from..to`, a range that splits as the tree does.
pub(super) fn range(tiles: &mut Tiles<'_>, from: u64, to: u64) -> Result<Hash, LedgerError> {
    let width = to - from;
    if width.is_power_of_two() {
        return tiles.subtree(width.trailing_zeros(), from >> width.trailing_zeros());
    }
    let middle = from + split(width);
    Ok(node(&range(tiles, from, middle)?, &range(tiles, middle, to)?))
}

/// The path of RFC 6962 section 2.1.1 for a leaf, sibling first.
pub(super) fn inclusion(tiles: &mut Tiles<'_>, index: u64, size: u64) -> Result<Vec<Hash>, LedgerError> {
    let (mut from, mut to) = (0, size);
    let mut path = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push(range(tiles, middle, to)?);
            to = middle;
        } else {
            path.push(range(tiles, from, middle)?);
            from = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof of RFC 6962 section 2.1.2 that the tree of `size` continues the tree of `old`.
pub(super) fn consistency(tiles: &mut Tiles<'_>, old: u64, size: u64) -> Result<Vec<Hash>, LedgerError> {
    let (mut from, mut to) = (0, size);
    let mut path = Vec::new();
    while old != to {
        let middle = from + split(to - from);
        if old <= middle {
            path.push(range(tiles, middle, to)?);
            to = middle;
        } else {
            path.push(range(tiles, from, middle)?);
            from = middle;
        }
    }
    if from > 0 {
        path.push(range(tiles, from, to)?);
    }
    path.reverse();
    Ok(path)
}

/// Checks that `new` continues `old`; `path` is the consistency proof.
///
/// # Errors
/// It does not.
pub fn verify_consistency(old: &Checkpoint, new: &Checkpoint, path: &[Hash]) -> Result<(), ProofError> {
    if old.size == 0 || old.size == new.size {
        let same = old.size == 0 || old.root == new.root;
        return if same && path.is_empty() {
            Ok(())
        } else {
            Err(ProofError::Wrong)
        };
    }
    if old.size > new.size {
        return Err(ProofError::Wrong);
    }
    let mut rest = path.iter();
    let (mut place, mut last) = (old.size - 1, new.size - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let start = if place == 0 {
        old.root
    } else {
        *rest.next().ok_or(ProofError::Wrong)?
    };
    let (mut of_old, mut of_new) = (start, start);
    for hash in rest {
        if last == 0 {
            return Err(ProofError::Wrong);
        }
        if place & 1 == 1 || place == last {
            of_old = node(hash, &of_old);
            of_new = node(hash, &of_new);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            of_new = node(&of_new, hash);
        }
        place >>= 1;
        last >>= 1;
    }
    if last == 0 && of_old == old.root && of_new == new.root {
        Ok(())
    } else {
        Err(ProofError::Wrong)
    }
}

/// A proof that an entry is in a tree whose head is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// The entry's place, from 0: its number less one.
    pub index: u64,
    /// The path, sibling first.
    pub path: Vec<Hash>,
    /// The signed head, as it was signed.
    pub note: String,
}

impl Inclusion {
    /// The path as proofs write it.
    pub fn path_text(&self) -> Vec<String> {
        self.path.iter().map(|hash| STANDARD.encode(hash)).collect()
    }

    /// The text of c2sp.org/tlog-proof@v1.
    pub fn text(&self) -> String {
        let mut out = format!("{TITLE}index {}\n", self.index);
        for hash in self.path_text() {
            out.push_str(&hash);
            out.push('\n');
        }
        out.push('\n');
        out.push_str(&self.note);
        out
    }

    /// Reads that text.
    ///
    /// # Errors
    /// It has another form.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        let rest = text.strip_prefix(TITLE).ok_or(ProofError::Form)?;
        let (head, note) = rest.split_once("\n\n").ok_or(ProofError::Form)?;
        let mut lines = head.split('\n').peekable();
        if lines.peek().is_some_and(|line| line.starts_with("extra ")) {
            let extra = lines.next().and_then(|line| line.strip_prefix("extra "));
            extra
                .and_then(|extra| STANDARD.decode(extra).ok())
                .ok_or(ProofError::Form)?;
        }
        let number = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .ok_or(ProofError::Form)?;
        let index: u64 = number.parse().map_err(|_| ProofError::Form)?;
        if index.to_string() != number {
            return Err(ProofError::Form);
        }
        let mut path = Vec::new();
        for line in lines {
            let hash = STANDARD.decode(line).ok().and_then(|bytes| bytes.try_into().ok());
            path.push(hash.ok_or(ProofError::Form)?);
            if path.len() > MAX_PATH {
                return Err(ProofError::Form);
            }
        }
        Ok(Self {
            index,
            path,
            note: note.to_owned(),
        })
    }

    /// Checks that the entry of this hash is in the tree whose head `vkey` signed, and returns the head.
    ///
    /// # Errors
    /// The head is not signed by the key, or the path does not lead to it.
    pub fn verify(&self, entry: &Hash, vkey: &Vkey) -> Result<Checkpoint, ProofError> {
        let head = Checkpoint::open(self.note.as_bytes(), vkey).map_err(ProofError::Note)?;
        if self.index >= head.size {
            return Err(ProofError::Wrong);
        }
        let (mut place, mut last) = (self.index, head.size - 1);
        let mut top = leaf(entry);
        for hash in &self.path {
            if last == 0 {
                return Err(ProofError::Wrong);
            }
            if place & 1 == 1 || place == last {
                top = node(hash, &top);
                while place & 1 == 0 && place != 0 {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                top = node(&top, hash);
            }
            place >>= 1;
            last >>= 1;
        }
        if last == 0 && top == head.root {
            Ok(head)
        } else {
            Err(ProofError::Wrong)
        }
    }
}
