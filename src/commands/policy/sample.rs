//! A command line as a synthetic call: the applet parses it, and every path it names is taken to be there, in a
//! person's workspace that is nobody's real one.

use applets::Request;
use policy::{EXAMPLE_WORKSPACE, Intent, Scope, Target, TargetFacts, example_scope, text::escape};
use serde_json::Value as Json;
use std::{ffi::OsString, os::unix::ffi::OsStrExt};

/// The facts of a command line.
///
/// # Errors
/// It names no applet, or does not fit the applet's grammar.
pub(super) fn scope(argv: &[String]) -> Result<Scope, String> {
    let (name, args) = argv
        .split_first()
        .ok_or_else(|| "the command line is empty".to_owned())?;
    let applet = applets::find(name).ok_or_else(|| format!("`{name}` is not an applet"))?;
    let args: Vec<OsString> = args.iter().map(OsString::from).collect();
    match applet.parse(&args) {
        Ok(Request::Call(call)) => Ok(of_intent(&call.intent)),
        Ok(Request::Help | Request::Version) => Err("the command line only asks for help".to_owned()),
        Err(error) => Err(error.message),
    }
}

fn of_intent(intent: &Intent) -> Scope {
    let mut scope = example_scope();
    scope.domain = intent.domain.to_string();
    scope.operation = intent.operation.to_string();
    scope.params = intent.params.clone();
    let recursive = intent.params.get("recursive") == Some(&Json::Bool(true));
    scope.targets = intent
        .targets
        .iter()
        .map(|target| facts(target, recursive))
        .collect();
    scope
}

fn facts(target: &Target, recursive: bool) -> TargetFacts {
    let local = matches!(target.domain.as_ref(), "filesystem" | "search");
    let given = target
        .path
        .as_ref()
        .map(|path| escape(path.as_bytes()))
        .unwrap_or_default();
    let path = match &target.path {
        Some(_) if local => resolve(&given),
        _ => given,
    };
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let ext = name
        .rsplit_once('.')
        .filter(|(stem, _)| !stem.is_empty())
        .map_or("", |(_, ext)| ext);
    let kind = match (local, recursive || name == ".git" || path == "/") {
        (false, _) => "",
        (true, true) => "dir",
        (true, false) => "file",
    };
    TargetFacts {
        role: target.role.to_string(),
        domain: target.domain.to_string(),
        operation: target.operation.to_string(),
        name: if path.is_empty() {
            target.name.clone()
        } else {
            name.to_owned()
        },
        parent: if parent.is_empty() && path.starts_with('/') {
            "/".to_owned()
        } else {
            parent.to_owned()
        },
        ext: ext.to_lowercase(),
        kind: kind.to_owned(),
        exists: local,
        links: i64::from(local),
        entries: i64::from(local),
        host: target.host.clone(),
        user: target.user.clone(),
        port: target.port.map_or(0, i64::from),
        namespace: target.namespace.clone(),
        container: target.container.clone(),
        resource: target.resource.clone(),
        url: target.url.clone(),
        path,
        ..TargetFacts::default()
    }
}

/// The path from the synthetic workspace on, without `.` and `..`: nothing is looked up.
fn resolve(path: &str) -> String {
    let from = if path.starts_with('/') {
        ""
    } else {
        EXAMPLE_WORKSPACE
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::scope;
    use policy::{Layer, Source, load};

    /// What every applet's help promises of the default policy.
    #[test]
    fn the_default_policy_gives_every_applets_examples_their_verdicts() {
        let bytes = policy::default_document("default").unwrap().as_bytes().to_vec();
        let policy = load(&[Source {
            layer: Layer::User,
            path: "default".into(),
            bytes,
        }])
        .unwrap();
        let mut wrong = Vec::new();
        for applet in applets::all() {
            for example in applet.examples {
                let argv: Vec<String> = std::iter::once(applet.name)
                    .chain(example.argv.iter().copied())
                    .map(str::to_owned)
                    .collect();
                let mut scope = scope(&argv).unwrap();
                scope.identity.capabilities = policy.capabilities(&scope.identity);
                let decision = policy.decide(&scope);
                if decision.verdict != example.expect {
                    wrong.push(format!("{argv:?}: {:?} {:?}", decision.verdict, decision.reasons));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
