//! Expressions that mostly have a value: each part is made to have the type that is wanted.

mod containers;
mod numbers;
mod sources;
mod text;

use super::source::{Dice, FLOATS, INTS, STRINGS};

#[derive(Clone, Copy, PartialEq)]
enum Type {
    Int,
    Float,
    Bool,
    Str,
    Ints,
    Strs,
    Tuple,
    IntSet,
    StrSet,
    Dict,
}

use Type::{Bool, Dict, Float, Int, IntSet, Ints, Str, StrSet, Strs, Tuple};

const ALL: [Type; 10] = [Int, Float, Bool, Str, Ints, Strs, Tuple, IntSet, StrSet, Dict];

/// Variables in sight, with their types.
struct Maker<'d> {
    dice: &'d mut Dice,
    bound: Vec<(String, Type)>,
    count: usize,
}

pub(super) fn expression(dice: &mut Dice) -> String {
    let of = ALL[dice.below(ALL.len())];
    let depth = 1 + dice.below(4);
    Maker {
        dice,
        bound: Vec::new(),
        count: 0,
    }
    .make(of, depth)
}

impl Maker<'_> {
    fn any(&mut self, depth: usize) -> String {
        let of = ALL[self.dice.below(ALL.len())];
        self.make(of, depth)
    }

    fn make(&mut self, of: Type, depth: usize) -> String {
        if depth == 0 || self.dice.one_in(8) {
            return self.leaf(of);
        }
        // One part in forty has another type, so that errors are compared too.
        let of = if self.dice.one_in(40) {
            ALL[self.dice.below(ALL.len())]
        } else {
            of
        };
        if self.dice.one_in(12) {
            let (a, c, b) = (
                self.make(of, depth - 1),
                self.any(depth - 1),
                self.make(of, depth - 1),
            );
            return format!("({a} if {c} else {b})");
        }
        if self.dice.one_in(16) {
            let (a, b) = (self.make(of, depth - 1), self.make(of, depth - 1));
            return format!("({a} {} {b})", self.dice.pick(&["and", "or"]));
        }
        match of {
            Int => self.int(depth - 1),
            Float => self.float(depth - 1),
            Bool => self.bool(depth - 1),
            Str => self.str(depth - 1),
            Ints => self.list(Int, depth - 1),
            Strs => self.list(Str, depth - 1),
            Tuple => self.tuple(depth - 1),
            IntSet => self.set(Int, depth - 1),
            StrSet => self.set(Str, depth - 1),
            Dict => self.dict(depth - 1),
        }
    }

    fn leaf(&mut self, of: Type) -> String {
        let fitting: Vec<String> = self
            .bound
            .iter()
            .filter(|(_, t)| *t == of)
            .map(|(n, _)| n.clone())
            .collect();
        if !fitting.is_empty() && !self.dice.one_in(3) {
            return fitting[self.dice.below(fitting.len())].clone();
        }
        let names: &[&str] = match of {
            Int => &[
                "x",
                "y",
                "big",
                "target.size",
                "target.mode",
                "identity.uid",
                "params['depth']",
            ],
            Float => &["f"],
            Bool => &["t", "target.exists", "params['recursive']"],
            Str => &[
                "s",
                "p",
                "u",
                "e",
                "target.path",
                "target.host",
                "identity.principal",
                "params['mode']",
            ],
            Ints => &["xs", "fs"],
            Strs => &["ss", "identity.capabilities"],
            Dict => &["d", "params", "target.extra"],
            Tuple | IntSet | StrSet => &[],
        };
        if !names.is_empty() && self.dice.one_in(3) {
            return self.dice.pick(names).to_owned();
        }
        match of {
            Int => self.dice.pick(INTS).to_owned(),
            Float => self.dice.pick(FLOATS).to_owned(),
            Bool => self.dice.pick(&["True", "False"]).to_owned(),
            Str => self.dice.pick(STRINGS).to_owned(),
            Ints => format!("[{}]", self.some(INTS)),
            Strs => format!("[{}]", self.some(STRINGS)),
            Tuple => format!("({}, {})", self.dice.pick(INTS), self.dice.pick(STRINGS)),
            IntSet => format!("{{{}, 1}}", self.dice.pick(INTS)),
            StrSet => format!("{{{}, 'a'}}", self.dice.pick(STRINGS)),
            Dict => format!(
                "{{{}: {}, 'k': {}}}",
                self.dice.pick(STRINGS),
                self.dice.pick(INTS),
                self.dice.pick(INTS)
            ),
        }
    }

    fn some(&mut self, all: &[&str]) -> String {
        let n = self.dice.below(4);
        (0..n)
            .map(|_| self.dice.pick(all).to_owned())
            .collect::<Vec<_>>()
            .join(", ")
    }
}
