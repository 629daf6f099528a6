//! Policy documents: strict reading with every problem at once, layers merged to the strictest.

pub(crate) mod keys;
mod merge;
mod rule_keys;
mod schema;
mod settings;
pub(crate) mod shape;
mod stated;

pub use schema::schema;
pub use settings::{
    Alert, ApprovalSettings, Durability, ExecPlugin, KubernetesSettings, LedgerSettings, Limits, MinExec,
    MinNative, MinSandbox, NativeSandbox, RedactPattern, RedactSettings, SandboxSettings, Settings, SshHost,
    SshSettings, TrashSettings, Webhook, WorkspaceSettings,
};

pub(crate) use merge::Merging;

use crate::{
    Layer,
    json::{self, Extent, Node, Span},
    problem::{Problem, Report},
};
use serde_json::{Map, Value as Json};

/// Bytes of one document.
pub const MAX_POLICY_BYTES: usize = 16 << 20;

/// One document to load.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it stands.
    pub layer: Layer,
    /// Its name in problems.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A document that has the right shape.
pub(crate) struct Document<'a> {
    pub(crate) root: Node<'a>,
    /// The settings that it states, and no others.
    pub(crate) stated: Map<String, Json>,
}

/// The text of a source, or the problem with it.
pub(crate) fn text(source: &Source) -> Result<&str, Vec<Problem>> {
    let plain = |message: &str, at: usize| {
        let good = source
            .bytes
            .get(..at)
            .and_then(|b| std::str::from_utf8(b).ok())
            .unwrap_or_default();
        let mut report = Report::new(&source.path, good);
        report.add(Span::new(good.len(), good.len()), message, "");
        report.told()
    };
    if source.bytes.len() > MAX_POLICY_BYTES {
        return Err(plain("a policy document may have at most 16 MiB", 0));
    }
    std::str::from_utf8(&source.bytes).map_err(|e| plain("this byte is not UTF-8 text", e.valid_up_to()))
}

/// Reads a document and checks its shape; problems go to the report.
pub(crate) fn read<'a>(
    text: &'a str,
    layer: Layer,
    extent: Extent,
    report: &mut Report<'a>,
) -> Option<Document<'a>> {
    let mut faults = Vec::new();
    let root = json::read(text, extent, &mut faults);
    for fault in faults {
        report.add(fault.at, fault.message, "");
    }
    let root = root?;
    let before = report.count();
    shape::check(
        &root,
        &shape::Shape::Object(keys::DOCUMENT),
        "the document",
        report,
    );
    if layer == Layer::Project {
        for member in root.members() {
            let known = keys::DOCUMENT.iter().any(|f| f.name == member.key);
            if known && !keys::PROJECT_KEYS.contains(&member.key.as_ref()) {
                let message = format!("`{}` may not stand in a project's policy", member.key);
                report.add(
                    member.at,
                    message,
                    "a project's policy only tightens: put it into the user's policy",
                );
            }
        }
    }
    let sound = report.count() == before;
    let stated = if sound { stated(&root) } else { Map::new() };
    Some(Document { root, stated })
}

const SETTINGS: [&str; 11] = [
    "limits",
    "workspace",
    "sandbox",
    "ledger",
    "redact",
    "ssh",
    "kubernetes",
    "env",
    "trash",
    "approvals",
    "alerts",
];

/// The settings that a document states whose shape was checked.
fn stated(root: &Node<'_>) -> Map<String, Json> {
    let present = SETTINGS
        .iter()
        .filter_map(|key| Some(((*key).to_owned(), root.get(key)?.plain())));
    present.collect()
}

#[cfg(test)]
mod tests;
