//! What is said of conditions that are not accepted: the message, the part it is about, the way out.

use super::{agreed, rule, shown};
use policy::Layer;
use std::fmt::Write;

const CONDITIONS: &[&str] = &[
    "",
    "   # nothing",
    "target.path[0",
    "target.path)",
    "(target.path",
    "{'a': 1, 'b'}",
    "target.path == '/x' extra",
    "a = 1",
    "target.",
    "1 +",
    "* 2",
    "[*targets]",
    "dict(**params)",
    "len(target.path,, 1)",
    "max(targets, key=len, 5)",
    "max(1, default=1, default=2)",
    "sum(1 for t in targets, 2)",
    "targets[1:2, 3]",
    "[t for t.path in targets]",
    "[t for (t[0]) in targets]",
    "[1 for 5 in targets]",
    "lambda: 1",
    "(x := 1)",
    "True or ...",
    "target.path @ 'x'",
    "target.path == \\\n 'x'",
    "target.path\n== 'x'",
    "é == 1",
    "targeté == 1",
    "target.path $ 1",
    "1if True else 2",
    "0x",
    "1__0",
    "1._5",
    "1e5_",
    "012",
    "9223372036854775808",
    "_x",
    "b'x'",
    "'abc",
    "'''abc",
    "'''a\rb'''",
    "'\\x4'",
    "'\\ud800'",
    "'\\N{DASH}'",
    "f'}'",
    "f'{target.path'",
    "f'{target.path:>5}'",
    "f'\\{target.path}'",
    "f'{}'",
    "f'{taget}'",
    "taget",
    "targetx.path",
    "zzzzzzzz == 1",
    "target.pathh",
    "target.zzzzzzzz",
    "target.path.zzzzzzzz",
    "target.path.startwith('/')",
    "target.path.zzzzzzzz('/')",
    "target.path.startswith",
    "targets[0].zzzzzzzz",
    "[x.zzzzzzzz for x in [1]]",
    "[x.append(1) for x in [1]]",
    "params.mode",
    "params.copy",
    "(1).real",
    "target.size.bit_length()",
    "targets.append(1)",
    "(1, 2).append(3)",
    "{1}.add(2)",
    "None.x()",
    "identity.format('x')",
    "target[0]",
    "[x for x in target]",
    "'a' in identity",
    "lenn(targets)",
    "zzzzzzzz(1)",
    "len",
    "[len(t) for len in targets for t in targets]",
    "target.path('x')('y')",
    "(1)(2)",
    "len()",
    "len(1, 2)",
    "round(1, 2, 3)",
    "max()",
    "list(1, 2)",
    "params.keys(1)",
    "target.path.split(1, 2, 3)",
    "len(targets, default=1)",
    "target.path.split(seperator=1)",
    "list(range(1, step=2))",
    "sum([1], 2, start=3)",
    "list(enumerate([1], 2, start=3))",
    "'a b'.split(' ', sep=' ')",
    "list(zip([1], [2], strict=True))",
    "sorted(targets, key=max)",
    "list(map(lambda, [1]))",
    "list(map(round, [1]))",
    "range(3)",
    "(t for t in targets)",
    "params.keys() == 1",
    "zip([1])",
    "[y for x in [1] for y in y]",
    "target.path is 'x'",
    "matches(target.path, '(')",
    "matches(target.path, 'a{1000}{1000}')",
    "glob(target.path, '/[')",
];

#[test]
fn every_message_about_a_condition_is_as_it_was_agreed() {
    let mut cases: Vec<(String, String)> = CONDITIONS
        .iter()
        .map(|source| ((*source).to_owned(), (*source).to_owned()))
        .collect();
    let long = "a".repeat(4097);
    for (name, source) in [
        ("a long pattern", format!("matches(target.path, '{long}')")),
        ("a long glob", format!("glob(target.path, '/{long}')")),
        ("many patterns", format!("[{}]", "glob('/a', '/b*'), ".repeat(33))),
        ("a long expression", format!("'{}'", "a".repeat(65_536))),
        ("deep brackets", format!("{}1{}", "(".repeat(65), ")".repeat(65))),
        (
            "deep targets",
            format!("[1 for {}x{} in [1]]", "(".repeat(65), ",)".repeat(65)),
        ),
        ("deep signs", format!("{}1", "-".repeat(65))),
        ("deep operators", format!("1{}", " + 1".repeat(130))),
        ("deep subscripts", format!("targets{}", "[0]".repeat(65))),
        ("deep attributes", format!("target{}", ".x".repeat(65))),
        (
            "many variables",
            format!(
                "[1 for ({}) in [1]]",
                (0..257).map(|n| format!("v{n},")).collect::<String>()
            ),
        ),
    ] {
        cases.push((name.to_owned(), source));
    }
    let mut all = String::new();
    for (name, source) in cases {
        let quoted = serde_json::to_string(&source).unwrap();
        let document = rule(&format!("\"condition\": {quoted}, \"action\": \"allow\""));
        let told = shown(Layer::User, &document);
        // An empty condition is none, and holds.
        assert!(source.is_empty() || !told.is_empty(), "`{name}` is accepted");
        writeln!(all, "## {}\n{told}\n", name.escape_debug()).unwrap();
    }
    agreed("conditions.txt", &all);
}
