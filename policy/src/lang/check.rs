//! Resolves names, knows types where it can, and turns what is written into what is evaluated. Whatever is not
//! known here is an error: at load, not when it matters.

use super::{
    ast::{Ast, Comparison, Comprehension as AstComprehension, Kind, Makes, Target as AstTarget},
    error::ExprError,
    limits::{MAX_EXPR_DEPTH, MAX_VARIABLES},
    names::{Field, GLOBALS, RecordKind, Type},
    node::{Clause, Comprehension, Node, NodeKind, Operand, Source, Target},
    value::Value,
};
use crate::{json::Span, nearest::did_you_mean};

pub(super) type Checked<T> = Result<T, ExprError>;

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

/// The slot of a variable that a later clause binds.
const UNBOUND: usize = usize::MAX;

/// Checks an expression; also says how many variables it has.
pub(crate) fn check(ast: &Ast, names: Names) -> Checked<(Node, usize)> {
    let mut checker = Checker {
        names,
        bound: Vec::new(),
        slots: 0,
        depth: 0,
        patterns: 0,
    };
    let (node, _) = checker.value(ast)?;
    Ok((node, checker.slots))
}

pub(super) struct Checker {
    pub(super) names: Names,
    /// Variables in sight, innermost last.
    bound: Vec<(String, usize, Type)>,
    slots: usize,
    depth: usize,
    /// What its constant patterns cost so far.
    pub(super) patterns: usize,
}

impl Checker {
    /// An expression where a value is wanted.
    pub(super) fn value(&mut self, ast: &Ast) -> Checked<(Node, Type)> {
        if self.depth >= 2 * MAX_EXPR_DEPTH {
            return Err(ExprError::new(ast.at, "nested deeper than 64 levels"));
        }
        self.depth += 1;
        let checked = self.kind(ast);
        self.depth -= 1;
        checked.map(|(kind, of)| (Node { at: ast.at, kind }, of))
    }

