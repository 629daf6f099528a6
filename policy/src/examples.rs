//! Examples of documents, judged with synthetic facts: a person's home with one project, nothing of this machine.

use crate::{
    Policy, Scope,
    decision::Verdict,
    json::{Node, Span},
    nearest::did_you_mean,
    problem::Report,
    scope::{EnforcementFacts, Identity, Places, TargetFacts, Time, Workspace},
};
use serde_json::{Map, Value as Json};

/// The home of the synthetic person.
pub const EXAMPLE_HOME: &str = "/home/person";
/// The workspace of synthetic calls, which is also their working directory.
pub const EXAMPLE_WORKSPACE: &str = "/home/person/project";

/// A synthetic call's facts, before anything is filled in.
pub fn example_scope() -> Scope {
    Scope {
        identity: Identity {
            principal: "person".to_owned(),
            uid: 1000,
            attestation: "kernel".to_owned(),
            interactive: true,
            ..Identity::default()
        },
        time: Time {
            hour: 12,
            weekday: 2,
            iso: "2026-01-14T12:00:00+00:00".to_owned(),
        },
        workspace: Workspace {
            root: EXAMPLE_WORKSPACE.to_owned(),
            branch: "main".to_owned(),
        },
        places: Places {
            homes: vec![EXAMPLE_HOME.to_owned()],
            watchtower: vec![
                format!("{EXAMPLE_HOME}/.watchtower"),
                format!("{EXAMPLE_HOME}/.local/bin/wt"),
            ],
        },
        enforcement: EnforcementFacts {
            level: "B".to_owned(),
            landlock_abi: 6,
        },
        ..Scope::default()
    }
}

/// How a command line becomes a synthetic call: whoever knows the applets says.
pub type ArgvReader<'r> = &'r dyn Fn(&[String]) -> Result<Scope, String>;

/// What came of one example.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The rule or test it belongs to.
    pub name: String,
    /// What was expected.
    pub expected: Verdict,
    /// What was found.
    pub found: Verdict,
    /// The rule that gave it.
    pub rule: String,
    /// Whether all is as expected.
    pub passed: bool,
}

/// Judges the call of one example; a verdict other than expected goes to the report.
pub(crate) fn judge(
    name: &str,
    node: &Node<'_>,
    mut scope: Scope,
    policy: &Policy,
    report: &mut Report<'_>,
) -> Option<Outcome> {
    let expected: Verdict = serde_json::from_value(node.get("expect")?.plain()).ok()?;
    let begin = Span {
        end: node.at.start + 1,
        ..node.at
    };
    if scope.identity.capabilities.is_empty() && node.get("intent").is_none_or(|i| !names_capabilities(i)) {
        scope.identity.capabilities = policy.capabilities(&scope.identity);
    }
    let decision = policy.decide(&scope);
    let rule = decision
        .matched_rules
        .first()
        .map(|m| m.rule.clone())
        .unwrap_or_default();
    let wanted = node.get("rule").and_then(Node::text);
    let by_other = wanted.filter(|w| !decision.matched_rules.iter().any(|m| m.rule == *w));
    let at = node.get("expect").map_or(begin, |n| n.at);
    if decision.verdict != expected {
        let (found, expected) = (word(decision.verdict), word(expected));
        let reason = decision
            .reasons
            .first()
            .map(|r| format!(": {r}"))
            .unwrap_or_default();
        report.add(
            at,
            format!("the example gives `{found}` by rule `{rule}`, not `{expected}`"),
            format!("`{found}`{reason}"),
        );
    } else if let Some(wanted) = by_other {
        let at = node.get("rule").map_or(at, |n| n.at);
        report.add(
            at,
            format!("the example's verdict is given by rule `{rule}`, not `{wanted}`"),
            "",
        );
    }
    let passed = decision.verdict == expected && by_other.is_none();
    Some(Outcome {
        name: name.to_owned(),
        expected,
        found: decision.verdict,
        rule,
        passed,
    })
}

/// The call of an example; what is wrong with it goes to the report.
pub(crate) fn scope(node: &Node<'_>, argv: ArgvReader<'_>, report: &mut Report<'_>) -> Option<Scope> {
    match (node.get("argv"), node.get("intent")) {
        (Some(words), None) => {
            let all: Vec<String> = words
                .items()
                .iter()
                .filter_map(|w| w.text().map(str::to_owned))
                .collect();
            argv(&all).map_err(|error| report.add(words.at, error, "")).ok()
        }
        (None, Some(intent)) => from_intent(intent, report),
        _ => {
            let at = Span {
                end: node.at.start + 1,
                ..node.at
            };
            report.add(at, "an example has either `argv` or `intent`", "");
            None
        }
    }
}

