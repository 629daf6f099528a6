//! Calls: which function or method it is, how many arguments, and what each may be.

use super::{
    Checked, Checker,
    elements::{is_lazy, not_here},
    name::{must_be_called, no_underscore},
};
use crate::{
    json::Span,
    lang::{
        ast::{Ast, Kind},
        calls::{Builtin, FUNCTIONS, Function, METHODS, Method, MethodRow},
        error::ExprError,
        limits::MAX_PATTERN_COST,
        names::Type,
        node::{NodeKind, Operand},
        own,
    },
    nearest::did_you_mean,
};

impl Checker {
    pub(super) fn call(
        &mut self,
        function: &Ast,
        args: &[Ast],
        named: &[(String, Ast)],
        at: Span,
    ) -> Checked<(NodeKind, Type)> {
        self.plain = false;
        match &function.kind {
            Kind::Name(name) => {
                let row = self.function(name, function.at)?;
                count(row.name, args.len(), row.args, at)?;
                self.builtin(row, args, named, at)
            }
            Kind::Attribute(object, name, place) => self.method(object, name, *place, args, named, at),
            _ => Err(ExprError::new(function.at, "this is not a function")),
        }
    }

    fn function(&self, name: &str, at: Span) -> Checked<&'static Function> {
        if self.binds(name) {
            return Err(ExprError::new(
                at,
                format!("`{name}` is a variable, not a function"),
            ));
        }
        FUNCTIONS.iter().find(|f| f.name == name).ok_or_else(|| {
            let known = FUNCTIONS.iter().map(|f| f.name);
            let all = known.clone().collect::<Vec<_>>().join(", ");
            let hint = did_you_mean(name, known, format!("known are {all}"));
            ExprError::new(at, format!("unknown function `{name}`")).hint(hint)
        })
    }

    fn builtin(
        &mut self,
        row: &'static Function,
        args: &[Ast],
        named: &[(String, Ast)],
        at: Span,
    ) -> Checked<(NodeKind, Type)> {
        let builtin = row.builtin;
        if is_lazy(builtin) {
            return Err(not_here(&format!("`{}`", row.name), at));
        }
        let mut operands = Vec::with_capacity(args.len());
        for (n, arg) in args.iter().enumerate() {
            operands.push(if draws(builtin, n, args.len()) {
                Operand::Source(self.source(arg)?)
            } else {
                Operand::Value(self.node(arg)?)
            });
        }
        let mut extra = Vec::with_capacity(named.len());
        for (name, value) in named {
            let Some(known) = row.named.iter().find(|n| *n == name) else {
                return Err(ExprError::new(
                    value.at,
                    format!("`{}` has no argument `{name}`", row.name),
                ));
            };
            // Those that may also stand without their name stand second.
            if matches!(builtin, Builtin::Int | Builtin::Round | Builtin::Sum) && args.len() > 1 {
                return Err(twice(known, value.at));
            }
            let functional = *known == "key" && value.kind != Kind::None;
            extra.push((
                *known,
                if functional {
                    Operand::Function(self.as_function(value)?)
                } else {
                    Operand::Value(self.node(value)?)
                },
            ));
        }
        let compiled = own::compile(builtin, &operands);
        self.patterns += match &compiled {
            Ok(None) => 0,
            Ok(Some((_, cost))) | Err((_, cost)) => *cost,
        };
        let spent = self.patterns > MAX_PATTERN_COST;
        let compiled = match compiled {
            Err((fault, _)) => return Err(if spent { self.last(fault) } else { fault }),
            Ok(_) if spent => {
                let fault = ExprError::new(at, "too many patterns in one expression");
                return Err(self.last(fault.hint("put them into one, or into several rules")));
            }
            Ok(compiled) => compiled,
        };
        if let Some((test, _)) = compiled
            && let Some(Operand::Value(text)) = operands.drain(..).next()
        {
            return Ok((NodeKind::Test(test, Box::new(text)), Type::Bool));
        }
        Ok((NodeKind::Call(builtin, operands, extra), row.returns))
    }

    /// The name of a function where one is wanted: for `map`, `filter` and `key`.
    pub(super) fn as_function(&mut self, ast: &Ast) -> Checked<Builtin> {
        const PLAIN: &[Builtin] = &[
            Builtin::Abs,
            Builtin::Bool,
            Builtin::Float,
            Builtin::Int,
            Builtin::Len,
            Builtin::Str,
        ];
        if let Kind::Name(name) = &ast.kind {
            let row = self.function(name, ast.at)?;
            if PLAIN.contains(&row.builtin) {
                return Ok(row.builtin);
            }
        }
        let error = ExprError::new(
            ast.at,
            "here stands the name of `abs`, `bool`, `float`, `int`, `len` or `str`",
        );
        Err(error.hint("a comprehension does everything else"))
    }

    fn method(
        &mut self,
        object: &Ast,
        name: &str,
        place: Span,
        args: &[Ast],
        named: &[(String, Ast)],
        at: Span,
    ) -> Checked<(NodeKind, Type)> {
        no_underscore(name, place)?;
        let (node, of) = self.value(object)?;
        let rows: Vec<&MethodRow> = METHODS
            .iter()
            .filter(|m| m.name == name && (of == Type::Any || m.on == of))
            .collect();
        let Some(row) = rows.first() else {
            return Err(no_method(name, of, place));
        };
        let (least, most) = rows
            .iter()
            .fold(row.args, |(a, b), m| (a.min(m.args.0), b.max(m.args.1)));
        count(name, args.len(), (least, most), at)?;
        if matches!(row.method, Method::Keys | Method::Values | Method::Items) {
            return Err(not_here(&format!("`.{name}()`"), at));
        }
        let draws = |method: Method| {
            matches!(
                method,
                Method::Join
                    | Method::IsSubset
                    | Method::IsSuperset
                    | Method::IsDisjoint
                    | Method::Union
                    | Method::Intersection
                    | Method::Difference
                    | Method::SymmetricDifference
            )
        };
        let mut operands = Vec::with_capacity(args.len());
        for arg in args {
            operands.push(if draws(row.method) {
                Operand::Source(self.source(arg)?)
            } else {
                Operand::Value(self.node(arg)?)
            });
        }
        let mut extra = Vec::with_capacity(named.len());
        for (key, value) in named {
            let known = rows
                .iter()
                .find_map(|m| m.named.iter().position(|n| n == key).map(|at| (m, at)));
            let Some((known, position)) = known.and_then(|(m, at)| Some((m.named.get(at)?, at))) else {
                return Err(ExprError::new(
                    value.at,
                    format!("`.{name}()` has no argument `{key}`"),
                ));
            };
            if position < args.len() {
                return Err(twice(key, value.at));
            }
            extra.push((*known, self.node(value)?));
        }
        let returns = if rows.iter().all(|m| m.returns == row.returns) {
            row.returns
        } else {
            Type::Any
        };
        Ok((
            NodeKind::Method(row.method, Box::new(node), operands, extra),
            returns,
        ))
    }
}

