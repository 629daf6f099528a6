//! Which policy is in force here: its layers with their digests, the workspace, or what is wrong with it.

use crate::{caller::Caller, ground::Ground, home::Home, record::hex, report::Failure};
use policy::Layer;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// One layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct LayerShown {
    /// Which.
    pub(crate) layer: Layer,
    /// Its file.
    pub(crate) path: String,
    /// SHA-256 of its bytes, hex.
    pub(crate) sha256: String,
}

/// The policy in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Rules {
    /// The layers that could be read.
    pub(crate) layers: Vec<LayerShown>,
    /// Names of their rules, in order.
    #[serde(skip)]
    pub(crate) names: Vec<String>,
    /// Root of the workspace of the working directory, none where there is none.
    pub(crate) workspace: Option<String>,
    /// Why no call can be judged, `` where it can.
    pub(crate) problem: String,
    /// What to do about that.
    pub(crate) hint: String,
}

impl Rules {
    /// The workspace in words.
    pub(crate) fn workspace_words(&self) -> &str {
        match &self.workspace {
            Some(root) => root,
            None if self.problem.is_empty() => "none here",
            None => "cannot be told",
        }
    }

    /// The policy in a directory; `ground` is what a call of this caller stands on, or why it cannot.
    pub(crate) fn look(home: &Home, caller: &Caller, ground: &Result<Ground, Failure>) -> Self {
        let mut read = home.layers(caller).unwrap_or_default();
        let mut workspace = None;
        if let Ok(root) = ground.as_ref().map(|ground| ground.workspace.as_ref())
            && let Some(root) = root
        {
            workspace = Some(root.path.display().to_string());
            let project = home.project_layer(caller, std::os::fd::AsFd::as_fd(&root.dir), &root.path);
            read.extend(project.ok().flatten());
        }
        let layers = read.iter().map(|file| LayerShown {
            layer: file.layer,
            path: file.path.display().to_string(),
            sha256: hex(&Sha256::digest(&file.bytes)),
        });
        let names = read.iter().flat_map(|file| rule_names(&file.bytes)).collect();
        let (problem, hint) = match &ground {
            Ok(_) => Default::default(),
            Err(failure) => (failure.message.clone(), failure.hint.clone()),
        };
        Self {
            layers: layers.collect(),
            names,
            workspace,
            problem,
            hint,
        }
    }
}

/// The names of a document's rules; none for what is no policy document.
pub(crate) fn rule_names(document: &[u8]) -> Vec<String> {
    let parsed: serde_json::Value = serde_json::from_slice(document).unwrap_or_default();
    let rules = parsed
        .get("policies")
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten();
    rules
        .filter_map(|rule| Some(rule.get("name")?.as_str()?.to_owned()))
        .collect()
}
