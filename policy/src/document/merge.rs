//! Several layers' settings as one: always the strictest, so that no layer loosens another. What a layer does not
//! state it leaves to the others; only where none states it the default holds. Against a project's layer the
//! defaults count as stated, since it may tighten them and never loosen them.

use super::{
    settings::{
        ApprovalSettings, KubernetesSettings, LedgerSettings, Limits, MinExec, MinNative, SandboxSettings,
        Settings, SshSettings, TrashSettings,
    },
    stated::{fill, only, typed},
};
use crate::Layer;
use serde_json::{Map, Value as Json};

/// The layers merged so far, those with more authority first.
#[derive(Default)]
pub(crate) struct Merging {
    /// What some layer stated.
    stated: Map<String, Json>,
    settings: Settings,
}

impl Merging {
    /// Takes in what the next layer states.
    pub(crate) fn add(&mut self, layer: Layer, stated: Map<String, Json>) {
        if stated.is_empty() {
            return;
        }
        if self.stated.is_empty() && layer != Layer::Project {
            self.settings = typed(stated.clone());
            self.stated = stated;
            return;
        }
        let Ok(Json::Object(so_far)) = serde_json::to_value(&self.settings) else {
            return;
        };
        let inner = typed(fill(stated.clone(), &so_far));
        let outer = match layer {
            Layer::Project => std::mem::take(&mut self.settings),
            _ => typed(fill(only(so_far, &self.stated), &stated)),
        };
        self.settings = merge(outer, inner);
        self.stated = fill(std::mem::take(&mut self.stated), &stated);
    }

    /// The strictest of all.
    pub(crate) fn settings(self) -> Settings {
        self.settings
    }
}

/// The strictest of two layers; `outer` is the one with more authority.
fn merge(outer: Settings, inner: Settings) -> Settings {
    Settings {
        limits: limits(outer.limits, &inner.limits),
        workspace: super::settings::WorkspaceSettings {
            roots: roots(outer.workspace.roots, inner.workspace.roots),
        },
        sandbox: sandbox(outer.sandbox, inner.sandbox),
        ledger: ledger(outer.ledger, inner.ledger),
        redact: super::settings::RedactSettings {
            patterns: outer
                .redact
                .patterns
                .into_iter()
                .chain(inner.redact.patterns)
                .collect(),
        },
        ssh: ssh(outer.ssh, inner.ssh),
        kubernetes: kubernetes(outer.kubernetes, inner.kubernetes),
        env: both(outer.env, inner.env),
        trash: trash(&outer.trash, &inner.trash),
        approvals: approvals(outer.approvals, inner.approvals),
        alerts: outer.alerts.into_iter().chain(inner.alerts).collect(),
    }
}

/// What both have; all of one where the other says nothing.
fn both(outer: Vec<String>, inner: Vec<String>) -> Vec<String> {
    match (outer.is_empty(), inner.is_empty()) {
        (true, _) => inner,
        (_, true) => outer,
        _ => inner.into_iter().filter(|one| outer.contains(one)).collect(),
    }
}

/// The inner roots that lie within an outer one.
fn roots(outer: Vec<String>, inner: Vec<String>) -> Vec<String> {
    if outer.is_empty() {
        return inner;
    }
    let within = |root: &String| outer.iter().any(|o| crate::components::below(root, o).is_some());
    let kept: Vec<String> = inner.into_iter().filter(within).collect();
    if kept.is_empty() { outer } else { kept }
}

fn limits(a: Limits, b: &Limits) -> Limits {
    Limits {
        max_targets: a.max_targets.min(b.max_targets),
        max_entries: a.max_entries.min(b.max_entries),
        stdout_bytes: a.stdout_bytes.min(b.stdout_bytes),
        stderr_bytes: a.stderr_bytes.min(b.stderr_bytes),
        record_bytes: a.record_bytes.min(b.record_bytes),
        timeout_s: a.timeout_s.min(b.timeout_s),
        cpu_s: a.cpu_s.min(b.cpu_s),
        memory_bytes: a.memory_bytes.min(b.memory_bytes),
        cross_mounts: a.cross_mounts && b.cross_mounts,
    }
}

