//! Numbers and truth values.

use super::{ALL, INTS, Maker, Type};
use Type::{Bool, Float, Int, IntSet, Ints, Str};

impl Maker<'_> {
    pub(super) fn int(&mut self, d: usize) -> String {
        match self.dice.below(20) {
            0..=4 => {
                let operator = self
                    .dice
                    .pick(&["+", "-", "*", "//", "%", "&", "|", "^", "+", "-", "//", "%"]);
                format!("({} {operator} {})", self.make(Int, d), self.make(Int, d))
            }
            5 => format!(
                "{} ** {}",
                self.make(Int, 0),
                self.dice.pick(&["0", "1", "2", "3", "-1", "-2"])
            ),
            6 => format!("{}{}", self.dice.pick(&["-", "+", "~", "- -"]), self.make(Int, d)),
            7 => format!("len({})", {
                let of = ALL[3 + self.dice.below(7)];
                self.make(of, d)
            }),
            8 => format!("sum({})", self.elements(Int, d)),
            9 => format!("{}({})", self.dice.pick(&["min", "max"]), self.elements(Int, d)),
            10 => format!(
                "{}({}, {})",
                self.dice.pick(&["min", "max"]),
                self.make(Int, d),
                self.make(Float, d)
            ),
            11 => format!("int({})", {
                let of = [Int, Float, Str, Bool][self.dice.below(4)];
                self.make(of, d)
            }),
            12 => format!(
                "round({}{})",
                self.make(Float, d),
                self.dice.pick(&["", ", 1", ", 0", ", -1", ", None"])
            ),
            13 => {
                let method = self.dice.pick(&["count", "find", "rfind", "index"]);
                let bounds = self.dice.pick(&["", "", ", 1", ", -3", ", 0, 4", ", None, 2"]);
                format!("{}.{method}({}{bounds})", self.make(Str, d), self.make(Str, 0))
            }
            14 => format!("{}[{}]", self.make(Ints, d), self.index()),
            15 => {
                let text = self.dice.numeral();
                let base = self
                    .dice
                    .pick(&["", "", ", 0", ", 16", ", 2", ", 36", ", base=8", ", 1"]);
                format!("int({text}{base})")
            }
            16 => {
                let operator = self.dice.pick(&["<<", ">>"]);
                format!("({} {operator} {})", self.make(Int, d), self.dice.pick(INTS))
            }
            17 => format!(
                "round({}, {})",
                self.make(Int, d),
                self.dice.pick(&["-1", "-2", "0", "1", "None"])
            ),
            18 => format!(
                "sum({}, {})",
                self.elements(Int, d),
                self.dice.pick(&["start=1", "0.5", "True", "start=-2.5"])
            ),
            _ => format!(
                "{}.{}({})",
                self.make(Ints, d),
                self.dice.pick(&["count", "index"]),
                self.make(Int, 0)
            ),
        }
    }

    pub(super) fn float(&mut self, d: usize) -> String {
        match self.dice.below(11) {
            0..=2 => {
                let operator = self.dice.pick(&["+", "-", "*", "/", "//", "%"]);
                format!("({} {operator} {})", self.make(Float, d), self.make(Int, d))
            }
            3 => format!("{} / {}", self.make(Int, d), self.make(Int, d)),
            4 => format!("float({})", {
                let of = [Int, Str, Float][self.dice.below(3)];
                self.make(of, d)
            }),
            5 => format!("abs({})", self.make(Float, d)),
            7 => format!("float({})", self.dice.numeral()),
            8 => self.dice.float(),
            9 => format!(
                "{} ** {}",
                self.make(Float, 0),
                self.dice.pick(&["2", "-1", "0.5", "0", "-2.0", "3"])
            ),
            6 => format!(
                "round({}, {})",
                self.make(Float, d),
                self.dice.pick(&["0", "1", "2", "3", "-1", "-2", "17"])
            ),
            _ => format!("-{}", self.make(Float, d)),
        }
    }

    pub(super) fn bool(&mut self, d: usize) -> String {
        let comparison = self.dice.pick(&["==", "!=", "<", "<=", ">", ">="]);
        match self.dice.below(12) {
            0 | 1 => {
                let of = ALL[self.dice.below(ALL.len())];
                format!("{} {comparison} {}", self.make(of, d), self.make(of, d))
            }
            2 => {
                let second = self.dice.pick(&["<", "==", "!=", ">="]);
                format!(
                    "{} {comparison} {} {second} {}",
                    self.make(Int, d),
                    self.make(Float, d),
                    self.make(Int, d)
                )
            }
            3 => format!(
                "{} {} {}",
                self.make(Int, d),
                self.dice.pick(&["in", "not in"]),
                self.elements(Int, d)
            ),
            4 => format!(
                "{} {} {}",
                self.make(Str, d),
                self.dice.pick(&["in", "not in"]),
                self.elements(Str, d)
            ),
            5 => format!("not {}", self.any(d)),
            6 => format!("{}({})", self.dice.pick(&["any", "all"]), self.elements(Int, d)),
            7 => format!("{}({})", self.dice.pick(&["any", "all"]), self.generator(Bool, d)),
            8 => {
                let method = self.dice.pick(&["startswith", "endswith"]);
                let wanted = if self.dice.one_in(3) {
                    "('/etc', 'a', '')".to_owned()
                } else {
                    self.make(Str, d)
                };
                format!(
                    "{}.{method}({wanted}{})",
                    self.make(Str, d),
                    self.dice.pick(&["", "", ", 1", ", 0, 2", ", -2"])
                )
            }
            9 => {
                let method = self.dice.pick(&[
                    "isalnum",
                    "isalpha",
                    "isascii",
                    "isdecimal",
                    "isdigit",
                    "isidentifier",
                    "islower",
                    "isnumeric",
                    "isprintable",
                    "isspace",
                    "istitle",
                    "isupper",
                ]);
                format!("{}.{method}()", self.make(Str, d))
            }
            10 => {
                let (method, of) = (self.dice.pick(&["issubset", "issuperset", "isdisjoint"]), Int);
                format!("{}.{method}({})", self.make(IntSet, d), self.elements(of, d))
            }
            _ => format!("{} {} None", self.any(d), self.dice.pick(&["is", "is not"])),
        }
    }
}
