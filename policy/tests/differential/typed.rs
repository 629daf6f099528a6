//! Expressions that mostly have a value: each part is made to have the type that is wanted.

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

    fn index(&mut self) -> String {
        self.dice
            .pick(&["0", "1", "-1", "2", "-2", "3", "True"])
            .to_owned()
    }

    fn slice(&mut self) -> String {
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

    /// A source of elements of that type, as a `for` or a function takes them.
    fn elements(&mut self, of: Type, depth: usize) -> String {
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

    fn generator(&mut self, of: Type, depth: usize) -> String {
        let (clauses, bound) = self.clauses(depth);
        let element = self.make(of, depth);
        self.bound.truncate(self.bound.len() - bound);
        format!("{element} {clauses}")
    }

    fn clauses(&mut self, depth: usize) -> (String, usize) {
        let mut out = String::new();
        let mut bound = 0;
        for n in 0..1 + usize::from(self.dice.one_in(4)) {
            let of = if self.dice.one_in(2) { Int } else { Str };
            let source = self.elements(of, if n == 0 { depth } else { 0 });
            self.count += 1;
            let name = format!("v{}", self.count);
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

    fn int(&mut self, d: usize) -> String {
        match self.dice.below(16) {
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
            _ => format!(
                "{}.{}({})",
                self.make(Ints, d),
                self.dice.pick(&["count", "index"]),
                self.make(Int, 0)
            ),
        }
    }

    fn float(&mut self, d: usize) -> String {
        match self.dice.below(8) {
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
            6 => format!(
                "round({}, {})",
                self.make(Float, d),
                self.dice.pick(&["0", "1", "2", "3", "-1", "-2", "17"])
            ),
            _ => format!("-{}", self.make(Float, d)),
        }
    }

    fn bool(&mut self, d: usize) -> String {
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

    fn str(&mut self, d: usize) -> String {
        match self.dice.below(16) {
            0 => format!("({} + {})", self.make(Str, d), self.make(Str, d)),
            1 => format!(
                "{} * {}",
                self.make(Str, d),
                self.dice.pick(&["0", "1", "2", "3", "-1", "True"])
            ),
            2 => format!("str({})", self.any(d)),
            3 => format!("{}[{}]", self.make(Str, d), self.index()),
            4 => format!("{}[{}]", self.make(Str, d), self.slice()),
            5 => {
                let method = self.dice.pick(&[
                    "lower",
                    "upper",
                    "capitalize",
                    "title",
                    "swapcase",
                    "casefold",
                    "strip",
                ]);
                format!("{}.{method}()", self.make(Str, d))
            }
            6 => {
                let method = self
                    .dice
                    .pick(&["strip", "lstrip", "rstrip", "removeprefix", "removesuffix"]);
                format!("{}.{method}({})", self.make(Str, d), self.make(Str, 0))
            }
            7 => {
                let count = self.dice.pick(&["", "", ", 1", ", 0", ", -1", ", 2"]);
                format!(
                    "{}.replace({}, {}{count})",
                    self.make(Str, d),
                    self.make(Str, 0),
                    self.make(Str, 0)
                )
            }
            8 => format!("{}.join({})", self.make(Str, 0), self.elements(Str, d)),
            9 => {
                let method = self.dice.pick(&["center", "ljust", "rjust"]);
                let fill = self.dice.pick(&["", ", '*'", ", 'é'"]);
                format!(
                    "{}.{method}({}{fill})",
                    self.make(Str, d),
                    self.dice.pick(&["0", "5", "8", "11", "-1"])
                )
            }
            10 => format!(
                "{}.zfill({})",
                self.make(Str, d),
                self.dice.pick(&["0", "4", "9"])
            ),
            11 => format!("{}[{}]", self.make(Strs, d), self.index()),
            12 => format!(
                "{}.expandtabs({})",
                self.make(Str, d),
                self.dice.pick(&["", "4", "0", "tabsize=3"])
            ),
            13 => format!("f'<{{{}}}>'", self.make(Int, 0)),
            14 => format!("min({}, key=len, default='none')", self.elements(Str, d)),
            _ => format!("str(params.get({}, {}))", self.make(Str, 0), self.make(Str, 0)),
        }
    }

    fn list(&mut self, of: Type, d: usize) -> String {
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
                self.dice.pick(&["", ", reverse=True", ", key=str"])
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
            _ => format!("[{}, {}]", self.make(of, d), self.make(of, d)),
        }
    }

    fn tuple(&mut self, d: usize) -> String {
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

    fn set(&mut self, of: Type, d: usize) -> String {
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

    fn dict(&mut self, d: usize) -> String {
        match self.dice.below(6) {
            0 => format!("dict(zip({}, {}))", self.make(Strs, d), self.elements(Int, d)),
            1 => {
                let (clauses, bound) = self.clauses(d);
                let (key, value) = (self.make(Str, d), self.make(Int, d));
                self.bound.truncate(self.bound.len() - bound);
                format!("{{{key}: {value} {clauses}}}")
            }
            2 => format!("({} | {})", self.make(Dict, d), self.make(Dict, d)),
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
