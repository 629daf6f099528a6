//! The strongest-binding part of the grammar: literals, brackets, comprehensions, calls, subscripts.

use super::{
    ast::{Ast, Clause, Comprehension, Kind, Makes, Target},
    error::ExprError,
    parser::{Parsed, Parser},
    token::TokenKind,
};
use crate::json::Span;

/// Positional and named arguments.
type Arguments = (Vec<Ast>, Vec<(String, Ast)>);

impl Parser {
    pub(super) fn primary(&mut self) -> Parsed<Ast> {
        let mut value = self.atom()?;
        let start = value.at.start;
        let mut links = 0;
        loop {
            let kind = if self.take(".") {
                let token = self.advance();
                let TokenKind::Name(name) = token.kind else {
                    return Err(ExprError::new(token.at, "an attribute's name was expected here"));
                };
                Kind::Attribute(Box::new(value), name, token.at)
            } else if self.is("(") {
                let (args, named) = self.arguments()?;
                Kind::Call(Box::new(value), args, named)
            } else if self.take("[") {
                self.subscript(value)?
            } else {
                return Ok(value);
            };
            links += 1;
            let at = self.since(start);
            if links > super::limits::MAX_EXPR_DEPTH {
                return Err(ExprError::new(at, "nested deeper than 64 levels"));
            }
            value = Ast { at, kind };
        }
    }

    fn atom(&mut self) -> Parsed<Ast> {
        let start = self.token().at.start;
        if let Some(name) = self.take_name() {
            return Ok(Ast {
                at: self.since(start),
                kind: Kind::Name(name),
            });
        }
        let kind = match self.token().kind {
            TokenKind::Str(_) | TokenKind::Format(_) => return self.strings(),
            TokenKind::Int(n) => Kind::Int(n),
            TokenKind::Float(f) => Kind::Float(f),
            TokenKind::Sign("None") => Kind::None,
            TokenKind::Sign("True") => Kind::Bool(true),
            TokenKind::Sign("False") => Kind::Bool(false),
            TokenKind::Sign("(") => return self.parentheses(),
            TokenKind::Sign("[") => return self.list(),
            TokenKind::Sign("{") => return self.braces(),
            TokenKind::End => return Err(self.unexpected("the expression ends where a value was expected")),
            TokenKind::Sign("*" | "**") => {
                let at = self.token().at;
                return Err(ExprError::new(at, "unpacking is not part of the language"));
            }
            TokenKind::Name(_) | TokenKind::Sign(_) => {
                return Err(self.unexpected("a value was expected here"));
            }
        };
        self.advance();
        Ok(Ast {
            at: self.since(start),
            kind,
        })
    }

    fn parentheses(&mut self) -> Parsed<Ast> {
        let start = self.token().at.start;
        self.expect("(")?;
        if self.take(")") {
            return Ok(Ast {
                at: self.since(start),
                kind: Kind::Tuple(Vec::new()),
            });
        }
        let first = self.expression()?;
        let kind = if self.is("for") {
            self.comprehension(Makes::Generator, first, None)?
        } else {
            self.more(first)?.kind
        };
        self.expect(")")?;
        Ok(Ast {
            at: self.since(start),
            kind,
        })
    }

    fn list(&mut self) -> Parsed<Ast> {
        let start = self.token().at.start;
        self.expect("[")?;
        let mut items = Vec::new();
        while !self.is("]") {
            items.push(self.expression()?);
            if self.is("for") && items.len() == 1 {
                let first = items.remove(0);
                let kind = self.comprehension(Makes::List, first, None)?;
                self.expect("]")?;
                return Ok(Ast {
                    at: self.since(start),
                    kind,
                });
            }
            if !self.take(",") {
                break;
            }
        }
        self.expect("]")?;
        Ok(Ast {
            at: self.since(start),
            kind: Kind::List(items),
        })
    }

    /// A set or a dict.
    fn braces(&mut self) -> Parsed<Ast> {
        let start = self.token().at.start;
        self.expect("{")?;
        if self.take("}") {
            return Ok(Ast {
                at: self.since(start),
                kind: Kind::Dict(Vec::new()),
            });
        }
        let first = self.expression()?;
        let kind = if self.take(":") {
            let value = self.expression()?;
            if self.is("for") {
                self.comprehension(Makes::Dict, first, Some(value))?
            } else {
                let mut members = vec![(first, value)];
                while self.take(",") && !self.is("}") {
                    let key = self.expression()?;
                    self.expect(":")?;
                    members.push((key, self.expression()?));
                }
                Kind::Dict(members)
            }
        } else if self.is("for") {
            self.comprehension(Makes::Set, first, None)?
        } else {
            let mut items = vec![first];
            while self.take(",") && !self.is("}") {
                items.push(self.expression()?);
            }
            Kind::Set(items)
        };
        self.expect("}")?;
        Ok(Ast {
            at: self.since(start),
            kind,
        })
    }

