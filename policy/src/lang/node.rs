//! An expression as it is evaluated: names resolved, constants made, every call known.

use super::{
    ast::{Binary, Comparison, Makes, Unary},
    calls::{Builtin, Method},
    names::{Field, Global},
    own::Test,
    value::Value,
};
use crate::json::Span;

/// One step of an evaluation.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) at: Span,
    pub(crate) kind: NodeKind,
}

#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Const(Value<'static>),
    /// A variable of a comprehension.
    Slot(usize),
    /// A name of the scope of rules.
    Global(Global),
    /// A name of a scope that came as JSON; `true` where absence is None.
    Name(Box<str>, bool),
    Format(Vec<(Node, bool)>),
    List(Vec<Node>),
    Tuple(Vec<Node>),
    Set(Vec<Node>),
    Dict(Vec<(Node, Node)>),
    /// Makes a list, a set or a dict.
    Comprehension(Box<Comprehension>),
    Not(Box<Node>),
    Unary(Unary, Box<Node>),
    Binary(Binary, Box<Node>, Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Compare(Box<Node>, Vec<(Comparison, Operand)>),
    Choose(Box<Node>, Box<Node>, Box<Node>),
    Field(Box<Node>, Field, &'static str),
    /// An attribute that is a key, None where absent.
    Open(Box<Node>, Box<str>),
    Subscript(Box<Node>, Box<Node>),
    Slice(Box<Node>, [Option<Box<Node>>; 3]),
    Call(Builtin, Vec<Operand>, Vec<(&'static str, Operand)>),
    /// `glob` or `matches` with a constant pattern.
    Test(Test, Box<Node>),
    Method(Method, Box<Node>, Vec<Operand>, Vec<(&'static str, Node)>),
}

/// What a call or the right side of `in` is given.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Value(Node),
    /// Elements one by one.
    Source(Source),
    /// The name of a function.
    Function(Builtin),
}

/// Elements that are drawn where they stand and nowhere else.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Value(Box<Node>),
    Generator(Box<Comprehension>),
    Range(Vec<Node>),
    View(View, Box<Node>),
    Enumerate(Box<Source>, Option<Box<Node>>),
    Zip(Vec<Source>),
    Map(Builtin, Vec<Source>),
    Filter(Option<Builtin>, Box<Source>),
    Reversed(Box<Source>),
}

/// What of a dict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Keys,
    Values,
    Items,
}

#[derive(Clone, Debug)]
pub(crate) struct Comprehension {
    pub(crate) makes: Makes,
    pub(crate) element: Node,
    pub(crate) value: Option<Node>,
    pub(crate) clauses: Vec<Clause>,
}

#[derive(Clone, Debug)]
pub(crate) struct Clause {
    pub(crate) target: Target,
    pub(crate) source: Source,
    pub(crate) conditions: Vec<Node>,
}

/// Where a clause puts its elements.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Slot(usize),
    Unpack(Vec<Target>),
}
