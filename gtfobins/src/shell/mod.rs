//! Shell commands: parsed as bash reads them, followed, taken apart into simple commands.

pub(crate) mod ast;
pub(crate) mod builtins;
pub(crate) mod call;
pub(crate) mod environment;
mod expand;
mod hidden;
pub(crate) mod interpreters;
mod lex;
mod parameter;
pub(crate) mod parse;
pub(crate) mod paths;
mod redirect;
pub(crate) mod state;
pub(crate) mod value;
pub(crate) mod walk;
mod wrapper_table;
pub(crate) mod wrappers;

pub use state::ShellScope;
pub use walk::analyse;
