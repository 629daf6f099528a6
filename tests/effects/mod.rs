//! What native effects do to real files, carried out on a confined thread.

mod bench;
mod copies;
mod creations;
mod deletions;
mod links;
mod metadata;
mod modes;
mod mounts;
mod moves;
mod peers;
mod races;
mod size;
mod zones;

pub(crate) use bench::set_mode;
