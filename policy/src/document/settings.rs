//! Everything a document sets besides its rules, with the defaults. Pure values; nothing is looked up.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The settings of all layers, merged to the strictest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Sizes, counts and times.
    pub limits: Limits,
    /// Roots where agents may work.
    pub workspace: WorkspaceSettings,
    /// How effects are confined.
    pub sandbox: SandboxSettings,
    /// How calls are recorded.
    pub ledger: LedgerSettings,
    /// What is removed from records.
    pub redact: RedactSettings,
    /// Remote reads over ssh.
    pub ssh: SshSettings,
    /// Cluster reads.
    pub kubernetes: KubernetesSettings,
    /// Environment variables that conditions may read; no others are ever read.
    pub env: Vec<String>,
    /// What deleted and overwritten objects may occupy.
    pub trash: TrashSettings,
    /// The person in the loop.
    pub approvals: ApprovalSettings,
    /// What is worth a person's attention.
    pub alerts: Vec<Alert>,
}

/// Sizes, counts and times. Layers merge to the smallest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Operands of one call.
    pub max_targets: u64,
    /// Entries that one recursive call may touch.
    pub max_entries: u64,
    /// Bytes of a tool's output that are passed on.
    pub stdout_bytes: u64,
    /// Bytes of a tool's error output that are passed on.
    pub stderr_bytes: u64,
    /// Bytes of output kept in a record.
    pub record_bytes: u64,
    /// Wall-clock seconds of a tool.
    pub timeout_s: u64,
    /// Processor seconds of a tool.
    pub cpu_s: u64,
    /// Memory of a tool, in bytes.
    pub memory_bytes: u64,
    /// Whether a recursive call may cross mount points.
    pub cross_mounts: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_targets: 10_000,
            max_entries: 1_000_000,
            stdout_bytes: 10 << 20,
            stderr_bytes: 64 << 10,
            record_bytes: 64 << 10,
            timeout_s: 30,
            cpu_s: 20,
            memory_bytes: 1 << 30,
            cross_mounts: false,
        }
    }
}

/// Roots where agents may work. A system layer's roots bound the user's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WorkspaceSettings {
    /// Absolute paths or `~/...`; empty means the git root of the working directory.
    pub roots: Vec<String>,
}

/// How native effects are confined; the later is the stricter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NativeSandbox {
    /// A thread that has restricted itself.
    #[default]
    Thread,
    /// A process of its own.
    Process,
}

/// How effects are confined.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxSettings {
    /// Where native effects run.
    pub native: NativeSandbox,
    /// Below this a call is refused.
    pub min_sandbox: MinSandbox,
    /// Absolute paths of tools by name; others are searched in root-owned directories.
    pub tools: BTreeMap<String, String>,
}

/// Below this a call is refused. Layers merge to the greatest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MinSandbox {
    /// For native effects.
    pub native: MinNative,
    /// For tools.
    pub exec: MinExec,
}

/// What confinement a native effect must have; openat2 always.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MinNative {
    /// Landlock ABI, 0 for none.
    pub landlock_abi: u32,
    /// Whether seccomp must hold.
    pub seccomp: bool,
}

impl Default for MinNative {
    fn default() -> Self {
        Self {
            landlock_abi: 0,
            seccomp: true,
        }
    }
}

/// What confinement a tool must have; namespaces or seccomp in any case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MinExec {
    /// Landlock ABI, 0 for none.
    pub landlock_abi: u32,
    /// Whether user and mount namespaces must hold.
    pub namespaces: bool,
    /// Whether seccomp must hold.
    pub seccomp: bool,
}

impl Default for MinExec {
    fn default() -> Self {
        Self {
            landlock_abi: 1,
            namespaces: false,
            seccomp: false,
        }
    }
}

/// When a record is on disk; the later is the stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// Never waited for.
    Relaxed,
    /// The decision before its effect.
    Intent,
    /// The decision and the outcome.
    Strict,
}

/// How calls are recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LedgerSettings {
    /// When a record is on disk. Layers merge to the strictest.
    pub durability: Durability,
    /// A caller that asks for less is refused. Layers merge to the strictest.
    pub min_durability: Durability,
    /// Size at which a new segment begins.
    pub rotate_bytes: u64,
    /// Age at which a new segment begins.
    pub rotate_hours: u64,
    /// Whether every entry must be sealed.
    pub seal: bool,
    /// Days that `wt clean` must keep, 0 for all. Layers merge to the longest.
    pub retention_days: u64,
    /// Where `wt clean` puts segments instead of removing them.
    pub archive: Option<String>,
}

