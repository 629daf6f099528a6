//! The policy language and its tools, as a person meets them: `wt policy ...`.

mod explain;
mod hostile;
mod schema;
mod tools;
