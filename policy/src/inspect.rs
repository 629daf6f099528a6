//! More than loading asks of a document: that every rule can be reached, by its words too, and every example holds. For
//! `wt policy check`, `wt policy test` and installation; a call never pays for it.

use crate::{
    Layer, Policy, Scope, Source,
    document::{self, keys, shape},
    examples::{self, ArgvReader, Outcome},
    json::{self, Extent, Node},
    load, nearest,
    problem::{Problem, Report},
    rule::Rule,
};

/// Domains of calls. There may be others: only a slip of the finger is told.
const DOMAINS: &[&str] = &[
    "filesystem",
    "ssh",
    "kubernetes",
    "search",
    "process",
    "network",
    "mcp",
    "tool",
    "privilege",
    "watchtower",
    "database",
    "http",
    "environment",
];
/// Operations of the domain that most rules are for.
const OF_FILES: &[&str] = &[
    "read",
    "list",
    "stat",
    "write",
    "create_file",
    "create_dir",
    "copy",
    "move",
    "delete",
    "chmod",
    "chown",
    "symlink",
    "link",
];

/// What was found in documents that load.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// Everything wrong, by document and place.
    pub problems: Vec<Problem>,
    /// What came of each example.
    pub examples: Vec<Outcome>,
}

/// Inspects documents, each judged by all of them together.
pub fn inspect(sources: &[Source], argv: ArgvReader<'_>) -> Inspection {
    let policy = match load(sources) {
        Ok(policy) => policy,
        Err(problems) => {
            return Inspection {
                problems,
                examples: Vec::new(),
            };
        }
    };
    let mut found = Inspection::default();
    for (source, layer) in sources.iter().zip(&policy.layers) {
        let Ok(text) = document::text(source) else {
            continue;
        };
        let mut report = Report::new(&source.path, text);
        let Some(root) = json::read(text, Extent::Everything, &mut Vec::new()) else {
            continue;
        };
        for (rule, by) in layer.unreachable() {
            let message = format!(
                "rule `{}` never decides: rule `{}` always does before it",
                rule.name, by.name
            );
            report.add(rule.at, message, "give it a higher priority, or take it out");
        }
        for rule in root.get("policies").map_or(&[][..], Node::items) {
            let name = rule.get("name").and_then(Node::text).unwrap_or_default();
            misspelt(name, rule, &mut report);
            for example in rule.get("examples").map_or(&[][..], Node::items) {
                found
                    .examples
                    .extend(examples::judge(name, example, &policy, argv, &mut report));
            }
        }
        found.problems.append(&mut report.problems);
    }
    found
}

/// Tells words of `match` that no call has and that look like one that calls have: such a rule would never match, and
/// a deny that never matches is seen by nobody.
fn misspelt(name: &str, rule: &Node<'_>, report: &mut Report<'_>) {
    let Some(matched) = rule.get("match") else {
        return;
    };
    let mut tell = |word: &Node<'_>, what: &str, known: &[&str]| {
        let text = word.text().unwrap_or_default();
        if !known.contains(&text)
            && let Some(meant) = nearest::nearest(text, known.iter().copied())
        {
            let message = format!("rule `{name}` is for the {what} `{text}`, which no call has");
            report.add(word.at, message, format!("did you mean `{meant}`?"));
        }
    };
    let domain = matched.get("domain");
    if let Some(domain) = domain {
        tell(domain, "domain", DOMAINS);
    }
    if domain.and_then(Node::text) == Some("filesystem")
        && let Some(operation) = matched.get("operation")
    {
        let one = std::slice::from_ref(operation);
        let words = if operation.text().is_some() {
            one
        } else {
            operation.items()
        };
        words.iter().for_each(|word| tell(word, "operation", OF_FILES));
    }
}

/// The calls of a document's examples, each with the rule it belongs to; broken ones are left out.
pub fn example_calls(source: &Source, argv: ArgvReader<'_>) -> Vec<(String, Scope)> {
    let Ok(text) = document::text(source) else {
        return Vec::new();
    };
    let Some(root) = json::read(text, Extent::Everything, &mut Vec::new()) else {
        return Vec::new();
    };
    let mut calls = Vec::new();
    for rule in root.get("policies").map_or(&[][..], Node::items) {
        let name = rule.get("name").and_then(Node::text).unwrap_or_default();
        for example in rule.get("examples").map_or(&[][..], Node::items) {
            let scope = examples::scope(example, argv, &mut Report::new(&source.path, text));
            calls.extend(scope.map(|scope| (name.to_owned(), scope)));
        }
    }
    calls
}

/// Judges the tests of a separate file: `{"tests": [{"name", "argv" | "intent", "expect", "rule"}]}`.
pub fn run_tests(policy: &Policy, path: &str, bytes: &[u8], argv: ArgvReader<'_>) -> Inspection {
    let source = Source {
        layer: Layer::User,
        path: path.to_owned(),
        bytes: bytes.to_vec(),
    };
    let text = match document::text(&source) {
        Ok(text) => text,
        Err(problem) => {
            return Inspection {
                problems: vec![problem],
                examples: Vec::new(),
            };
        }
    };
    let mut report = Report::new(path, text);
    let mut faults = Vec::new();
    let root = json::read(text, Extent::Everything, &mut faults);
    for fault in faults {
        report.add(fault.at, fault.message, "");
    }
    let mut outcomes = Vec::new();
    if let Some(root) = root {
        shape::check(
            &root,
            &shape::Shape::Object(keys::TESTS),
            "the test file",
            &mut report,
        );
        if report.problems.is_empty() {
            for (n, test) in root.get("tests").map_or(&[][..], Node::items).iter().enumerate() {
                let name = test
                    .get("name")
                    .and_then(Node::text)
                    .map_or_else(|| format!("test {}", n + 1), str::to_owned);
                outcomes.extend(examples::judge(&name, test, policy, argv, &mut report));
            }
        }
    }
    Inspection {
        problems: report.problems,
        examples: outcomes,
    }
}

impl crate::layer::Rules {
    /// Rules that never decide, each with one that always does before it.
    fn unreachable(&self) -> Vec<(&Rule, &Rule)> {
        let always: Vec<&Rule> = self.rules().iter().filter(|r| r.is_unconditional()).collect();
        let mut found = Vec::new();
        for rule in self.rules() {
            let before = |other: &&&Rule| {
                let stricter = other.priority == rule.priority && other.verdict > rule.verdict;
                other.name != rule.name && (other.priority > rule.priority || stricter) && other.covers(rule)
            };
            if let Some(by) = always.iter().find(before) {
                found.push((rule, *by));
            }
        }
        found
    }
}
