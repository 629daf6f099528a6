//! Drawing elements one by one, as Python's iterators do: nothing is computed before it is asked for.

use super::{
    ast::Makes,
    builtins,
    calls::Builtin,
    compare,
    error::{Eval, EvalErrorKind, raised, rejected},
    eval::{ELEMENT, Run, add, eval},
    node::{Comprehension, Source, Target, View},
    number,
    table::Table,
    value::{Text, Value},
};
use std::sync::Arc;

pub(super) use super::open::{Prepared, dict, open, prepare, range, range_len};

/// Elements under way.
pub(crate) enum Iter<'a> {
    Items(Arc<Vec<Value<'a>>>, usize),
    Chars(Text<'a>, usize),
    /// Keys of a dict.
    Keys(Arc<Table<'a>>, usize),
    /// Elements of a set: their order must never show.
    Set(Arc<Table<'a>>, usize),
    Values(Arc<Table<'a>>, usize),
    Pairs(Arc<Table<'a>>, usize),
    Range(i64, i64, i64),
    Generator(Box<Generator<'a>>),
    Enumerate(Box<Iter<'a>>, i64),
    Zip(Vec<Iter<'a>>),
    Map(Builtin, Vec<Iter<'a>>),
    Filter(Option<Builtin>, Box<Iter<'a>>),
}

/// A generator expression under way: one iterator for each clause that has been entered.
pub(crate) struct Generator<'a> {
    comprehension: &'a Comprehension,
    entered: Vec<Iter<'a>>,
}

impl<'a> Iter<'a> {
    /// Python's `iter(value)`.
    pub(super) fn of(value: Value<'a>) -> Eval<Self> {
        match value {
            Value::List(items) | Value::Tuple(items) => Ok(Iter::Items(items, 0)),
            Value::Str(text) => Ok(Iter::Chars(text, 0)),
            Value::Dict(table) => Ok(Iter::Keys(table, 0)),
            Value::Set(table) => Ok(Iter::Set(table, 0)),
            other => raised(format!("{} has no elements", other.kind())),
        }
    }

    /// Whether the order of what is drawn is that of a set.
    pub(super) fn unordered(&self) -> bool {
        match self {
            Iter::Set(table, _) => table.len() > 1,
            Iter::Generator(generator) => generator.entered.iter().any(Iter::unordered),
            Iter::Enumerate(inner, _) | Iter::Filter(_, inner) => inner.unordered(),
            Iter::Zip(all) | Iter::Map(_, all) => all.iter().any(Iter::unordered),
            _ => false,
        }
    }

    /// The next element where a consumer may stop early: if the order is arbitrary, an error may or may not be
    /// met before that, so it counts as rejected.
    pub(super) fn next_of_some(&mut self, run: &mut Run<'a>) -> Eval<Option<Value<'a>>> {
        let unordered = self.unordered();
        let drawn = self.next(run);
        self.unless_by_chance(drawn, unordered)
    }

    /// The same where the element has to be a key.
    pub(super) fn next_key_of_some(&mut self, run: &mut Run<'a>) -> Eval<Option<Value<'a>>> {
        let unordered = self.unordered();
        let drawn = self.next(run);
        let key = drawn.and_then(|drawn| drawn.map(|value| run.key(value)).transpose());
        self.unless_by_chance(key, unordered)
    }

    fn unless_by_chance<T>(&self, drawn: Eval<T>, unordered: bool) -> Eval<T> {
        match drawn {
            Err(e) if e.kind == EvalErrorKind::Raised && (unordered || self.unordered()) => {
                rejected("whether this fails would depend on the arbitrary order of a set")
            }
            drawn => drawn,
        }
    }

    /// Python's `next`.
    pub(super) fn next(&mut self, run: &mut Run<'a>) -> Eval<Option<Value<'a>>> {
        run.step()?;
        match self {
            Iter::Items(items, at) => {
                *at += 1;
                Ok(items.get(*at - 1).cloned())
            }
            Iter::Chars(text, at) => next_char(text, at, run),
            Iter::Keys(table, at) | Iter::Set(table, at) => {
                *at += 1;
                Ok(table.at(*at - 1).map(|(key, _)| key.clone()))
            }
            Iter::Values(table, at) => {
                *at += 1;
                Ok(table.at(*at - 1).map(|(_, value)| value.clone()))
            }
            Iter::Pairs(table, at) => {
                *at += 1;
                let pair = table
                    .at(*at - 1)
                    .map(|(key, value)| vec![key.clone(), value.clone()]);
                pair.map(|pair| run.tuple(pair)).transpose()
            }
            Iter::Range(at, stop, step) => {
                let now = *at;
                if if *step > 0 { now >= *stop } else { now <= *stop } {
                    return Ok(None);
                }
                *at = now.checked_add(*step).unwrap_or(*stop);
                Ok(Some(Value::Int(now)))
            }
            Iter::Generator(generator) => generator.next(run),
            Iter::Enumerate(inner, n) => {
                let Some(value) = inner.next(run)? else {
                    return Ok(None);
                };
                if inner.unordered() {
                    return rejected("counting the elements of a set would show its arbitrary order");
                }
                let index = number::int(Some(*n))?;
                *n = n.saturating_add(1);
                run.tuple(vec![index, value]).map(Some)
            }
            Iter::Zip(all) => match row(all, run)? {
                Some(row) => run.tuple(row).map(Some),
                None => Ok(None),
            },
            Iter::Map(function, all) => match row(all, run)? {
                Some(row) => builtins::apply(*function, &row, run).map(Some),
                None => Ok(None),
            },
            Iter::Filter(function, inner) => loop {
                let Some(value) = inner.next(run)? else {
                    return Ok(None);
                };
                let keep = match function {
                    Some(function) => builtins::apply(*function, std::slice::from_ref(&value), run)?.truth(),
                    None => value.truth(),
                };
                if keep {
                    return Ok(Some(value));
                }
            },
        }
    }
}

fn next_char<'a>(text: &Text<'a>, at: &mut usize, run: &mut Run<'a>) -> Eval<Option<Value<'a>>> {
    let Some(c) = text.get(*at..).and_then(|rest| rest.chars().next()) else {
        return Ok(None);
    };
    let begun = *at;
    *at += c.len_utf8();
    match text {
        Text::Borrowed(all) => Ok(all.get(begun..*at).map(|one| Value::Str(Text::Borrowed(one)))),
        Text::Shared(_) => run.text(c.to_string()).map(Some),
    }
}

/// The next element of each; none as soon as one of them ends.
fn row<'a>(all: &mut [Iter<'a>], run: &mut Run<'a>) -> Eval<Option<Vec<Value<'a>>>> {
    let mut row = Vec::with_capacity(all.len());
    // Of several, the first to end stops the others early.
    let alone = all.len() == 1;
    for iter in all.iter_mut() {
        let drawn = if alone {
            iter.next(run)?
        } else {
            iter.next_of_some(run)?
        };
        match drawn {
            Some(value) => row.push(value),
            None => return Ok(None),
        }
    }
    if row.len() > 1 && all.iter().any(Iter::unordered) {
        return rejected("pairing the elements of a set would show its arbitrary order");
    }
    Ok((!row.is_empty()).then_some(row))
}

impl<'a> Generator<'a> {
    pub(super) fn new(comprehension: &'a Comprehension, run: &mut Run<'a>) -> Eval<Self> {
        let mut entered = Vec::with_capacity(comprehension.clauses.len());
        if let Some(clause) = comprehension.clauses.first() {
            entered.push(open(&clause.source, run)?);
        }
        Ok(Self {
            comprehension,
            entered,
        })
    }

    /// Goes on to where the next element is to be computed; false at the end.
    fn advance(&mut self, run: &mut Run<'a>) -> Eval<bool> {
        loop {
            let Some(innermost) = self.entered.last_mut() else {
                return Ok(false);
            };
            let Some(value) = innermost.next(run)? else {
                self.entered.pop();
                continue;
            };
            let Some(clause) = self.comprehension.clauses.get(self.entered.len() - 1) else {
                return Ok(false);
            };
            bind(&clause.target, value, run)?;
            let mut holds = true;
            for condition in &clause.conditions {
                holds = eval(condition, run)?.truth();
                if !holds {
                    break;
                }
            }
            if !holds {
                continue;
            }
            match self.comprehension.clauses.get(self.entered.len()) {
                Some(deeper) => {
                    let iter = open(&deeper.source, run)?;
                    self.entered.push(iter);
                }
                None => return Ok(true),
            }
        }
    }

    fn next(&mut self, run: &mut Run<'a>) -> Eval<Option<Value<'a>>> {
        if !self.advance(run)? {
            return Ok(None);
        }
        eval(&self.comprehension.element, run).map(Some)
    }
}

fn bind<'a>(target: &Target, value: Value<'a>, run: &mut Run<'a>) -> Eval<()> {
    match target {
        Target::Slot(slot) => {
            if let Some(place) = run.slots.get_mut(*slot) {
                *place = value;
            }
            Ok(())
        }
        Target::Unpack(all) => {
            if let Value::Set(_) = value {
                return rejected("unpacking a set would show its arbitrary order");
            }
            let mut parts = Iter::of(value)?;
            let mut values = Vec::with_capacity(all.len());
            while let Some(part) = parts.next(run)? {
                values.push(part);
                if values.len() > all.len() {
                    return raised("more values than names to unpack them into");
                }
            }
            if values.len() < all.len() {
                return raised("fewer values than names to unpack them into");
            }
            all.iter()
                .zip(values)
                .try_for_each(|(target, value)| bind(target, value, run))
        }
    }
}

/// Makes the list, set or dict of a comprehension.
pub(super) fn collect<'a>(comprehension: &'a Comprehension, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let mut generator = Generator::new(comprehension, run)?;
    let mut items = Vec::new();
    let mut table = Table::default();
    while generator.advance(run)? {
        let unordered = generator.entered.iter().any(Iter::unordered);
        let element = eval(&comprehension.element, run)?;
        match (comprehension.makes, &comprehension.value) {
            (Makes::Set, _) => {
                if unordered {
                    ambiguous(&table, &element)?;
                }
                add(&mut table, element, Value::None, run)?;
            }
            (_, _) if unordered => {
                return rejected("a list or dict made from a set would show its arbitrary order");
            }
            (_, Some(value)) => {
                let value = eval(value, run)?;
                add(&mut table, element, value, run)?;
            }
            (_, None) => {
                run.data(ELEMENT)?;
                items.push(element);
            }
        }
    }
    Ok(match comprehension.makes {
        Makes::Set => Value::Set(Arc::new(table)),
        Makes::Dict => Value::Dict(Arc::new(table)),
        Makes::List | Makes::Generator => Value::list(items),
    })
}

/// Of equal elements a set keeps the first: where the order is arbitrary, they must be the same in kind too.
pub(super) fn ambiguous<'a>(table: &Table<'a>, element: &Value<'a>) -> Eval<()> {
    if !compare::hashable(element) {
        return Ok(());
    }
    match table.held(element) {
        Some(held) if !same_kind(held, element) => {
            rejected("which of two equal elements stays would be arbitrary")
        }
        _ => Ok(()),
    }
}

fn same_kind(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Tuple(a), Value::Tuple(b)) => a.iter().zip(b.iter()).all(|(a, b)| same_kind(a, b)),
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        _ => a.kind() == b.kind(),
    }
}

/// `element in source`
pub(super) fn contains<'a>(source: &'a Source, element: &Value<'a>, run: &mut Run<'a>) -> Eval<bool> {
    match source {
        Source::Value(node) => {
            let container = eval(node, run)?;
            is_in(element, &container, run)
        }
        Source::Range(parts) => {
            let all = range(parts, run)?;
            let whole = match element {
                Value::Float(f) if f.trunc() == *f && f.abs() < 9.3e18 => Some(*f as i128),
                other => other.index().map(i128::from),
            };
            let Some(n) = whole else { return Ok(false) };
            let offset = n - i128::from(all.0);
            let step = i128::from(all.2);
            Ok(offset % step == 0 && (0..range_len(all)).contains(&(offset / step)))
        }
        Source::View(View::Keys, node) => {
            let table = dict(node, run)?;
            let key = run.key(element.clone())?;
            Ok(table.contains(&key))
        }
        other => {
            let mut iter = open(other, run)?;
            let mut found = false;
            while !found || iter.unordered() {
                let Some(value) = iter.next_of_some(run)? else {
                    break;
                };
                found = run.equal(&value, element)? || found;
            }
            Ok(found)
        }
    }
}

/// `element in container`
pub(super) fn is_in<'a>(element: &Value<'a>, container: &Value<'a>, run: &mut Run<'a>) -> Eval<bool> {
    match container {
        Value::Str(text) => {
            let part = element.expect_str()?;
            run.work(text.len())?;
            Ok(text.contains(&**part))
        }
        Value::List(items) | Value::Tuple(items) => {
            for item in items.iter() {
                if run.equal(item, element)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        // A set may be asked for a set, which Python takes for its frozen form and finds in none of ours.
        Value::Set(table) if matches!(element, Value::Set(_)) => {
            run.step()?;
            let _ = table;
            Ok(false)
        }
        Value::Set(table) | Value::Dict(table) => {
            let key = run.key(element.clone())?;
            Ok(table.contains(&key))
        }
        other => raised(format!("{} has no elements to look among", other.kind())),
    }
}
