//! Evaluates a checked expression. Every step is counted, every byte made is counted, and it always ends.

use super::{
    ast::Comparison,
    builtins,
    compare::{self, equal, hashable},
    error::{Eval, limit, raised, rejected},
    facts::Facts,
    iterate,
    limits::{MAX_DATA_BYTES, MAX_STEPS},
    methods,
    node::{Node, NodeKind, Operand},
    number, operators, own, show, subscript,
    table::Table,
    value::Value,
};
use std::{cmp::Ordering, sync::Arc};

/// One evaluation: the facts, the variables, and what has been used up.
pub(crate) struct Run<'a> {
    pub(crate) facts: Facts<'a>,
    pub(super) slots: Vec<Value<'a>>,
    steps: u32,
    data: usize,
    /// Rules tried.
    pub(crate) rules: u32,
    /// Steps of evaluations that are over.
    spent: u64,
}

/// What an element of a list costs.
pub(super) const ELEMENT: usize = 32;

impl<'a> Run<'a> {
    pub(crate) fn new(facts: Facts<'a>) -> Self {
        Self {
            facts,
            slots: Vec::new(),
            steps: 0,
            data: 0,
            rules: 0,
            spent: 0,
        }
    }

    /// Begins another evaluation over the same facts.
    pub(crate) fn begin(&mut self, slots: usize) {
        self.spent += u64::from(self.steps);
        self.steps = 0;
        self.data = 0;
        self.slots.clear();
        self.slots.resize(slots, Value::None);
    }

    /// Steps of all evaluations.
    pub(crate) fn spent(&self) -> u64 {
        self.spent + u64::from(self.steps)
    }

