//! What a call wants to do, as a value: the one form that every front end produces and the engine judges.
//! Holds operands exactly as given; nothing here is resolved, trusted or decided.

use serde_json::{Map, Value as Json};
use std::{borrow::Cow, ffi::OsString};

/// A domain, operation or role name: fixed in the code for applets, free for domains that are data.
pub type Name = Cow<'static, str>;

/// One call: what it does to which targets, with which parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intent {
    /// `filesystem`, `ssh`, `kubernetes`, `search`, `process`, `network`, `mcp`, `tool`, `watchtower`, ...
    pub domain: Name,
    /// The operation in that domain: `delete`, `copy`, `read`, `exec`, ...
    pub operation: Name,
    /// Every operand; each is judged.
    pub targets: Vec<Target>,
    /// Typed options that are not operands, in the order given.
    pub params: Map<String, Json>,
    /// The applet or tool that carries it out, as recorded: `safe-rm`, `rg-search`, `bash`.
    pub tool: Name,
}

/// One object that the call touches, and what is done to *it*: a copy reads its source and copies to its
/// destination, a move deletes its source. Fields that a domain lacks stay empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    /// `path`, `source`, `destination`, `referent`, `host`, `pod`, ...
    pub role: Name,
    /// The domain this target is judged in; usually the intent's.
    pub domain: Name,
    /// What is done to this target.
    pub operation: Name,
    /// A path operand, exact bytes: local for `filesystem` and `search`, remote for `ssh` and `kubernetes`.
    pub path: Option<OsString>,
    /// Host name or address.
    pub host: String,
    /// Remote user.
    pub user: String,
    /// TCP port.
    pub port: Option<u16>,
    /// Kubernetes namespace.
    pub namespace: String,
    /// Container within a pod.
    pub container: String,
    /// Kubernetes resource kind.
    pub resource: String,
    /// Object name where it is not a path: pod, tool, binary.
    pub name: String,
    /// URL of a fetch.
    pub url: String,
}

impl Target {
    /// A path target of the `filesystem` domain.
    pub fn path(role: &'static str, operation: &'static str, path: impl Into<OsString>) -> Self {
        Self {
            role: Name::Borrowed(role),
            domain: Name::Borrowed("filesystem"),
            operation: Name::Borrowed(operation),
            path: Some(path.into()),
            ..Self::default()
        }
    }
}
