//! What a person at the console sees of a ledger: every reading command, on whole, empty, damaged and growing ones.

mod alert;
pub(crate) mod desk;
mod man;
mod matrix;
mod query;
mod report;
pub(crate) mod screen;
mod standing;
mod stats;
mod storage;
mod tail;
mod watch;
