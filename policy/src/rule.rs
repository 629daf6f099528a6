//! One rule, compiled: which calls it is tried for, what must hold, and what it says.

use crate::{
    decision::{Audit, Verdict},
    identity::words,
    json::{Node, Span, Value, inside},
    lang::{self, EvalError, ExprError, Expression, Names, Run},
    moment,
    pattern::{HostPattern, PathPattern},
    problem::Report,
    scope::{Scope, TargetFacts},
};
use std::sync::OnceLock;

/// A compiled rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) priority: i64,
    /// None is every domain.
    pub(crate) domain: Option<String>,
    /// Empty is every operation.
    pub(crate) operations: Vec<String>,
    pub(crate) condition: Option<Condition>,
    pub(crate) paths: Vec<PathPattern>,
    pub(crate) hosts: Vec<HostPattern>,
    pub(crate) verdict: Verdict,
    pub(crate) audit: Audit,
    pub(crate) level: f64,
    pub(crate) reason: String,
    pub(crate) hint: String,
    /// Nanoseconds since 1970.
    pub(crate) expires: Option<i128>,
    /// Where it stands in its document.
    pub(crate) at: Span,
}

/// When the conditions of a document are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conditions {
    /// With the document, whose problems they are.
    Now,
    /// When the rule is first tried: the same document was read before.
    WhenTried,
}

/// A condition and its source.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) source: String,
    expression: OnceLock<Result<Expression, EvalError>>,
}

impl Condition {
    /// The condition, read now where it was not yet.
    pub(crate) fn expression(&self) -> Result<&Expression, &EvalError> {
        let read = || {
            Expression::parse(&self.source, Names::Rule).map_err(|error| {
                lang::raised_error(&format!("the condition cannot be read: {}", error.message))
            })
        };
        self.expression.get_or_init(read).as_ref()
    }
}

/// What a rule says of one target, before anything is compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tried {
    Matches,
    /// The part that does not hold.
    Fails(Part),
    /// An evaluation without a value: the rule denies.
    Errs(EvalError),
}

/// A part of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Expired,
    Paths,
    Hosts,
    Condition,
}

impl Rule {
    /// Compiles a rule whose shape was checked; problems go to the report.
    pub(crate) fn compile(node: &Node<'_>, conditions: Conditions, report: &mut Report<'_>) -> Self {
        let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default();
        let matched = node.get("match");
        let name = text("name").to_owned();
        if name.is_empty() && node.get("name").is_some() {
            report.add(
                node.get("name").map_or(node.at, |n| n.at),
                "a rule needs a name",
                "",
            );
        }
        if let Some(matched) = matched {
            named(matched, report);
        }
        Self {
            priority: match node.get("priority").map(|n| &n.value) {
                Some(Value::Int(n)) => *n,
                _ => 100,
            },
            domain: matched
                .and_then(|m| m.get("domain"))
                .and_then(Node::text)
                .filter(|d| *d != "*")
                .map(str::to_owned),
            operations: matched
                .and_then(|m| m.get("operation"))
                .map(words)
                .filter(|all| !all.iter().any(|o| o == "*"))
                .unwrap_or_default(),
            condition: node
                .get("condition")
                .and_then(|n| condition(n, conditions, report)),
            paths: patterns(node.get("paths"), PathPattern::parse, report),
            hosts: patterns(node.get("hosts"), HostPattern::parse, report),
            verdict: match text("action") {
                "allow" => Verdict::Allow,
                "shadow" => Verdict::Shadow,
                "escalate" => Verdict::Escalate,
                _ => Verdict::Deny,
            },
            audit: match text("audit") {
                "minimal" => Audit::Minimal,
                "full" => Audit::Full,
                _ => Audit::Standard,
            },
            level: match text("risk_level") {
                "low" => 0.1,
                "medium" => 0.4,
                "high" => 0.7,
                "critical" => 1.0,
                _ => 0.0,
            },
            reason: text("reason").to_owned(),
            hint: text("hint").to_owned(),
            expires: node.get("expires").and_then(|n| {
                let moment = moment::parse(n.text().unwrap_or_default());
                if moment.is_none() {
                    let hint = "write it as `2027-01-31T12:00:00Z`";
                    report.add(n.at, "`expires` is not an RFC 3339 time", hint);
                }
                moment
            }),
            at: node.get("name").map_or(node.at, |n| n.at),
            name,
        }
    }

