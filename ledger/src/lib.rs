//! The ledger: one writer interface, hash-chained lines, verification.
//! Imports no front end and no sandbox; nothing outside this crate writes a ledger file.
//!
//! A writer takes the lock, checks the tail, appends whole lines with one write, lets go of the lock and only
//! then syncs, so that writers who wait share each other's syncs. The format is described in `docs/ledger.md`.

mod append;
mod batch;
mod clock;
mod durable;
mod error;
pub mod export;
pub mod follow;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod genesis;
mod group_commit;
mod keys;
mod kind;
pub mod legacy;
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

use record::{canon, hash, line};

pub use append::{Draft, Ledger, Receipt};
pub use error::{ASIDE, LedgerError};
pub use genesis::{Created, Genesis};
pub use hash::Hash;
pub use kind::Kind;
pub use marks::Marks;
pub use permit::{DecisionDraft, Permit, Ruling, Terms};
pub use record::{MAX_DATA_BYTES, MAX_LINE_BYTES, MAX_SAFE_INTEGER};
pub use redact::Pattern;
pub use seal::parse_key as parse_seal_key;
pub use segment::Place;
pub use settings::{Durability, Settings};
pub use taking::{Pruned, Upto};

/// The evolving key of a sealed ledger, below its directory.
const SEAL_KEY: &str = "keys/seal";
