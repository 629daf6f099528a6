//! The ledger from outside: what writers leave, what verification says of it, what damage does.

mod append;
mod export;
mod forge;
mod marks;
pub(crate) mod place;
mod seal;
mod taking;
mod tlog;
