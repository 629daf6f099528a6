//! More than loading asks of a document: that every rule can be reached, by its words too, and every example holds. For
//! `wt policy check` and `wt policy test`; a call never pays for it.

mod reach;
mod sound;
mod spelling;

use crate::{
    Layer, Policy, Scope, Source,
    document::{self, keys, shape},
    examples::{self, ArgvReader, Outcome},
    json::{self, Extent, Node},
    layer::Rules,
    moment, policy,
    problem::{Problem, Report},
    rule::Conditions,
};
use sound::{Faults, Sound};

/// What was found in documents.
#[derive(Clone, Debug, Default)]
pub struct Inspection {
    /// Everything wrong, by document and place.
    pub problems: Vec<Problem>,
    /// What came of each example.
    pub examples: Vec<Outcome>,
    /// How many examples can be judged only when the problems are mended.
    pub unjudged: usize,
}

/// Inspects documents, each judged by all of them together, as of `now`, an RFC 3339 time. What keeps a document from
/// loading hides nothing else: whatever it does not touch is inspected all the same.
pub fn inspect(sources: &[Source], now: &str, argv: ArgvReader<'_>) -> Inspection {
    let (policy, told) = policy::compile(sources, Conditions::Now);
    let mut layers = policy.layers.iter();
    let documents: Vec<Option<Inspected<'_>>> = sources
        .iter()
        .zip(&told)
        .map(|(source, problems)| Inspected::open(source, problems, &mut layers))
        .collect();
    let settled = |scope: &Scope| {
        let settles = |document: &Inspected<'_>| document.sound.settles(scope);
        documents
            .iter()
            .all(|document| document.as_ref().is_some_and(settles))
    };
    let hearing = Hearing {
        policy: &policy,
        argv,
        now: moment::parse(now),
        settled: &settled,
    };
    let mut found = Inspection::default();
    for (document, mut problems) in documents.iter().zip(told) {
        if let Some(document) = document {
            problems.append(&mut document.inspected(&hearing, &mut found));
            problems.sort_by_key(|problem| problem.start);
        }
        found.problems.append(&mut problems);
    }
    found
}

/// What examples are judged with.
struct Hearing<'a> {
    policy: &'a Policy,
    argv: ArgvReader<'a>,
    /// Nanoseconds since 1970, none where the time is not known.
    now: Option<i128>,
    /// Whether no fault can change the verdict over a call.
    settled: &'a dyn Fn(&Scope) -> bool,
}

/// A document that is JSON, and which parts of it are at fault.
struct Inspected<'a> {
    path: &'a str,
    text: &'a str,
    root: Node<'a>,
    faults: Faults,
    sound: Sound<'a>,
}

impl<'a> Inspected<'a> {
    /// The document with the next of the layers; none where it is not JSON, and no layer is taken, or where not all that
    /// is at fault is known.
    fn open(
        source: &'a Source,
        problems: &[Problem],
        layers: &mut impl Iterator<Item = &'a Rules>,
    ) -> Option<Self> {
        let text = document::text(source).ok()?;
        let root = json::read(text, Extent::Everything, &mut Vec::new())?;
        let rules = layers.next()?;
        let faults = Faults::of(problems)?;
        Some(Self {
            path: &source.path,
            text,
            sound: Sound::new(rules, &root, &faults),
            root,
            faults,
        })
    }

    /// What is wrong beside the faults that loading tells; examples go to `found`.
    fn inspected(&self, hearing: &Hearing<'_>, found: &mut Inspection) -> Vec<Problem> {
        let mut report = Report::new(self.path, self.text);
        reach::idle(&self.sound, hearing.now, &mut report);
        for rule in self.root.get("policies").map_or(&[][..], Node::items) {
            let name = rule.get("name").and_then(Node::text).unwrap_or_default();
            if let Some(matched) = rule.get("match").filter(|m| self.faults.spare(m.at)) {
                spelling::misspelt(name, matched, &mut report);
            }
            let examples = rule.get("examples").map_or(&[][..], Node::items).iter();
            for example in examples.filter(|example| self.faults.spare(example.at)) {
                match examples::scope(example, hearing.argv, &mut report) {
                    Some(scope) if (hearing.settled)(&scope) => {
                        let judged = examples::judge(name, example, scope, hearing.policy, &mut report);
                        found.examples.extend(judged);
                    }
                    Some(_) => found.unjudged += 1,
                    None => {}
                }
            }
        }
        report.told()
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
        Err(problems) => {
            return Inspection {
                problems,
                ..Inspection::default()
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
        if report.count() == 0 {
            for (n, test) in root.get("tests").map_or(&[][..], Node::items).iter().enumerate() {
                let name = test
                    .get("name")
                    .and_then(Node::text)
                    .map_or_else(|| format!("test {}", n + 1), str::to_owned);
                let scope = examples::scope(test, argv, &mut report);
                outcomes
                    .extend(scope.and_then(|scope| examples::judge(&name, test, scope, policy, &mut report)));
            }
        }
    }
    Inspection {
        problems: report.told(),
        examples: outcomes,
        unjudged: 0,
    }
}