    #[inline]
    pub(super) fn step(&mut self) -> Eval<()> {
        /// Apart, so that what every step runs through stays small.
        #[cold]
        fn exhausted() -> Eval<()> {
            limit("more than 100,000 steps")
        }
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return exhausted();
        }
        Ok(())
    }

    /// Counts bytes that are looked at.
    pub(super) fn work(&mut self, bytes: usize) -> Eval<()> {
        self.steps = self
            .steps
            .saturating_add(u32::try_from(bytes / 16).unwrap_or(MAX_STEPS));
        self.step()
    }

    /// Counts bytes that are made.
    pub(super) fn data(&mut self, bytes: usize) -> Eval<()> {
        self.data = self.data.saturating_add(bytes);
        if self.data > MAX_DATA_BYTES {
            return limit("more than 1 MiB of intermediate data");
        }
        Ok(())
    }

    /// A new string, counted.
    pub(super) fn text(&mut self, text: String) -> Eval<Value<'a>> {
        self.data(text.len())?;
        Ok(Value::text(text))
    }

    /// A new list, counted.
    pub(super) fn list(&mut self, items: Vec<Value<'a>>) -> Eval<Value<'a>> {
        self.data(items.len() * ELEMENT)?;
        Ok(Value::list(items))
    }

    /// A new tuple, counted.
    pub(super) fn tuple(&mut self, items: Vec<Value<'a>>) -> Eval<Value<'a>> {
        self.data(items.len() * ELEMENT)?;
        Ok(Value::tuple(items))
    }

    /// Whether two values are equal; comparing containers costs their size.
    pub(super) fn equal(&mut self, a: &Value<'a>, b: &Value<'a>) -> Eval<bool> {
        match (a, b) {
            (Value::Record(_), _) | (_, Value::Record(_)) => {
                rejected("records are not compared: name an attribute")
            }
            (Value::Str(a), Value::Str(b)) => {
                self.work(a.len().min(b.len()))?;
                Ok(**a == **b)
            }
            _ => {
                self.weigh(a)?;
                Ok(equal(a, b))
            }
        }
    }

    /// Counts the size of a value that is about to be looked through.
    pub(super) fn weigh(&mut self, value: &Value<'a>) -> Eval<()> {
        match value {
            Value::Str(text) => self.work(text.len()),
            Value::List(items) | Value::Tuple(items) => {
                let items = Arc::clone(items);
                items.iter().try_for_each(|item| self.weigh(item))
            }
            Value::Set(table) | Value::Dict(table) => {
                let table = Arc::clone(table);
                table.iter().try_for_each(|(key, value)| {
                    self.weigh(key)?;
                    self.weigh(value)
                })
            }
            Value::Record(_) => rejected("records are not compared: name an attribute"),
            _ => self.step(),
        }
    }

    /// A key, or an error where Python has no hash.
    pub(super) fn key(&mut self, value: Value<'a>) -> Eval<Value<'a>> {
        if matches!(value, Value::Record(_)) {
            return rejected("a record is not a key");
        }
        if !hashable(&value) {
            return raised(format!("{} cannot be a key or an element of a set", value.kind()));
        }
        self.weigh(&value)?;
        Ok(value)
    }
}

/// The value of an expression. What makes something new has a function of its own, so that what every step runs
/// through stays small.
pub(crate) fn eval<'a>(node: &'a Node, run: &mut Run<'a>) -> Eval<Value<'a>> {
    run.step()?;
    match &node.kind {
        NodeKind::Const(value) => Ok(value.borrowed()),
        NodeKind::Slot(slot) => Ok(run.slots.get(*slot).cloned().unwrap_or(Value::None)),
        NodeKind::Global(global) => run.facts.global(*global),
        NodeKind::Name(name, open) => run.facts.name(name, *open),
        NodeKind::Field(object, field, name) => {
            if let NodeKind::Global(global) = &object.kind
                && let Some(value) = run.facts.standing(*global, *field)
            {
                run.step()?;
                return Ok(value);
            }
            let object = eval(object, run)?;
            run.facts.field(&object, *field, name)
        }
        NodeKind::Open(object, name) => open_field(object, name, run),
        NodeKind::Not(operand) => Ok(Value::Bool(!truth(operand, run)?)),
        NodeKind::And(operands) => chain(operands, run, false),
        NodeKind::Or(operands) => chain(operands, run, true),
        NodeKind::Compare(first, rest) => compare_chain(first, rest, run).map(Value::Bool),
        NodeKind::Choose(condition, yes, no) => {
            let chosen = if truth(condition, run)? { yes } else { no };
            eval(chosen, run)
        }
        NodeKind::Unary(operator, operand) => number::unary(*operator, &eval(operand, run)?),
        NodeKind::Binary(operator, a, b) => {
            let a = eval(a, run)?;
            let b = eval(b, run)?;
            operators::binary(*operator, &a, &b, run)
        }
        NodeKind::Subscript(object, index) => {
            let object = eval(object, run)?;
            let index = eval(index, run)?;
            subscript::item(&object, index, run)
        }
        NodeKind::Slice(object, parts) => slice(object, parts, run),
        NodeKind::Call(builtin, args, named) => builtins::call(*builtin, args, named, run),
        NodeKind::Test(test, text) => {
            let text = eval(text, run)?;
            own::test(test, &text, run)
        }
        NodeKind::Method(method, object, args, named) => {
            let object = eval(object, run)?;
            methods::call(*method, &object, args, named, run)
        }
        NodeKind::List(items) => {
            let items = all(items, run)?;
            run.list(items)
        }
        NodeKind::Tuple(items) => {
            let items = all(items, run)?;
            run.tuple(items)
        }
        NodeKind::Set(items) => set(items, run),
        NodeKind::Dict(members) => dict(members, run),
        NodeKind::Comprehension(comprehension) => iterate::collect(comprehension, run),
        NodeKind::Format(parts) => format(parts, run),
    }
}

/// Whether the value of an expression is true; the steps are those of [`eval`], with no value made where none is
/// asked for.
pub(super) fn truth<'a>(node: &'a Node, run: &mut Run<'a>) -> Eval<bool> {
    let (operands, until) = match &node.kind {
        NodeKind::And(operands) => (operands, false),
        NodeKind::Or(operands) => (operands, true),
        NodeKind::Not(operand) => {
            run.step()?;
            return truth(operand, run).map(|truth| !truth);
        }
        NodeKind::Compare(first, rest) => {
            run.step()?;
            return compare_chain(first, rest, run);
        }
        _ => return eval(node, run).map(|value| value.truth()),
    };
    run.step()?;
    for operand in operands {
        if truth(operand, run)? == until {
            return Ok(until);
        }
    }
    Ok(!until)
}

#[inline(never)]
fn open_field<'a>(object: &'a Node, name: &str, run: &mut Run<'a>) -> Eval<Value<'a>> {
    match eval(object, run)? {
        Value::Dict(table) => Ok(table.get(&Value::text(name)).cloned().unwrap_or(Value::None)),
        // Entries of other kinds have another shape: `decision` is a number in an approval.
        _ => Ok(Value::None),
    }
}

#[inline(never)]
fn slice<'a>(
    object: &'a Node,
    [start, stop, step]: &'a [Option<Box<Node>>; 3],
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    let object = eval(object, run)?;
    let mut part = |p: &'a Option<Box<Node>>| p.as_ref().map_or(Ok(Value::None), |p| eval(p, run));
    let parts = [part(start)?, part(stop)?, part(step)?];
    subscript::slice(&object, &parts, run)
}

