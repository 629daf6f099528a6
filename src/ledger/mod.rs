//! The ledger: one writer interface, hash-chained lines, verification.
//! Imports no front end and no sandbox; nothing outside this module writes a ledger file.
//!
//! A writer takes the lock, checks the tail, appends whole lines with one write, lets go of the lock and only
//! then syncs, so that writers who wait share each other's syncs. The format is described in `docs/ledger.md`.

mod append;
mod batch;
mod canon;
mod clock;
mod durable;
mod error;
pub mod export;
pub mod follow;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod genesis;
mod hash;
mod keys;
mod kind;
pub mod legacy;
mod line;
mod lines;
mod lock;
mod marks;
mod permit;
pub mod read;
mod recover;
mod redact;
mod rotate;
mod scan;
mod seal;
mod segment;
mod settings;
pub mod sweep;
mod tail;
mod taking;
pub mod tlog;
pub mod verify;

pub use append::{Draft, Ledger, Receipt};
pub(crate) use canon::canonical;
pub use error::LedgerError;
pub use genesis::{Created, Genesis};
pub use hash::Hash;
pub use kind::Kind;
pub use marks::Marks;
pub use permit::{DecisionDraft, Permit, Ruling, Terms};
pub use redact::Pattern;
pub use seal::parse_key as parse_seal_key;
pub use segment::Place;
pub use settings::{Durability, Settings};
pub use taking::{Pruned, Upto};

/// The evolving key of a sealed ledger, below its directory.
const SEAL_KEY: &str = "keys/seal";

/// No entry's data is longer, in canonical form.
pub const MAX_DATA_BYTES: usize = 1 << 20;
/// No line is longer: the data and its fixed frame.
pub const MAX_LINE_BYTES: usize = MAX_DATA_BYTES + 512;
/// Integers up to here are written as JSON numbers, beyond as strings (RFC 8785 numbers are doubles).
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;
