//! The ledger from outside: what writers leave, what verification says of it, what damage does.

mod append;
mod marks;
mod place;
