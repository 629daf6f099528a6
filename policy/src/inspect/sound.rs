//! Which parts of a document are free of faults, so that more can be said of them.

use crate::{
    Scope,
    json::{FixedSet, Node, Span},
    layer::{self, Rules},
    problem::{Problem, UNTOLD},
    rule::Rule,
    scope::TargetFacts,
};

/// Where the faults of a document stand.
pub(super) struct Faults(Vec<u32>);

impl Faults {
    /// Those that the problems tell; none where the problems do not tell all.
    pub(super) fn of(problems: &[Problem]) -> Option<Self> {
        let mut starts: Vec<u32> = problems.iter().map(|problem| problem.start).collect();
        starts.sort_unstable();
        (starts.last() != Some(&UNTOLD)).then_some(Self(starts))
    }

    /// How many begin there.
    fn count(&self, at: Span) -> usize {
        let before = |place| self.0.partition_point(|start| *start < place);
        before(at.end) - before(at.start)
    }

    /// Whether none begins there.
    pub(super) fn spare(&self, at: Span) -> bool {
        self.count(at) == 0
    }
}

/// The rules of a document without those at fault.
pub(super) struct Sound<'a> {
    rules: &'a Rules,
    /// Where rules at fault stand.
    broken: FixedSet<u32>,
    /// Whether a fault may touch any call: outside the rules, or in what a rule is for.
    unsettled: bool,
}

impl<'a> Sound<'a> {
    /// Sorts the rules of a document by its faults; faulty examples leave their rule sound.
    pub(super) fn new(rules: &'a Rules, root: &Node<'_>, faults: &Faults) -> Self {
        let (mut broken, mut inside, mut vague) = (FixedSet::default(), 0, false);
        for rule in root.get("policies").map_or(&[][..], Node::items) {
            let all = faults.count(rule.at);
            inside += all;
            vague |= rule.get("match").is_some_and(|matched| !faults.spare(matched.at));
            if all
                > rule
                    .get("examples")
                    .map_or(0, |examples| faults.count(examples.at))
            {
                broken.insert(rule.get("name").map_or(rule.at, |name| name.at).start);
            }
        }
        Self {
            rules,
            broken,
            unsettled: vague || faults.0.len() > inside,
        }
    }

    /// The rules that are not at fault.
    pub(super) fn rules(&self) -> impl Iterator<Item = &'a Rule> {
        self.rules
            .rules()
            .iter()
            .filter(|rule| !self.broken.contains(&rule.at.start))
    }

    /// Whether the verdict over that call will be the same when the faults are mended.
    pub(super) fn settles(&self, scope: &Scope) -> bool {
        let whole = [TargetFacts::default()];
        let targets = if scope.targets.is_empty() {
            &whole[..]
        } else {
            &scope.targets
        };
        let sound = |target: &TargetFacts| {
            let (domain, operation) = layer::names(target, scope);
            let tried = self.rules.all_candidates(domain, operation);
            let mut tried = tried.chain(self.rules.all_findings(domain, operation));
            !tried.any(|rule| self.broken.contains(&rule.at.start))
        };
        !self.unsettled && (self.broken.is_empty() || targets.iter().all(sound))
    }
}
