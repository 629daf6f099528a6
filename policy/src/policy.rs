//! A loaded policy: layers compiled, settings merged, protection gathered. Judges; never looks anything up.

use crate::{
    Identity, Layer, Protect, Settings, Source, document,
    identity::words,
    json::{Extent, Node},
    layer::Rules,
    pattern::PathPattern,
    problem::{Problem, Report},
    rule::Conditions,
};

/// Compiled layers.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) layers: Vec<Rules>,
    settings: Settings,
    protect: Protect,
}

/// Loads documents, those with more authority first. All problems of all documents come at once.
pub fn load(sources: &[Source]) -> Result<Policy, Vec<Problem>> {
    sound(compile(sources, Conditions::Now))
}

/// As [`load`], for documents of which [`load`] accepted the very same bytes before: a condition is read when it is
/// first tried. Should one not be sound after all, its rule denies as any rule does that cannot be evaluated.
pub fn load_again(sources: &[Source]) -> Result<Policy, Vec<Problem>> {
    sound(compile(sources, Conditions::WhenTried))
}

fn sound((policy, problems): (Policy, Vec<Vec<Problem>>)) -> Result<Policy, Vec<Problem>> {
    let all: Vec<Problem> = problems.into_iter().flatten().collect();
    if all.is_empty() { Ok(policy) } else { Err(all) }
}

/// What can be compiled of the documents, and the problems of each. Where there are any, the policy is for finding
/// more of them: it has no layer for a document that is not JSON, and judges nothing.
pub(crate) fn compile(sources: &[Source], conditions: Conditions) -> (Policy, Vec<Vec<Problem>>) {
    let mut problems = Vec::with_capacity(sources.len());
    let mut layers = Vec::with_capacity(sources.len());
    let mut settings = document::Merging::default();
    let (mut paths, mut names, mut excepted) = (Vec::new(), Vec::new(), Vec::new());
    // Examples were judged when the document was accepted.
    let extent = match conditions {
        Conditions::Now => Extent::Everything,
        Conditions::WhenTried => Extent::Without("examples"),
    };
    for source in sources {
        let text = match document::text(source) {
            Ok(text) => text,
            Err(found) => {
                problems.push(found);
                continue;
            }
        };
        let mut report = Report::new(&source.path, text);
        if let Some(document) = document::read(text, source.layer, extent, &mut report) {
            let protect = |key: &str| document.root.get("protect").and_then(|p| p.get(key));
            paths.extend(patterns(protect("paths"), &mut report));
            names.extend(protect("names").map(words).unwrap_or_default());
            if source.layer != Layer::Project {
                excepted.push(patterns(protect("except"), &mut report));
            }
            layers.push(Rules::compile(
                source.layer,
                &document.root,
                conditions,
                &mut report,
            ));
            settings.add(source.layer, document.stated);
        }
        problems.push(report.told());
    }
    let policy = Policy {
        layers,
        settings: settings.settings(),
        protect: Protect::new(paths, &names, excepted),
    };
    (policy, problems)
}

fn patterns(list: Option<&Node<'_>>, report: &mut Report<'_>) -> Vec<PathPattern> {
    let mut out = Vec::new();
    for node in list.map_or(&[][..], Node::items) {
        match PathPattern::parse(node.text().unwrap_or_default()) {
            Ok(pattern) => out.push(pattern),
            Err(error) => report.add(node.at, format!("this is not a pattern: {error}"), ""),
        }
    }
    out
}

impl Policy {
    /// The settings of all layers, merged to the strictest.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The protection of all layers.
    pub fn protect(&self) -> &Protect {
        &self.protect
    }

    /// What the identity may do: what every document that has `identities` grants to it.
    pub fn capabilities(&self, identity: &Identity) -> Vec<String> {
        let mut granted = self
            .layers
            .iter()
            .filter_map(|layer| layer.grants.as_ref())
            .map(|g| g.of(identity));
        let first = granted.next().unwrap_or_default();
        granted.fold(first, |all, next| {
            all.into_iter().filter(|one| next.contains(one)).collect()
        })
    }
}
