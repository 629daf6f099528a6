//! Where elements are drawn one by one: comprehensions and their variables, and the functions that make elements.

use super::{
    Checked, Checker,
    call::{count, no_method, twice},
};
use crate::{
    json::Span,
    lang::{
        ast::{Ast, Comprehension as AstComprehension, Kind, Makes, Target as AstTarget},
        calls::{Builtin, FUNCTIONS},
        error::ExprError,
        limits::MAX_VARIABLES,
        names::{RecordKind, Type},
        node::{Clause, Comprehension, Node, NodeKind, Source, Target, View},
    },
};

/// The slot of a variable that a later clause binds.
pub(super) const UNBOUND: usize = usize::MAX;

impl Checker {
    pub(super) fn made(&mut self, comprehension: &AstComprehension, at: Span) -> Checked<(NodeKind, Type)> {
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
        self.plain = false;
        let outside = self.bound.len();
        let mut clauses = Vec::with_capacity(ast.clauses.len());
        for (n, clause) in ast.clauses.iter().enumerate() {
            // Python evaluates the first source outside the comprehension; inside, each of its variables hides
            // what is outside even before it is bound.
            let (source, of) = self.source_of(&clause.source)?;
            if n == 0 {
                ast.clauses.iter().for_each(|clause| self.hide(&clause.target));
            }
            // Before one is bound, which looks through all of the comprehension.
            if self.bound.len() - outside > 2 * MAX_VARIABLES {
                return Err(self.too_many_variables(ast));
            }
            let target = self.bind(&clause.target, of, outside);
            if self.slots > MAX_VARIABLES {
                return Err(self.too_many_variables(ast));
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

    fn too_many_variables(&mut self, ast: &AstComprehension) -> ExprError {
        self.last(ExprError::new(ast.element.at, "more than 256 variables"))
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

    /// Clauses of one comprehension that bind the same name share a variable, which a generator made before the later
    /// one sees change; `outside` is how many variables were in sight around the comprehension.
    fn bind(&mut self, target: &AstTarget, of: Type, outside: usize) -> Target {
        let name = match target {
            AstTarget::Name(name, _) => name,
            AstTarget::Unpack(all) => {
                let each = all.iter().map(|t| self.bind(t, Type::Any, outside));
                return Target::Unpack(each.collect());
            }
        };
        let own = self.bound.iter().skip(outside).filter(|(n, ..)| n == name);
        let (hidden, known): (Vec<_>, Vec<_>) = own.partition(|(_, slot, _)| *slot == UNBOUND);
        let of = if hidden.len() > 1 { Type::Any } else { of };
        let slot = known.first().map_or(self.slots, |(_, slot, _)| *slot);
        self.slots = self.slots.max(slot + 1);
        self.bound.push((name.clone(), slot, of));
        Target::Slot(slot)
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

    /// The calls whose elements are drawn one by one; none where the call makes a value.
    fn source_call(
        &mut self,
        function: &Ast,
        args: &[Ast],
        named: &[(String, Ast)],
        at: Span,
    ) -> Checked<Option<Source>> {
        if let Kind::Attribute(object, name, _) = &function.kind {
            let view = match name.as_str() {
                "keys" => View::Keys,
                "values" => View::Values,
                "items" => View::Items,
                _ => return Ok(None),
            };
            let (node, of) = self.value(object)?;
            if !matches!(of, Type::Any | Type::Dict) {
                return Err(no_method(name, of, at));
            }
            count(name, args.len() + named.len(), (0, 0), at)?;
            return Ok(Some(Source::View(view, Box::new(node))));
        }
        let Kind::Name(name) = &function.kind else {
            return Ok(None);
        };
        if self.binds(name) {
            return Ok(None);
        }
        let Some(row) = FUNCTIONS.iter().find(|f| f.name == name) else {
            return Ok(None);
        };
        let lazy = is_lazy(row.builtin);
        if !lazy {
            return Ok(None);
        }
        count(name, args.len(), row.args, at)?;
        if let Some((key, value)) = named.iter().find(|(key, _)| !row.named.contains(&key.as_str())) {
            return Err(ExprError::new(
                value.at,
                format!("`{name}` has no argument `{key}`"),
            ));
        }
        let first = args.first();
        Ok(Some(match (row.builtin, first) {
            (Builtin::Range, _) => Source::Range(
                args.iter()
                    .map(|arg| self.node(arg))
                    .collect::<Checked<Vec<Node>>>()?,
            ),
            (Builtin::Enumerate, Some(first)) => {
                let source = Box::new(self.source(first)?);
                let start = args.get(1).or(named.first().map(|(_, value)| value));
                if args.len() + named.len() > 2 {
                    return Err(twice("start", at));
                }
                Source::Enumerate(source, start.map(|s| self.node(s).map(Box::new)).transpose()?)
            }
            (Builtin::Map, Some(first)) => {
                let function = self.as_function(first)?;
                Source::Map(function, self.sources(args.get(1..).unwrap_or_default())?)
            }
            (Builtin::Filter, Some(first)) => {
                let function = if first.kind == Kind::None {
                    None
                } else {
                    Some(self.as_function(first)?)
                };
                let source = args.get(1).map(|arg| self.source(arg)).transpose()?;
                Source::Filter(
                    function,
                    Box::new(source.unwrap_or_else(|| Source::Range(Vec::new()))),
                )
            }
            (Builtin::Reversed, Some(first)) => Source::Reversed(Box::new(self.source(first)?)),
            _ => {
                let strict = named.first().map(|(_, value)| value);
                if let Some(value) = strict.filter(|value| value.kind != Kind::Bool(false)) {
                    let error = ExprError::new(value.at, "`strict` is not part of the language");
                    return Err(error.hint("compare the lengths"));
                }
                Source::Zip(self.sources(args)?)
            }
        }))
    }

    fn sources(&mut self, args: &[Ast]) -> Checked<Vec<Source>> {
        args.iter().map(|arg| self.source(arg)).collect()
    }
}

/// Whether a function makes elements that are drawn one by one.
pub(super) fn is_lazy(builtin: Builtin) -> bool {
    matches!(
        builtin,
        Builtin::Enumerate
            | Builtin::Zip
            | Builtin::Map
            | Builtin::Filter
            | Builtin::Range
            | Builtin::Reversed
    )
}

pub(super) fn not_here(what: &str, at: Span) -> ExprError {
    let error = ExprError::new(
        at,
        format!("{what} can only be used where its elements are drawn"),
    );
    error.hint("wrap it in `list(...)`, `any(...)` or another function that takes elements")
}

pub(super) fn not_a_container(kind: RecordKind, at: Span) -> ExprError {
    ExprError::new(at, format!("`{}` holds attributes, not elements", kind.word()))
}