fn sandbox(outer: SandboxSettings, inner: SandboxSettings) -> SandboxSettings {
    let (a, b) = (&outer.min_sandbox, &inner.min_sandbox);
    let min_sandbox = super::settings::MinSandbox {
        native: MinNative {
            landlock_abi: a.native.landlock_abi.max(b.native.landlock_abi),
            seccomp: a.native.seccomp || b.native.seccomp,
        },
        exec: MinExec {
            landlock_abi: a.exec.landlock_abi.max(b.exec.landlock_abi),
            namespaces: a.exec.namespaces || b.exec.namespaces,
            seccomp: a.exec.seccomp || b.exec.seccomp,
        },
    };
    let mut tools = inner.tools;
    tools.extend(outer.tools);
    SandboxSettings {
        native: outer.native.max(inner.native),
        min_sandbox,
        tools,
    }
}

fn ledger(outer: LedgerSettings, inner: LedgerSettings) -> LedgerSettings {
    let retention = if outer.retention_days == 0 || inner.retention_days == 0 {
        0
    } else {
        outer.retention_days.max(inner.retention_days)
    };
    LedgerSettings {
        durability: outer.durability.max(inner.durability),
        min_durability: outer.min_durability.max(inner.min_durability),
        rotate_bytes: outer.rotate_bytes.min(inner.rotate_bytes),
        rotate_hours: outer.rotate_hours.min(inner.rotate_hours),
        seal: outer.seal || inner.seal,
        retention_days: retention,
        archive: outer.archive.or(inner.archive),
    }
}

fn ssh(outer: SshSettings, inner: SshSettings) -> SshSettings {
    let mut hosts = inner.hosts;
    hosts.extend(outer.hosts);
    SshSettings {
        identity_files: both(outer.identity_files, inner.identity_files),
        known_hosts: both(outer.known_hosts, inner.known_hosts),
        agent: outer.agent && inner.agent,
        connect_timeout_s: outer.connect_timeout_s.min(inner.connect_timeout_s),
        hosts,
    }
}

fn kubernetes(outer: KubernetesSettings, inner: KubernetesSettings) -> KubernetesSettings {
    let exec_plugins = match (outer.exec_plugins.is_empty(), inner.exec_plugins.is_empty()) {
        (true, _) => inner.exec_plugins,
        (_, true) => outer.exec_plugins,
        _ => inner
            .exec_plugins
            .into_iter()
            .filter(|p| outer.exec_plugins.contains(p))
            .collect(),
    };
    KubernetesSettings {
        kubeconfig: outer.kubeconfig.or(inner.kubeconfig),
        contexts: both(outer.contexts, inner.contexts),
        exec_plugins,
        insecure: outer.insecure && inner.insecure,
    }
}

fn trash(a: &TrashSettings, b: &TrashSettings) -> TrashSettings {
    TrashSettings {
        max_bytes: a.max_bytes.min(b.max_bytes),
        max_days: a.max_days.min(b.max_days),
        copy_bytes: a.copy_bytes.min(b.copy_bytes),
    }
}

fn approvals(outer: ApprovalSettings, inner: ApprovalSettings) -> ApprovalSettings {
    let freeze_after = match (outer.freeze_after, inner.freeze_after) {
        (0, n) | (n, 0) => n,
        (a, b) => a.min(b),
    };
    ApprovalSettings {
        public_key: outer.public_key.or(inner.public_key),
        expiry_s: outer.expiry_s.min(inner.expiry_s),
        max_grant_s: outer.max_grant_s.min(inner.max_grant_s),
        notify: if outer.notify.is_empty() {
            inner.notify
        } else {
            outer.notify
        },
        freeze_after,
        freeze_minutes: outer.freeze_minutes.max(inner.freeze_minutes),
        freeze_reads: outer.freeze_reads || inner.freeze_reads,
        webhook: outer.webhook.or(inner.webhook),
    }
}
