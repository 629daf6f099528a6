//! Why a condition is what it is: the part that decides it, and what that part read.

use super::{
    Run,
    eval::eval,
    node::{Comprehension, Node, NodeKind, Operand, Source},
    show,
};
use crate::json::Span;

/// The deciding part of a condition and the values it read.
pub(crate) struct Why {
    pub(crate) at: Span,
    /// Each reading as it is written, with the repr of what it read.
    pub(crate) values: Vec<(Span, String)>,
}

/// Finds the part that makes a condition false, or the whole where no part does it alone.
pub(crate) fn why<'a>(node: &'a Node, slots: usize, run: &mut Run<'a>) -> Why {
    let deciding = descend(node, slots, run);
    let mut readings = Vec::new();
    collect(deciding, &mut readings);
    let mut values: Vec<(Span, String)> = Vec::new();
    for reading in readings {
        if values.iter().any(|(at, _)| *at == reading.at) {
            continue;
        }
        run.begin(slots);
        let shown = match eval(reading, run).and_then(|value| show::repr(&value, run)) {
            Ok(shown) => shown,
            Err(error) => format!("<{error}>"),
        };
        values.push((reading.at, shown));
    }
    Why {
        at: deciding.at,
        values,
    }
}

/// Goes down to the first operand of an `and` that is false or has no value.
fn descend<'a>(node: &'a Node, slots: usize, run: &mut Run<'a>) -> &'a Node {
    let NodeKind::And(operands) = &node.kind else {
        return node;
    };
    for operand in operands {
        run.begin(slots);
        if !eval(operand, run).is_ok_and(|value| value.truth()) {
            return descend(operand, slots, run);
        }
    }
    node
}

/// The parts that read the scope, outermost first; what depends on a comprehension's variables is left out.
fn collect<'a>(node: &'a Node, out: &mut Vec<&'a Node>) {
    match &node.kind {
        NodeKind::Const(_) | NodeKind::Slot(_) => {}
        NodeKind::Global(_) | NodeKind::Name(..) => out.push(node),
        NodeKind::Field(object, ..) | NodeKind::Open(object, _) => match &object.kind {
            NodeKind::Global(_) | NodeKind::Name(..) | NodeKind::Field(..) | NodeKind::Open(..) => {
                out.push(node)
            }
            _ => collect(object, out),
        },
        NodeKind::Subscript(object, index) => {
            let plain =
                matches!(object.kind, NodeKind::Global(_)) && matches!(index.kind, NodeKind::Const(_));
            if plain {
                out.push(node);
            } else {
                collect(object, out);
                collect(index, out);
            }
        }
        NodeKind::Method(_, object, args, named) => {
            let constant =
                |o: &Operand| matches!(o, Operand::Value(n) if matches!(n.kind, NodeKind::Const(_)));
            if matches!(object.kind, NodeKind::Global(_)) && args.iter().all(constant) {
                out.push(node);
            } else {
                collect(object, out);
                args.iter().for_each(|arg| operand(arg, out));
                named.iter().for_each(|(_, value)| collect(value, out));
            }
        }
        NodeKind::Call(_, args, named) => {
            args.iter().for_each(|arg| operand(arg, out));
            named.iter().for_each(|(_, value)| operand(value, out));
        }
        NodeKind::Compare(first, rest) => {
            collect(first, out);
            rest.iter().for_each(|(_, value)| operand(value, out));
        }
        NodeKind::Not(inner) | NodeKind::Unary(_, inner) | NodeKind::Test(_, inner) => collect(inner, out),
        NodeKind::Binary(_, a, b) => [a, b].into_iter().for_each(|n| collect(n, out)),
        NodeKind::Choose(a, b, c) => [a, b, c].into_iter().for_each(|n| collect(n, out)),
        NodeKind::And(all)
        | NodeKind::Or(all)
        | NodeKind::List(all)
        | NodeKind::Tuple(all)
        | NodeKind::Set(all) => {
            all.iter().for_each(|n| collect(n, out));
        }
        NodeKind::Dict(members) => members.iter().for_each(|(k, v)| {
            collect(k, out);
            collect(v, out);
        }),
        NodeKind::Slice(object, parts) => {
            collect(object, out);
            parts.iter().flatten().for_each(|n| collect(n, out));
        }
        NodeKind::Format(parts) => parts.iter().for_each(|(n, _)| collect(n, out)),
        NodeKind::Comprehension(inner) => comprehension(inner, out),
    }
}

fn comprehension<'a>(inner: &'a Comprehension, out: &mut Vec<&'a Node>) {
    inner.clauses.iter().for_each(|clause| {
        source(&clause.source, out);
        clause.conditions.iter().for_each(|n| collect(n, out));
    });
    collect(&inner.element, out);
    inner.value.iter().for_each(|n| collect(n, out));
}

fn operand<'a>(operand: &'a Operand, out: &mut Vec<&'a Node>) {
    match operand {
        Operand::Value(node) => collect(node, out),
        Operand::Source(inner) => source(inner, out),
        Operand::Function(_) => {}
    }
}

fn source<'a>(from: &'a Source, out: &mut Vec<&'a Node>) {
    match from {
        Source::Value(node) | Source::View(_, node) => collect(node, out),
        Source::Generator(inner) => comprehension(inner, out),
        Source::Range(parts) => parts.iter().for_each(|n| collect(n, out)),
        Source::Enumerate(inner, start) => {
            source(inner, out);
            start.iter().for_each(|n| collect(n, out));
        }
        Source::Zip(all) | Source::Map(_, all) => all.iter().for_each(|s| source(s, out)),
        Source::Filter(_, inner) | Source::Reversed(inner) => source(inner, out),
    }
}
