//! Tests of the crate from outside, one module per subject.

#[cfg(test)]
mod again;
#[cfg(test)]
#[path = "../benches/calls.rs"]
mod calls;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod documentation;
#[cfg(test)]
#[path = "../benches/documents.rs"]
mod documents;
#[cfg(test)]
mod effort;
#[cfg(test)]
mod explanations;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod language;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod predecessor;
#[cfg(test)]
mod properties;
