//! What a value must look like. Checked for every value before an applet sees it.

use super::{mode::Mode, moment::Moment, names, owner::Owner};
use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

/// Resource kinds that can be read: what the caller may write, and the name kubectl is given.
/// `secrets` is here so that asking for one is judged and recorded, not because it is ever given.
pub const RESOURCES: &[(&str, &[&str])] = &[
    ("configmaps", &["configmap", "cm"]),
    ("cronjobs", &["cronjob", "cj"]),
    ("daemonsets", &["daemonset", "ds"]),
    ("deployments", &["deployment", "deploy"]),
    ("endpoints", &["ep"]),
    ("endpointslices", &["endpointslice"]),
    ("events", &["event", "ev"]),
    ("horizontalpodautoscalers", &["horizontalpodautoscaler", "hpa"]),
    ("ingresses", &["ingress", "ing"]),
    ("ingressclasses", &["ingressclass"]),
    ("jobs", &["job"]),
    ("limitranges", &["limitrange", "limits"]),
    ("namespaces", &["namespace", "ns"]),
    ("networkpolicies", &["networkpolicy", "netpol"]),
    ("nodes", &["node", "no"]),
    ("persistentvolumeclaims", &["persistentvolumeclaim", "pvc"]),
    ("persistentvolumes", &["persistentvolume", "pv"]),
    ("poddisruptionbudgets", &["poddisruptionbudget", "pdb"]),
    ("pods", &["pod", "po"]),
    ("priorityclasses", &["priorityclass", "pc"]),
    ("replicasets", &["replicaset", "rs"]),
    ("replicationcontrollers", &["replicationcontroller", "rc"]),
    ("resourcequotas", &["resourcequota", "quota"]),
    ("rolebindings", &["rolebinding"]),
    ("roles", &["role"]),
    ("clusterrolebindings", &["clusterrolebinding"]),
    ("clusterroles", &["clusterrole"]),
    ("secrets", &["secret"]),
    ("serviceaccounts", &["serviceaccount", "sa"]),
    ("services", &["service", "svc"]),
    ("statefulsets", &["statefulset", "sts"]),
    ("storageclasses", &["storageclass", "sc"]),
];

/// The kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No value.
    Flag,
    /// No value, or `=yes` or `=no`.
    Switch,
    /// A path on this machine, exact bytes.
    Path,
    /// A directory on this machine, exact bytes.
    Directory,
    /// A path on another machine, exact bytes.
    RemotePath,
    /// An absolute path in a container, without `..`.
    ContainerPath,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A decimal number in this range.
    Number {
        /// Least value.
        min: u64,
        /// Greatest value.
        max: u64,
    },
    /// Any UTF-8 text: a pattern or program for the tool.
    Text(&'static str),
    /// Permissions, octal or symbolic.
    Mode,
    /// `single`, `parents`, or permissions.
    CreateMode,
    /// `OWNER[:GROUP]`.
    Owner,
    /// `[[CC]YY]MMDDhhmm[.ss]`.
    Stamp,
    /// A date, or `@` and seconds.
    Date,
    /// Either of the two.
    Moment,
    /// A host.
    Host,
    /// `[USER@]HOST`.
    Destination,
    /// A login name.
    User,
    /// A TCP port.
    Port,
    /// A namespace or container.
    Label,
    /// The name of a Kubernetes object.
    ObjectName,
    /// A resource kind.
    Resource,
    /// A context of the kubeconfig.
    Context,
    /// A span of time.
    Duration,
    /// A file type of rg.
    FileType,
    /// A claimed identity.
    Identity,
}

impl Kind {
    /// Whether an option of this kind takes no separate value.
    pub fn is_switch(self) -> bool {
        matches!(self, Self::Flag | Self::Switch)
    }

