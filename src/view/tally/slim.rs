//! The few members of an entry's data that are counted; everything else is skipped while it is read.

use serde::Deserialize;
use std::borrow::Cow;

type Text<'a> = Cow<'a, str>;

/// An entry's data, as far as it is counted.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Slim<'a> {
    #[serde(borrow)]
    pub(crate) kind: Text<'a>,
    pub(crate) decision: Option<Decision<'a>>,
    pub(crate) identity: Identity<'a>,
    pub(crate) intent: Intent<'a>,
    pub(crate) scope: Scope<'a>,
    pub(crate) annotations: Annotations<'a>,
    #[serde(borrow)]
    pub(crate) tool: Text<'a>,
    pub(crate) of: Option<u64>,
    pub(crate) execution: Option<Execution>,
}

/// Of an entry that is neither a decision nor an outcome, only what it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Other<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
}

impl<'a> Slim<'a> {
    /// Reads an entry's data; none where it cannot be read. Other kinds may use the same names for other things.
    pub(crate) fn read(data: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(data).ok().or_else(|| {
            let other: Other<'a> = serde_json::from_slice(data).ok()?;
            (!matches!(other.kind.as_ref(), "" | "decision" | "outcome")).then(|| Self {
                kind: other.kind,
                ..Self::default()
            })
        })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Decision<'a> {
    #[serde(borrow)]
    pub(crate) verdict: Text<'a>,
    #[serde(borrow)]
    pub(crate) matched_rules: Vec<Matched<'a>>,
    pub(crate) risk_score: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Matched<'a> {
    #[serde(borrow)]
    pub(crate) rule: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Identity<'a> {
    pub(crate) agent: Agent<'a>,
    #[serde(borrow)]
    pub(crate) session: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Agent<'a> {
    #[serde(borrow)]
    pub(crate) value: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Intent<'a> {
    #[serde(borrow)]
    pub(crate) domain: Text<'a>,
    #[serde(borrow)]
    pub(crate) operation: Text<'a>,
    #[serde(borrow)]
    pub(crate) targets: Vec<Target<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Target<'a> {
    #[serde(borrow)]
    pub(crate) domain: Text<'a>,
    #[serde(borrow)]
    pub(crate) path: Text<'a>,
    #[serde(borrow)]
    pub(crate) host: Text<'a>,
    #[serde(borrow)]
    pub(crate) namespace: Text<'a>,
    #[serde(borrow)]
    pub(crate) name: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Scope<'a> {
    #[serde(borrow)]
    pub(crate) targets: Vec<Target<'a>>,
    pub(crate) workspace: Workspace<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Workspace<'a> {
    #[serde(borrow)]
    pub(crate) root: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Annotations<'a> {
    #[serde(borrow)]
    pub(crate) gtfo_alerts: Vec<Alert<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct Alert<'a> {
    #[serde(borrow)]
    pub(crate) binary: Text<'a>,
    pub(crate) invoked: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Execution {
    pub(crate) exit_code: i64,
    pub(crate) signal: Option<i64>,
    pub(crate) duration_us: u64,
}
