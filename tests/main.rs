//! Integration tests, one module per subject. All run the built `wt` as a person or an agent would.
#![expect(
    clippy::disallowed_methods,
    reason = "tests build and tear down their own scratch directories"
)]

#[cfg(test)]
mod approvals;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod arrivals;
#[cfg(test)]
mod checked;
#[cfg(test)]
mod completions;
#[cfg(test)]
mod console;
#[cfg(test)]
mod dispatch;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod effects;
#[cfg(test)]
mod endurance;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod generated;
#[cfg(test)]
mod gtfo;
#[cfg(test)]
mod hints;
#[cfg(test)]
mod hook;
#[cfg(test)]
mod hot_order;
#[cfg(test)]
mod install;
#[cfg(test)]
mod language;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod mcp;
#[cfg(test)]
mod opens;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod predecessor;
#[cfg(test)]
mod profiles;
#[cfg(test)]
mod readme;
#[cfg(test)]
mod remote;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod scorecard;
#[cfg(test)]
mod setup;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod signals;
#[cfg(test)]
mod support;
#[cfg(test)]
mod unheard;
