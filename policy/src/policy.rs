//! A loaded policy: layers compiled, settings merged, protection gathered. Judges; never looks anything up.

use crate::{
    Decision, Floor, Identity, Layer, Protect, Scope, Settings, Source,
    decision::{Audit, MatchedRule, Risk, Verdict},
    document,
    pattern::PathPattern,
    problem::{Problem, Report},
};

/// Compiled layers.
#[derive(Clone, Debug)]
pub struct Policy {
    settings: Settings,
    protect: Protect,
}

/// Loads documents. All problems of all documents come at once.
pub fn load(sources: &[Source]) -> Result<Policy, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut settings: Option<Settings> = None;
    let (mut paths, mut names, mut excepted) = (Vec::new(), Vec::new(), Vec::new());
    for source in sources {
        let text = match document::text(source) {
            Ok(text) => text,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let mut report = Report::new(&source.path, text);
        if let Some(document) = document::read(text, source.layer, &mut report) {
            let mut patterns = |key: &str, out: &mut Vec<PathPattern>| {
                let list = document.root.get("protect").and_then(|p| p.get(key));
                for node in list.map_or(&[][..], |l| l.items()) {
                    match PathPattern::parse(node.text().unwrap_or_default()) {
                        Ok(pattern) => out.push(pattern),
                        Err(error) => report.add(node.at, format!("this is not a pattern: {error}"), ""),
                    }
                }
            };
            patterns("paths", &mut paths);
            let mut except = Vec::new();
            patterns("except", &mut except);
            if source.layer != Layer::Project {
                excepted.push(except);
            }
            let list = document.root.get("protect").and_then(|p| p.get("names"));
            names.extend(
                list.map_or(&[][..], |l| l.items())
                    .iter()
                    .filter_map(|n| n.text().map(str::to_owned)),
            );
            settings = Some(match settings {
                Some(outer) => document::merge(outer, document.settings),
                None => document.settings,
            });
        }
        problems.append(&mut report.problems);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Policy {
        settings: settings.unwrap_or_default(),
        protect: Protect::new(paths, &names, excepted),
    })
}

impl Policy {
    /// Judges a call: every target, every layer, every floor; the strictest holds.
    pub fn decide(&self, scope: &Scope) -> Decision {
        let mut floors: Vec<Floor> = scope.floors.clone();
        floors.extend(self.protect.floors(scope));
        let verdict = floors
            .iter()
            .map(|f| f.verdict)
            .max()
            .unwrap_or(Verdict::Deny)
            .max(Verdict::Deny);
        Decision {
            verdict,
            matched_rules: vec![MatchedRule {
                layer: Layer::Builtin,
                rule: "default-deny".to_owned(),
                verdict,
                target: None,
            }],
            risk_score: 1.0,
            risk: Risk::default(),
            reasons: floors
                .into_iter()
                .map(|f| f.reason)
                .chain(["no rule allows this".to_owned()])
                .collect(),
            hint: None,
            audit: Audit::Standard,
        }
    }

    /// The settings of all layers, merged to the strictest.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The protection of all layers.
    pub fn protect(&self) -> &Protect {
        &self.protect
    }

    /// What the identity may do, as the documents grant it.
    pub fn capabilities(&self, _identity: &Identity) -> Vec<String> {
        Vec::new()
    }
}
