//! Resolves names, knows types where it can, and turns what is written into what is evaluated. Whatever is not
//! known here is an error: at load, not when it matters.

mod call;
mod elements;
mod name;

use super::{
    ast::{Ast, Comparison, Kind},
    error::ExprError,
    limits::MAX_EXPR_DEPTH,
    names::{RecordKind, Type},
    node::{Node, NodeKind, Operand},
    value::Value,
};
use crate::json::Span;
use std::collections::BTreeSet;

type Checked<T> = Result<T, ExprError>;

/// Whose names an expression may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// The scope of rules.
    Rule,
    /// Any name; records as in rules, everything else plain data.
    Free,
    /// Any name and any attribute, None where absent.
    Query,
}

/// How many faults of one expression are told.
const MAX_FAULTS: usize = 16;

/// An expression whose names are known.
pub(crate) struct Known {
    pub(crate) node: Node,
    /// How many variables it has.
    pub(crate) slots: usize,
    /// Whether it is made of constants and operators alone.
    pub(crate) plain: bool,
    /// The paths that a question reads of a record.
    pub(crate) fields: BTreeSet<String>,
}

/// Checks an expression. Its faults come in the order in which they stand, at least one.
pub(crate) fn check(ast: &Ast, names: Names) -> Result<Known, Vec<ExprError>> {
    let mut checker = Checker {
        names,
        bound: Vec::new(),
        slots: 0,
        depth: 0,
        patterns: 0,
        plain: true,
        fields: BTreeSet::new(),
        faults: Vec::new(),
        ended: false,
    };
    match checker.value(ast) {
        Ok((node, _)) if checker.faults.is_empty() => Ok(Known {
            node,
            slots: checker.slots,
            plain: checker.plain,
            fields: checker.fields,
        }),
        checked => {
            let mut faults = checker.faults;
            faults.extend(checked.err());
            faults.sort_by_key(|fault| fault.at.start);
            Err(faults)
        }
    }
}

struct Checker {
    names: Names,
    /// Variables in sight, innermost last.
    bound: Vec<(String, usize, Type)>,
    slots: usize,
    depth: usize,
    /// What its constant patterns cost so far.
    patterns: usize,
    /// Whether there are constants and operators alone so far.
    plain: bool,
    /// The paths that a question reads of a record so far.
    fields: BTreeSet<String>,
    faults: Vec<ExprError>,
    /// Whether a fault ends the reading.
    ended: bool,
}

impl Checker {
    /// An expression where a value is wanted. One with a fault counts as a value of any type, so that what stands
    /// beside it is checked too.
    fn value(&mut self, ast: &Ast) -> Checked<(Node, Type)> {
        if self.depth >= 2 * MAX_EXPR_DEPTH {
            return Err(self.last(ExprError::new(ast.at, "nested deeper than 64 levels")));
        }
        let (bound, faults) = (self.bound.len(), self.faults.len());
        self.depth += 1;
        let checked = self.kind(ast);
        self.depth -= 1;
        let (kind, of) = match checked {
            Err(fault) if self.ended || faults >= MAX_FAULTS => return Err(fault),
            Err(fault) => {
                self.bound.truncate(bound);
                self.note(fault, faults);
                (NodeKind::Const(Value::None), Type::Any)
            }
            Ok(sound) => sound,
        };
        Ok((Node { at: ast.at, kind }, of))
    }

    /// A fault after which nothing more is looked at, because looking costs.
    fn last(&mut self, fault: ExprError) -> ExprError {
        self.ended = true;
        fault
    }

    /// Keeps a fault, unless one of its parts is at fault already or the same was said before.
    fn note(&mut self, fault: ExprError, before: usize) {
        if self.faults.len() == before && self.faults.iter().all(|told| told.message != fault.message) {
            self.faults.push(fault);
        }
    }

    fn node(&mut self, ast: &Ast) -> Checked<Node> {
        self.value(ast).map(|(node, _)| node)
    }

    fn boxed(&mut self, ast: &Ast) -> Checked<Box<Node>> {
        self.node(ast).map(Box::new)
    }

    fn nodes(&mut self, asts: &[Ast]) -> Checked<Vec<Node>> {
        asts.iter().map(|ast| self.node(ast)).collect()
    }

