//! Brace expansion: `{a,b}`, `{1..9}`, on words taken apart so that quoted braces stay what they are.

use super::ast::Piece;
use super::value;

/// Most fields that one word may become.
pub(super) const MAX_FIELDS: usize = 512;
/// Most parts of words that brace expansion may copy.
pub(super) const MAX_BRACE_WORK: usize = 20_000;
/// A word taken apart for brace expansion.
#[derive(Clone)]
pub(super) enum Atom<'a> {
    Char(char, bool),
    Piece(&'a Piece),
    /// An empty quoted string, which still makes a field.
    Empty,
}

/// Expands braces; false when that is too much work.
pub(super) fn braces<'a>(atoms: &[Atom<'a>], out: &mut Vec<Vec<Atom<'a>>>, budget: &mut usize) -> bool {
    let mut todo = vec![atoms.to_vec()];
    while let Some(word) = todo.pop() {
        let Some((open, close)) = brace_pair(&word) else {
            out.push(word);
            continue;
        };
        let before = word.get(..open).unwrap_or_default();
        let inside = word.get(open + 1..close).unwrap_or_default();
        let after = word.get(close + 1..).unwrap_or_default();
        let Some(choices) = choices(inside) else {
            return false;
        };
        for choice in choices.into_iter().rev() {
            let mut whole = before.to_vec();
            whole.extend(choice);
            whole.extend(after.iter().cloned());
            let Some(left) = budget.checked_sub(whole.len()) else {
                return false;
            };
            *budget = left;
            todo.push(whole);
        }
        if out.len() + todo.len() > MAX_FIELDS {
            return false;
        }
    }
    true
}

/// The first `{...}` that expands: it holds a comma of its own, or is a range.
fn brace_pair(atoms: &[Atom<'_>]) -> Option<(usize, usize)> {
    let mut stack: Vec<(usize, bool)> = Vec::new();
    let mut best: Option<(usize, usize)> = None;
    for (at, atom) in atoms.iter().enumerate() {
        match atom {
            Atom::Char('{', false) => stack.push((at, false)),
            Atom::Char(',', false) => {
                if let Some(top) = stack.last_mut() {
                    top.1 = true;
                }
            }
            Atom::Char('}', false) => {
                if let Some((open, comma)) = stack.pop() {
                    let inside = atoms.get(open + 1..at).unwrap_or_default();
                    if (comma || range(inside).is_some()) && best.is_none_or(|(first, _)| open < first) {
                        best = Some((open, at));
                    }
                }
            }
            _ => {}
        }
    }
    best
}

fn choices<'a>(inside: &[Atom<'a>]) -> Option<Vec<Vec<Atom<'a>>>> {
    if let Some((from, to, step)) = range(inside) {
        let mut list = Vec::new();
        let step = step.unsigned_abs().max(1) as usize;
        let values: Vec<i64> = if from <= to {
            (from..=to).step_by(step).take(MAX_FIELDS + 1).collect()
        } else {
            (to..=from).rev().step_by(step).take(MAX_FIELDS + 1).collect()
        };
        if values.len() > MAX_FIELDS {
            // A long count: one number stands for all.
            return Some(vec![vec![Atom::Char(value::NUMBER, true)]]);
        }
        let letters = inside
            .first()
            .is_some_and(|a| matches!(a, Atom::Char(c, _) if c.is_ascii_alphabetic()));
        for value in values {
            let text = match u8::try_from(value) {
                Ok(byte) if letters => char::from(byte).to_string(),
                _ => value.to_string(),
            };
            list.push(text.chars().map(|c| Atom::Char(c, false)).collect());
        }
        return Some(list);
    }
    let mut list = vec![Vec::new()];
    let mut depth = 0_u32;
    for atom in inside {
        match atom {
            Atom::Char('{', false) => depth += 1,
            Atom::Char('}', false) => depth = depth.saturating_sub(1),
            Atom::Char(',', false) if depth == 0 => {
                if list.len() >= MAX_FIELDS {
                    return None;
                }
                list.push(Vec::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = list.last_mut() {
            last.push(atom.clone());
        }
    }
    Some(list)
}

/// `1..9`, `a..f`, `1..9..2`.
fn range(inside: &[Atom<'_>]) -> Option<(i64, i64, i64)> {
    if inside.len() > 40 {
        return None;
    }
    let mut text = String::new();
    for atom in inside {
        match atom {
            Atom::Char(c, _) => text.push(*c),
            Atom::Piece(_) | Atom::Empty => return None,
        }
    }
    let mut parts = text.split("..");
    let (from, to, step) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    let end = |text: &str| -> Option<i64> {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) if c.is_ascii_alphabetic() => Some(i64::from(u32::from(c))),
            _ => text.parse::<i32>().ok().map(i64::from),
        }
    };
    Some((
        end(from)?,
        end(to)?,
        step.map_or(Some(1), |s| s.parse::<i32>().ok().map(i64::from))?,
    ))
}
