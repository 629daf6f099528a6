//! What a condition demands of the path before anything else, where that is plain text.

use super::{
    ast::Comparison,
    calls::Method,
    names::{Field, Global},
    node::{Node, NodeKind, Operand},
    value::Value,
};

/// Texts of which the path must begin with one, or the condition is false without an error.
pub(super) fn of(node: &Node) -> Option<Vec<&str>> {
    match &node.kind {
        NodeKind::And(operands) => of(operands.first()?),
        NodeKind::Method(Method::StartsWith, object, args, _) if is_path(object) => match args.as_slice() {
            [Operand::Value(wanted)] => texts(wanted),
            _ => None,
        },
        NodeKind::Compare(first, rest) if is_path(first) => match rest.as_slice() {
            [(Comparison::Eq, Operand::Value(wanted))] => texts(wanted).filter(|all| all.len() == 1),
            _ => None,
        },
        _ => None,
    }
}

fn is_path(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Field(object, Field::Path, _)
        if matches!(object.kind, NodeKind::Global(Global::Target)))
}

/// A constant text or tuple of texts; none of them empty.
fn texts(node: &Node) -> Option<Vec<&str>> {
    let NodeKind::Const(value) = &node.kind else {
        return None;
    };
    let all = match value {
        Value::Str(text) => vec![&**text],
        Value::Tuple(items) => items
            .iter()
            .map(|item| match item {
                Value::Str(text) => Some(&**text),
                _ => None,
            })
            .collect::<Option<_>>()?,
        _ => return None,
    };
    all.iter().all(|text| !text.is_empty()).then_some(all)
}
