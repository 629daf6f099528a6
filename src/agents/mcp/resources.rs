//! What a client can read: the policy in force, the last entries, and what is promised.

use crate::{
    caller::{Caller, Front},
    ground::Ground,
    level,
    report::Failure,
    view::{
        desk::{Desk, newest},
        select::Selection,
    },
};
use rmcp::{
    ErrorData,
    model::{Resource, ResourceContents},
};
use serde_json::{Value as Json, json};

/// Calls in the resource of the last ones.
const CALLS: usize = 50;

const POLICY: &str = "watchtower://policy";
const RECENT: &str = "watchtower://recent";
const LEVEL: &str = "watchtower://level";

/// Every resource.
pub(super) fn all() -> Vec<Resource> {
    [
        (
            POLICY,
            "policy",
            "the policy in force, layer by layer, with its digests",
        ),
        (RECENT, "recent", "the last calls in the ledger"),
        (
            LEVEL,
            "level",
            "what is promised of calls through this server, and what is not",
        ),
    ]
    .into_iter()
    .map(|(uri, name, says)| {
        Resource::new(uri, name)
            .with_description(says)
            .with_mime_type("application/json")
    })
    .collect()
}

/// The contents of one.
pub(super) fn read(uri: &str) -> Result<ResourceContents, ErrorData> {
    let value = match uri {
        POLICY => policy(),
        RECENT => recent(),
        LEVEL => promised(),
        _ => {
            let message = format!("no resource `{}`", crate::report::visible(uri));
            return Err(ErrorData::resource_not_found(message, Some(json!({"uri": uri}))));
        }
    };
    match value {
        Ok(value) => Ok(ResourceContents::text(format!("{value:#}"), uri).with_mime_type("application/json")),
        Err(failure) => Err(ErrorData::internal_error(
            failure.message,
            Some(json!({"hint": failure.hint})),
        )),
    }
}

fn caller() -> Result<Caller, Failure> {
    Ok(Caller {
        front: Front::Server,
        interactive: false,
        ..Caller::of_this_process()?
    })
}

fn policy() -> Result<Json, Failure> {
    let caller = caller()?;
    let ground = Ground::of(&caller)?;
    let layers: Vec<Json> = ground
        .home
        .layers(&caller)?
        .iter()
        .map(|file| {
            let document: Json = serde_json::from_slice(&file.bytes).unwrap_or_default();
            json!({"layer": file.layer, "path": file.path.display().to_string(), "document": document})
        })
        .collect();
    let digests: Vec<Json> = ground
        .digests
        .iter()
        .map(|(layer, digest)| json!({"layer": layer, "sha256": digest}))
        .collect();
    let workspace = ground
        .workspace
        .as_ref()
        .map(|root| root.path.display().to_string());
    Ok(json!({"layers": layers, "digests": digests, "workspace": workspace}))
}

fn recent() -> Result<Json, Failure> {
    let reader = Desk::open()?.reader()?;
    let (actions, _) = newest(&reader, &Selection::default().decisions_only(), CALLS)?;
    Ok(actions.iter().rev().map(|action| action.to_json()).collect())
}

fn promised() -> Result<Json, Failure> {
    let caller = caller()?;
    let ground = Ground::of(&caller)?;
    Ok(json!(level::of(ground.home.owner, &caller)))
}
