//! Integration tests, one module per subject. All run the built `wt` as a person or an agent would.

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod completions;
#[cfg(test)]
mod console;
#[cfg(test)]
mod effects;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod ledger;
