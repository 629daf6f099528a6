//! Taking out of the record on purpose: one entry's data, the oldest segments. Each is recorded before it happens,
//! and what remains stays verifiable. Recovery after a loss that a person vouches for is here too.

mod archive;
mod prune;
mod recovery;
mod redaction;

pub use prune::{Pruned, Upto};
