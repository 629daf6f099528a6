//! How records are chosen and shown: one place for times, colours, tables and the line of an action, shared by
//! every command that reads the ledger. Never writes anything but a command's output, and judges nothing.

pub(crate) mod action;
pub(crate) mod alarm;
pub(crate) mod condition;
pub(crate) mod crew;
pub(crate) mod desk;
pub(crate) mod explain;
pub(crate) mod guard;
pub(crate) mod lines;
mod members;
mod note;
pub(crate) mod out;
pub(crate) mod paint;
pub(crate) mod progress;
pub(crate) mod select;
pub(crate) mod span;
pub(crate) mod standing;
pub(crate) mod strangers;
pub(crate) mod table;
pub(crate) mod tally;
pub(crate) mod terminal;
pub(crate) mod words;
