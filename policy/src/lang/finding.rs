//! Recognises conditions over the predecessor's GTFOBins parameter alone, which load as floors.

use super::ast::{Ast, Kind};

/// Whether an expression reads its scope, and only as `params.get('gtfo_risk')` or `params['gtfo_risk']`.
pub(super) fn reads_only_gtfo_risk(ast: &Ast) -> bool {
    let mut reads = Reads {
        finding: false,
        other: false,
    };
    reads.look(ast);
    reads.finding && !reads.other
}

struct Reads {
    finding: bool,
    other: bool,
}

impl Reads {
    fn look(&mut self, ast: &Ast) {
        if is_finding(ast) {
            self.finding = true;
            return;
        }
        match &ast.kind {
            Kind::None | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) => {}
            Kind::List(items)
            | Kind::Tuple(items)
            | Kind::Set(items)
            | Kind::And(items)
            | Kind::Or(items) => {
                items.iter().for_each(|item| self.look(item));
            }
            Kind::Not(inner) => self.look(inner),
            Kind::Compare(first, rest) => {
                self.look(first);
                rest.iter().for_each(|(_, operand)| self.look(operand));
            }
            // Anything more is more than the predecessor's form.
            _ => self.other = true,
        }
    }
}

fn is_finding(ast: &Ast) -> bool {
    let params = |ast: &Ast| matches!(&ast.kind, Kind::Name(name) if name == "params");
    let word = |ast: &Ast| matches!(&ast.kind, Kind::Str(text) if text == "gtfo_risk");
    match &ast.kind {
        Kind::Subscript(object, key) => params(object) && word(key),
        Kind::Call(function, args, named) => match &function.kind {
            Kind::Attribute(object, name, _) => {
                name == "get" && params(object) && named.is_empty() && args.first().is_some_and(word)
            }
            _ => false,
        },
        _ => false,
    }
}
