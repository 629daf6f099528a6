//! The rules of one document, in the order in which they are tried, found by domain and operation.

use crate::{
    Layer,
    decision::Verdict,
    identity::Grants,
    index::Index,
    json::{FixedSet, Node},
    lang::{EvalError, Run},
    problem::Report,
    rule::{Conditions, Rule, Tried},
    scope::{Scope, TargetFacts},
};

/// One document's rules.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) layer: Layer,
    /// By descending priority, then strictness, then name.
    rules: Vec<Rule>,
    index: Index,
    /// Rules that only read GTFOBins findings: they are floors.
    findings: Vec<Rule>,
    pub(crate) grants: Option<Grants>,
}

/// What a layer says of one target: the rules of the highest priority that match.
#[derive(Default)]
pub(crate) struct Spoken<'a> {
    pub(crate) verdict: Option<Verdict>,
    pub(crate) rules: Vec<(&'a Rule, Option<EvalError>)>,
}

impl<'a> Spoken<'a> {
    /// Forgets what was said, so that another layer can speak.
    fn clear(&mut self) {
        self.verdict = None;
        self.rules.clear();
    }

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
            let name = node.get("name").and_then(Node::text).unwrap_or_default();
            if !name.is_empty() && !names.insert(name) {
                report.add(
                    rule.at,
                    format!("two rules are named `{name}`"),
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
        let index = Index::new(&rules);
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

    /// The rules for a domain and operation, in the order in which they are tried.
    pub(crate) fn all_candidates(&self, domain: &str, operation: &str) -> impl Iterator<Item = &Rule> {
        let all = self.index.all(domain, operation);
        all.into_iter().filter_map(|n| self.rules.get(n as usize))
    }

    /// The rules over findings for a domain and operation.
    pub(crate) fn all_findings(&self, domain: &str, operation: &str) -> impl Iterator<Item = &Rule> {
        self.findings.iter().filter(move |rule| {
            rule.domain.as_deref().is_none_or(|d| d == domain)
                && (rule.operations.is_empty() || rule.operations.iter().any(|o| o == operation))
        })
    }

    /// What the layer says of one target; nothing where no rule matches.
    pub(crate) fn speak<'a>(
        &'a self,
        target: &TargetFacts,
        scope: &Scope,
        run: &mut Run<'a>,
        spoken: &mut Spoken<'a>,
    ) {
        spoken.clear();
        let (domain, operation) = names(target, scope);
        let mut priority = None;
        let fitting = self.index.fitting(domain, operation, &target.path);
        for rule in fitting.filter_map(|n| self.rules.get(n as usize)) {
            if spoken.verdict.is_some() && priority != Some(rule.priority) {
                break;
            }
            if rule.misses(&target.path) {
                continue;
            }
            priority = Some(rule.priority);
            spoken.add(rule, rule.try_on(target, scope, run));
        }
    }

    /// The floors that this layer's rules over findings set.
    pub(crate) fn floors<'a>(
        &'a self,
        target: &TargetFacts,
        scope: &Scope,
        run: &mut Run<'a>,
        spoken: &mut Spoken<'a>,
    ) {
        spoken.clear();
        let (domain, operation) = names(target, scope);
        for rule in self.all_findings(domain, operation) {
            spoken.add(rule, rule.try_on(target, scope, run));
        }
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
