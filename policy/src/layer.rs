//! The rules of one document, in the order in which they are tried, found by domain and operation.

use crate::{
    Layer,
    components::lexical,
    decision::Verdict,
    identity::Grants,
    json::{FixedSet, Node},
    lang::{EvalError, Run},
    narrow::Narrow,
    problem::Report,
    rule::{Conditions, Rule, Tried},
    scope::{Scope, TargetFacts},
};
use std::collections::BTreeMap;

/// One document's rules.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) layer: Layer,
    /// By descending priority, then strictness, then name.
    rules: Vec<Rule>,
    /// Sorted by domain and operation; `` stands for all.
    index: Vec<(Key, Narrow)>,
    /// Rules that only read GTFOBins findings: they are floors.
    findings: Vec<Rule>,
    pub(crate) grants: Option<Grants>,
}

type Key = (Box<str>, Box<str>);

/// What a layer says of one target: the rules of the highest priority that match.
#[derive(Default)]
pub(crate) struct Spoken<'a> {
    pub(crate) verdict: Option<Verdict>,
    pub(crate) rules: Vec<(&'a Rule, Option<EvalError>)>,
}

impl<'a> Spoken<'a> {
    fn add(&mut self, rule: &'a Rule, tried: Tried) {
        let (verdict, error) = match tried {
            Tried::Fails(_) => return,
            Tried::Matches => (rule.verdict, None),
            Tried::Errs(error) => (Verdict::Deny, Some(error)),
        };
        self.verdict = self.verdict.max(Some(verdict));
        self.rules.push((rule, error));
    }
}

impl Rules {
    /// Compiles the rules of a document whose shape was checked.
    pub(crate) fn compile(
        layer: Layer,
        root: &Node<'_>,
        conditions: Conditions,
        report: &mut Report<'_>,
    ) -> Self {
        let list = root.get("policies").map_or(&[][..], Node::items);
        let mut names = FixedSet::with_capacity_and_hasher(list.len(), Default::default());
        let (mut rules, mut findings) = (Vec::with_capacity(list.len()), Vec::new());
        for node in list {
            let rule = Rule::compile(node, conditions, report);
            if !names.insert(rule.name.clone()) {
                report.add(
                    rule.at,
                    format!("two rules are named `{}`", rule.name),
                    "give each its own name",
                );
            }
            if rule.is_finding() {
                findings.push(rule)
            } else {
                rules.push(rule)
            }
        }
        rules.sort_by(|a, b| {
            (b.priority, b.verdict)
                .cmp(&(a.priority, a.verdict))
                .then_with(|| a.name.cmp(&b.name))
        });
        findings.sort_by(|a, b| a.name.cmp(&b.name));
        let index = index(&rules);
        Self {
            layer,
            rules,
            index,
            findings,
            grants: Grants::read(root),
        }
    }

    /// All rules but those over findings, in the order in which they are tried.
    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The index entries for a domain and operation: for all, for the domain, for the operation, for both.
    fn entries(&self, domain: &str, operation: &str) -> [Option<&Narrow>; 4] {
        let entry = |domain: &str, operation: &str| {
            let found = self
                .index
                .binary_search_by(|((d, o), _)| (&**d, &**o).cmp(&(domain, operation)));
            found
                .ok()
                .and_then(|at| self.index.get(at))
                .map(|(_, narrow)| narrow)
        };
        let (domain_known, operation_known) = (!domain.is_empty(), !operation.is_empty());
        [
            entry("", ""),
            if domain_known { entry(domain, "") } else { None },
            if operation_known {
                entry("", operation)
            } else {
                None
            },
            if domain_known && operation_known {
                entry(domain, operation)
            } else {
                None
            },
        ]
    }

    /// The rules for a domain and operation, in the order in which they are tried.
    pub(crate) fn all_candidates(&self, domain: &str, operation: &str) -> impl Iterator<Item = &Rule> {
        let mut all: Vec<u32> = self
            .entries(domain, operation)
            .into_iter()
            .flatten()
            .flat_map(Narrow::all)
            .collect();
        all.sort_unstable();
        all.into_iter().filter_map(|n| self.rules.get(n as usize))
    }

    /// The same without rules that this path cannot match.
    fn candidates(&self, domain: &str, operation: &str, path: &str) -> impl Iterator<Item = &Rule> {
        let entries = self.entries(domain, operation);
        let mut picked = Vec::new();
        let plain = lexical(path);
        for narrow in entries.into_iter().flatten() {
            narrow.pick(path, &mut picked);
            if *plain != *path {
                narrow.pick(&plain, &mut picked);
            }
        }
        picked.sort_unstable();
        picked.dedup();
        let mut picked = picked.into_iter().peekable();
        let mut lists = entries.map(|narrow| narrow.map_or(&[][..], Narrow::open));
        std::iter::from_fn(move || {
            let next = lists
                .iter_mut()
                .filter(|l| !l.is_empty())
                .min_by_key(|l| l.first().copied());
            let first = next.as_ref().and_then(|list| list.first()).copied();
            let n = match (first, picked.peek().copied()) {
                (Some(open), Some(wanted)) if open < wanted => open,
                (_, Some(wanted)) => {
                    picked.next();
                    return self.rules.get(wanted as usize);
                }
                (open, None) => open?,
            };
            let next = next?;
            *next = next.get(1..).unwrap_or_default();
            self.rules.get(n as usize)
        })
    }

    /// What the layer says of one target; nothing where no rule matches.
    pub(crate) fn speak<'a>(&'a self, target: &TargetFacts, scope: &Scope, run: &mut Run<'a>) -> Spoken<'a> {
        let (domain, operation) = names(target, scope);
        let mut spoken = Spoken::default();
        let mut priority = None;
        for rule in self.candidates(domain, operation, &target.path) {
            if spoken.verdict.is_some() && priority != Some(rule.priority) {
                break;
            }
            priority = Some(rule.priority);
            spoken.add(rule, rule.try_on(target, scope, run));
        }
        spoken
    }

    /// The floors that this layer's rules over findings set.
    pub(crate) fn floors<'a>(&'a self, target: &TargetFacts, scope: &Scope, run: &mut Run<'a>) -> Spoken<'a> {
        let mut spoken = Spoken::default();
        let (domain, operation) = names(target, scope);
        for rule in &self.findings {
            let tried_for = rule.domain.as_deref().is_none_or(|d| d == domain)
                && (rule.operations.is_empty() || rule.operations.iter().any(|o| o == operation));
            if tried_for {
                spoken.add(rule, rule.try_on(target, scope, run));
            }
        }
        spoken
    }
}

/// The domain and operation a target is judged in.
pub(crate) fn names<'a>(target: &'a TargetFacts, scope: &'a Scope) -> (&'a str, &'a str) {
    let or = |own: &'a str, whole: &'a str| if own.is_empty() { whole } else { own };
    (
        or(&target.domain, &scope.domain),
        or(&target.operation, &scope.operation),
    )
}

fn index(rules: &[Rule]) -> Vec<(Key, Narrow)> {
    let mut index: BTreeMap<Key, Vec<u32>> = BTreeMap::new();
    for (n, rule) in (0_u32..).zip(rules) {
        let domain = rule.domain.as_deref().unwrap_or_default();
        let mut put = |operation: &str| {
            index
                .entry((domain.into(), operation.into()))
                .or_default()
                .push(n)
        };
        if rule.operations.is_empty() {
            put("");
        }
        rule.operations.iter().for_each(|operation| put(operation));
    }
    index
        .into_iter()
        .map(|(key, list)| (key, Narrow::new(list, rules)))
        .collect()
}
