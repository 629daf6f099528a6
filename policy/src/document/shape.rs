//! What a document may look like: one small description from which both the strict check with its problems
//! and the JSON Schema for editors are made.

use crate::{
    json::{Node, Value},
    nearest::did_you_mean,
    problem::Report,
};

/// The form a value must have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Bool,
    /// A whole number between the two, both included.
    Int(i64, i64),
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A pattern or a path: absolute, or beginning with `~/` or `$WORKSPACE`.
    Place,
    /// The same without `$WORKSPACE`: what it names does not depend on the call.
    Fixed,
    /// An absolute path.
    Absolute,
    /// A word or a list of words.
    Words,
    /// A whole number or a list of them.
    Ints,
    List(&'static Shape),
    /// Free keys.
    Map(&'static Shape),
    Object(&'static [Field]),
    Any,
}

/// One key of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    /// One sentence for people and editors.
    pub(crate) about: &'static str,
}

/// A key that may be left out.
pub(crate) const fn field(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field {
        name,
        shape,
        required: false,
        about,
    }
}

/// A key that must stand there.
pub(crate) const fn required(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field {
        name,
        shape,
        required: true,
        about,
    }
}

/// Checks a value against its shape; every difference becomes a problem. `what` names the value in messages.
pub(crate) fn check(node: &Node<'_>, shape: &Shape, what: &str, report: &mut Report<'_>) {
    match (shape, &node.value) {
        (Shape::Any, _) | (Shape::Bool, Value::Bool(_)) | (Shape::Text, Value::Text(_)) => {}
        (Shape::Int(low, high), Value::Int(n)) if (low..=high).contains(&n) => {}
        (Shape::Int(low, high), Value::Int(_)) => {
            report.add(node.at, format!("`{what}` must be between {low} and {high}"), "");
        }
        (Shape::Choice(words), Value::Text(text)) if words.contains(&text.as_ref()) => {}
        (Shape::Choice(words), Value::Text(text)) => {
            let all = words
                .iter()
                .map(|w| format!("`{w}`"))
                .collect::<Vec<_>>()
                .join(", ");
            let hint = did_you_mean(text, words.iter().copied(), format!("write one of {all}"));
            report.add(node.at, format!("unknown value `{text}` for `{what}`"), hint);
        }
        (Shape::Place, Value::Text(text)) if is_place(text) => {}
        (Shape::Place, Value::Text(text)) => {
            let message = format!("`{text}` in `{what}` is neither absolute nor below `~` or `$WORKSPACE`");
            report.add(node.at, message, "begin it with `/`, `~/` or `$WORKSPACE/`");
        }
        (Shape::Fixed, Value::Text(text)) if is_place(text) && !text.starts_with('$') => {}
        (Shape::Fixed, Value::Text(text)) => {
            let message = format!("`{text}` in `{what}` is neither absolute nor below `~`");
            report.add(node.at, message, "begin it with `/` or `~/`");
        }
        (Shape::Absolute, Value::Text(text)) if text.starts_with('/') => {}
        (Shape::Absolute, Value::Text(text)) => {
            report.add(
                node.at,
                format!("`{text}` in `{what}` is not an absolute path"),
                "begin it with `/`",
            );
        }
        (Shape::Words, Value::Text(_)) | (Shape::Ints, Value::Int(_)) => {}
        (Shape::Words, Value::List(items)) => each(items, &Shape::Text, what, report),
        (Shape::Ints, Value::List(items)) => each(items, &Shape::Int(i64::MIN, i64::MAX), what, report),
        (Shape::List(item), Value::List(items)) => each(items, item, what, report),
        (Shape::Map(item), Value::Object(members)) => {
            members.iter().for_each(|m| check(&m.node, item, &m.key, report));
        }
        (Shape::Object(fields), Value::Object(_)) => object(node, fields, what, report),
        _ => {
            let found = kind(&node.value);
            report.add(
                node.at,
                format!("`{what}` must be {}, not {found}", expected(shape)),
                "",
            );
        }
    }
}

fn each(items: &[Node<'_>], shape: &Shape, what: &str, report: &mut Report<'_>) {
    items.iter().for_each(|item| check(item, shape, what, report));
}

fn object(node: &Node<'_>, fields: &[Field], what: &str, report: &mut Report<'_>) {
    for member in node.members() {
        let Some(field) = fields.iter().find(|f| f.name == member.key) else {
            let all = fields
                .iter()
                .map(|f| format!("`{}`", f.name))
                .collect::<Vec<_>>()
                .join(", ");
            let hint = did_you_mean(
                &member.key,
                fields.iter().map(|f| f.name),
                format!("known are {all}"),
            );
            report.add(
                member.at,
                format!("unknown key `{}` in `{what}`", member.key),
                hint,
            );
            continue;
        };
        check(&member.node, &field.shape, field.name, report);
    }
    for field in fields.iter().filter(|f| f.required && node.get(f.name).is_none()) {
        let at = crate::json::Span {
            end: node.at.start + 1,
            ..node.at
        };
        report.add(
            at,
            format!("`{what}` lacks the key `{}`", field.name),
            field.about,
        );
    }
}

fn is_place(text: &str) -> bool {
    ["/", "~/", "$WORKSPACE/"].iter().any(|p| text.starts_with(p)) || text == "~" || text == "$WORKSPACE"
}

fn kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Int(_) => "a whole number",
        Value::Float(_) => "a number with a fraction",
        Value::Text(_) => "a string",
        Value::List(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Bool => "true or false",
        Shape::Int(..) => "a whole number",
        Shape::Text | Shape::Choice(_) | Shape::Place | Shape::Fixed | Shape::Absolute => "a string",
        Shape::Words => "a string or a list of strings",
        Shape::Ints => "a whole number or a list of them",
        Shape::List(_) => "a list",
        Shape::Map(_) | Shape::Object(_) => "an object",
        Shape::Any => "a value",
    }
}