#[inline(never)]
fn set<'a>(items: &'a [Node], run: &mut Run<'a>) -> Eval<Value<'a>> {
    let mut table = Table::default();
    for item in items {
        let key = eval(item, run)?;
        add(&mut table, key, Value::None, run)?;
    }
    Ok(Value::Set(Arc::new(table)))
}

#[inline(never)]
fn dict<'a>(members: &'a [(Node, Node)], run: &mut Run<'a>) -> Eval<Value<'a>> {
    let mut table = Table::default();
    for (key, value) in members {
        let key = eval(key, run)?;
        let value = eval(value, run)?;
        add(&mut table, key, value, run)?;
    }
    Ok(Value::Dict(Arc::new(table)))
}

#[inline(never)]
fn format<'a>(parts: &'a [(Node, bool)], run: &mut Run<'a>) -> Eval<Value<'a>> {
    let mut out = String::new();
    for (part, repr) in parts {
        let value = eval(part, run)?;
        if *repr {
            out.push_str(&show::repr(&value, run)?);
        } else if let Value::Str(text) = show::str(&value, run)? {
            out.push_str(&text);
        }
    }
    run.text(out)
}

/// Puts a member into a table that is being made.
pub(super) fn add<'a>(
    table: &mut Table<'a>,
    key: Value<'a>,
    value: Value<'a>,
    run: &mut Run<'a>,
) -> Eval<()> {
    let key = run.key(key)?;
    run.data(2 * ELEMENT)?;
    table.put(key, value);
    Ok(())
}

fn all<'a>(nodes: &'a [Node], run: &mut Run<'a>) -> Eval<Vec<Value<'a>>> {
    nodes.iter().map(|node| eval(node, run)).collect()
}

/// `and` and `or`: the first operand whose truth is `until`, else the last.
fn chain<'a>(operands: &'a [Node], run: &mut Run<'a>, until: bool) -> Eval<Value<'a>> {
    let mut last = Value::Bool(!until);
    for operand in operands {
        last = eval(operand, run)?;
        if last.truth() == until {
            break;
        }
    }
    Ok(last)
}

fn compare_chain<'a>(first: &'a Node, rest: &'a [(Comparison, Operand)], run: &mut Run<'a>) -> Eval<bool> {
    let mut left = eval(first, run)?;
    for (comparison, operand) in rest {
        let right = match operand {
            Operand::Source(source) => {
                let found = iterate::contains(source, &left, run)?;
                return Ok(found == (*comparison == Comparison::In));
            }
            Operand::Value(node) => eval(node, run)?,
            Operand::Function(_) => return rejected("a function is not a value"),
        };
        if !compare_two(*comparison, &left, &right, run)? {
            return Ok(false);
        }
        left = right;
    }
    Ok(true)
}

fn compare_two<'a>(comparison: Comparison, a: &Value<'a>, b: &Value<'a>, run: &mut Run<'a>) -> Eval<bool> {
    let mut order = |sign, holds: fn(Ordering) -> bool| {
        run.weigh(a)?;
        compare::ordered(a, b, sign, holds)
    };
    match comparison {
        Comparison::Lt => order("<", Ordering::is_lt),
        Comparison::Le => order("<=", Ordering::is_le),
        Comparison::Gt => order(">", Ordering::is_gt),
        Comparison::Ge => order(">=", Ordering::is_ge),
        Comparison::Eq => run.equal(a, b),
        Comparison::Ne => run.equal(a, b).map(|equal| !equal),
        Comparison::Is => Ok(matches!((a, b), (Value::None, Value::None))),
        Comparison::IsNot => Ok(!matches!((a, b), (Value::None, Value::None))),
        Comparison::In => iterate::is_in(a, b, run),
        Comparison::NotIn => iterate::is_in(a, b, run).map(|found| !found),
    }
}
