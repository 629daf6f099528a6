//! A part of a command as the record keeps it: what it would do and the facts that policy judged, and the way back
//! from there. Of facts only those are kept that are not empty.

use super::{Step, shown};
use policy::{Floor, Gtfo, Scope};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value as Json, json};

/// What the facts of one command's parts may take in its entry, in bytes. A command beyond it is recorded without.
const MAX_FACTS_BYTES: usize = 256 << 10;

/// Facts of a part that its command as a whole does not have.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartFacts {
    targets: Vec<Map<String, Json>>,
    floors: Vec<Floor>,
    gtfo: Map<String, Json>,
}

/// The parts of a command for its entry.
pub fn recorded(steps: &[Step]) -> Vec<Json> {
    let facts: Vec<Json> = steps.iter().map(|step| facts(&step.scope)).collect();
    let bytes: usize = facts.iter().map(|facts| facts.to_string().len()).sum();
    let parts = steps.iter().zip(facts).map(|(step, facts)| {
        let mut part = shown(&step.intent);
        if let Some(fields) = part.as_object_mut().filter(|_| bytes <= MAX_FACTS_BYTES) {
            fields.insert("facts".to_owned(), facts);
        }
        part
    });
    parts.collect()
}

/// The scope that a part was judged by, from its record and the scope of its command; none where it is not kept.
pub fn scope(part: &Json, whole: &Scope) -> Option<Scope> {
    let text = |key: &str| Some(part.get(key)?.as_str()?.to_owned());
    let facts: PartFacts = serde_json::from_value(part.get("facts")?.clone()).ok()?;
    Some(Scope {
        domain: text("domain")?,
        operation: text("operation")?,
        targets: facts.targets.into_iter().map(full).collect::<Option<_>>()?,
        params: match part.get("params") {
            None => Map::new(),
            Some(params) => params.as_object()?.clone(),
        },
        gtfo: full::<Gtfo>(facts.gtfo)?,
        floors: facts.floors,
        burst: 0,
        ..whole.clone()
    })
}

fn facts(scope: &Scope) -> Json {
    json!(PartFacts {
        targets: scope.targets.iter().map(sparse).collect(),
        floors: scope.floors.clone(),
        gtfo: sparse(&scope.gtfo),
    })
}

/// The fields that differ from those of an empty value.
fn sparse<T: Serialize + Default>(value: &T) -> Map<String, Json> {
    let mut fields = fields(value);
    let empty = self::fields(&T::default());
    fields.retain(|name, value| empty.get(name) != Some(value));
    fields
}

/// The other way.
fn full<T: Serialize + DeserializeOwned + Default>(sparse: Map<String, Json>) -> Option<T> {
    let mut fields = fields(&T::default());
    fields.extend(sparse);
    serde_json::from_value(Json::Object(fields)).ok()
}

fn fields<T: Serialize>(value: &T) -> Map<String, Json> {
    match json!(value) {
        Json::Object(fields) => fields,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_FACTS_BYTES, recorded, scope};
    use crate::facts::command::Step;
    use policy::{Floor, Gtfo, Identity, Intent, Scope, Target, TargetFacts, Verdict};
    use serde_json::json;

    fn step(path: &str) -> Step {
        let whole = whole();
        let intent = Intent {
            domain: "filesystem".into(),
            operation: "delete".into(),
            targets: vec![Target::path("path", "delete", path)],
            params: std::iter::once(("recursive".to_owned(), json!(true))).collect(),
            tool: "rm".into(),
        };
        let scope = Scope {
            domain: "filesystem".to_owned(),
            operation: "delete".to_owned(),
            targets: vec![TargetFacts {
                role: "path".to_owned(),
                path: path.to_owned(),
                exists: true,
                mode: 0o644,
                ..TargetFacts::default()
            }],
            params: intent.params.clone(),
            gtfo: Gtfo {
                invoked: true,
                score: 0.7,
                ..Gtfo::default()
            },
            floors: vec![Floor {
                rule: "gtfobins".to_owned(),
                verdict: Verdict::Escalate,
                reason: "why".to_owned(),
                hint: String::new(),
                target: None,
            }],
            ..whole
        };
        Step {
            intent,
            scope,
            guessed: false,
        }
    }

    fn whole() -> Scope {
        Scope {
            identity: Identity {
                agent: "a".to_owned(),
                ..Identity::default()
            },
            ..Scope::default()
        }
    }

    #[test]
    fn what_a_part_was_judged_by_comes_back_from_its_record() {
        let step = step("/w/one");
        let parts = recorded(std::slice::from_ref(&step));
        let outer = Scope {
            domain: "process".to_owned(),
            burst: 7,
            ..whole()
        };
        assert_eq!(scope(parts.first().unwrap(), &outer), Some(step.scope));
        assert!(!parts.first().unwrap().to_string().contains("\"host\""));
    }

    #[test]
    fn facts_beyond_the_limit_are_left_out_and_nothing_is_made_up_for_them() {
        let steps: Vec<Step> = (0..MAX_FACTS_BYTES / 100)
            .map(|n| step(&format!("/w/{n:080}")))
            .collect();
        let parts = recorded(&steps);
        assert_eq!(parts.len(), steps.len());
        assert_eq!(scope(parts.first().unwrap(), &whole()), None);
    }
}
