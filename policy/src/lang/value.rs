//! The values of the language. None is ever changed once made, so sharing is invisible.

use super::{
    error::{Eval, raised},
    table::Table,
};
use crate::{
    decision::Risk,
    scope::{EnforcementFacts, Gtfo, Identity, TargetFacts, Time, Workspace},
};
use serde_json::{Map, Value as Json};
use std::{ops::Deref, sync::Arc};

/// One value. Text and records are borrowed from the scope where possible.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    /// Never NaN.
    Float(f64),
    Str(Text<'a>),
    List(Arc<Vec<Value<'a>>>),
    Tuple(Arc<Vec<Value<'a>>>),
    Set(Arc<Table<'a>>),
    Dict(Arc<Table<'a>>),
    Record(Record<'a>),
}

/// A string.
#[derive(Clone, Debug)]
pub(crate) enum Text<'a> {
    Borrowed(&'a str),
    Shared(Arc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Borrowed(text) => text,
            Text::Shared(text) => text,
        }
    }
}

/// An object with attributes and nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Record<'a> {
    Target(&'a TargetFacts),
    Identity(&'a Identity),
    Gtfo(&'a Gtfo),
    Risk(&'a Risk),
    Time(&'a Time),
    Workspace(&'a Workspace),
    Enforcement(&'a EnforcementFacts),
    /// The same from JSON; the kind says which attributes there are.
    Json(super::names::RecordKind, &'a Map<String, Json>),
}

impl<'a> Value<'a> {
    pub(crate) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Str(Text::Shared(text.into()))
    }

    pub(crate) fn list(items: Vec<Value<'a>>) -> Self {
        Self::List(Arc::new(items))
    }

    pub(crate) fn tuple(items: Vec<Value<'a>>) -> Self {
        Self::Tuple(Arc::new(items))
    }

    /// The same value while this one lasts; text without counting who else has it.
    pub(crate) fn borrowed(&'a self) -> Self {
        match self {
            Value::Str(text) => Value::Str(Text::Borrowed(text)),
            other => other.clone(),
        }
    }

    /// Python's name of the type, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::None => "None",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) => "str",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Set(_) => "set",
            Value::Dict(_) => "dict",
            Value::Record(_) => "record",
        }
    }

    pub(crate) fn truth(&self) -> bool {
        match self {
            Value::None => false,
            Value::Bool(b) => *b,
            Value::Int(n) => *n != 0,
            Value::Float(f) => *f != 0.0,
            Value::Str(text) => !text.is_empty(),
            Value::List(items) | Value::Tuple(items) => !items.is_empty(),
            Value::Set(table) | Value::Dict(table) => table.len() > 0,
            Value::Record(_) => true,
        }
    }

    /// The integer that a bool or an int is, where Python wants an index.
    pub(crate) fn index(&self) -> Option<i64> {
        match self {
            Value::Bool(b) => Some(i64::from(*b)),
            Value::Int(n) => Some(*n),
            _ => None,
        }
    }

    pub(crate) fn expect_index(&self) -> Eval<i64> {
        match self.index() {
            Some(n) => Ok(n),
            None => raised(format!("an integer was expected, not {}", self.kind())),
        }
    }

    /// The same within the 32 bits that some of CPython's arguments have.
    pub(crate) fn expect_small_index(&self) -> Eval<i64> {
        match self.expect_index()? {
            n if i32::try_from(n).is_ok() => Ok(n),
            _ => raised("this argument has 32 bits"),
        }
    }

    pub(crate) fn expect_str(&self) -> Eval<&Text<'a>> {
        match self {
            Value::Str(text) => Ok(text),
            other => raised(format!("a string was expected, not {}", other.kind())),
        }
    }

    /// Reads JSON as Python's `json.loads` does.
    pub(crate) fn from_json(json: &'a Json) -> Self {
        match json {
            Json::Null => Value::None,
            Json::Bool(b) => Value::Bool(*b),
            Json::Number(n) => match n.as_i64() {
                Some(n) => Value::Int(n),
                None => Value::Float(n.as_f64().unwrap_or(0.0)),
            },
            Json::String(text) => Value::Str(Text::Borrowed(text)),
            Json::Array(items) => Value::list(items.iter().map(Value::from_json).collect()),
            Json::Object(map) => Value::from_map(map),
        }
    }

    pub(crate) fn from_map(map: &'a Map<String, Json>) -> Self {
        let mut table = Table::with_capacity(map.len());
        for (key, value) in map {
            table.push(Value::Str(Text::Borrowed(key)), Value::from_json(value));
        }
        Value::Dict(Arc::new(table))
    }

    pub(crate) fn from_strings(items: &'a [String]) -> Self {
        Value::list(items.iter().map(|s| Value::Str(Text::Borrowed(s))).collect())
    }
}
