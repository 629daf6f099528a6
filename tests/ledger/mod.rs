//! The ledger from outside: what writers leave, what verification says of it, what damage does.

mod adversary;
mod append;
mod crash;
mod damage;
mod export;
mod forge;
mod interop;
mod marks;
pub(crate) mod place;
mod seal;
mod taking;
mod tlog;
