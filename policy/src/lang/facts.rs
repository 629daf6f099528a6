//! Where names get their values: the scope of a rule, or JSON.

use super::{
    error::{Eval, raised, too_large},
    names::{Field, Global, RecordKind, Type},
    value::{Record, Text, Value},
};
use crate::{
    components::lexical,
    decision::Risk,
    scope::{Scope, TargetFacts, Workspace},
};
use serde_json::{Map, Value as Json};
use std::{borrow::Cow, cell::OnceCell, sync::Arc};

/// The facts of one evaluation or of several over the same scope.
pub(crate) enum Facts<'a> {
    Rule(RuleFacts<'a>),
    Json(&'a Map<String, Json>),
}

/// The scope of rules, with what is made from it at most once.
pub(crate) struct RuleFacts<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) risk: &'a Risk,
    pub(crate) target: &'a TargetFacts,
    /// The target's path, lexically plain.
    pub(crate) path: Cow<'a, str>,
    targets: OnceCell<Value<'a>>,
    params: OnceCell<Value<'a>>,
    env: OnceCell<Value<'a>>,
    capabilities: OnceCell<Value<'a>>,
    functions: OnceCell<Value<'a>>,
}

impl<'a> RuleFacts<'a> {
    pub(crate) fn new(scope: &'a Scope, risk: &'a Risk, target: &'a TargetFacts) -> Self {
        Self {
            scope,
            risk,
            target,
            path: lexical(&target.path),
            targets: OnceCell::new(),
            params: OnceCell::new(),
            env: OnceCell::new(),
            capabilities: OnceCell::new(),
            functions: OnceCell::new(),
        }
    }
}

impl<'a> Facts<'a> {
    /// What `~` and `$WORKSPACE` mean in patterns.
    pub(crate) fn places(&self) -> (&'a [String], &'a str) {
        match self {
            Facts::Rule(facts) => (&facts.scope.places.homes, &facts.scope.workspace.root),
            Facts::Json(_) => (&[], ""),
        }
    }

    /// The path of the target that is judged, lexically plain.
    pub(crate) fn path(&self) -> &str {
        match self {
            Facts::Rule(facts) => &facts.path,
            Facts::Json(_) => "",
        }
    }

