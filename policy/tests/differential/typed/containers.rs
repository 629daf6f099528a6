//! Lists, tuples, sets and dicts.

use super::{Maker, Type};
use Type::{Dict, Int, IntSet, Ints, Str, StrSet, Strs, Tuple};

impl Maker<'_> {
    pub(super) fn list(&mut self, of: Type, d: usize) -> String {
        let own = if of == Int { Ints } else { Strs };
        match self.dice.below(12) {
            0 => format!("({} + {})", self.make(own, d), self.make(own, d)),
            1 => format!(
                "{} * {}",
                self.make(own, d),
                self.dice.pick(&["0", "1", "2", "-1"])
            ),
            2 => format!("{}[{}]", self.make(own, d), self.slice()),
            3 | 4 => format!("[{}]", self.generator(of, d)),
            5 => format!(
                "sorted({}{})",
                self.elements(of, d),
                self.dice.pick(&[
                    "",
                    ", reverse=True",
                    ", key=str",
                    ", key=len",
                    ", key=abs, reverse=True",
                    ", key=bool",
                    ", reverse=0"
                ])
            ),
            6 => format!("list({})", self.elements(of, d)),
            7 if of == Str => {
                let args = self.dice.pick(&[
                    "",
                    "','",
                    "' '",
                    "None, 1",
                    "',', 1",
                    "maxsplit=1",
                    "sep='.'",
                    "'b', 0",
                ]);
                format!(
                    "{}.{}({args})",
                    self.make(Str, d),
                    self.dice.pick(&["split", "rsplit"])
                )
            }
            8 if of == Str => format!(
                "{}.splitlines({})",
                self.make(Str, d),
                self.dice.pick(&["", "True"])
            ),
            9 if of == Int => format!("list({}.values())", self.make(Dict, d)),
            10 => {
                let source = self.elements(of, d);
                self.dice
                    .pick(&[
                        "list(enumerate(@, 1))",
                        "list(zip(@, range(3)))",
                        "list(map(str, @))",
                        "list(filter(bool, @))",
                        "list(reversed(sorted(@)))",
                    ])
                    .replace('@', &source)
            }
            _ => format!("[{}, {}]", self.make(of, d), self.make(of, d)),
        }
    }

    pub(super) fn tuple(&mut self, d: usize) -> String {
        match self.dice.below(7) {
            0 => format!("({}, {})", self.any(d), self.any(d)),
            1 => format!(
                "{}.{}({})",
                self.make(Str, d),
                self.dice.pick(&["partition", "rpartition"]),
                self.make(Str, 0)
            ),
            2 => format!("tuple({})", self.elements(Int, d)),
            3 => format!("({} + {})", self.make(Tuple, d), self.make(Tuple, d)),
            4 => format!("{}[{}]", self.make(Tuple, d), self.slice()),
            5 => format!(
                "max(zip({}, {}), default=())",
                self.make(Ints, d),
                self.make(Strs, d)
            ),
            _ => format!("({},)", self.any(d)),
        }
    }

    pub(super) fn set(&mut self, of: Type, d: usize) -> String {
        let own = if of == Int { IntSet } else { StrSet };
        match self.dice.below(7) {
            0 => format!(
                "({} {} {})",
                self.make(own, d),
                self.dice.pick(&["&", "|", "-", "^"]),
                self.make(own, d)
            ),
            1 => format!("set({})", self.elements(of, d)),
            2 => format!("{{{}}}", self.generator(of, d)),
            3 => {
                let method = self
                    .dice
                    .pick(&["union", "intersection", "difference", "symmetric_difference"]);
                format!("{}.{method}({})", self.make(own, d), self.elements(of, d))
            }
            _ => format!("{{{}, {}}}", self.make(of, d), self.make(of, d)),
        }
    }

    pub(super) fn dict(&mut self, d: usize) -> String {
        match self.dice.below(7) {
            0 => format!("dict(zip({}, {}))", self.make(Strs, d), self.elements(Int, d)),
            1 => {
                let (clauses, bound) = self.clauses(d);
                let (key, value) = (self.make(Str, d), self.make(Int, d));
                self.bound.truncate(self.bound.len() - bound);
                format!("{{{key}: {value} {clauses}}}")
            }
            2 => format!("({} | {})", self.make(Dict, d), self.make(Dict, d)),
            4 => format!("{}.copy()", self.make(Dict, d)),
            3 => format!("dict({}.items())", self.make(Dict, d)),
            _ => format!(
                "{{{}: {}, {}: {}}}",
                self.make(Str, d),
                self.any(d),
                self.make(Int, d),
                self.any(d)
            ),
        }
    }
}
