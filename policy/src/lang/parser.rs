//! From words to an expression: Pratt's method with Python's precedences.

use super::{
    ast::{Ast, Binary, Comparison, Kind, Unary},
    error::ExprError,
    lexer::lex,
    limits::MAX_EXPR_DEPTH,
    token::{Token, TokenKind},
};
use crate::json::Span;

pub(super) type Parsed<T> = Result<T, ExprError>;

/// Parses one whole expression.
pub(crate) fn parse(source: &str) -> Parsed<Ast> {
    parse_at(source, 0, 0)
}

/// Parses the source of a replacement, which stands at `offset` and `depth` levels down.
pub(super) fn parse_at(source: &str, offset: u32, depth: usize) -> Parsed<Ast> {
    let mut tokens = lex(source).map_err(|mut e| {
        e.at = Span {
            start: e.at.start + offset,
            end: e.at.end + offset,
        };
        e
    })?;
    for token in &mut tokens {
        token.at = Span {
            start: token.at.start + offset,
            end: token.at.end + offset,
        };
    }
    let mut parser = Parser {
        tokens,
        next: 0,
        depth,
    };
    if parser.token().kind == TokenKind::End {
        return Err(ExprError::new(parser.token().at, "the expression is empty"));
    }
    let ast = parser.expressions()?;
    if parser.token().kind != TokenKind::End {
        return Err(parser.unexpected("the expression should end here"));
    }
    Ok(ast)
}

pub(super) struct Parser {
    tokens: Vec<Token>,
    next: usize,
    pub(super) depth: usize,
}

/// Binding powers of binary operators, weakest first; comparison, `not`, `and`, `or` lie below.
const BINARY: &[(&str, Binary, u8)] = &[
    ("|", Binary::BitOr, 1),
    ("^", Binary::BitXor, 2),
    ("&", Binary::BitAnd, 3),
    ("<<", Binary::ShiftLeft, 4),
    (">>", Binary::ShiftRight, 4),
    ("+", Binary::Add, 5),
    ("-", Binary::Sub, 5),
    ("*", Binary::Mul, 6),
    ("/", Binary::Div, 6),
    ("//", Binary::FloorDiv, 6),
    ("%", Binary::Mod, 6),
];

const END: Token = Token {
    kind: TokenKind::End,
    at: Span { start: 0, end: 0 },
};

impl Parser {
    pub(super) fn token(&self) -> &Token {
        self.tokens.get(self.next).unwrap_or(&END)
    }

    pub(super) fn is(&self, sign: &str) -> bool {
        matches!(&self.token().kind, TokenKind::Sign(s) if *s == sign)
    }

