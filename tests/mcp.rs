//! `wt mcp` as a client meets it: JSON-RPC lines over its standard input and output, in each era of the protocol.

mod calls;
mod ending;
mod eras;
mod http;
mod lines;
mod order;
mod own;
mod person;
pub(crate) mod server;