    pub(super) fn global(&self, global: Global) -> Eval<Value<'a>> {
        let Facts::Rule(facts) = self else {
            return Ok(Value::None);
        };
        let scope = facts.scope;
        let text = |text: &'a str| Value::Str(Text::Borrowed(text));
        Ok(match global {
            Global::Target => Value::Record(Record::Target(facts.target)),
            Global::Identity => Value::Record(Record::Identity(&scope.identity)),
            Global::Gtfo => Value::Record(Record::Gtfo(&scope.gtfo)),
            Global::Risk => Value::Record(Record::Risk(facts.risk)),
            Global::Time => Value::Record(Record::Time(&scope.time)),
            Global::Workspace => Value::Record(Record::Workspace(&scope.workspace)),
            Global::Enforcement => Value::Record(Record::Enforcement(&scope.enforcement)),
            Global::Domain => text(&scope.domain),
            Global::Operation => text(&scope.operation),
            Global::Targets => facts
                .targets
                .get_or_init(|| {
                    Value::list(
                        scope
                            .targets
                            .iter()
                            .map(|t| Value::Record(Record::Target(t)))
                            .collect(),
                    )
                })
                .clone(),
            Global::Params => match facts.params.get() {
                Some(made) => made.clone(),
                None => {
                    scope.params.values().try_for_each(fits)?;
                    facts.params.get_or_init(|| params(scope)).clone()
                }
            },
            Global::Env => facts
                .env
                .get_or_init(|| {
                    let mut table = super::table::Table::default();
                    scope
                        .env
                        .iter()
                        .for_each(|(key, value)| table.put(text(key), text(value)));
                    Value::Dict(Arc::new(table))
                })
                .clone(),
        })
    }

    /// A name of a scope that came as JSON.
    pub(super) fn name(&self, name: &str, open: bool) -> Eval<Value<'a>> {
        let Facts::Json(map) = self else {
            return Ok(Value::None);
        };
        let found = map.get(name);
        found.map_or(Ok(()), fits)?;
        match (found, RecordKind::of_name(name)) {
            (None, _) if open => Ok(Value::None),
            (None, _) => raised(format!("there is no `{name}`")),
            (Some(value), _) if open => Ok(Value::from_json(value)),
            (Some(Json::Object(map)), Some(kind)) => Ok(Value::Record(Record::Json(kind, map))),
            (Some(Json::Array(all)), _) if name == "targets" => Ok(Value::list(
                all.iter()
                    .map(|target| match target {
                        Json::Object(map) => Value::Record(Record::Json(RecordKind::Target, map)),
                        other => Value::from_json(other),
                    })
                    .collect(),
            )),
            (Some(value), _) => Ok(Value::from_json(value)),
        }
    }

    /// An attribute of a record of rules, taken where it stands; none where it has to be made or is not there.
    pub(super) fn standing(&self, global: Global, field: Field) -> Option<Value<'a>> {
        let Facts::Rule(facts) = self else {
            return None;
        };
        match global {
            Global::Target if field != Field::Extra => target_field(facts.target, field),
            Global::Workspace => workspace_field(&facts.scope.workspace, field),
            _ => None,
        }
    }

    /// An attribute of a record.
    pub(super) fn field(&self, object: &Value<'a>, field: Field, name: &str) -> Eval<Value<'a>> {
        let Value::Record(record) = object else {
            return raised(format!("{} has no attribute `{name}`", object.kind()));
        };
        let found = match record {
            Record::Json(kind, map) => return json_field(*kind, map, name),
            Record::Target(target) => {
                if field == Field::Extra {
                    target.extra.values().try_for_each(fits)?;
                }
                target_field(target, field)
            }
            Record::Identity(identity) => match (field, self) {
                (Field::Principal, _) => text(&identity.principal),
                (Field::Uid, _) => Some(Value::Int(identity.uid)),
                (Field::Agent, _) => text(&identity.agent),
                (Field::Learnt, _) => text(&identity.learnt),
                (Field::Session, _) => text(&identity.session),
                (Field::Attestation, _) => text(&identity.attestation),
                (Field::Interactive, _) => Some(Value::Bool(identity.interactive)),
                (Field::Capabilities, Facts::Rule(facts)) => {
                    let made = facts
                        .capabilities
                        .get_or_init(|| Value::from_strings(&identity.capabilities));
                    Some(made.clone())
                }
                _ => None,
            },
            Record::Gtfo(gtfo) => match (field, self) {
                (Field::Risk, _) => text(&gtfo.risk),
                (Field::Invoked, _) => Some(Value::Bool(gtfo.invoked)),
                (Field::Binary, _) => text(&gtfo.binary),
                (Field::Score, _) => Some(Value::Float(if gtfo.score.is_nan() { 1.0 } else { gtfo.score })),
                (Field::Functions, Facts::Rule(facts)) => Some(
                    facts
                        .functions
                        .get_or_init(|| Value::from_strings(&gtfo.functions))
                        .clone(),
                ),
                _ => None,
            },
            Record::Risk(risk) => match field {
                Field::Score => Some(Value::Int(i64::from(risk.score))),
                Field::Tool => Some(Value::Int(i64::from(risk.tool))),
                Field::Args => Some(Value::Int(i64::from(risk.args))),
                Field::Burst => Some(Value::Int(i64::from(risk.burst))),
                _ => None,
            },
            Record::Time(time) => match field {
                Field::Hour => Some(Value::Int(time.hour)),
                Field::Weekday => Some(Value::Int(time.weekday)),
                Field::Iso => text(&time.iso),
                _ => None,
            },
            Record::Workspace(workspace) => workspace_field(workspace, field),
            Record::Enforcement(enforcement) => match field {
                Field::Level => text(&enforcement.level),
                Field::LandlockAbi => Some(Value::Int(enforcement.landlock_abi)),
                _ => None,
            },
        };
        found.map_or_else(|| raised(format!("there is no attribute `{name}`")), Ok)
    }
}

