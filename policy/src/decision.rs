//! What a judgement says: the verdict, the rules that gave it, and the words for the agent.

use crate::shares::Shares;
use serde::{Deserialize, Serialize};

/// The answer to a call. Ordered from loosest to strictest, so that verdicts combine with `max`.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Execute and log.
    Allow,
    /// Execute with heavy logging.
    Shadow,
    /// Queue for a person.
    Escalate,
    /// Block and log.
    Deny,
}

/// Which layer of policy a rule stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// Compiled in: floors, `default-deny`, `policy-error`.
    Builtin,
    /// `/etc/watchtower/policy.json`.
    System,
    /// The user's own.
    User,
    /// The workspace's; only tightens.
    Project,
}

/// How much of a call the record keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audit {
    /// Digests.
    Minimal,
    /// The evaluated scope.
    #[default]
    Standard,
    /// Also capped, redacted output and before/after state.
    Full,
}

/// One rule that spoke.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchedRule {
    /// Where it stands.
    pub layer: Layer,
    /// Its name.
    pub rule: String,
    /// What it says.
    pub verdict: Verdict,
    /// The target it was tried for, none for the call as a whole.
    pub target: Option<usize>,
}

/// The risk of a call, each part on its own scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Risk {
    /// Sum of the parts, 0 to 100.
    pub score: u32,
    /// Kind of tool, 0 to 40.
    pub tool: u32,
    /// Arguments, 0 to 40.
    pub args: u32,
    /// Calls in the last 60 s, 0 to 20.
    pub burst: u32,
    /// What the parts are made of, in words.
    #[serde(default)]
    pub why: Shares,
}

/// The judgement of a call: every target judged, the strictest verdict taken.
#[must_use]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The call's verdict.
    pub verdict: Verdict,
    /// The rules and floors that gave it, strictest first.
    pub matched_rules: Vec<MatchedRule>,
    /// 0.0 to 1.0: the greatest of total risk, rule level and GTFOBins score.
    pub risk_score: f64,
    /// The parts.
    pub risk: Risk,
    /// Why, one line each, strictest first.
    pub reasons: Vec<String>,
    /// What the caller may do instead.
    pub hint: Option<String>,
    /// The most detailed audit level that a matching rule asks for.
    pub audit: Audit,
}
