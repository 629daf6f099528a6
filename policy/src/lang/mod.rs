//! The expression language: Python's meaning on everything it accepts, checked before it is used, always ending.
//! Reading has four stages: words, grammar, names and types, evaluation. None of them touches the world.

mod answer;
mod ast;
mod beginning;
mod builtins;
mod calls;
mod check;
mod compare;
mod convert;
mod error;
mod eval;
mod explain;
mod facts;
mod finding;
mod float;
mod iterate;
mod joined;
mod lexer;
mod limits;
mod methods;
mod names;
mod node;
mod number;
mod open;
mod operators;
mod order;
mod own;
mod parser;
mod primary;
mod show;
mod space;
mod split;
mod str_methods;
mod strings;
mod subscript;
mod table;
mod token;
mod value;

pub use answer::{NoAnswer, evaluate};
pub use check::Names;
pub use error::{EvalError, EvalErrorKind, ExprError};
pub use limits::{
    MAX_DATA_BYTES, MAX_EXPR_BYTES, MAX_EXPR_DEPTH, MAX_PATTERN_BYTES, MAX_PATTERN_COST, MAX_REGEX_BYTES,
    MAX_SMALL_REGEX_BYTES, MAX_STEPS, MAX_VARIABLES,
};

pub(crate) use beginning::MAX_TOLD_BYTES;
pub(crate) use error::{Eval, raised_error};
pub(crate) use eval::Run;
pub(crate) use facts::{Facts, RuleFacts};
pub(crate) use value::Value;

use serde_json::{Map, Value as Json};

/// A checked expression.
#[derive(Clone, Debug)]
pub struct Expression {
    node: node::Node,
    slots: usize,
    plain: bool,
    fields: Vec<String>,
    finding: bool,
    telling: Option<beginning::Telling>,
}

impl Expression {
    /// Reads and checks an expression; of several faults the first is told.
    pub fn parse(source: &str, names: Names) -> Result<Self, ExprError> {
        Self::parse_whole(source, names).map_err(|mut faults| faults.swap_remove(0))
    }

    /// As [`Expression::parse`], with every fault that reading on can find, at least one.
    pub(crate) fn parse_whole(source: &str, names: Names) -> Result<Self, Vec<ExprError>> {
        let ast = parser::parse(source).map_err(|fault| vec![fault])?;
        let known = check::check(&ast, names)?;
        Ok(Self {
            telling: beginning::Telling::of(&known.node),
            node: known.node,
            slots: known.slots,
            plain: known.plain,
            fields: known.fields.into_iter().collect(),
            finding: finding::reads_only_gtfo_risk(&ast),
        })
    }

    /// What it is of every scope, where it is made of constants and operators alone: true, false, or an error. Whatever
    /// calls or repeats something is not looked at, so that this costs no more than its length.
    pub(crate) fn always(&self) -> Option<Result<bool, EvalError>> {
        self.plain.then(|| self.is_true(&Map::new()))
    }

    /// What an expression with [`Names::Query`] reads of a record by name: paths such as `decision.verdict`, each of
    /// their beginnings too. What it reaches by a key or through a variable is not among them.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// Whether all it reads of its scope is the predecessor's `params.get('gtfo_risk')`.
    pub(crate) fn reads_only_gtfo_risk(&self) -> bool {
        self.finding
    }

    /// Texts of which `target.path` must begin with one before anything else of the expression is evaluated.
    pub(crate) fn path_beginnings(&self) -> Option<Vec<&str>> {
        beginning::of(&self.node)
    }

    /// Whether it is false of every call with this `target.path`, as one letter of it tells.
    pub(crate) fn misses(&self, path: &str) -> bool {
        self.telling.is_some_and(|telling| telling.misses(path))
    }

    /// Its value over the facts of a run, which begins anew.
    pub(crate) fn value<'a>(&'a self, run: &mut Run<'a>) -> Eval<Value<'a>> {
        run.begin(self.slots);
        eval::eval(&self.node, run)
    }

    /// Whether it is true over the facts of a run, which begins anew.
    pub(crate) fn holds<'a>(&'a self, run: &mut Run<'a>) -> Eval<bool> {
        run.begin(self.slots);
        eval::truth(&self.node, run)
    }

    /// What made it what it is over the facts of a run.
    pub(crate) fn why<'a>(&'a self, run: &mut Run<'a>) -> explain::Why {
        explain::why(&self.node, self.slots, run)
    }

    /// Whether it is true of a scope that came as JSON, such as a ledger entry's data.
    pub fn is_true(&self, scope: &Map<String, Json>) -> Result<bool, EvalError> {
        let mut run = Run::new(Facts::Json(scope));
        self.holds(&mut run).map_err(|e| *e)
    }
}

#[cfg(test)]
mod tests {
    use super::{Expression, Names};

    #[test]
    fn a_question_tells_what_it_reads_by_name() {
        for (text, want) in [
            ("a.b.c == 1 and a.b", &["a", "a.b", "a.b.c"][..]),
            (
                "any(t.path.startswith(x) for t in s.targets or [])",
                &["s", "s.targets", "x"],
            ),
            ("a.get('b') == a['c'].d or len(e) > 1", &["a", "e"]),
            ("'a.b' in ['c']", &[]),
        ] {
            let fields = Expression::parse(text, Names::Query).unwrap().fields;
            assert_eq!(fields, want, "{text}");
        }
        let rule = Expression::parse("target.path == 'x'", Names::Rule).unwrap();
        assert!(rule.fields().is_empty());
    }
}
