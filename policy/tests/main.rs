//! Tests of the crate from outside, one module per subject.

#[cfg(test)]
mod again;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod documentation;
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
