//! Tests of the crate from outside, one module per subject.

#[cfg(test)]
mod decisions;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod language;
