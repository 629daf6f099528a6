//! Policy: documents, the expression language, decisions.
//! Pure: facts come in as values; nothing here reads a clock, the environment, the working directory or a disk.

mod components;
mod decide;
mod decision;
mod document;
mod examples;
mod explain;
mod identity;
mod index;
mod inspect;
mod intent;
mod json;
mod lang;
mod layer;
mod moment;
mod narrow;
mod nearest;
mod pattern;
mod policy;
mod problem;
mod profiles;
mod protect;
mod risk;
mod rule;
mod scope;
mod shares;
pub mod text;
mod wanted;

pub use components::name_matches;
pub use decide::Effort;
pub use decision::{Audit, Decision, Layer, MatchedRule, Risk, Verdict};
pub use document::{
    Alert, ApprovalSettings, Durability, ExecPlugin, KubernetesSettings, LedgerSettings, Limits,
    MAX_POLICY_BYTES, MinExec, MinNative, MinSandbox, NativeSandbox, RedactPattern, RedactSettings,
    SandboxSettings, Settings, Source, SshHost, SshSettings, TrashSettings, Webhook, WorkspaceSettings,
    schema,
};
pub use examples::{ArgvReader, EXAMPLE_HOME, EXAMPLE_WORKSPACE, Outcome, example_scope};
pub use explain::{Explanation, LayerExplanation, RuleExplanation, RuleResult, TargetExplanation};
pub use inspect::{Inspection, example_calls, inspect, run_tests};
pub use intent::{Intent, Name, Target};
pub use lang::{
    EvalError, EvalErrorKind, ExprError, Expression, MAX_DATA_BYTES, MAX_EXPR_BYTES, MAX_EXPR_DEPTH,
    MAX_PATTERN_BYTES, MAX_PATTERN_COST, MAX_REGEX_BYTES, MAX_SMALL_REGEX_BYTES, MAX_STEPS, MAX_VARIABLES,
    Names, NoAnswer, evaluate,
};
pub use nearest::nearest;
pub use policy::{Policy, load, load_again};
pub use problem::Problem;
pub use profiles::{PROFILES, default_document};
pub use protect::{Guard, Protect};
pub use scope::{EnforcementFacts, Floor, Gtfo, Identity, Places, Scope, TargetFacts, Time, Workspace};
pub use shares::{RiskPart, Share, Shares};
pub use wanted::Wanted;
