//! The risk of a call, each part on its own scale: what kind of tool, which arguments, how many calls lately. Judged is
//! what was typed into typed intents and resolved, so that no spelling of options, quotes or comments changes it.

use crate::{
    decision::Risk,
    scope::{Scope, TargetFacts},
    shares::{RiskPart, Shares},
};

/// The most that a part can be.
const MAX_ARGS: u32 = 40;
const MAX_BURST: u32 = 20;

/// Everything that a share can be for.
pub(crate) const WORDS: &[&str] = &[
    SHELL,
    CODE,
    WRITE,
    DATABASE,
    HTTP,
    READ,
    ENVIRONMENT,
    INFORMATION,
    UNKNOWN,
    DELETES,
    MODE,
    OWNER,
    RUNS,
    MOVES,
    MAKES,
    RECURSIVE,
    SEVERAL,
    MANY,
    OUTSIDE,
    RECIPE,
    CALLS,
];
const SHELL: &str = "it runs a command";
const CODE: &str = "it runs a command elsewhere";
const WRITE: &str = "it changes files";
const DATABASE: &str = "it asks a database";
const HTTP: &str = "it uses the network";
const READ: &str = "it reads";
const ENVIRONMENT: &str = "it reads the environment";
const INFORMATION: &str = "it lists";
const UNKNOWN: &str = "what it does is not known";
const DELETES: &str = "it deletes";
const MODE: &str = "it changes modes";
const OWNER: &str = "it changes owners";
const RUNS: &str = "it executes a program";
const MOVES: &str = "it moves";
const MAKES: &str = "it writes or makes something";
const RECURSIVE: &str = "with everything below";
const SEVERAL: &str = "several targets";
const MANY: &str = "many objects";
const OUTSIDE: &str = "outside the workspace";
const RECIPE: &str = "a GTFOBins recipe is in use";
const CALLS: &str = "calls in the last minute";

/// Computes the risk of a call.
pub(crate) fn assess(scope: &Scope) -> Risk {
    let mut why = Shares::default();
    let (tool, what) = tool(&scope.domain, &scope.operation);
    why.add(RiskPart::Tool, tool, what);
    args(scope, &mut why);
    let args = why.sum(RiskPart::Args).min(MAX_ARGS);
    let burst = (scope.burst / 3).min(MAX_BURST);
    why.add(RiskPart::Burst, burst, CALLS);
    Risk {
        score: tool + args + burst,
        tool,
        args,
        burst,
        why,
    }
}

/// The weight of the kind of tool, 0 to 40.
fn tool(domain: &str, operation: &str) -> (u32, &'static str) {
    match (domain, operation) {
        ("process" | "privilege", _) => (40, SHELL),
        ("kubernetes", "exec") => (38, CODE),
        ("filesystem", "read") | ("ssh", "read") | ("kubernetes", _) | ("search", _) => (20, READ),
        (_, "list" | "stat" | "ps") => (5, INFORMATION),
        ("filesystem" | "watchtower", _) => (35, WRITE),
        ("database", _) => (30, DATABASE),
        ("network" | "http", _) => (25, HTTP),
        ("environment", _) => (15, ENVIRONMENT),
        _ => (40, UNKNOWN),
    }
}

/// What the arguments add.
fn args(scope: &Scope, why: &mut Shares) {
    let recursive = scope.is_recursive();
    let entries: i64 = scope
        .targets
        .iter()
        .map(|t| t.entries.max(0))
        .fold(0, i64::saturating_add);
    let worst = scope
        .targets
        .iter()
        .map(|t| operation(&t.operation))
        .max_by_key(|(points, _)| *points);
    let outside = scope.targets.iter().any(|t| is_outside(t, scope));
    let gtfo = match (scope.gtfo.invoked, scope.gtfo.risk.as_str()) {
        (true, "critical") => 40,
        (true, "high") => 30,
        (true, "medium") => 15,
        _ => 0,
    };
    let (points, what) = worst.unwrap_or_else(|| operation(&scope.operation));
    let many = match entries {
        0..=100 => 0,
        101..=10_000 => 5,
        _ => 10,
    };
    why.add(RiskPart::Args, points, what);
    why.add(RiskPart::Args, if recursive { 10 } else { 0 }, RECURSIVE);
    why.add(
        RiskPart::Args,
        if scope.targets.len() > 1 { 5 } else { 0 },
        SEVERAL,
    );
    why.add(RiskPart::Args, many, MANY);
    why.add(RiskPart::Args, if outside { 10 } else { 0 }, OUTSIDE);
    why.add(RiskPart::Args, gtfo, RECIPE);
}

fn operation(operation: &str) -> (u32, &'static str) {
    match operation {
        "delete" => (15, DELETES),
        "chmod" => (15, MODE),
        "chown" => (15, OWNER),
        "exec" => (15, RUNS),
        "move" => (15, MOVES),
        "copy" | "write" | "create_file" | "create_dir" | "symlink" | "link" => (10, MAKES),
        _ => (0, ""),
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
    use crate::{
        decision::Risk,
        scope::{Scope, TargetFacts},
    };

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
        let why = serde_json::json!([
            "tool 35: it changes files",
            "args 15: it deletes",
            "args 10: with everything below",
            "args 10: many objects",
            "args 10: outside the workspace",
            "burst 20: calls in the last minute"
        ]);
        assert_eq!(serde_json::json!(risk)["why"], why);
        let back: Risk = serde_json::from_value(serde_json::json!(risk)).unwrap();
        assert_eq!(back, risk);
    }

    #[test]
    fn every_share_of_the_fullest_call_has_its_place() {
        let mut scope = call("process", "exec");
        let target = TargetFacts {
            domain: "filesystem".into(),
            operation: "delete".into(),
            path: "/srv/x".into(),
            entries: 20_000,
            ..TargetFacts::default()
        };
        scope.targets = vec![target.clone(), target];
        scope.params.insert("recursive".into(), true.into());
        scope.gtfo.invoked = true;
        scope.gtfo.risk = "critical".into();
        scope.burst = 60;
        assert_eq!(assess(&scope).why.iter().count(), 8);
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
