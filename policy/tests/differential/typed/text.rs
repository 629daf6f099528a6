//! Text.

use super::{INTS, Maker, Type};
use Type::{Int, Str, Strs};

impl Maker<'_> {
    pub(super) fn str(&mut self, d: usize) -> String {
        match self.dice.below(20) {
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
            15 => self.dice.literal(),
            16 => {
                let name = self.dice.pick(&[
                    "x",
                    "s",
                    "f",
                    "xs",
                    "d",
                    "t",
                    "n",
                    "target.path",
                    "len(s)",
                    "x + y",
                ]);
                let (open, how) = (
                    self.dice.pick(&["f", "F", "rf", "fR"]),
                    self.dice.pick(&["", "!r", "!s", " "]),
                );
                let quote = self.dice.pick(&["'", "\"", "'''"]);
                format!(
                    "{open}{quote}a{{{{{{{name}{how}}}}}}}b{{ {} {how}}}{quote}",
                    self.dice.pick(INTS)
                )
            }
            17 => format!("str({})", self.dice.float()),
            18 => format!(
                "{} {}",
                self.dice.literal(),
                self.dice.pick(&["'tail'", "f'{x}'", "r'\\n'"])
            ),
            14 => format!("min({}, key=len, default='none')", self.elements(Str, d)),
            _ => format!("str(params.get({}, {}))", self.make(Str, 0), self.make(Str, 0)),
        }
    }
}
