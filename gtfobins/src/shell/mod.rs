//! Shell commands: parsed as bash reads them, followed, taken apart into simple commands.

mod assignment;
pub(crate) mod ast;
mod braces;
mod branches;
pub(crate) mod builtins;
pub(crate) mod call;
mod compound;
mod directories;
pub(crate) mod environment;
mod expand;
mod hidden;
pub(crate) mod interpreters;
mod lex;
mod multiplexer;
mod operands;
mod parameter;
pub(crate) mod parse;
pub(crate) mod paths;
mod peel;
pub(crate) mod printing;
mod quoting;
mod redirect;
mod redirection;
pub(crate) mod state;
mod subscripts;
pub(crate) mod value;
mod variables;
pub(crate) mod walk;
mod wrapper;
mod wrapper_table;
pub(crate) mod wrappers;
mod wrapping;

pub use parse::MAX_COMMAND_BYTES;
pub use state::{Rights, ShellScope};
pub use walk::analyse;
pub use wrapping::{Wrapping, wrappings};
