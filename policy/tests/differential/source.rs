//! Chance with a seed, and the pieces that both generators use.

/// SplitMix64.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.roll() % n as u64) as usize
    }

    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// A quoted text that is a number, or nearly one.
    pub(super) fn numeral(&mut self) -> String {
        const PIECES: &[&str] = &[
            "0",
            "1",
            "7",
            "9",
            "00",
            "12",
            "_",
            "+",
            "-",
            ".",
            "e",
            "E",
            "e5",
            "e-3",
            "0x",
            "0X",
            "0b",
            "0o",
            "f",
            "a",
            "z",
            "inf",
            "nan",
            "Infinity",
            " ",
            "\\t",
            "\\n",
            "\\x1c",
            "\\xa0",
            "5",
            "1e308",
            "123456789012345678",
        ];
        let n = 1 + self.below(5);
        let text: String = (0..n).map(|_| self.pick(PIECES)).collect();
        format!("'{text}'")
    }

    /// A float of any size.
    pub(super) fn float(&mut self) -> String {
        let sign = self.pick(&["", "-"]);
        let exponent = self.below(40) as i64 - 20;
        match self.below(4) {
            0 => format!("{sign}{}.{}", self.below(1000), self.below(100_000)),
            1 => format!("({sign}2.0 ** {})", self.below(2000) as i64 - 1070),
            2 => format!(
                "{sign}{}e{}",
                self.roll() % 100_000_000_000_000_000,
                self.below(600) as i64 - 300
            ),
            _ => format!(
                "{sign}{}.{}e{exponent}",
                self.below(10),
                self.roll() % 10_000_000_000_000_000
            ),
        }
    }

    /// A string literal with escapes, raw, long or plain.
    pub(super) fn literal(&mut self) -> String {
        const PIECES: &[&str] = &[
            "a",
            "Z",
            "0",
            " ",
            "\\n",
            "\\t",
            "\\\\",
            "\\'",
            "\\\"",
            "\\x41",
            "\\xe9",
            "\\u00e9",
            "\\U0001F600",
            "\\101",
            "\\7",
            "\\0",
            "\\400",
            "\\q",
            "\\8",
            "{",
            "}",
            "%s",
            "é",
            "日",
            "ß",
            "\\a",
            "\\v",
            "\\\n",
            "\\x4",
            "\\u12",
        ];
        let (prefix, quote) = (
            self.pick(&["", "", "", "r", "u", "R"]),
            self.pick(&["'", "\"", "\"\"\"", "'''"]),
        );
        let n = self.below(6);
        let body: String = (0..n).map(|_| self.pick(PIECES)).collect();
        format!("{prefix}{quote}{body}{quote}")
    }

    pub(super) fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

pub(super) const INTS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "5",
    "7",
    "10",
    "16",
    "100",
    "255",
    "-1",
    "-2",
    "-3",
    "-10",
    "1_000",
    "0x1F",
    "0b101",
    "0o17",
    "00",
    "9007199254740993",
    "4294967296",
    "123456789",
    "True",
    "False",
];
pub(super) const FLOATS: &[&str] = &[
    "0.0",
    "1.0",
    "0.5",
    "2.5",
    "3.5",
    "-0.5",
    "1e3",
    "1e-7",
    "0.1",
    "0.2",
    "1e16",
    "123456.789",
    ".5",
    "5.",
    "1e22",
    "2.675",
    "1e100",
    "-0.0",
    "0.125",
    "1_0.5",
];
pub(super) const STRINGS: &[&str] = &[
    "''",
    "'a'",
    "'b'",
    "'abc'",
    "'a b  c'",
    "'/etc'",
    "'/home/'",
    "'Hello'",
    "\"it's\"",
    "'x\\ty'",
    "'é'",
    "'ß'",
    "'\\n'",
    "'12'",
    "' 7 '",
    "'1e3'",
    "'-0x1f'",
    "'a,b,,c'",
    "'日本'",
    "'AbC dEf'",
    "'\\\\'",
    "'a' 'b'",
    "r'\\d'",
    "'a\\x41\\u00e9'",
    "'\\q'",
    "'  pad '",
    "'a.b.c'",
    "'+5'",
    "'1_0'",
    "'\\r\\n'",
    "'\\x1c'",
    "'..'",
];
