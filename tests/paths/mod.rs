//! The traps of paths, met by the built `wt` under its default policy, as an agent would meet them.

mod crash;
mod git;
mod rows;
mod site;
mod tools;
mod users;
