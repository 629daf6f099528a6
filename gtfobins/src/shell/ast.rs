//! The shape of a parsed command line. Holds what the text says, unexpanded; decides nothing.

use std::{cell::OnceCell, rc::Rc};

/// A list of statements: a script, a subshell, a loop body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct List(pub(crate) Vec<Statement>);

/// Pipelines joined by `&&` and `||`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    pub(crate) chain: Vec<Pipeline>,
}

/// Commands joined by `|` or `|&`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pipeline {
    /// The reserved word `time` stands in front.
    pub(crate) timed: bool,
    pub(crate) commands: Vec<Command>,
}

/// One command with its redirections and its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Command {
    pub(crate) kind: Kind,
    pub(crate) redirects: Vec<Redirect>,
    pub(crate) text: String,
}

/// What a command is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Simple {
        assignments: Vec<Assignment>,
        words: Vec<Word>,
    },
    Subshell(List),
    Group(List),
    /// Conditions and branches in order.
    If(Vec<List>),
    /// Condition and body of `while` and `until`.
    While {
        condition: List,
        body: List,
    },
    /// `for` and `select`; no words means the positional parameters.
    For {
        name: String,
        words: Option<Vec<Word>>,
        body: List,
    },
    ArithmeticFor {
        header: Vec<Piece>,
        body: List,
    },
    Case {
        subject: Word,
        arms: Vec<(Vec<Word>, List)>,
    },
    Function {
        name: String,
        body: Box<Command>,
    },
    Coprocess(Box<Command>),
    Arithmetic(Vec<Piece>),
    /// The words between `[[` and `]]`.
    Test(Vec<Word>),
}

/// `NAME=value`, `NAME+=value`, `NAME[i]=value` or `NAME=(...)`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Assignment {
    pub(crate) name: String,
    pub(crate) subscript: Option<Vec<Piece>>,
    pub(crate) append: bool,
    pub(crate) value: AssignedValue,
}

/// The right-hand side of an assignment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AssignedValue {
    Scalar(Word),
    Array(Vec<Word>),
}

/// One redirection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Redirect {
    pub(crate) fd: Option<u32>,
    pub(crate) op: RedirectOp,
    pub(crate) target: Word,
    /// The body of a here-document, filled in once its lines are read.
    pub(crate) body: Option<Rc<OnceCell<Word>>>,
}

/// What a redirection does with its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedirectOp {
    Read,
    Write,
    Append,
    ReadWrite,
    /// `<&` or `>&` with a number or `-`.
    Duplicate,
    /// `&>`, `>&FILE`, `&>>`.
    Both,
    HereString,
    /// The target is the delimiter.
    HereDocument,
}

/// One word, unexpanded.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Word {
    pub(crate) pieces: Vec<Piece>,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece {
    Literal { text: String, quoted: bool },
    Parameter { parameter: Parameter, quoted: bool },
    Substitution { list: List, quoted: bool },
    Process(List),
    Arithmetic(Vec<Piece>),
}

/// `$name`, `${name}`, `${!name}`, `${#name}`, `${name[i]op arg}`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) indirect: bool,
    pub(crate) length: bool,
    pub(crate) subscript: Option<Vec<Piece>>,
    pub(crate) op: String,
    pub(crate) arg: Vec<Piece>,
}

impl Word {
    /// The word's text if it is one unquoted literal, as reserved words and names must be.
    pub(crate) fn bare(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Literal { text, quoted: false }] => Some(text),
            _ => None,
        }
    }
}