/// The word of a verdict as documents write it.
pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Shadow => "shadow",
        Verdict::Escalate => "escalate",
        Verdict::Deny => "deny",
    }
}

fn names_capabilities(intent: &Node<'_>) -> bool {
    intent
        .get("identity")
        .is_some_and(|i| i.get("capabilities").is_some())
}

/// The facts of an example's `intent`; whatever it leaves out is synthetic.
fn from_intent(intent: &Node<'_>, report: &mut Report<'_>) -> Option<Scope> {
    let text = |key: &str| {
        intent
            .get(key)
            .and_then(Node::text)
            .unwrap_or_default()
            .to_owned()
    };
    let mut scope = example_scope();
    (scope.domain, scope.operation) = (text("domain"), text("operation"));
    let one = intent.get("target").into_iter();
    let nodes: Vec<&Node<'_>> = one
        .chain(intent.get("targets").map_or(&[][..], Node::items))
        .collect();
    for node in nodes {
        let mut target: TargetFacts = overlay(&TargetFacts::default(), node, "target", report)?;
        fill(&mut target, node, &scope);
        scope.targets.push(target);
    }
    if let Some(params) = intent.get("params") {
        scope.params = match params.plain() {
            Json::Object(map) => map,
            _ => Map::new(),
        };
    }
    if let Some(burst) = intent.get("burst").and_then(|n| n.plain().as_u64()) {
        scope.burst = u32::try_from(burst).unwrap_or(u32::MAX);
    }
    if let Some(env) = intent.get("env") {
        scope.env = serde_json::from_value(env.plain()).unwrap_or_default();
    }
    let part = |key: &str| intent.get(key);
    if let Some(node) = part("identity") {
        scope.identity = overlay(&scope.identity, node, "identity", report)?;
    }
    if let Some(node) = part("gtfo") {
        scope.gtfo = overlay(&scope.gtfo, node, "gtfo", report)?;
    }
    if let Some(node) = part("time") {
        scope.time = overlay(&scope.time, node, "time", report)?;
    }
    if let Some(node) = part("workspace") {
        scope.workspace = overlay(&scope.workspace, node, "workspace", report)?;
    }
    if let Some(node) = part("places") {
        scope.places = overlay(&scope.places, node, "places", report)?;
    }
    if let Some(node) = part("enforcement") {
        scope.enforcement = overlay(&scope.enforcement, node, "enforcement", report)?;
    }
    Some(scope)
}

/// What follows from a target's path and the call, where the example does not say otherwise.
fn fill(target: &mut TargetFacts, node: &Node<'_>, scope: &Scope) {
    let given = |key: &str| node.get(key).is_some();
    let set = |given: bool, field: &mut String, value: &str| {
        if !given {
            value.clone_into(field);
        }
    };
    let path = target.path.clone();
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", &path));
    set(given("domain"), &mut target.domain, &scope.domain);
    set(given("operation"), &mut target.operation, &scope.operation);
    set(given("role"), &mut target.role, "path");
    if !path.is_empty() {
        set(given("name"), &mut target.name, name);
        set(
            given("parent"),
            &mut target.parent,
            if parent.is_empty() { "/" } else { parent },
        );
        let ext = name
            .rsplit_once('.')
            .filter(|(stem, _)| !stem.is_empty())
            .map_or("", |(_, ext)| ext);
        set(given("ext"), &mut target.ext, &ext.to_lowercase());
    }
    if !given("exists") {
        target.exists = !target.kind.is_empty();
    }
    if !given("links") && target.exists {
        target.links = 1;
    }
    if !given("entries") && target.exists {
        target.entries = 1;
    }
}

/// A value with some of its fields given by a document.
fn overlay<T: serde::Serialize + serde::de::DeserializeOwned>(
    base: &T,
    node: &Node<'_>,
    what: &str,
    report: &mut Report<'_>,
) -> Option<T> {
    let Ok(Json::Object(mut map)) = serde_json::to_value(base) else {
        return None;
    };
    for member in node.members() {
        if !map.contains_key(member.key.as_ref()) {
            let known: Vec<&str> = map.keys().map(String::as_str).collect();
            let hint = did_you_mean(
                &member.key,
                known.iter().copied(),
                format!("known are {}", known.join(", ")),
            );
            report.add(
                member.at,
                format!("`{what}` has no attribute `{}`", member.key),
                hint,
            );
            return None;
        }
        map.insert(member.key.clone().into_owned(), member.node.plain());
    }
    match serde_json::from_value(Json::Object(map)) {
        Ok(value) => Some(value),
        Err(error) => {
            report.add(
                node.at,
                format!("this is not what `{what}` looks like: {error}"),
                "",
            );
            None
        }
    }
}