    pub(super) fn take(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.next += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.take(sign) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{sign}` was expected here")))
    }

    /// Takes the next word; where it stood is still known afterwards.
    pub(super) fn advance(&mut self) -> Token {
        let taken = self.tokens.get_mut(self.next).map(|token| Token {
            kind: std::mem::replace(&mut token.kind, TokenKind::End),
            at: token.at,
        });
        self.next += 1;
        taken.unwrap_or(END)
    }

    /// Takes the next word where it is a name.
    pub(super) fn take_name(&mut self) -> Option<String> {
        match &mut self.tokens.get_mut(self.next)?.kind {
            TokenKind::Name(name) => {
                self.next += 1;
                Some(std::mem::take(name))
            }
            _ => None,
        }
    }

    /// Whether the word after this one is that sign.
    pub(super) fn follows(&self, sign: &str) -> bool {
        self.tokens
            .get(self.next + 1)
            .is_some_and(|t| matches!(&t.kind, TokenKind::Sign(s) if *s == sign))
    }

    pub(super) fn unexpected(&self, message: &str) -> ExprError {
        let error = ExprError::new(self.token().at, message);
        match &self.token().kind {
            TokenKind::Sign("=") => error.hint("`==` compares; nothing can be assigned"),
            TokenKind::Sign("*" | "**") => error.hint("unpacking is not part of the language"),
            _ => error,
        }
    }

    /// From the beginning of `start` to the end of the word taken last.
    pub(super) fn since(&self, start: u32) -> Span {
        let last = self.next.checked_sub(1).and_then(|n| self.tokens.get(n));
        Span {
            start,
            end: last.map_or(start, |t| t.at.end),
        }
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if !self.enter() {
            return Err(ExprError::new(self.token().at, "nested deeper than 64 levels"));
        }
        let parsed = parse(self);
        self.leave();
        parsed
    }

    /// Goes one level deeper, if there is one left.
    pub(super) fn enter(&mut self) -> bool {
        let room = self.depth < MAX_EXPR_DEPTH;
        self.depth += usize::from(room);
        room
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// An expression, or several with commas between them, which are a tuple.
    pub(super) fn expressions(&mut self) -> Parsed<Ast> {
        let first = self.expression()?;
        self.more(first)
    }

    /// The same where the first is read already.
    pub(super) fn more(&mut self, first: Ast) -> Parsed<Ast> {
        if !self.is(",") {
            return Ok(first);
        }
        let start = first.at.start;
        let mut items = vec![first];
        while self.take(",") {
            if self.closes() {
                break;
            }
            items.push(self.expression()?);
        }
        Ok(Ast {
            at: self.since(start),
            kind: Kind::Tuple(items),
        })
    }

    /// Whether nothing of the current list follows.
    pub(super) fn closes(&self) -> bool {
        matches!(
            self.token().kind,
            TokenKind::End | TokenKind::Sign(")" | "]" | "}" | "=" | ":")
        )
    }

    /// `value if condition else other`, or anything stronger.
    pub(super) fn expression(&mut self) -> Parsed<Ast> {
        self.deeper(|p| {
            let value = p.or()?;
            if !p.take("if") {
                return Ok(value);
            }
            let condition = p.or()?;
            p.expect("else")?;
            let other = p.expression()?;
            let at = p.since(value.at.start);
            Ok(Ast {
                at,
                kind: Kind::Choose(Box::new(condition), Box::new(value), Box::new(other)),
            })
        })
    }

    pub(super) fn or(&mut self) -> Parsed<Ast> {
        self.chain("or", Kind::Or, |p| p.chain("and", Kind::And, Self::not))
    }

    fn chain(
        &mut self,
        sign: &str,
        make: fn(Vec<Ast>) -> Kind,
        operand: fn(&mut Self) -> Parsed<Ast>,
    ) -> Parsed<Ast> {
        let first = operand(self)?;
        if !self.is(sign) {
            return Ok(first);
        }
        let start = first.at.start;
        let mut operands = Vec::with_capacity(4);
        operands.push(first);
        while self.take(sign) {
            operands.push(operand(self)?);
        }
        Ok(Ast {
            at: self.since(start),
            kind: make(operands),
        })
    }

    fn not(&mut self) -> Parsed<Ast> {
        let start = self.token().at.start;
        if !self.is("not") {
            return self.comparison();
        }
        self.deeper(|p| {
            p.next += 1;
            let operand = p.not()?;
            Ok(Ast {
                at: p.since(start),
                kind: Kind::Not(Box::new(operand)),
            })
        })
    }

    fn comparison(&mut self) -> Parsed<Ast> {
        let first = self.binary(1)?;
        let mut rest = Vec::new();
        while let Some(comparison) = self.comparator()? {
            rest.push((comparison, self.binary(1)?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        let at = self.since(first.at.start);
        Ok(Ast {
            at,
            kind: Kind::Compare(Box::new(first), rest),
        })
    }

    fn comparator(&mut self) -> Parsed<Option<Comparison>> {
        let TokenKind::Sign(sign) = self.token().kind else {
            return Ok(None);
        };
        let found = match sign {
            "==" => Comparison::Eq,
            "!=" => Comparison::Ne,
            "<" => Comparison::Lt,
            "<=" => Comparison::Le,
            ">" => Comparison::Gt,
            ">=" => Comparison::Ge,
            "in" => Comparison::In,
            "not" if self.follows("in") => {
                self.next += 1;
                Comparison::NotIn
            }
            "is" if self.follows("not") => {
                self.next += 1;
                Comparison::IsNot
            }
            "is" => Comparison::Is,
            _ => return Ok(None),
        };
        self.next += 1;
        Ok(Some(found))
    }

    /// Binary operators that bind at least as strongly as `least`.
    pub(super) fn binary(&mut self, least: u8) -> Parsed<Ast> {
        let mut left = self.unary()?;
        loop {
            let TokenKind::Sign(sign) = self.token().kind else {
                return Ok(left);
            };
            let Some((_, operator, power)) =
                BINARY.iter().find(|(s, _, power)| *s == sign && *power >= least)
            else {
                return Ok(left);
            };
            self.next += 1;
            let right = self.binary(power + 1)?;
            let at = self.since(left.at.start);
            left = Ast {
                at,
                kind: Kind::Binary(*operator, Box::new(left), Box::new(right)),
            };
        }
    }

    fn unary(&mut self) -> Parsed<Ast> {
        let start = self.token().at.start;
        let operator = match self.token().kind {
            TokenKind::Sign("+") => Unary::Plus,
            TokenKind::Sign("-") => Unary::Minus,
            TokenKind::Sign("~") => Unary::Invert,
            _ => return self.power(),
        };
        self.deeper(|p| {
            p.next += 1;
            let operand = p.unary()?;
            Ok(Ast {
                at: p.since(start),
                kind: Kind::Unary(operator, Box::new(operand)),
            })
        })
    }

    /// `**` binds stronger than a sign on its left and weaker than one on its right.
    fn power(&mut self) -> Parsed<Ast> {
        let base = self.primary()?;
        if !self.take("**") {
            return Ok(base);
        }
        let exponent = self.deeper(Self::unary)?;
        let at = self.since(base.at.start);
        Ok(Ast {
            at,
            kind: Kind::Binary(Binary::Pow, Box::new(base), Box::new(exponent)),
        })
    }
}