/// Whether that argument is drawn element by element.
fn draws(builtin: Builtin, n: usize, all: usize) -> bool {
    match builtin {
        Builtin::Min | Builtin::Max => all == 1,
        Builtin::Len | Builtin::Dict => n == 0,
        Builtin::Any | Builtin::All | Builtin::Sum | Builtin::Sorted => n == 0,
        Builtin::List | Builtin::Tuple | Builtin::Set => n == 0,
        _ => false,
    }
}

pub(super) fn twice(name: &str, at: Span) -> ExprError {
    ExprError::new(at, format!("the argument `{name}` stands twice"))
}

pub(super) fn count(name: &str, given: usize, (least, most): (usize, usize), at: Span) -> Checked<()> {
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let wanted = match (least, most) {
        (0, 0) => "no arguments".to_owned(),
        (a, b) if a == b => format!("{a} argument{}", if a == 1 { "" } else { "s" }),
        (a, b) if b >= 1000 => format!("at least {a} arguments"),
        (a, b) => format!("{a} to {b} arguments"),
    };
    Err(ExprError::new(
        at,
        format!("`{name}` takes {wanted}, not {given}"),
    ))
}

pub(super) fn no_method(name: &str, of: Type, at: Span) -> ExprError {
    let known: Vec<&str> = METHODS
        .iter()
        .filter(|m| of == Type::Any || m.on == of)
        .map(|m| m.name)
        .collect();
    let word = match of {
        Type::Str => "a string",
        Type::List | Type::Targets => "a list",
        Type::Tuple => "a tuple",
        Type::Dict => "a dict",
        Type::Set => "a set",
        Type::Int | Type::Float | Type::Bool => "a number",
        Type::None => "None",
        Type::Record(kind) => kind.word(),
        Type::Any => "any value",
    };
    if known.contains(&name) {
        return must_be_called(name, at);
    }
    let hint = did_you_mean(name, known.iter().copied(), "");
    ExprError::new(at, format!("{word} has no method `{name}`")).hint(hint)
}
