//! The person in the loop: requests, grants, freezes and undo, as calls and people meet them.

mod attacks;
mod bench;
mod crash;
mod place;
mod rules;
mod terminal;
mod undo;
mod world;
