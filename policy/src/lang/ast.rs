//! An expression as it is written: no name is resolved and nothing is judged yet.

use crate::json::Span;

/// One expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ast {
    pub(crate) at: Span,
    pub(crate) kind: Kind,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Name(String),
    /// Text and values of a format string; `true` where `!r` follows.
    Format(Vec<(Ast, bool)>),
    List(Vec<Ast>),
    Tuple(Vec<Ast>),
    Set(Vec<Ast>),
    Dict(Vec<(Ast, Ast)>),
    Comprehension(Box<Comprehension>),
    Not(Box<Ast>),
    Unary(Unary, Box<Ast>),
    Binary(Binary, Box<Ast>, Box<Ast>),
    /// At least two operands.
    And(Vec<Ast>),
    Or(Vec<Ast>),
    /// A first operand and at least one comparison.
    Compare(Box<Ast>, Vec<(Comparison, Ast)>),
    /// Condition, value if true, value if false.
    Choose(Box<Ast>, Box<Ast>, Box<Ast>),
    Attribute(Box<Ast>, String, Span),
    Subscript(Box<Ast>, Box<Ast>),
    /// Object, start, stop, step.
    Slice(Box<Ast>, [Option<Box<Ast>>; 3]),
    Call(Box<Ast>, Vec<Ast>, Vec<(String, Ast)>),
}

/// What a comprehension makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Makes {
    List,
    Set,
    Dict,
    /// Elements one by one, where they are asked for.
    Generator,
}

/// A comprehension or generator expression.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comprehension {
    pub(crate) makes: Makes,
    /// The element, or the key of a dict.
    pub(crate) element: Ast,
    /// The value of a dict.
    pub(crate) value: Option<Ast>,
    pub(crate) clauses: Vec<Clause>,
}

/// `for target in source if ... if ...`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clause {
    pub(crate) target: Target,
    pub(crate) source: Ast,
    pub(crate) conditions: Vec<Ast>,
}

/// What a clause binds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Target {
    Name(String, Span),
    Unpack(Vec<Target>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Plus,
    Minus,
    Invert,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    /// With None alone.
    Is,
    IsNot,
}
