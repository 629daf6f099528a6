//! From an intent to the facts that policy judges and the work that an effect needs.

pub mod filesystem;
pub mod workspace;
