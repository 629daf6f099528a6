//! The corpora, cut and crossed: whatever comes out of them is answered without a panic, and the same twice.

use gtfobins::shell::{ShellScope, analyse};
use proptest::prelude::*;
use std::{fs, path::Path};

fn commands() -> Vec<String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus");
    ["danger.tsv", "everyday.txt"]
        .iter()
        .flat_map(|name| {
            let text = fs::read_to_string(dir.join(name)).unwrap();
            text.lines()
                .map(|l| l.split('\t').next_back().unwrap().replace("%NL", "\n"))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn cut(text: &str, at: usize) -> (String, String) {
    let chars: Vec<char> = text.chars().collect();
    let (head, tail) = chars.split_at(at % (chars.len() + 1));
    (head.iter().collect(), tail.iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn crossed_commands_are_answered_alike_each_time(
        one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), a in 0_usize..200, b in 0_usize..200,
        glue in prop::sample::select(vec!["", " ", ";", "|", "&", "\n", "$(", "`", "'", "\"", "${", "((", "<<", "{", "}", ")", "\\", "<(", "[", "=("]),
    ) {
        let commands = commands();
        let (head, _) = cut(&commands[one.index(commands.len())], a);
        let (_, tail) = cut(&commands[other.index(commands.len())], b);
        let text = format!("{head}{glue}{tail}");
        let scope = ShellScope { cwd: "/w".into(), home: "/home/u".into(), ..ShellScope::default() };
        let once = format!("{:?}", analyse(&text, &scope));
        prop_assert_eq!(once, format!("{:?}", analyse(&text, &scope)));
    }
}