impl Default for LedgerSettings {
    fn default() -> Self {
        Self {
            durability: Durability::Intent,
            min_durability: Durability::Relaxed,
            rotate_bytes: 64 << 20,
            rotate_hours: 24,
            seal: false,
            retention_days: 0,
            archive: None,
        }
    }
}

/// What is removed from records besides the known secrets. Layers add up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RedactSettings {
    /// Named patterns.
    pub patterns: Vec<RedactPattern>,
}

/// One kind of secret.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedactPattern {
    /// Written in place of what it finds.
    pub name: String,
    /// Regular expression.
    pub regex: String,
}

/// Remote reads over ssh.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SshSettings {
    /// Private keys, absolute or `~/...`; empty means the usual ones that exist.
    pub identity_files: Vec<String>,
    /// Known hosts files, absolute or `~/...`; empty means the user's and the system's.
    pub known_hosts: Vec<String>,
    /// Whether the caller's ssh agent may be used.
    pub agent: bool,
    /// Seconds for a connection.
    pub connect_timeout_s: u64,
    /// Names for hosts.
    pub hosts: BTreeMap<String, SshHost>,
}

impl Default for SshSettings {
    fn default() -> Self {
        Self {
            identity_files: Vec::new(),
            known_hosts: Vec::new(),
            agent: false,
            connect_timeout_s: 10,
            hosts: BTreeMap::new(),
        }
    }
}

/// What a host's name stands for; what is left out comes from the call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SshHost {
    /// Name or address to connect to.
    pub address: Option<String>,
    /// Port.
    pub port: Option<u16>,
    /// Remote user.
    pub user: Option<String>,
    /// Private key.
    pub identity_file: Option<String>,
}

/// Cluster reads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KubernetesSettings {
    /// The kubeconfig to use instead of `~/.kube/config`; absolute or `~/...`.
    pub kubeconfig: Option<String>,
    /// Contexts that may be used, empty for the current one.
    pub contexts: Vec<String>,
    /// Credential plugins that may run.
    pub exec_plugins: Vec<ExecPlugin>,
    /// Whether servers without a verified certificate, or plain http, may be used.
    pub insecure: bool,
}

/// A credential plugin bound to its content.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExecPlugin {
    /// Absolute path.
    pub path: String,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
}

/// What deleted and overwritten objects may occupy. Layers merge to the smallest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrashSettings {
    /// Bytes in all.
    pub max_bytes: u64,
    /// Days until an object may go.
    pub max_days: u64,
    /// Bytes of one object that are copied where it cannot be renamed.
    pub copy_bytes: u64,
}

impl Default for TrashSettings {
    fn default() -> Self {
        Self {
            max_bytes: 10 << 30,
            max_days: 30,
            copy_bytes: 256 << 20,
        }
    }
}

/// The person in the loop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApprovalSettings {
    /// The approver's public key, in hex.
    pub public_key: Option<String>,
    /// Seconds after which a request is denied. Layers merge to the smallest.
    pub expiry_s: u64,
    /// Seconds that a grant may last. Layers merge to the smallest.
    pub max_grant_s: u64,
    /// A command to run when something waits: absolute path, then arguments.
    pub notify: Vec<String>,
    /// Denials within `freeze_minutes` after which the agent is frozen, 0 for never. Layers merge to the smallest.
    pub freeze_after: u64,
    /// Minutes within which denials are counted. Layers merge to the greatest.
    pub freeze_minutes: u64,
    /// Whether a freeze stops local reads too.
    pub freeze_reads: bool,
    /// A web address to tell when something waits.
    pub webhook: Option<Webhook>,
}

/// A web address that is told when something waits. The address is a secret itself, so it stands in a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhook {
    /// `slack`, `discord` or `json`.
    pub format: String,
    /// A private file that holds the https address; absolute or `~/...`.
    pub url_file: String,
    /// A private file that holds a bearer token.
    pub token_file: Option<String>,
}

impl Default for ApprovalSettings {
    fn default() -> Self {
        Self {
            public_key: None,
            expiry_s: 3600,
            max_grant_s: 30 * 24 * 3600,
            notify: Vec::new(),
            freeze_after: 0,
            freeze_minutes: 1,
            freeze_reads: false,
            webhook: None,
        }
    }
}

/// What is worth a person's attention.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alert {
    /// Its name.
    pub name: String,
    /// A query over entries, in the policy language.
    #[serde(rename = "where")]
    pub when: String,
    /// `low`, `medium`, `high` or `critical`.
    pub level: String,
    /// How many entries about one agent within the window make an alert; 0 and 1 are every one.
    pub threshold: u64,
    /// Seconds of the window.
    pub window_s: u64,
    /// A command (absolute path, then arguments), `webhook` and its URL, `syslog`, or `desktop`.
    pub notify: Vec<String>,
}
