//! The person in the loop: requests, grants, freezes and undo, as calls and people meet them.

mod altered;
mod attacks;
mod bench;
mod chooser;
mod clock;
mod commands;
mod crash;
mod fronts;
mod key;
mod notices;
mod ordinary;
mod overlay;
mod place;
mod reach;
mod retention;
mod risk;
mod rules;
mod several;
mod story;
pub(crate) mod swaps;
pub(crate) mod terminal;
mod trash;
mod undo;
mod undo_choice;
pub(crate) mod world;
