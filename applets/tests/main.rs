//! Tests of the applets' command lines, one module per subject.

#[cfg(test)]
mod forms;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod tools;
