//! Where elements come from: positions, slices, what is drawn from, comprehensions.

use super::{Maker, Type};
use Type::{Bool, Dict, Int, IntSet, Ints, Str, StrSet, Strs};

impl Maker<'_> {
    pub(super) fn index(&mut self) -> String {
        self.dice
            .pick(&["0", "1", "-1", "2", "-2", "3", "True"])
            .to_owned()
    }

    pub(super) fn slice(&mut self) -> String {
        let part = |m: &mut Self| {
            m.dice
                .pick(&["", "", "0", "1", "2", "-1", "-2", "5", "-9"])
                .to_owned()
        };
        let (a, b) = (part(self), part(self));
        if self.dice.one_in(2) {
            return format!("{a}:{b}");
        }
        let step = self.dice.pick(&["1", "2", "-1", "-2", "3", ""]);
        format!("{a}:{b}:{step}")
    }

    pub(super) fn elements(&mut self, of: Type, depth: usize) -> String {
        let list = if of == Int { Ints } else { Strs };
        match self.dice.below(9) {
            0 if of == Int => format!("range({})", self.index()),
            1 if of == Int => format!(
                "range({}, {}, {})",
                self.index(),
                self.dice.pick(&["4", "-3", "10", "x", "y", "255"]),
                self.dice.pick(&["1", "2", "-1", "-3"])
            ),
            2 => format!("reversed({})", self.make(list, depth)),
            3 => format!("({})", self.generator(of, depth)),
            4 if of == Str => format!("{}.keys()", self.make(Dict, depth)),
            5 if of == Str => self.make(Str, depth),
            6 if of == Int => format!(
                "map({}, {})",
                self.dice.pick(&["len", "abs", "int"]),
                self.make(Strs, depth)
            ),
            7 => format!("filter(None, {})", self.make(list, depth)),
            8 => self.make(if of == Int { IntSet } else { StrSet }, depth),
            _ => self.make(list, depth),
        }
    }

    pub(super) fn generator(&mut self, of: Type, depth: usize) -> String {
        let (clauses, bound) = self.clauses(depth);
        let element = self.make(of, depth);
        self.bound.truncate(self.bound.len() - bound);
        format!("{element} {clauses}")
    }

    pub(super) fn clauses(&mut self, depth: usize) -> (String, usize) {
        let mut out = String::new();
        let mut bound = 0;
        for n in 0..1 + usize::from(self.dice.one_in(4)) {
            let of = if self.dice.one_in(2) { Int } else { Str };
            let source = self.elements(of, if n == 0 { depth } else { 0 });
            self.count += 1;
            // Some variables hide a name from outside, or one of a clause before.
            let name = match self.dice.below(8) {
                0 => self.dice.pick(&["x", "s", "xs", "d"]).to_owned(),
                1 => self.bound.last().map_or("x".to_owned(), |(name, _)| name.clone()),
                _ => format!("v{}", self.count),
            };
            let (target, source, fresh) = match self.dice.below(8) {
                0 => {
                    let index = format!("i{}", self.count);
                    (
                        format!("{index}, {name}"),
                        format!("enumerate({source})"),
                        vec![(index, Int), (name, of)],
                    )
                }
                1 => {
                    let other = format!("w{}", self.count);
                    let zipped = format!("zip({source}, {})", self.make(Strs, 0));
                    (
                        format!("({name}, {other})"),
                        zipped,
                        vec![(name, of), (other, Str)],
                    )
                }
                _ => (name.clone(), source, vec![(name, of)]),
            };
            bound += fresh.len();
            self.bound.extend(fresh);
            out.push_str(&format!("for {target} in {source} "));
            if self.dice.one_in(3) {
                let condition = self.make(Bool, depth.min(1));
                out.push_str(&format!("if {condition} "));
            }
        }
        (out.trim_end().to_owned(), bound)
    }
}
