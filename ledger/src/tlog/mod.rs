//! The ledger as a transparency log: a Merkle tree (RFC 6962) over entry hashes, tiles of it (c2sp.org/tlog-tiles),
//! signed heads (c2sp.org/tlog-checkpoint) and proofs (c2sp.org/tlog-proof) that other people's tools verify.
//! Everything but the signatures and the tiles of pruned ranges can be made anew from the entries.

mod bundles;
mod checkpoint;
pub(super) mod note;
mod proof;
mod tiles;
mod tree;

pub use checkpoint::{Head, Signed};
pub(super) use checkpoint::{edge, local, retire_beyond};
pub use note::{Checkpoint, NoteError, Vkey};
pub use proof::{Inclusion, ProofError, verify_consistency};
pub(super) use tree::{Frontier, leaf};

/// Name of the directory.
const DIR: &str = "tlog";
