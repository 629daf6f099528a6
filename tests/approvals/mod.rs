//! The person in the loop: requests, grants, freezes and undo, as calls and people meet them.

mod attacks;
mod bench;
mod clock;
mod crash;
mod key;
mod notices;
mod place;
mod retention;
mod rules;
mod story;
mod swaps;
mod terminal;
mod trash;
mod undo;
mod world;
