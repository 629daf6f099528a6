//! Tests of the crate, one module per subject.

#[cfg(test)]
mod database;
#[cfg(test)]
mod directories;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod import;
#[cfg(test)]
mod intents;
#[cfg(test)]
mod mutated;
#[cfg(test)]
mod recipes;
#[cfg(test)]
mod replayed;
