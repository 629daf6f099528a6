//! How this installation stands: links, directory, ledger, kernel. Looked up once for `wt status`, `wt doctor`
//! and `wt watch`, which only differ in what they make of it.

pub(crate) mod agents;
pub(crate) mod approver;
pub(crate) mod checked;
pub(crate) mod finding;
pub(crate) mod kernel;
pub(crate) mod links;
pub(crate) mod record;
pub(crate) mod room;
pub(crate) mod rules;
pub(crate) mod storage;
pub(crate) mod waiting;
