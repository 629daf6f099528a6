//! The risk of a call, each part on its own scale: what kind of tool, which arguments, how many calls lately.

use crate::{
    decision::Risk,
    scope::{Scope, TargetFacts},
};
use serde_json::Value as Json;

/// The most that a part can be.
const MAX_ARGS: u32 = 40;
const MAX_BURST: u32 = 20;

/// Computes the risk of a call.
pub(crate) fn assess(scope: &Scope) -> Risk {
    let tool = tool(&scope.domain, &scope.operation);
    let args = args(scope).min(MAX_ARGS);
    let burst = (scope.burst / 3).min(MAX_BURST);
    Risk {
        score: tool + args + burst,
        tool,
        args,
        burst,
    }
}

/// The weight of the kind of tool, 0 to 40.
fn tool(domain: &str, operation: &str) -> u32 {
    const SHELL: u32 = 40;
    const CODE: u32 = 38;
    const WRITE: u32 = 35;
    const DATABASE: u32 = 30;
    const HTTP: u32 = 25;
    const READ: u32 = 20;
    const ENVIRONMENT: u32 = 15;
    const INFORMATION: u32 = 5;
    const UNKNOWN: u32 = 40;
    match (domain, operation) {
        ("process" | "privilege", _) => SHELL,
        ("kubernetes", "exec") => CODE,
        ("filesystem", "read") | ("ssh", "read") | ("kubernetes", _) | ("search", _) => READ,
        (_, "list" | "stat" | "ps") => INFORMATION,
        ("filesystem" | "watchtower", _) => WRITE,
        ("database", _) => DATABASE,
        ("network" | "http", _) => HTTP,
        ("environment", _) => ENVIRONMENT,
        _ => UNKNOWN,
    }
}

/// What the arguments add.
fn args(scope: &Scope) -> u32 {
    let recursive = scope.params.get("recursive") == Some(&Json::Bool(true));
    let entries: i64 = scope
        .targets
        .iter()
        .map(|t| t.entries.max(0))
        .fold(0, i64::saturating_add);
    let worst = scope.targets.iter().map(|t| operation(&t.operation)).max();
    let outside = scope.targets.iter().any(|t| is_outside(t, scope));
    let gtfo = match (scope.gtfo.invoked, scope.gtfo.risk.as_str()) {
        (true, "critical") => 40,
        (true, "high") => 30,
        (true, "medium") => 15,
        _ => 0,
    };
    worst.unwrap_or_else(|| operation(&scope.operation))
        + if recursive { 10 } else { 0 }
        + if scope.targets.len() > 1 { 5 } else { 0 }
        + match entries {
            0..=100 => 0,
            101..=10_000 => 5,
            _ => 10,
        }
        + if outside { 10 } else { 0 }
        + gtfo
}

fn operation(operation: &str) -> u32 {
    match operation {
        "delete" | "chmod" | "chown" | "exec" | "move" => 15,
        "copy" | "write" | "create_file" | "create_dir" | "symlink" | "link" => 10,
        _ => 0,
    }
}

/// Whether a local target lies neither in the workspace nor in `/tmp`.
fn is_outside(target: &TargetFacts, scope: &Scope) -> bool {
    let local = matches!(target.domain.as_str(), "filesystem" | "search") && !target.path.is_empty();
    let within = |dir: &str| !dir.is_empty() && crate::components::below(&target.path, dir).is_some();
    local && !within(&scope.workspace.root) && !within("/tmp")
}

#[cfg(test)]
mod tests {
    use super::assess;
    use crate::scope::{Scope, TargetFacts};

    fn call(domain: &str, operation: &str) -> Scope {
        Scope {
            domain: domain.into(),
            operation: operation.into(),
            ..Scope::default()
        }
    }

    #[test]
    fn the_parts_add_up_and_have_their_bounds() {
        let mut scope = call("filesystem", "delete");
        scope.targets = vec![TargetFacts {
            domain: "filesystem".into(),
            operation: "delete".into(),
            path: "/srv/x".into(),
            entries: 20_000,
            ..TargetFacts::default()
        }];
        scope.params.insert("recursive".into(), true.into());
        scope.burst = 1000;
        let risk = assess(&scope);
        assert_eq!((risk.tool, risk.args, risk.burst, risk.score), (35, 40, 20, 95));
    }

    #[test]
    fn kinds_of_tools_have_their_weights() {
        for (domain, operation, weight) in [
            ("process", "exec", 40),
            ("kubernetes", "exec", 38),
            ("filesystem", "delete", 35),
            ("network", "get", 25),
            ("ssh", "read", 20),
            ("kubernetes", "logs", 20),
            ("ssh", "list", 5),
            ("unheard", "of", 40),
        ] {
            assert_eq!(
                assess(&call(domain, operation)).tool,
                weight,
                "{domain}:{operation}"
            );
        }
    }
}
