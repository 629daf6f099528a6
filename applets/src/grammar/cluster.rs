//! What the kubectl applets share: their options, and the object that a line names.

use super::{Kind, Opt, Parsed};
use policy::{Name, Target};
use serde_json::{Map, Value as Json};

/// The namespace.
pub(crate) const NAMESPACE: Opt = Opt::value("ns", "n", Kind::Label, "the namespace")
    .alias("namespace")
    .default("default");
/// The container.
pub(crate) const CONTAINER: Opt = Opt::value("container", "c", Kind::Label, "the container of the pod");
/// The context.
pub(crate) const CONTEXT: Opt = Opt::value("context", "", Kind::Context, "the context of the kubeconfig");

/// The object of this name as a target.
pub(crate) fn object(line: &Parsed, role: &'static str, operation: &'static str, resource: &str) -> Target {
    Target {
        role: Name::Borrowed(role),
        domain: Name::Borrowed("kubernetes"),
        operation: Name::Borrowed(operation),
        namespace: line.text("ns").unwrap_or("default").to_owned(),
        container: line.text("container").unwrap_or_default().to_owned(),
        resource: resource.to_owned(),
        name: line.text(role).unwrap_or_default().to_owned(),
        ..Target::default()
    }
}

/// The context as a parameter, null where none was named.
pub(crate) fn context(line: &Parsed) -> Map<String, Json> {
    let context = line.text("context").map_or(Json::Null, Json::from);
    std::iter::once(("context".to_owned(), context)).collect()
}