    fn kind(&mut self, ast: &Ast) -> Checked<(NodeKind, Type)> {
        let constant = |value, of| Ok((NodeKind::Const(value), of));
        match &ast.kind {
            Kind::None => constant(Value::None, Type::None),
            Kind::Bool(b) => constant(Value::Bool(*b), Type::Bool),
            Kind::Int(n) => constant(Value::Int(*n), Type::Int),
            Kind::Float(f) => constant(Value::Float(*f), Type::Float),
            Kind::Str(text) => constant(Value::text(text.as_str()), Type::Str),
            Kind::Name(name) => self.name(name, ast.at),
            Kind::Format(parts) => {
                let parts = parts.iter().map(|(part, repr)| Ok((self.node(part)?, *repr)));
                Ok((NodeKind::Format(parts.collect::<Checked<_>>()?), Type::Str))
            }
            Kind::List(items) => Ok((fold(self.nodes(items)?, Value::list, NodeKind::List), Type::List)),
            Kind::Tuple(items) => Ok((
                fold(self.nodes(items)?, Value::tuple, NodeKind::Tuple),
                Type::Tuple,
            )),
            Kind::Set(items) => Ok((NodeKind::Set(self.nodes(items)?), Type::Set)),
            Kind::Dict(members) => {
                let members = members.iter().map(|(k, v)| Ok((self.node(k)?, self.node(v)?)));
                Ok((NodeKind::Dict(members.collect::<Checked<_>>()?), Type::Dict))
            }
            Kind::Comprehension(comprehension) => self.made(comprehension, ast.at),
            Kind::Not(operand) => Ok((NodeKind::Not(self.boxed(operand)?), Type::Bool)),
            Kind::Unary(operator, operand) => {
                Ok((NodeKind::Unary(*operator, self.boxed(operand)?), Type::Any))
            }
            Kind::Binary(operator, a, b) => {
                let (a, of_a) = self.value(a)?;
                let (b, of_b) = self.value(b)?;
                let of = if of_a == of_b && matches!(of_a, Type::Str | Type::Set | Type::List) {
                    of_a
                } else {
                    Type::Any
                };
                Ok((NodeKind::Binary(*operator, Box::new(a), Box::new(b)), of))
            }
            Kind::And(operands) => Ok((NodeKind::And(self.nodes(operands)?), Type::Any)),
            Kind::Or(operands) => Ok((NodeKind::Or(self.nodes(operands)?), Type::Any)),
            Kind::Compare(first, rest) => self.compare(first, rest),
            Kind::Choose(condition, yes, no) => {
                let condition = self.boxed(condition)?;
                let ((yes, of_yes), (no, of_no)) = (self.value(yes)?, self.value(no)?);
                let of = if of_yes == of_no { of_yes } else { Type::Any };
                Ok((NodeKind::Choose(condition, Box::new(yes), Box::new(no)), of))
            }
            Kind::Attribute(object, name, at) => self.attribute(object, name, *at),
            Kind::Subscript(object, index) => {
                let (object, of) = self.value(object)?;
                let of = match of {
                    Type::Str => Type::Str,
                    Type::Targets => Type::Record(RecordKind::Target),
                    Type::Record(kind) => return Err(elements::not_a_container(kind, ast.at)),
                    _ => Type::Any,
                };
                Ok((NodeKind::Subscript(Box::new(object), self.boxed(index)?), of))
            }
            Kind::Slice(object, parts) => {
                let (object, of) = self.value(object)?;
                let [start, stop, step] = parts;
                let mut part = |p: &Option<Box<Ast>>| p.as_ref().map(|p| self.boxed(p)).transpose();
                let parts = [part(start)?, part(stop)?, part(step)?];
                Ok((NodeKind::Slice(Box::new(object), parts), of))
            }
            Kind::Call(function, args, named) => self.call(function, args, named, ast.at),
        }
    }

    fn compare(&mut self, first: &Ast, rest: &[(Comparison, Ast)]) -> Checked<(NodeKind, Type)> {
        let mut left = first;
        let node = self.boxed(first)?;
        let mut operands = Vec::with_capacity(rest.len());
        for (n, (comparison, right)) in rest.iter().enumerate() {
            let identity = matches!(comparison, Comparison::Is | Comparison::IsNot);
            if identity && left.kind != Kind::None && right.kind != Kind::None {
                let at = Span {
                    start: left.at.start,
                    end: right.at.end,
                };
                return Err(ExprError::new(at, "`is` compares with None alone").hint("write `==`"));
            }
            let membership = matches!(comparison, Comparison::In | Comparison::NotIn);
            let operand = if membership && n + 1 == rest.len() {
                Operand::Source(self.source(right)?)
            } else {
                Operand::Value(self.node(right)?)
            };
            operands.push((*comparison, operand));
            left = right;
        }
        Ok((NodeKind::Compare(node, operands), Type::Bool))
    }
}

/// A list or tuple of constants is one constant.
fn fold(
    nodes: Vec<Node>,
    make: fn(Vec<Value<'static>>) -> Value<'static>,
    otherwise: fn(Vec<Node>) -> NodeKind,
) -> NodeKind {
    let constants = nodes.iter().map(|node| match &node.kind {
        NodeKind::Const(value) => Some(value.clone()),
        _ => None,
    });
    match constants.collect::<Option<Vec<_>>>() {
        Some(values) => NodeKind::Const(make(values)),
        None => otherwise(nodes),
    }
}