    fn comprehension(&mut self, makes: Makes, element: Ast, value: Option<Ast>) -> Parsed<Kind> {
        let mut clauses = Vec::new();
        while self.take("for") {
            let target = self.targets()?;
            if !self.take("in") {
                return Err(not_a_name(self.token().at));
            }
            let source = self.or()?;
            let mut conditions = Vec::new();
            while self.take("if") {
                conditions.push(self.or()?);
            }
            clauses.push(Clause {
                target,
                source,
                conditions,
            });
        }
        Ok(Kind::Comprehension(Box::new(Comprehension {
            makes,
            element,
            value,
            clauses,
        })))
    }

    /// `a`, `a, b`, `(a, (b, c))`, `[a, b]`
    fn targets(&mut self) -> Parsed<Target> {
        let first = self.target()?;
        if !self.is(",") {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.take(",") {
            if self.is("in") || self.closes() {
                break;
            }
            all.push(self.target()?);
        }
        Ok(Target::Unpack(all))
    }

    fn target(&mut self) -> Parsed<Target> {
        let token = self.advance();
        match token.kind {
            TokenKind::Name(name) => Ok(Target::Name(name, token.at)),
            TokenKind::Sign(open @ ("(" | "[")) => {
                let close = if open == "(" { ")" } else { "]" };
                if self.take(close) {
                    return Ok(Target::Unpack(Vec::new()));
                }
                let one = self.targets_within()?;
                if !self.take(close) {
                    return Err(not_a_name(self.token().at));
                }
                Ok(match one {
                    Target::Name(..) if open == "[" => Target::Unpack(vec![one]),
                    other => other,
                })
            }
            _ => Err(not_a_name(token.at)),
        }
    }

    fn targets_within(&mut self) -> Parsed<Target> {
        if self.enter() {
            let targets = self.targets();
            self.leave();
            return targets;
        }
        Err(ExprError::new(self.token().at, "nested deeper than 64 levels"))
    }

    fn arguments(&mut self) -> Parsed<Arguments> {
        self.expect("(")?;
        let mut args: Vec<Ast> = Vec::new();
        let mut named: Vec<(String, Ast)> = Vec::new();
        while !self.is(")") {
            let start = self.token().at;
            if self.follows("=")
                && let Some(name) = self.take_name()
            {
                self.expect("=")?;
                if named.iter().any(|(other, _)| *other == name) {
                    return Err(ExprError::new(
                        start,
                        format!("the argument `{name}` stands twice"),
                    ));
                }
                named.push((name, self.expression()?));
            } else {
                let argument = self.expression()?;
                if !named.is_empty() {
                    return Err(ExprError::new(argument.at, "named arguments come last"));
                }
                if self.is("for") {
                    let place = argument.at.start;
                    let kind = self.comprehension(Makes::Generator, argument, None)?;
                    let generator = Ast {
                        at: self.since(place),
                        kind,
                    };
                    if !args.is_empty() || !self.is(")") {
                        let error = ExprError::new(generator.at, "a generator among other arguments");
                        return Err(error.hint("put it in parentheses"));
                    }
                    args.push(generator);
                    break;
                }
                args.push(argument);
            }
            if !self.take(",") {
                break;
            }
        }
        self.expect(")")?;
        Ok((args, named))
    }

    /// What stands between `[` and `]` after a value.
    fn subscript(&mut self, object: Ast) -> Parsed<Kind> {
        let mut parts: [Option<Box<Ast>>; 3] = [None, None, None];
        let [first, second, third] = &mut parts;
        if !self.is(":") {
            let index = self.expressions()?;
            if self.take("]") {
                return Ok(Kind::Subscript(Box::new(object), Box::new(index)));
            }
            *first = Some(Box::new(index));
        }
        self.expect(":")?;
        if !self.is(":") && !self.is("]") && !self.is(",") {
            *second = Some(Box::new(self.expression()?));
        }
        if self.take(":") && !self.is("]") && !self.is(",") {
            *third = Some(Box::new(self.expression()?));
        }
        if self.is(",") {
            return Err(self.unexpected("only one slice may stand here"));
        }
        self.expect("]")?;
        Ok(Kind::Slice(Box::new(object), parts))
    }
}

/// Python also binds attributes, elements and starred names.
fn not_a_name(at: Span) -> ExprError {
    ExprError::new(at, "`for` binds names alone, up to its `in`")
}
