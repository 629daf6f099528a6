//! Policy: documents, the expression language, decisions.
//! Pure: facts come in as values; nothing here reads a clock, the environment, the working directory or a disk.

mod decision;
mod intent;
mod scope;
pub mod text;

pub use decision::{Audit, Decision, Layer, MatchedRule, Risk, Verdict};
pub use intent::{Intent, Name, Target};
pub use scope::{EnforcementFacts, Floor, Gtfo, Identity, Places, Scope, TargetFacts, Time, Workspace};
