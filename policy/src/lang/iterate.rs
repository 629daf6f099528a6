//! Drawing elements one by one, as Python's iterators do: nothing is computed before it is asked for.

use super::{
    ast::Makes,
    builtins,
    calls::Builtin,
    compare,
    error::{Eval, EvalErrorKind, raised, rejected},
    eval::{ELEMENT, Run, add, eval},
    node::{Comprehension, Node, Source, Target, View},
    number,
    table::Table,
    value::{Text, Value},
};
use std::sync::Arc;

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
        match self.next(run) {
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
    for iter in all.iter_mut() {
        match iter.next(run)? {
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
    fn new(comprehension: &'a Comprehension, run: &mut Run<'a>) -> Eval<Self> {
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

/// Begins to draw from a source.
pub(super) fn open<'a>(source: &'a Source, run: &mut Run<'a>) -> Eval<Iter<'a>> {
    match source {
        Source::Value(node) => Iter::of(eval(node, run)?),
        Source::Generator(comprehension) => {
            Ok(Iter::Generator(Box::new(Generator::new(comprehension, run)?)))
        }
        Source::Range(parts) => {
            let (start, stop, step) = range(parts, run)?;
            Ok(Iter::Range(start, stop, step))
        }
        Source::View(view, node) => {
            let table = dict(node, run)?;
            Ok(match view {
                View::Keys => Iter::Keys(table, 0),
                View::Values => Iter::Values(table, 0),
                View::Items => Iter::Pairs(table, 0),
            })
        }
        Source::Enumerate(inner, start) => {
            // Python takes the start before it asks for the elements.
            let inner_value = prepare(inner, run)?;
            let start = match start {
                Some(node) => eval(node, run)?.expect_index()?,
                None => 0,
            };
            Ok(Iter::Enumerate(Box::new(inner_value.begin()?), start))
        }
        Source::Zip(sources) => Ok(Iter::Zip(open_all(sources, run)?)),
        Source::Map(function, sources) => Ok(Iter::Map(*function, open_all(sources, run)?)),
        Source::Filter(function, inner) => Ok(Iter::Filter(*function, Box::new(open(inner, run)?))),
        Source::Reversed(inner) => reversed(inner, run),
    }
}

/// An argument that was evaluated but not yet asked for its elements.
pub(super) enum Prepared<'a> {
    Value(Value<'a>),
    Iter(Iter<'a>),
}

impl<'a> Prepared<'a> {
    pub(super) fn begin(self) -> Eval<Iter<'a>> {
        match self {
            Prepared::Value(value) => Iter::of(value),
            Prepared::Iter(iter) => Ok(iter),
        }
    }
}

pub(super) fn prepare<'a>(source: &'a Source, run: &mut Run<'a>) -> Eval<Prepared<'a>> {
    match source {
        Source::Value(node) => eval(node, run).map(Prepared::Value),
        other => open(other, run).map(Prepared::Iter),
    }
}

fn open_all<'a>(sources: &'a [Source], run: &mut Run<'a>) -> Eval<Vec<Iter<'a>>> {
    let prepared: Vec<_> = sources
        .iter()
        .map(|source| prepare(source, run))
        .collect::<Eval<_>>()?;
    prepared.into_iter().map(Prepared::begin).collect()
}

pub(super) fn dict<'a>(node: &'a Node, run: &mut Run<'a>) -> Eval<Arc<Table<'a>>> {
    match eval(node, run)? {
        Value::Dict(table) => Ok(table),
        other => raised(format!("{} is not a dict", other.kind())),
    }
}

pub(super) fn range<'a>(parts: &'a [Node], run: &mut Run<'a>) -> Eval<(i64, i64, i64)> {
    let mut values = Vec::with_capacity(parts.len());
    for part in parts {
        values.push(eval(part, run)?);
    }
    let numbers: Vec<i64> = values.iter().map(Value::expect_index).collect::<Eval<_>>()?;
    match numbers.as_slice() {
        [stop] => Ok((0, *stop, 1)),
        [start, stop] => Ok((*start, *stop, 1)),
        [_, _, 0] => raised("the step of a range is not 0"),
        [start, stop, step] => Ok((*start, *stop, *step)),
        _ => raised("a range takes 1 to 3 numbers"),
    }
}

/// How many numbers a range has.
pub(super) fn range_len((start, stop, step): (i64, i64, i64)) -> i128 {
    let (start, stop, step) = (i128::from(start), i128::from(stop), i128::from(step));
    let span = if step > 0 { stop - start } else { start - stop };
    if span <= 0 { 0 } else { (span - 1) / step.abs() + 1 }
}

fn reversed<'a>(inner: &'a Source, run: &mut Run<'a>) -> Eval<Iter<'a>> {
    let backwards = |mut items: Vec<Value<'a>>, run: &mut Run<'a>| {
        items.reverse();
        run.data(items.len() * ELEMENT)?;
        Ok(Iter::Items(Arc::new(items), 0))
    };
    match inner {
        Source::Range(parts) => {
            let all = range(parts, run)?;
            let count = range_len(all);
            if count == 0 {
                return Ok(Iter::Range(0, 0, 1));
            }
            let (start, step) = (i128::from(all.0), i128::from(all.2));
            let last = start + (count - 1) * step;
            let narrow = |n: i128| i64::try_from(n).or_else(|_| super::error::too_large());
            Ok(Iter::Range(narrow(last)?, narrow(start - step)?, narrow(-step)?))
        }
        Source::View(view, node) => {
            let table = dict(node, run)?;
            let mut items = Vec::with_capacity(table.len());
            for (key, value) in table.iter() {
                items.push(match view {
                    View::Keys => key.clone(),
                    View::Values => value.clone(),
                    View::Items => run.tuple(vec![key.clone(), value.clone()])?,
                });
            }
            backwards(items, run)
        }
        Source::Value(node) => match eval(node, run)? {
            Value::List(items) | Value::Tuple(items) => backwards(items.to_vec(), run),
            Value::Dict(table) => backwards(table.keys().cloned().collect(), run),
            Value::Str(text) => {
                run.work(text.len())?;
                let chars: Vec<_> = text.chars().map(|c| Value::text(c.to_string())).collect();
                backwards(chars, run)
            }
            other => raised(format!("{} cannot be reversed", other.kind())),
        },
        other => {
            open(other, run)?;
            raised("what is drawn one by one cannot be reversed")
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
