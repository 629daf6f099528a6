//! The recipes put in other words that mean the same to the program.

use super::{Case, cases, line, recipes_of};

/// How a perturbation fared.
struct Fared {
    /// Recipes and cases that it applied to.
    recipes: usize,
    cases: usize,
}

/// Tries a perturbation on every case that it applies to; every one must keep its alert.
fn all_keep_their_alert(what: &str, cases: &[Case], perturb: impl Fn(&Case) -> Option<String>) -> Fared {
    let mut lost = Vec::new();
    let mut applied = Vec::new();
    for case in cases {
        let Some(code) = perturb(case) else { continue };
        applied.push(case);
        if !case.is_carried(&code) {
            lost.push(format!("{case}: {code}"));
        }
    }
    let fared = Fared {
        recipes: recipes_of(applied.iter().copied()),
        cases: applied.len(),
    };
    println!(
        "{what}: {} recipes, {} cases, {} lost",
        fared.recipes,
        fared.cases,
        lost.len()
    );
    assert!(
        lost.is_empty(),
        "{what}: {} lost:\n{}",
        lost.len(),
        lost.join("\n")
    );
    fared
}

fn called(case: &Case, call: impl Fn(&str) -> String) -> Option<String> {
    Some(line::called(&case.code, &case.names(), call))
}

#[test]
fn by_absolute_path() {
    let Some(cases) = cases() else { return };
    let absolute = |name: &str| {
        if name.starts_with('/') {
            name.to_owned()
        } else {
            format!("/usr/bin/{name}")
        }
    };
    let fared = all_keep_their_alert("absolute path", &cases, |case| called(case, absolute));
    assert_eq!(fared.recipes, 822);
}

#[test]
fn in_wrappers() {
    let Some(cases) = cases() else { return };
    for wrapper in [
        "env",
        "env A=b",
        "env -i",
        "timeout 5",
        "timeout -k 1 5",
        "nice",
        "nice -n 5",
        "nohup",
        "setsid",
        "stdbuf -oL",
        "ionice -c3",
        "command",
        "time",
        "env A=b nohup timeout 5 nice -n 5",
    ] {
        let fared = all_keep_their_alert(wrapper, &cases, |case| {
            called(case, |name| format!("{wrapper} {name}"))
        });
        assert_eq!(fared.recipes, 822, "{wrapper}");
    }
}

/// A way to write a program's name.
type Quoted = fn(&str) -> String;

#[test]
fn with_the_name_quoted() {
    let Some(cases) = cases() else { return };
    let ways: [(&str, Quoted); 6] = [
        ("single quotes", |name| format!("'{name}'")),
        ("double quotes", |name| format!("\"{name}\"")),
        ("backslash", |name| format!("\\{name}")),
        ("quotes in the middle", |name| {
            let (head, tail) = name.split_at(1);
            format!("{head}''{tail}")
        }),
        ("hexadecimal", |name| {
            let codes: String = name.bytes().map(|b| format!("\\x{b:02x}")).collect();
            format!("$'{codes}'")
        }),
        ("a variable", |name| format!("${{undefined:-{name}}}")),
    ];
    for (way, quoted) in ways {
        let fared = all_keep_their_alert(way, &cases, |case| called(case, quoted));
        assert_eq!(fared.recipes, 822, "{way}");
    }
}

#[test]
fn with_long_options_and_their_values_apart() {
    let Some(cases) = cases() else { return };
    let fared = all_keep_their_alert("--opt value for --opt=value", &cases, |case| {
        line::rewritten(&case.code, &case.names(), |word, _| {
            let (option, value) = word
                .split_once('=')
                .filter(|(o, v)| is_long(o) && !v.is_empty())?;
            Some((format!("{option} {value}"), 1))
        })
    });
    assert_eq!((fared.recipes, fared.cases), (45, 110));
}

#[test]
fn with_long_options_and_their_values_in_one_word() {
    let Some(cases) = cases() else { return };
    let fared = all_keep_their_alert("--opt=value for --opt value", &cases, |case| {
        line::rewritten(&case.code, &case.names(), |word, next| {
            let takes = is_long(word) && !next.is_empty() && !next.starts_with(['-', '<', '>']);
            takes.then(|| (format!("{word}={next}"), 2))
        })
    });
    assert_eq!((fared.recipes, fared.cases), (83, 204));
}

/// Programs whose one-dash words are whole options, not clusters of letters.
const WHOLE: [&str; 4] = ["find", "gcc", "ip", "openssl"];
/// Shells, which take the text of `-c` only from the next word, and a flag of sed, which takes no value at all.
const APART: [(&str, &str); 8] = [
    ("ash", "-c"),
    ("bash", "-c"),
    ("csh", "-c"),
    ("dash", "-c"),
    ("elvish", "-c"),
    ("sed", "-n"),
    ("tcsh", "-c"),
    ("zsh", "-c"),
];

fn is_long(word: &str) -> bool {
    word.strip_prefix("--")
        .is_some_and(|name| name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

fn is_cluster(word: &str) -> bool {
    word.strip_prefix('-')
        .is_some_and(|letters| !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_alphabetic()))
}

#[test]
fn with_clusters_of_short_options_split() {
    let Some(cases) = cases() else { return };
    let fared = all_keep_their_alert("-x -e for -xe", &cases, |case| {
        line::rewritten(&case.code, &case.names(), |word, _| {
            let whole = WHOLE.contains(&case.recipe.binary.as_str());
            if !is_cluster(word) || word.len() < 3 || whole {
                return None;
            }
            let letters: Vec<String> = word.chars().skip(1).map(|c| format!("-{c}")).collect();
            Some((letters.join(" "), 1))
        })
    });
    assert_eq!((fared.recipes, fared.cases), (43, 109));
}

#[test]
fn with_short_options_combined() {
    let Some(cases) = cases() else { return };
    let fared = all_keep_their_alert("-xe for -x -e", &cases, |case| {
        line::rewritten(&case.code, &case.names(), |word, next| {
            let both = is_cluster(word) && word.len() == 2 && is_cluster(next) && next.len() == 2;
            let whole = WHOLE.contains(&case.recipe.binary.as_str());
            (both && !whole).then(|| (format!("{word}{}", next.trim_start_matches('-')), 2))
        })
    });
    assert_eq!((fared.recipes, fared.cases), (38, 78));
}

#[test]
fn with_the_value_attached_to_its_letter() {
    let Some(cases) = cases() else { return };
    let fared = all_keep_their_alert("-evalue for -e value", &cases, |case| {
        line::rewritten(&case.code, &case.names(), |word, next| {
            let takes = is_cluster(word)
                && word.len() == 2
                && !next.is_empty()
                && !next.starts_with(['-', '<', '>', '&']);
            let apart = APART.contains(&(case.recipe.binary.as_str(), word));
            let whole = WHOLE.contains(&case.recipe.binary.as_str());
            (takes && !apart && !whole).then(|| (format!("{word}{next}"), 2))
        })
    });
    assert_eq!((fared.recipes, fared.cases), (302, 786));
}
