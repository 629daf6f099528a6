//! The facts a decision is made from. They come in as values: this crate never looks anything up.
//! The whole scope goes into the record, so that a decision can be replayed.

use crate::decision::Verdict;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Everything a rule may read about one call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The intent's domain.
    pub domain: String,
    /// The intent's operation.
    pub operation: String,
    /// The facts of each target, in the intent's order.
    pub targets: Vec<TargetFacts>,
    /// Who asks.
    pub identity: Identity,
    /// The intent's parameters.
    pub params: Map<String, Json>,
    /// What GTFOBins says of the tool and its argv.
    pub gtfo: Gtfo,
    /// Calls of this principal and agent within the last 60 s, this one not counted.
    pub burst: u32,
    /// When, in local time.
    pub time: Time,
    /// Environment variables that policy names; no others are ever read.
    pub env: BTreeMap<String, String>,
    /// The workspace of the call.
    pub workspace: Workspace,
    /// Directories with a meaning of their own.
    pub places: Places,
    /// What the kernel can enforce here.
    pub enforcement: EnforcementFacts,
    /// Verdicts that no rule can lower, found while resolving and analysing.
    pub floors: Vec<Floor>,
    /// Objects that the parts of a command touch. Each was judged with its part, and no rule reads them here: a person's
    /// yes holds for them as they were found. The record has their digest.
    #[serde(skip)]
    pub touched: Vec<TargetFacts>,
}

impl Scope {
    /// Whether the call goes on to everything below its targets.
    pub(crate) fn is_recursive(&self) -> bool {
        // Looked for one by one: hashing the name takes longer than comparing the few there are.
        let found = self.params.iter().find(|(name, _)| *name == "recursive");
        found.is_some_and(|(_, value)| *value == Json::Bool(true))
    }
}

/// What was found out about one target. Attributes that its domain lacks are empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetFacts {
    /// Role in the intent: `path`, `source`, `destination`, ...
    pub role: String,
    /// Domain it is judged in.
    pub domain: String,
    /// What is done to it.
    pub operation: String,
    /// Resolved path: the kernel's path of the parent directory plus the final name; escaped text.
    pub path: String,
    /// Final component, or the object's name outside file systems.
    pub name: String,
    /// Resolved path of the parent directory.
    pub parent: String,
    /// Extension without the dot, lower case.
    pub ext: String,
    /// `file`, `dir`, `symlink`, `fifo`, `socket`, `block`, `char`, or `` where it does not exist.
    pub kind: String,
    /// Size in bytes; for a recursive operation, of the whole tree.
    pub size: i64,
    /// User name of the owner, `uid:N` where it has none.
    pub owner: String,
    /// Permission bits, without the file type.
    pub mode: i64,
    /// Hard link count.
    pub links: i64,
    /// Number of entries the operation touches; 1 for a plain file.
    pub entries: i64,
    /// Whether it exists.
    pub exists: bool,
    /// Remote host.
    pub host: String,
    /// Remote user.
    pub user: String,
    /// Remote port.
    pub port: i64,
    /// Kubernetes namespace.
    pub namespace: String,
    /// Container.
    pub container: String,
    /// Kubernetes resource kind.
    pub resource: String,
    /// URL.
    pub url: String,
    /// Free attributes that the predecessor's policies could read.
    pub extra: Map<String, Json>,
}

/// Who asks, as the kernel and known markers tell; claims are recorded as claims.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// User name of the real uid, `uid:N` where it has none.
    pub principal: String,
    /// Real uid.
    pub uid: i64,
    /// Agent name, `` for none known.
    pub agent: String,
    /// How the agent was learnt: `parent`, `environment`, `mcp`, `hook`, `claimed`, or ``.
    pub learnt: String,
    /// The agent's session, `` for none.
    pub session: String,
    /// Granted by policy's `identities`; the engine fills it from there.
    pub capabilities: Vec<String>,
    /// Attestation string that the predecessor's policies read; `kernel` when uid and parents were read.
    pub attestation: String,
    /// Whether a person sits at a terminal.
    pub interactive: bool,
}

/// GTFOBins findings on the call, summed up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gtfo {
    /// `critical`, `high`, `medium`, or ``.
    pub risk: String,
    /// Whether this argv uses such a function.
    pub invoked: bool,
    /// Functions named.
    pub functions: Vec<String>,
    /// The binary.
    pub binary: String,
    /// 0.0 to 1.0.
    pub score: f64,
}

/// Local wall-clock time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// 0 to 23.
    pub hour: i64,
    /// 0 = Monday to 6 = Sunday, as Python counts.
    pub weekday: i64,
    /// ISO 8601 with offset.
    pub iso: String,
}

/// The workspace, empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    /// Resolved root directory.
    pub root: String,
    /// Git branch checked out there.
    pub branch: String,
}

/// Directories with a meaning of their own, resolved, escaped text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// `$HOME` and the passwd home; both are protected, the first is what `~` in a pattern means.
    pub homes: Vec<String>,
    /// Watchtower's own directories: state, installed program and links.
    pub watchtower: Vec<String>,
}

/// What can be enforced on this machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnforcementFacts {
    /// `A` to `D`.
    pub level: String,
    /// Landlock ABI, 0 where absent.
    pub landlock_abi: i64,
}

/// A verdict that holds whatever the rules say: the final verdict is the stricter of the two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// Name shown as the rule: `protected-path`, `hard-link`, `mount-crossing`, `gtfobins`, ...
    pub rule: String,
    /// At least this.
    pub verdict: Verdict,
    /// Why, in one line.
    pub reason: String,
    /// What the caller may do instead, `` for nothing.
    pub hint: String,
    /// Index of the target it concerns, none for the call as a whole.
    pub target: Option<usize>,
}
