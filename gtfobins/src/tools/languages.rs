//! Interpreters other than shells: the scripts in their options and on their input.

use super::script_effects::script_effects;
use super::scripts::Constructs;
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::state::Stream;
use crate::shell::value;
use crate::shell::walk::Walk;

/// A language whose scripts are looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
    Perl,
    Ruby,
    Node,
    Php,
    Lua,
}

/// The language of an interpreter.
pub(crate) fn language(name: &str) -> Option<Language> {
    Some(match crate::facts::unversioned(name) {
        "python" | "pypy" | "ipython" | "micropython" | "python3" | "py" => Language::Python,
        "perl" => Language::Perl,
        "ruby" | "jruby" | "irb" => Language::Ruby,
        "node" | "nodejs" | "deno" | "bun" | "tsx" | "ts-node" => Language::Node,
        "php" => Language::Php,
        "lua" | "luajit" | "texlua" => Language::Lua,
        _ => return None,
    })
}

include!(concat!(env!("OUT_DIR"), "/constructs.rs"));

/// The constructs of a language.
pub(crate) fn constructs(language: Language) -> &'static Constructs {
    match language {
        Language::Python => &PYTHON,
        Language::Perl => &PERL,
        Language::Ruby => &RUBY,
        Language::Node => &NODE,
        Language::Php => &PHP,
        Language::Lua => &LUA,
    }
}

/// The scripts in an interpreter's options, and its first operand.
pub(crate) fn parts(language: Language, args: &[String]) -> (Vec<String>, Option<String>, Vec<String>) {
    let (code, values): (&[char], &str) = match language {
        Language::Python => (&['c'], "WXQ"),
        Language::Perl => (&['e', 'E'], "IMm0lFxC"),
        Language::Ruby => (&['e'], "IrEKCFT"),
        Language::Node => (&['e', 'p'], "rC"),
        Language::Php => (&['r', 'B', 'R', 'E', 'a'], "cdfStz"),
        Language::Lua => (&['e'], "l"),
    };
    let (mut scripts, mut operand, mut modules) = (Vec::new(), None, Vec::new());
    let mut rest = args.iter();
    while let Some(word) = rest.next() {
        if word == "--" || word == "-" || !word.starts_with('-') {
            let mut word = word.clone();
            if language == Language::Node && matches!(word.as_str(), "eval" | "run" | "x") {
                let next = rest.next().cloned().unwrap_or_default();
                if word == "eval" {
                    scripts.push(next);
                    return (scripts, operand, modules);
                }
                word = next;
            }
            operand = if word == "--" {
                rest.next().cloned()
            } else {
                Some(word)
            };
            break;
        }
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long
                .split_once('=')
                .map_or((long, None), |(n, v)| (n, Some(v.to_owned())));
            match name {
                "eval" | "print" | "run" => scripts.extend(value.or_else(|| rest.next().cloned())),
                "require" | "import" | "loader" | "experimental-loader" => {
                    modules.extend(value.or_else(|| rest.next().cloned()))
                }
                _ => {}
            }
            continue;
        }
        let mut letters = word.chars().skip(1);
        while let Some(letter) = letters.next() {
            if code.contains(&letter) && !(language == Language::Perl && matches!(letter, 'a')) {
                let attached: String = letters.by_ref().collect();
                // `-pe CODE`, `-ne CODE`, `-p -e`: what is attached may be more letters only before the code one.
                let value = if attached.is_empty() {
                    rest.next().cloned()
                } else {
                    Some(attached)
                };
                scripts.extend(value);
                break;
            }
            if language == Language::Python && letter == 'm' {
                let attached: String = letters.by_ref().collect();
                modules.extend(if attached.is_empty() {
                    rest.next().cloned()
                } else {
                    Some(attached)
                });
                return (scripts, operand, modules);
            }
            if language == Language::Perl && matches!(letter, '0' | 'l') {
                // Only digits belong to it; more letters may follow.
                while letters.clone().next().is_some_and(|c| c.is_ascii_digit()) {
                    letters.next();
                }
                continue;
            }
            if values.contains(letter) {
                let attached: String = letters.by_ref().collect();
                let optional = language == Language::Perl && matches!(letter, '0' | 'l' | 'C' | 'F' | 'x');
                let value = if attached.is_empty() && !optional {
                    rest.next().cloned()
                } else {
                    Some(attached)
                };
                if matches!(letter, 'r' | 'M' | 'm') && language != Language::Php {
                    modules.extend(value);
                }
                break;
            }
            if letter == 'i' && language == Language::Perl {
                // A suffix may follow.
                let rest_letters: String = letters.by_ref().collect();
                if rest_letters.ends_with('e') {
                    scripts.extend(rest.next().cloned());
                }
                break;
            }
        }
    }
    (scripts, operand, modules)
}