    /// Checks a value; the error completes `VALUE is not ...`.
    pub(crate) fn check(self, value: &OsStr) -> Result<(), String> {
        let expected = || Err(self.expected());
        if matches!(self, Self::Path | Self::Directory | Self::RemotePath) {
            return Ok(());
        }
        let Some(text) = value.to_str() else {
            return Err("UTF-8 text".to_owned());
        };
        let fits = match self {
            Self::Flag => false,
            Self::Switch => matches!(text, "yes" | "no"),
            Self::Path | Self::Directory | Self::RemotePath | Self::Text(_) => true,
            Self::ContainerPath => {
                text.starts_with('/') && value.as_bytes().split(|b| *b == b'/').all(|part| part != b"..")
            }
            Self::Choice(words) => words.contains(&text),
            Self::Number { min, max } => number(text).is_some_and(|n| (min..=max).contains(&n)),
            Self::Mode => Mode::parse(text).is_some(),
            Self::CreateMode => matches!(text, "single" | "parents") || Mode::parse(text).is_some(),
            Self::Owner => Owner::parse(text).is_some(),
            Self::Stamp => Moment::stamp(text).is_some(),
            Self::Date => Moment::date(text).is_some(),
            Self::Moment => Moment::stamp(text).or_else(|| Moment::date(text)).is_some(),
            Self::Host => names::host(text),
            Self::Destination => match text.split_once('@') {
                Some((user, host)) => names::user(user) && names::host(host),
                None => names::host(text),
            },
            Self::User => names::user(text),
            Self::Port => number(text).is_some_and(|n| (1..=65_535).contains(&n)),
            Self::Label => names::label(text),
            Self::ObjectName => names::subdomain(text),
            Self::Resource => resource(text).is_some(),
            Self::Context => names::context(text),
            Self::Duration => names::duration(text),
            Self::FileType => names::file_type(text),
            Self::Identity => names::identity(text),
        };
        if fits { Ok(()) } else { expected() }
    }

    /// What a value should be, to complete `... is not`.
    pub fn expected(self) -> String {
        match self {
            Self::Flag => "accepted: it takes no value".to_owned(),
            Self::Switch => "one of yes, no".to_owned(),
            Self::Path | Self::RemotePath => "a path".to_owned(),
            Self::Directory => "a directory".to_owned(),
            Self::ContainerPath => "an absolute path without `..`".to_owned(),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Number { min, max } => format!("a number from {min} to {max}"),
            Self::Text(what) => what.to_owned(),
            Self::Mode => "a mode such as `644` or `u+x,go-w`".to_owned(),
            Self::CreateMode => "`single`, `parents`, or a mode such as `755`".to_owned(),
            Self::Owner => "an owner such as `alice`, `alice:staff` or `:staff`".to_owned(),
            Self::Stamp => "a time stamp of the form `[[CC]YY]MMDDhhmm[.ss]`".to_owned(),
            Self::Date => "a date such as `2025-01-31`, `2025-01-31T12:00:00Z` or `@1738324800`".to_owned(),
            Self::Moment => {
                "a time such as `2025-01-31T12:00:00Z`, `@1738324800` or `202501311200`".to_owned()
            }
            Self::Host => "a host name or address".to_owned(),
            Self::Destination => "a host, or a user and a host such as `deploy@web-1`".to_owned(),
            Self::User => "a user name".to_owned(),
            Self::Port => "a port from 1 to 65535".to_owned(),
            Self::Label => "a DNS-1123 label such as `kube-system`".to_owned(),
            Self::ObjectName => "a DNS-1123 name such as `web-5d9f`".to_owned(),
            Self::Resource => "a known resource kind such as `pods`, `deploy` or `cm`".to_owned(),
            Self::Context => "a context name".to_owned(),
            Self::Duration => "a span of time such as `90s`, `5m` or `1h30m`".to_owned(),
            Self::FileType => "a file type such as `rust` or `py`".to_owned(),
            Self::Identity => "a name of letters, digits and `-_.:/@`".to_owned(),
        }
    }

    /// The words that complete a value, none where they are not known beforehand.
    pub fn words(self) -> Vec<&'static str> {
        match self {
            Self::Switch => vec!["yes", "no"],
            Self::Choice(words) => words.to_vec(),
            Self::CreateMode => vec!["single", "parents"],
            Self::Resource => RESOURCES
                .iter()
                .map(|(name, _)| *name)
                .filter(|name| *name != "secrets")
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// The name under which kubectl knows this resource kind.
pub fn resource(text: &str) -> Option<&'static str> {
    RESOURCES
        .iter()
        .find(|(name, others)| *name == text || others.contains(&text))
        .map(|(name, _)| *name)
}

/// A plain decimal number: no sign, no spaces.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}