    pub(super) fn node(&mut self, ast: &Ast) -> Checked<Node> {
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
                    Type::Record(kind) => return Err(not_a_container(kind, ast.at)),
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

    fn name(&mut self, name: &str, at: Span) -> Checked<(NodeKind, Type)> {
        if let Some((_, slot, of)) = self.bound.iter().rev().find(|(n, ..)| n == name) {
            if *slot == UNBOUND {
                return Err(ExprError::new(
                    at,
                    format!("`{name}` is used before its `for` binds it"),
                ));
            }
            return Ok((NodeKind::Slot(*slot), *of));
        }
        if super::calls::FUNCTIONS.iter().any(|f| f.name == name) {
            let error = ExprError::new(at, format!("`{name}` is a function and must be called"));
            return Err(error.hint(format!("write `{name}(...)`")));
        }
        match self.names {
            Names::Query => Ok((NodeKind::Name(name.into(), true), Type::Any)),
            Names::Free => Ok((NodeKind::Name(name.into(), false), Type::Any)),
            Names::Rule => match GLOBALS.iter().find(|(n, ..)| *n == name) {
                Some((_, global, of)) => Ok((NodeKind::Global(*global), *of)),
                None => {
                    let known = GLOBALS.iter().map(|(n, ..)| *n).collect::<Vec<_>>();
                    let all = known.join(", ");
                    let locals = self.bound.iter().map(|(n, ..)| n.as_str());
                    let hint =
                        did_you_mean(name, known.into_iter().chain(locals), format!("known are {all}"));
                    Err(ExprError::new(at, format!("unknown name `{name}`")).hint(hint))
                }
            },
        }
    }

    fn attribute(&mut self, object: &Ast, name: &str, at: Span) -> Checked<(NodeKind, Type)> {
        no_underscore(name, at)?;
        let (node, of) = self.value(object)?;
        let object = Box::new(node);
        if self.names == Names::Query {
            return Ok((NodeKind::Open(object, name.into()), Type::Any));
        }
        let method = super::calls::METHODS.iter().any(|m| m.name == name);
        match of {
            Type::Record(kind) => match kind.fields().iter().find(|(n, ..)| *n == name) {
                Some((_, field, of)) => Ok((NodeKind::Field(object, *field, name.into()), *of)),
                None => {
                    let known: Vec<_> = kind.fields().iter().map(|(n, ..)| *n).collect();
                    let all = known.join(", ");
                    let hint = did_you_mean(name, known, format!("`{}` has {all}", kind.word()));
                    Err(ExprError::new(at, format!("`{}` has no attribute `{name}`", kind.word())).hint(hint))
                }
            },
            Type::Dict => {
                let error = ExprError::new(at, format!("a dict has no attribute `{name}`"));
                Err(error.hint(format!("write `.get('{name}')` for the value of a key")))
            }
            Type::Any => match Field::named(name) {
                Some(field) => Ok((NodeKind::Field(object, field, name.into()), Type::Any)),
                None if method => Err(must_be_called(name, at)),
                None => Err(ExprError::new(at, format!("unknown attribute `{name}`"))),
            },
            _ if method => Err(must_be_called(name, at)),
            _ => Err(ExprError::new(at, format!("unknown attribute `{name}`"))),
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

    fn made(&mut self, comprehension: &AstComprehension, at: Span) -> Checked<(NodeKind, Type)> {
        let of = match comprehension.makes {
            Makes::List => Type::List,
            Makes::Set => Type::Set,
            Makes::Dict => Type::Dict,
            Makes::Generator => return Err(not_here("a generator", at)),
        };
        Ok((
            NodeKind::Comprehension(Box::new(self.comprehension(comprehension)?)),
            of,
        ))
    }

    pub(super) fn comprehension(&mut self, ast: &AstComprehension) -> Checked<Comprehension> {
        let outside = self.bound.len();
        let mut clauses = Vec::with_capacity(ast.clauses.len());
        for (n, clause) in ast.clauses.iter().enumerate() {
            // Python evaluates the first source outside the comprehension; inside, each of its variables hides
            // what is outside even before it is bound.
            let (source, of) = self.source_of(&clause.source)?;
            if n == 0 {
                ast.clauses.iter().for_each(|clause| self.hide(&clause.target));
            }
            let target = self.bind(&clause.target, of);
            if self.slots > MAX_VARIABLES {
                return Err(ExprError::new(ast.element.at, "more than 256 variables"));
            }
            let conditions = self.nodes(&clause.conditions)?;
            clauses.push(Clause {
                target,
                source,
                conditions,
            });
        }
        let element = self.node(&ast.element)?;
        let value = ast.value.as_ref().map(|value| self.node(value)).transpose()?;
        self.bound.truncate(outside);
        Ok(Comprehension {
            makes: ast.makes,
            element,
            value,
            clauses,
        })
    }

    /// Whether a comprehension binds that name here.
    pub(super) fn binds(&self, name: &str) -> bool {
        self.bound.iter().any(|(n, ..)| n == name)
    }

    fn hide(&mut self, target: &AstTarget) {
        match target {
            AstTarget::Name(name, _) => self.bound.push((name.clone(), UNBOUND, Type::Any)),
            AstTarget::Unpack(all) => all.iter().for_each(|t| self.hide(t)),
        }
    }

    fn bind(&mut self, target: &AstTarget, of: Type) -> Target {
        match target {
            AstTarget::Name(name, _) => {
                self.slots += 1;
                self.bound.push((name.clone(), self.slots - 1, of));
                Target::Slot(self.slots - 1)
            }
            AstTarget::Unpack(all) => Target::Unpack(all.iter().map(|t| self.bind(t, Type::Any)).collect()),
        }
    }

    /// Where elements are drawn one by one.
    pub(super) fn source(&mut self, ast: &Ast) -> Checked<Source> {
        self.source_of(ast).map(|(source, _)| source)
    }

    fn source_of(&mut self, ast: &Ast) -> Checked<(Source, Type)> {
        if let Kind::Comprehension(comprehension) = &ast.kind
            && comprehension.makes == Makes::Generator
        {
            return Ok((
                Source::Generator(Box::new(self.comprehension(comprehension)?)),
                Type::Any,
            ));
        }
        if let Kind::Call(function, args, named) = &ast.kind
            && let Some(source) = self.source_call(function, args, named, ast.at)?
        {
            return Ok((source, Type::Any));
        }
        let (node, of) = self.value(ast)?;
        let of = match of {
            Type::Str => Type::Str,
            Type::Targets => Type::Record(RecordKind::Target),
            Type::Record(kind) => return Err(not_a_container(kind, ast.at)),
            _ => Type::Any,
        };
        Ok((Source::Value(Box::new(node)), of))
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

pub(super) fn no_underscore(name: &str, at: Span) -> Checked<()> {
    if name.starts_with('_') {
        return Err(ExprError::new(
            at,
            format!("names never begin with an underscore: `{name}`"),
        ));
    }
    Ok(())
}

pub(super) fn must_be_called(name: &str, at: Span) -> ExprError {
    ExprError::new(at, format!("`{name}` is a method and must be called"))
        .hint(format!("write `.{name}(...)`"))
}

pub(super) fn not_here(what: &str, at: Span) -> ExprError {
    let error = ExprError::new(
        at,
        format!("{what} can only be used where its elements are drawn"),
    );
    error.hint("wrap it in `list(...)`, `any(...)` or another function that takes elements")
}

fn not_a_container(kind: RecordKind, at: Span) -> ExprError {
    ExprError::new(at, format!("`{}` holds attributes, not elements", kind.word()))
}