    /// Tries the rule for one target over the facts of a run.
    pub(crate) fn try_on<'a>(&'a self, target: &TargetFacts, scope: &Scope, run: &mut Run<'a>) -> Tried {
        run.rules += 1;
        if let Some(expires) = self.expires {
            match moment::parse(&scope.time.iso) {
                Some(now) if now >= expires => return Tried::Fails(Part::Expired),
                Some(_) => {}
                None => return Tried::Errs(lang::raised_error("the time of the call is not known")),
            }
        }
        if !self.paths.is_empty() {
            let path = run.facts.path();
            let (homes, root) = (&scope.places.homes, &scope.workspace.root);
            if path.is_empty() || !self.paths.iter().any(|p| p.is_match_plain(path, homes, root)) {
                return Tried::Fails(Part::Paths);
            }
        }
        if !self.hosts.is_empty() && !self.hosts.iter().any(|h| h.is_match(&target.host)) {
            return Tried::Fails(Part::Hosts);
        }
        match &self.condition {
            None => Tried::Matches,
            Some(condition) => match condition.expression().map(|expression| expression.holds(run)) {
                Ok(Ok(true)) => Tried::Matches,
                Ok(Ok(false)) => Tried::Fails(Part::Condition),
                Ok(Err(error)) => Tried::Errs(*error),
                Err(error) => Tried::Errs(error.clone()),
            },
        }
    }

    /// Whether its condition, where it was read, fails at once for this path; what it does otherwise is for
    /// [`Rule::try_on`] to say.
    pub(crate) fn misses(&self, path: &str) -> bool {
        let read = self.condition.as_ref().and_then(|c| c.expression.get());
        self.expires.is_none() && matches!(read, Some(Ok(expression)) if expression.misses(path))
    }

    /// Texts of which the target's path must begin with one, as the rule's first demand; none where it demands
    /// something else first, or where an error could come before it.
    pub(crate) fn beginnings(&self) -> Option<Vec<&str>> {
        if self.expires.is_some() {
            return None;
        }
        let by_paths: Option<Vec<&str>> = self.paths.iter().map(PathPattern::beginning).collect();
        if let Some(texts) = by_paths.filter(|texts| !texts.is_empty()) {
            return Some(texts);
        }
        self.condition
            .as_ref()
            .and_then(|c| c.expression().ok()?.path_beginnings())
    }

    /// Whether it matches every call that it is tried for.
    pub(crate) fn is_unconditional(&self) -> bool {
        (self.condition.is_none() || self.constant() == Some(Ok(true)))
            && self.paths.is_empty()
            && self.hosts.is_empty()
            && self.expires.is_none()
    }

    /// What its condition is of every call, where it reads nothing of one; `False` alone is how a rule is switched off.
    pub(crate) fn constant(&self) -> Option<Result<bool, EvalError>> {
        let condition = self.condition.as_ref().filter(|c| c.source.trim() != "False")?;
        condition.expression().ok()?.always()
    }

    /// Whether it is tried for every call that the other one is tried for.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let operations = self.operations.is_empty()
            || (!other.operations.is_empty() && other.operations.iter().all(|o| self.operations.contains(o)));
        (self.domain.is_none() || self.domain == other.domain) && operations
    }

    /// Whether the rule reads nothing but the predecessor's `params.get('gtfo_risk')`.
    pub(crate) fn is_finding(&self) -> bool {
        self.paths.is_empty()
            && self.hosts.is_empty()
            && self
                .condition
                .as_ref()
                .filter(|c| c.source.contains("gtfo_risk"))
                .and_then(|c| c.expression().ok())
                .is_some_and(Expression::reads_only_gtfo_risk)
    }
}

/// Refuses a `match` that seems to name something and names nothing.
fn named(matched: &Node<'_>, report: &mut Report<'_>) {
    for key in ["domain", "operation"] {
        let Some(node) = matched.get(key) else { continue };
        let names = words(node);
        let nothing = matches!(node.value, Value::List(_)) && names.is_empty();
        if nothing || names.iter().any(String::is_empty) {
            let hint = "leave it out, or write `*` for all";
            report.add(node.at, format!("`{key}` has an empty name"), hint);
        }
    }
}

fn condition(node: &Node<'_>, when: Conditions, report: &mut Report<'_>) -> Option<Condition> {
    let source = node.text().unwrap_or_default();
    if source.trim().is_empty() {
        return None;
    }
    let expression = match when {
        Conditions::WhenTried => OnceLock::new(),
        Conditions::Now if report.is_full() => OnceLock::from(Err(unread())),
        Conditions::Now => {
            let read = Expression::parse_whole(source, Names::Rule);
            OnceLock::from(read.map_err(|faults| told(faults, node, report)))
        }
    };
    Some(Condition {
        source: source.to_owned(),
        expression,
    })
}

/// Reports what is wrong with a condition, each fault at its place in the document.
fn told(faults: Vec<ExprError>, node: &Node<'_>, report: &mut Report<'_>) -> EvalError {
    for fault in faults {
        let range = fault.range();
        let at = Span::new(
            inside(report.text, node.at, range.start),
            inside(report.text, node.at, range.end),
        );
        report.add(at, fault.message, fault.hint);
    }
    unread()
}

/// What a condition is of a document that does not load.
fn unread() -> EvalError {
    lang::raised_error("the condition cannot be read")
}

fn patterns<T>(
    node: Option<&Node<'_>>,
    parse: fn(&str) -> Result<T, String>,
    report: &mut Report<'_>,
) -> Vec<T> {
    let mut out = Vec::new();
    for item in node.map_or(&[][..], Node::items) {
        match parse(item.text().unwrap_or_default()) {
            Ok(pattern) => out.push(pattern),
            Err(error) => report.add(item.at, format!("this is not a pattern: {error}"), ""),
        }
    }
    out
}
