//! What a condition demands of the path before anything else, where that is plain text.

use super::{
    ast::{Binary, Comparison},
    calls::Method,
    names::{Field, Global},
    node::{Node, NodeKind, Operand},
    value::Value,
};

/// A first demand: one of these texts stands at the beginning of the path.
struct Demand<'n> {
    texts: &'n [Value<'static>],
    /// They are looked for in the path with a slash added, which may be the last letter of one.
    slashed: bool,
}

impl<'n> Demand<'n> {
    /// What of a wanted text the path itself must begin with; none where it is not a text, or where every path does.
    fn beginning(&self, wanted: &'n Value<'static>) -> Option<&'n str> {
        let Value::Str(text) = wanted else {
            return None;
        };
        let own = if self.slashed {
            text.strip_suffix('/').unwrap_or(text)
        } else {
            text
        };
        (!own.is_empty()).then_some(own)
    }
}

/// Texts of which the path must begin with one, or the condition is false without an error.
pub(super) fn of(node: &Node) -> Option<Vec<&str>> {
    let demand = demand(node)?;
    demand.texts.iter().map(|text| demand.beginning(text)).collect()
}

/// The longest path that is judged by its beginning alone: with a longer one, a condition may meet a limit first.
pub(crate) const MAX_TOLD_BYTES: usize = 64 * 1024;

/// One letter of the path that tells most paths from those which begin as a condition demands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Telling {
    /// Its place in bytes.
    at: usize,
    /// What it may be, a bit for each letter of ASCII.
    letters: u128,
}

impl Telling {
    /// None where nothing plain is demanded.
    pub(super) fn of(node: &Node) -> Option<Self> {
        let demand = demand(node)?;
        let texts = || demand.texts.iter().map(|text| demand.beginning(text));
        let first = texts().next()??;
        let mut at = first.len() - 1;
        for text in texts() {
            let same = first.bytes().zip(text?.bytes()).take_while(|(a, b)| a == b);
            at = at.min(same.count()).min(text?.len() - 1);
        }
        let mut letters = 0;
        for text in texts() {
            letters |= bit(*text?.as_bytes().get(at)?)?;
        }
        Some(Self { at, letters })
    }

    /// Whether a path has another letter there, and so none of the beginnings.
    pub(super) fn misses(self, path: &str) -> bool {
        let letter = path.as_bytes().get(self.at).copied();
        path.len() <= MAX_TOLD_BYTES && letter.and_then(bit).is_none_or(|bit| self.letters & bit == 0)
    }
}

fn bit(letter: u8) -> Option<u128> {
    letter.is_ascii().then(|| 1 << letter)
}

fn demand(node: &Node) -> Option<Demand<'_>> {
    match &node.kind {
        NodeKind::And(operands) => demand(operands.first()?),
        NodeKind::Method(Method::StartsWith, object, args, _) => match args.as_slice() {
            [Operand::Value(wanted)] => Some(Demand {
                texts: texts(wanted)?,
                slashed: is_slashed_path(object)?,
            }),
            _ => None,
        },
        NodeKind::Compare(first, rest) if is_path(first) => match rest.as_slice() {
            [(Comparison::Eq, Operand::Value(wanted))] => Some(Demand {
                texts: texts(wanted).filter(|all| all.len() == 1)?,
                slashed: false,
            }),
            _ => None,
        },
        _ => None,
    }
}

fn is_path(node: &Node) -> bool {
    matches!(&node.kind, NodeKind::Field(object, Field::Path, _)
        if matches!(object.kind, NodeKind::Global(Global::Target)))
}

/// Whether this is the path with a slash added, or the path as it is; none for anything else.
fn is_slashed_path(node: &Node) -> Option<bool> {
    match &node.kind {
        NodeKind::Binary(Binary::Add, path, added) if is_path(path) => {
            matches!(&added.kind, NodeKind::Const(Value::Str(text)) if **text == *"/").then_some(true)
        }
        _ => is_path(node).then_some(false),
    }
}

/// A constant text, or a tuple that is not empty.
fn texts(node: &Node) -> Option<&[Value<'static>]> {
    match &node.kind {
        NodeKind::Const(text @ Value::Str(_)) => Some(std::slice::from_ref(text)),
        NodeKind::Const(Value::Tuple(items)) if !items.is_empty() => Some(items),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::lang::{Expression, Names};

    #[test]
    fn a_path_that_misses_at_one_letter_has_none_of_the_beginnings() {
        let misses = |condition: &str, path: &str| {
            let condition = Expression::parse(condition, Names::Rule).unwrap();
            condition.misses(path)
        };
        let system = "(target.path + '/').startswith(('/etc/', '/usr/', '/ev')) and target.size > 1";
        for (condition, path, missed) in [
            (system, "/home/ann", true),
            (system, "/etc", false),
            (system, "/", true),
            (system, "", true),
            (system, "/éa", true),
            (system, "/under", false),
            ("target.path.startswith('/tmp/')", "/tmp/a", false),
            ("target.path.startswith('/tmp/')", "/tmp", true),
            ("target.path.startswith(('/a', '/ab'))", "/ab", false),
            ("target.path.startswith(('/a', '/ab'))", "/b", true),
            ("target.path == '/tmp'", "/tmp", false),
            ("target.path == '/tmp'", "/tma", true),
            // Every path begins with nothing, and what comes later is not a first demand.
            ("target.path.startswith(('/a', ''))", "/b", false),
            ("(target.path + '/').startswith('/')", "b", false),
            ("target.path.startswith('é')", "b", false),
            ("target.path.startswith(())", "b", false),
            ("target.size > 1 and target.path == '/tmp'", "b", false),
            ("not target.path == '/tmp'", "b", false),
        ] {
            assert_eq!(misses(condition, path), missed, "{condition} {path}");
        }
    }
}
