//! How agents reach the engine: identity, MCP, UTCP, hooks, set-up.

pub(crate) mod hook;
pub(crate) mod mcp;
mod session;
pub(crate) mod setup;
pub(crate) mod shell;