fn text(text: &str) -> Option<Value<'_>> {
    Some(Value::Str(Text::Borrowed(text)))
}

fn workspace_field(workspace: &Workspace, field: Field) -> Option<Value<'_>> {
    match field {
        Field::Root => text(&workspace.root),
        Field::Branch => text(&workspace.branch),
        _ => None,
    }
}

fn target_field<'a>(target: &'a TargetFacts, field: Field) -> Option<Value<'a>> {
    match field {
        Field::Path => text(&target.path),
        Field::Name => text(&target.name),
        Field::Parent => text(&target.parent),
        Field::Ext => text(&target.ext),
        Field::Kind => text(&target.kind),
        Field::Size => Some(Value::Int(target.size)),
        Field::Owner => text(&target.owner),
        Field::Mode => Some(Value::Int(target.mode)),
        Field::Links => Some(Value::Int(target.links)),
        Field::Entries => Some(Value::Int(target.entries)),
        Field::Exists => Some(Value::Bool(target.exists)),
        Field::Role => text(&target.role),
        Field::Domain => text(&target.domain),
        Field::Operation => text(&target.operation),
        Field::Host => text(&target.host),
        Field::User => text(&target.user),
        Field::Port => Some(Value::Int(target.port)),
        Field::Namespace => text(&target.namespace),
        Field::Container => text(&target.container),
        Field::Resource => text(&target.resource),
        Field::Url => text(&target.url),
        Field::Extra => Some(Value::from_map(&target.extra)),
        _ => None,
    }
}

/// An attribute of a record that came as JSON; one that was left out is empty.
fn json_field<'a>(kind: RecordKind, map: &'a Map<String, Json>, name: &str) -> Eval<Value<'a>> {
    if let Some(value) = map.get(name) {
        return Ok(Value::from_json(value));
    }
    let of = kind
        .fields()
        .iter()
        .find(|(n, ..)| *n == name)
        .map(|(.., of)| *of);
    match of {
        Some(Type::Str) => Ok(Value::Str(Text::Borrowed(""))),
        Some(Type::Int) => Ok(Value::Int(0)),
        Some(Type::Float) => Ok(Value::Float(0.0)),
        Some(Type::Bool) => Ok(Value::Bool(false)),
        Some(Type::List) => Ok(Value::list(Vec::new())),
        Some(Type::Dict) => Ok(Value::Dict(Arc::default())),
        Some(_) => Ok(Value::None),
        None => raised(format!("`{}` has no attribute `{name}`", kind.word())),
    }
}

/// Refuses JSON with an integer that is none of ours: its nearest float would be another value.
fn fits(json: &Json) -> Eval<()> {
    match json {
        Json::Number(n) if n.is_u64() && !n.is_i64() => too_large(),
        Json::Array(items) => items.iter().try_for_each(fits),
        Json::Object(map) => map.values().try_for_each(fits),
        _ => Ok(()),
    }
}

/// The parameters, with the predecessor's `gtfo_risk` where a finding is in use.
fn params(scope: &Scope) -> Value<'_> {
    let mut params = Value::from_map(&scope.params);
    if let Value::Dict(table) = &mut params
        && scope.gtfo.invoked
        && !scope.gtfo.risk.is_empty()
        && let Some(table) = Arc::get_mut(table)
    {
        table.put(
            Value::Str(Text::Borrowed("gtfo_risk")),
            Value::Str(Text::Borrowed(&scope.gtfo.risk)),
        );
    }
    params
}
