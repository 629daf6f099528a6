//! An evaluation as `wt policy eval` shows it: JSON, with what JSON lacks written as objects of one `$` key.

use super::{
    Expression, Facts, Names, Run,
    compare::hashable,
    error::{Eval, EvalError, EvalErrorKind, ExprError, rejected},
    float, show,
    value::Value,
};
use serde_json::{Map, Value as Json};

/// Why an expression has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// It is not accepted.
    Expr(ExprError),
    /// Its evaluation failed.
    Eval(EvalError),
}

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Expr(error) => error.fmt(f),
            Self::Eval(error) => error.fmt(f),
        }
    }
}

/// Evaluates an expression over a scope that came as JSON. The answer is JSON text: floats as Python writes
/// them (infinity as `1e999`), tuples as `{"$tuple": [...]}`, sets as `{"$set": [...]}` sorted by their repr,
/// dicts with keys other than strings as `{"$dict": [[key, value], ...]}`.
pub fn evaluate(source: &str, scope: &Map<String, Json>) -> Result<String, NoAnswer> {
    let expression = Expression::parse(source, Names::Free).map_err(NoAnswer::Expr)?;
    let mut run = Run::new(Facts::Json(scope));
    let mut out = String::new();
    let answered = expression
        .value(&mut run)
        .and_then(|value| write(&value, &mut out));
    answered.map_err(|e| NoAnswer::Eval(*e))?;
    Ok(out)
}

fn write(value: &Value<'_>, out: &mut String) -> Eval<()> {
    match value {
        Value::None => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(n) => out.push_str(&n.to_string()),
        Value::Float(f) if f.is_infinite() => out.push_str(if *f > 0.0 { "1e999" } else { "-1e999" }),
        Value::Float(f) => out.push_str(&float::repr(*f)),
        Value::Str(text) => quote(text, out)?,
        Value::List(items) => {
            out.push('[');
            separated(items.iter(), out)?;
            out.push(']');
        }
        Value::Tuple(items) => {
            out.push_str("{\"$tuple\":[");
            separated(items.iter(), out)?;
            out.push_str("]}");
        }
        Value::Set(table) => {
            let mut items = Vec::with_capacity(table.len());
            for key in table.keys() {
                debug_assert!(hashable(key));
                items.push((show::sort_key(key), key));
            }
            items.sort_by(|(a, _), (b, _)| a.cmp(b));
            out.push_str("{\"$set\":[");
            separated(items.into_iter().map(|(_, key)| key), out)?;
            out.push_str("]}");
        }
        Value::Dict(table) => {
            let plain = table.keys().all(|key| matches!(key, Value::Str(_)));
            out.push_str(if plain { "{" } else { "{\"$dict\":[" });
            for (n, (key, item)) in table.iter().enumerate() {
                out.push_str(match (n, plain) {
                    (0, true) => "",
                    (_, true) => ",",
                    (0, false) => "[",
                    (_, false) => ",[",
                });
                write(key, out)?;
                out.push(if plain { ':' } else { ',' });
                write(item, out)?;
                out.push_str(if plain { "" } else { "]" });
            }
            out.push_str(if plain { "}" } else { "]}" });
        }
        Value::Record(_) => return rejected("a record is not an answer: name one of its attributes"),
    }
    Ok(())
}

fn separated<'v, 'a: 'v>(items: impl Iterator<Item = &'v Value<'a>>, out: &mut String) -> Eval<()> {
    for (n, item) in items.enumerate() {
        if n > 0 {
            out.push(',');
        }
        write(item, out)?;
    }
    Ok(())
}

fn quote(text: &str, out: &mut String) -> Eval<()> {
    match serde_json::to_string(text) {
        Ok(quoted) => {
            out.push_str(&quoted);
            Ok(())
        }
        Err(e) => Err(Box::new(EvalError {
            kind: EvalErrorKind::Limit,
            message: e.to_string(),
        })),
    }
}
