//! How agents reach the engine: identity, MCP, UTCP, hooks, set-up.

pub(crate) mod shell;
