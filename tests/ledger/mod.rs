//! The ledger from outside: what writers leave, what verification says of it, what damage does.

mod adversary;
mod append;
mod bench;
mod crash;
mod damage;
mod export;
mod forge;
mod full;
mod group_commit;
mod inject;
mod interop;
mod marks;
mod own;
pub(crate) mod place;
mod power;
mod scene;
mod seal;
mod taking;
mod tlog;
