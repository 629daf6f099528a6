//! Expressions without regard to types, and strings of words without regard to grammar.

use super::{
    source::{Dice, FLOATS, INTS, STRINGS},
    typed,
};

pub(super) fn expression(dice: &mut Dice) -> String {
    match dice.below(10) {
        0 | 1 => words(dice),
        2 | 3 => damaged(dice),
        _ => {
            let depth = 1 + dice.below(4);
            any(dice, depth)
        }
    }
}

const NAMES: &[&str] = &[
    "x",
    "y",
    "f",
    "t",
    "n",
    "s",
    "p",
    "u",
    "e",
    "xs",
    "fs",
    "ss",
    "d",
    "params",
    "target.path",
    "target.size",
    "targets",
    "identity.capabilities",
    "big",
    "target",
    "nobody",
    "k",
];

const METHODS: &[&str] = &[
    "startswith",
    "endswith",
    "split",
    "rsplit",
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "replace",
    "find",
    "rfind",
    "index",
    "rindex",
    "count",
    "join",
    "partition",
    "rpartition",
    "removeprefix",
    "removesuffix",
    "get",
    "issubset",
    "issuperset",
    "isdisjoint",
    "union",
    "intersection",
    "difference",
    "symmetric_difference",
    "title",
    "zfill",
    "center",
    "ljust",
    "splitlines",
    "isdigit",
    "isspace",
    "copy",
    "swapcase",
    "expandtabs",
    "istitle",
    "keys",
    "values",
    "items",
    "casefold",
    "capitalize",
    "rjust",
    "isidentifier",
    "isprintable",
    "format",
    "encode",
];

const FUNCTIONS: &[&str] = &[
    "len",
    "str",
    "int",
    "float",
    "bool",
    "any",
    "all",
    "sorted",
    "min",
    "max",
    "sum",
    "abs",
    "round",
    "list",
    "tuple",
    "set",
    "dict",
    "range",
    "zip",
    "enumerate",
    "reversed",
    "map",
    "filter",
];

fn leaf(dice: &mut Dice) -> String {
    match dice.below(7) {
        6 => match dice.below(3) {
            0 => dice.literal(),
            1 => dice.numeral(),
            _ => dice.float(),
        },
        0 => dice.pick(INTS).to_owned(),
        1 => dice.pick(FLOATS).to_owned(),
        2 => dice.pick(STRINGS).to_owned(),
        3 => dice
            .pick(&[
                "None", "[]", "()", "{}", "set()", "''", "0", "[[]]", "(1,)", "{1, 'a'}",
            ])
            .to_owned(),
        _ => dice.pick(NAMES).to_owned(),
    }
}

fn many(dice: &mut Dice, depth: usize, most: usize) -> String {
    let n = dice.below(most + 1);
    (0..n).map(|_| any(dice, depth)).collect::<Vec<_>>().join(", ")
}

fn any(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 {
        return leaf(dice);
    }
    let d = depth - 1;
    match dice.below(20) {
        0..=2 => {
            let operator = dice.pick(&[
                "+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>", "and", "or",
            ]);
            format!("{} {operator} {}", any(dice, d), any(dice, d))
        }
        3 | 4 => {
            let operator = dice.pick(&["==", "!=", "<", "<=", ">", ">=", "in", "not in"]);
            format!("{} {operator} {}", any(dice, d), any(dice, d))
        }
        5 => format!("({} < {} == {})", any(dice, d), any(dice, d), any(dice, d)),
        6 => format!("{} {}", dice.pick(&["not", "-", "+", "~"]), any(dice, d)),
        7 => format!("({} if {} else {})", any(dice, d), any(dice, d), any(dice, d)),
        8 => format!("[{}]", many(dice, d, 3)),
        9 => format!("({},)", any(dice, d)),
        10 => format!("{{{}, {}}}", any(dice, d), any(dice, d)),
        11 => format!("{{{}: {}}}", any(dice, d), any(dice, d)),
        12 => format!("({})[{}]", any(dice, d), any(dice, d)),
        13 => format!(
            "({})[{}:{}:{}]",
            any(dice, d),
            leaf(dice),
            leaf(dice),
            dice.pick(&["1", "-1", "2", "0", ""])
        ),
        14 | 15 => format!("{}({})", dice.pick(FUNCTIONS), many(dice, d, 2)),
        16 | 17 => format!("({}).{}({})", any(dice, d), dice.pick(METHODS), many(dice, d, 2)),
        18 => {
            let source = any(dice, d);
            let condition = if dice.one_in(2) {
                format!(" if {}", any(dice, d))
            } else {
                String::new()
            };
            let (open, close) = *dice.pick(&[
                &("[", "]"),
                &("{", "}"),
                &("any(", ")"),
                &("sum(", ")"),
                &("set(", ")"),
            ]);
            let element = if dice.one_in(2) {
                "k".to_owned()
            } else {
                any(dice, d).replace("nobody", "k")
            };
            format!("{open}{element} for k in {source}{condition}{close}")
        }
        _ => format!(
            "(({}) ** {})",
            any(dice, d),
            dice.pick(&["2", "3", "0", "-1", "0.5"])
        ),
    }
}

const WORDS: &[&str] = &[
    "x",
    "s",
    "1",
    "'a'",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ".",
    "+",
    "-",
    "*",
    "**",
    "/",
    "//",
    "<",
    "==",
    "!=",
    "in",
    "not",
    "is",
    "and",
    "or",
    "if",
    "else",
    "for",
    "k",
    "None",
    "True",
    "len",
    "xs",
    "lower",
    "2.5",
    "|",
    "f'{x}'",
    "=",
    "lambda",
    "__class__",
    "range",
    "~",
    "%",
    ":=",
    "...",
    "@",
    ";",
    "\n",
    "\\\n",
    "# c",
    "*xs",
    "**d",
    "->",
    "1_",
    "0x",
    "1j",
    "b''",
    "'''a'''",
    "f'{x!r}'",
    "f'{x + 1}'",
    "f\"{d['a']}\"",
    "yield",
    "await",
    "1.",
    ".5",
    "1e3",
    "0xFor",
    "and not",
    "is not",
    "not in",
    "for k in xs",
    "if k",
    "x[1:2]",
    "\t",
    "u'é'",
    "k=1",
    "str(",
    "[0]",
    "é",
    "_",
    ">>",
    "<<",
    "%",
    "'%d'",
    "()",
    "{}",
    "None.x",
];

fn words(dice: &mut Dice) -> String {
    let n = 1 + dice.below(7);
    (0..n).map(|_| dice.pick(WORDS)).collect::<Vec<_>>().join(" ")
}

/// A typed expression with a word taken out, doubled or exchanged.
fn damaged(dice: &mut Dice) -> String {
    let whole = typed::expression(dice);
    let mut parts: Vec<&str> = whole
        .split_inclusive([' ', '(', ')', ',', '[', ']', '.', ':'])
        .collect();
    for _ in 0..1 + dice.below(2) {
        if parts.is_empty() {
            break;
        }
        let at = dice.below(parts.len());
        match dice.below(3) {
            0 => {
                parts.remove(at);
            }
            1 => parts.insert(at, parts[at]),
            _ => {
                let other = dice.below(parts.len());
                parts.swap(at, other);
            }
        }
    }
    parts.concat()
}