/// Judges a call of an interpreter.
pub(crate) fn run(walk: &mut Walk<'_>, language: Language, call: &mut Call) -> Stream {
    let args = call.args().to_vec();
    let name = call.argv.first().cloned().unwrap_or_default();
    let (scripts, operand, modules) = parts(language, &args);
    if language == Language::Python
        && let Some(module) = modules.first()
        && scripts.is_empty()
    {
        return module_run(walk, module, &args, call);
    }
    for module in modules.iter().filter(|_| language == Language::Node) {
        call.part.concern(
            "runs-program",
            format!(
                "`{name} --require {}` loads other code first",
                value::show(module)
            ),
        );
    }
    for script in &scripts {
        script_effects(walk, language, script, call);
    }
    if scripts.is_empty() {
        match (&operand, call.stdin.clone()) {
            (Some(file), stdin) if matches!(file.as_str(), "-" | "/dev/stdin") => {
                input(walk, language, stdin, call)
            }
            (Some(file), _) => file_run(walk, language, &file.clone(), call),
            (None, Stream::Inherited) => {}
            (None, stdin) => input(walk, language, stdin, call),
        }
    } else {
        for file in args
            .iter()
            .skip_while(|a| !scripts.contains(a))
            .skip(1)
            .filter(|a| !a.starts_with('-'))
        {
            if language == Language::Perl && (file.ends_with('|') || file.starts_with('|')) {
                call.part
                    .concern("runs-program", "perl runs a file name that ends in a pipe");
            }
            let in_place = language != Language::Python
                && args
                    .iter()
                    .any(|a| a.starts_with("-i") || a.starts_with("-pi") || a == "-ni");
            walk.access(
                file,
                if in_place { Access::Write } else { Access::Read },
                &mut call.part,
            );
        }
    }
    super::program(call);
    Stream::Decoded(name)
}

fn module_run(walk: &mut Walk<'_>, module: &str, args: &[String], call: &mut Call) -> Stream {
    let at = args
        .iter()
        .position(|a| a == module || a.ends_with(module))
        .unwrap_or(0);
    let rest = args.get(at + 1..).unwrap_or_default();
    match module {
        "pip" | "pytest" | "venv" | "uv" | "poetry" | "black" | "ruff" | "mypy" => {
            let mut argv = vec![module.to_owned()];
            argv.extend(rest.iter().cloned());
            if walk.enter() {
                walk.call(Call::inner(argv, call.stdin.clone(), &call.part.text));
                walk.calls -= 1;
            }
        }
        "pty" | "pdb" | "code" | "timeit" | "runpy" | "cProfile" | "trace"
            if rest
                .first()
                .is_some_and(|a| a.starts_with("-c") || module == "timeit")
                || module == "pty" =>
        {
            call.part.concern(
                "runs-program",
                format!("`python -m {module}` runs code given to it"),
            );
        }
        "http.server" | "SimpleHTTPServer" => {
            let dir = rest
                .iter()
                .enumerate()
                .find_map(|(at, word)| match word.as_str() {
                    "-d" | "--directory" => rest.get(at + 1).cloned(),
                    word => word.strip_prefix("--directory=").map(str::to_owned),
                });
            walk.access(
                &dir.unwrap_or_else(|| ".".to_owned()),
                Access::Read,
                &mut call.part,
            );
        }
        module if value::is_open(module) => call.part.concern(
            "unresolved-command",
            "the python module is only known when it runs",
        ),
        _ => {}
    }
    super::program(call);
    Stream::Output("python".to_owned())
}

fn file_run(walk: &mut Walk<'_>, language: Language, file: &str, call: &mut Call) {
    if matches!(
        file,
        "test"
            | "install"
            | "add"
            | "fmt"
            | "lint"
            | "check"
            | "task"
            | "compile"
            | "cache"
            | "upgrade"
            | "init"
            | "build"
            | "doc"
    ) && language == Language::Node
    {
        return;
    }
    let path = walk.absolute(file);
    match walk.made.get(&path).cloned() {
        Some(made) => match made.content {
            Some(text) => script_effects(walk, language, &text, call),
            None => call.part.concern(
                "unresolved-command",
                format!(
                    "the script `{}` was written by this command and its content is not known",
                    value::show(file)
                ),
            ),
        },
        None if value::is_open(file) => call
            .part
            .concern("unresolved-command", "the script is only known when it runs"),
        None => walk.access(file, Access::Read, &mut call.part),
    }
}

fn input(walk: &mut Walk<'_>, language: Language, stdin: Stream, call: &mut Call) {
    let name = call.argv.first().cloned().unwrap_or_default();
    match stdin {
        Stream::Text(text) => script_effects(walk, language, &text, call),
        Stream::File(file) => walk.access(&file, Access::Read, &mut call.part),
        Stream::Inherited => {}
        Stream::Output(by) | Stream::Decoded(by) => call
            .part
            .concern("unresolved-command", format!("`{name}` runs what `{by}` prints")),
        Stream::Paths(_) => call.part.concern(
            "unresolved-command",
            format!("`{name}` runs what another program prints"),
        ),
    }
}
