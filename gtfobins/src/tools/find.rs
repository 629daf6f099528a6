//! `find` and `fd`: what they list, delete, write and run.

use super::options::{Grammar, Options};
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::state::Stream;
use crate::shell::value::{STAR, TREE};
use crate::shell::walk::Walk;

pub(crate) fn run(walk: &mut Walk<'_>, name: &str, call: &mut Call) -> Stream {
    if name == "find" {
        find(walk, call)
    } else {
        fd(walk, call)
    }
}

fn find(walk: &mut Walk<'_>, call: &mut Call) -> Stream {
    let args = call.args().to_vec();
    let is_path = |a: &String| !(a.starts_with('-') || a == "(" || a == "!" || a == ")");
    let skipped = args
        .iter()
        .take_while(|a| matches!(a.as_str(), "-H" | "-L" | "-P"))
        .count();
    let mut places: Vec<String> = args
        .iter()
        .skip(skipped)
        .take_while(|a| is_path(a))
        .cloned()
        .collect();
    if places.is_empty() {
        places.push(".".to_owned());
    }
    let tests = args.get(skipped..).unwrap_or_default();
    let pattern = tests.windows(2).find_map(|pair| {
        let [test, pattern] = pair else { return None };
        let named = matches!(
            test.as_str(),
            "-name" | "-iname" | "-path" | "-ipath" | "-wholename" | "-regex" | "-iregex"
        );
        let narrow = !pattern.trim_matches(['*', '.', '/', STAR]).is_empty();
        (named && narrow).then(|| pattern.replace(['*', '?', '/'], &STAR.to_string()))
    });
    let narrowed = pattern.is_some() || tests.iter().any(|t| t == "-empty");
    let found: Vec<String> = places
        .iter()
        .map(|p| match &pattern {
            Some(pattern) => format!("{}/{TREE}/{pattern}", p.trim_end_matches('/')),
            None if narrowed => format!("{}/{TREE}", p.trim_end_matches('/')),
            None => p.clone(),
        })
        .collect();
    for place in &places {
        walk.access(place, Access::List, &mut call.part);
    }
    let mut at = 0;
    while let Some(word) = tests.get(at) {
        at += 1;
        match word.as_str() {
            "-delete" => {
                for target in &found {
                    let access = if narrowed {
                        Access::Delete
                    } else {
                        Access::DeleteTree
                    };
                    walk.access(target, access, &mut call.part);
                }
            }
            "-fprintf" | "-fprint" | "-fprint0" | "-fls" => {
                if let Some(file) = tests.get(at).cloned() {
                    walk.access(&file, Access::Write, &mut call.part);
                }
            }
            "-exec" | "-execdir" | "-ok" | "-okdir" => {
                let rest = tests.get(at..).unwrap_or_default();
                let end = rest
                    .iter()
                    .position(|w| w == ";" || w == "+")
                    .unwrap_or(rest.len());
                let command = rest.get(..end).unwrap_or_default();
                at += end;
                for target in &found {
                    let argv = command.iter().map(|w| w.replace("{}", target)).collect();
                    let inner = Call::inner(argv, Stream::Inherited, &call.part.text);
                    if walk.enter() {
                        walk.call(inner);
                        walk.calls -= 1;
                    }
                }
            }
            _ => {}
        }
    }
    Stream::Paths(found)
}

fn fd(walk: &mut Walk<'_>, call: &mut Call) -> Stream {
    let args = call.args().to_vec();
    let exec = args
        .iter()
        .position(|a| matches!(a.as_str(), "-x" | "-X" | "--exec" | "--exec-batch"));
    let own = args.get(..exec.unwrap_or(args.len())).unwrap_or_default();
    let grammar = Grammar {
        values: "dteESoj",
        long_values: &[
            "type",
            "extension",
            "exclude",
            "max-depth",
            "search-path",
            "base-directory",
            "size",
            "changed-within",
            "owner",
        ],
        ..Grammar::default()
    };
    let options = Options::parse(own, &grammar);
    let mut places: Vec<String> = options.operands.get(1..).unwrap_or_default().to_vec();
    if places.is_empty() {
        places.push(".".to_owned());
    }
    for place in &places {
        walk.access(place, Access::List, &mut call.part);
    }
    let found: Vec<String> = places
        .iter()
        .map(|p| format!("{}/{TREE}", p.trim_end_matches('/')))
        .collect();
    if let Some(at) = exec {
        let command = args.get(at + 1..).unwrap_or_default();
        for target in &found {
            let mut argv: Vec<String> = command.iter().map(|w| w.replace("{}", target)).collect();
            if !command.iter().any(|w| w.contains("{}")) {
                argv.push(target.clone());
            }
            if walk.enter() {
                walk.call(Call::inner(argv, Stream::Inherited, &call.part.text));
                walk.calls -= 1;
            }
        }
    }
    Stream::Paths(found)
}
