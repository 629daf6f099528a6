//! The policy language and its tools, as a person meets them: `wt policy ...`.

mod explain;
mod files;
mod hostile;
mod schema;
mod tools;
