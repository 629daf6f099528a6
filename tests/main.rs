//! Integration tests, one module per subject. All run the built `wt` as a person or an agent would.
#![expect(
    clippy::disallowed_methods,
    reason = "tests build and tear down their own scratch directories"
)]

#[cfg(test)]
mod architecture;
