//! How agents reach the engine: identity, MCP, UTCP, hooks, set-up.

pub(crate) mod hook;
pub(crate) mod mcp;
mod session;
pub(crate) mod setup;
pub(crate) mod shell;

use crate::{outcome::Refusal, report::Failure, state::BY_OPTION};

/// A refusal as a model is told of it: none of its calls takes an option to wait, it has a tool for that.
fn told(refusal: &Refusal) -> Failure {
    let failure = refusal.failure();
    let by_tool = "; `wait_for_approval` waits for that, and the same call passes then";
    Failure {
        hint: failure.hint.replace(BY_OPTION, by_tool),
        ..failure
    }
}
