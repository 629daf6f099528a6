//! Programs that run the command in their arguments. The command is peeled off and judged as if it stood alone,
//! so that wrapping never makes a verdict milder.

use super::call::Call;
use super::environment;
use super::multiplexer;
use super::peel::{bubblewrap, env, is_assignment, raised, xargs};
use super::state::Stream;
use super::value;
use super::walk::{Place, Walk};
use super::wrapper::{Inner, Wrapper};
use super::wrapper_table::WRAPPERS;
use crate::tools::options::{Flag, Grammar, Options, matches};

/// What was found inside a wrapper.
pub(crate) struct Peeled {
    /// Commands as words, with what stands in front of them.
    pub(crate) commands: Vec<Vec<String>>,
    /// Commands as shell text.
    pub(crate) scripts: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) place: Option<Place>,
    pub(crate) sudo: bool,
    pub(crate) cwd: Option<String>,
    /// The standard input goes on to the inner command.
    pub(crate) feeds: bool,
}

impl Default for Peeled {
    fn default() -> Self {
        Self {
            commands: Vec::new(),
            scripts: Vec::new(),
            env: Vec::new(),
            place: None,
            sudo: false,
            cwd: None,
            feeds: true,
        }
    }
}

impl Peeled {
    /// How many of the wrapper's words are its own, before the command that it runs.
    pub(crate) fn own_words(&self, args: &[String]) -> usize {
        let inner = self
            .commands
            .iter()
            .filter(|command| args.ends_with(command))
            .map(Vec::len);
        args.len() - inner.max().unwrap_or(0)
    }

    /// Whether nothing was found inside.
    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.scripts.is_empty()
    }
}

/// Takes a wrapper apart; none where the program is not one, or wraps nothing here.
pub(crate) fn peel(walk: &mut Walk<'_>, name: &str, call: &mut Call) -> Option<Peeled> {
    let args = call.args().to_vec();
    match name {
        "env" => Some(env(&args)).filter(|peeled| !peeled.commands.is_empty()),
        "sudo" | "doas" | "pkexec" | "su" | "runuser" | "ksu" | "sg" | "newgrp" | "sudoedit" | "gosu"
        | "su-exec" | "please" | "run0" => Some(raised(name, &args, call)),
        "xargs" => Some(xargs(walk, &args, call)),
        "setarch" | "linux32" | "linux64" | "i386" | "x86_64" | "uname26" => {
            let own = |a: &String| a.starts_with('-') || is_architecture(a);
            let command: Vec<String> = args.iter().skip_while(|a| own(a)).cloned().collect();
            (!command.is_empty()).then(|| Peeled {
                commands: vec![command],
                ..Peeled::default()
            })
        }
        "bwrap" => Some(bubblewrap(&args)).filter(|peeled| !peeled.commands.is_empty()),
        "tmux" | "tmate" => Some(multiplexer::tmux(&args)).filter(|peeled| !peeled.is_empty()),
        "screen" => Some(multiplexer::screen(&args)).filter(|peeled| !peeled.is_empty()),
        "busybox" | "toybox" => args
            .first()
            .is_some_and(|a| !a.starts_with("--"))
            .then(|| Peeled {
                commands: vec![args],
                ..Peeled::default()
            }),
        loader if is_loader(loader) => {
            let skip = args
                .iter()
                .position(|a| !a.starts_with('-'))
                .unwrap_or(args.len());
            let mut peeled = Peeled {
                commands: vec![args.get(skip..).unwrap_or_default().to_vec()],
                ..Peeled::default()
            };
            if args
                .iter()
                .any(|a| a == "--preload" || a == "--library-path" || a == "--audit")
            {
                call.part
                    .concern("foreign-library", "the loader is told to load other libraries");
                peeled.commands = vec![
                    args.iter()
                        .skip_while(|a| a.starts_with('-'))
                        .skip(1)
                        .cloned()
                        .collect(),
                ];
            }
            Some(peeled)
        }
        _ => {
            let wrapper = WRAPPERS
                .iter()
                .find(|w| w.name == name && (w.sub.is_empty() || subcommand(&args, w.sub)))?;
            table(walk, wrapper, &args, call)
        }
    }
}

/// Names that `setarch` takes in front of the command.
fn is_architecture(word: &str) -> bool {
    matches!(
        word,
        "linux32"
            | "linux64"
            | "i386"
            | "i486"
            | "i586"
            | "i686"
            | "athlon"
            | "x86_64"
            | "aarch64"
            | "arm64"
            | "armv7l"
            | "ppc"
            | "ppc64"
            | "ppc64le"
            | "ppc32"
            | "s390"
            | "s390x"
            | "mips"
            | "mips64"
            | "riscv64"
            | "sparc"
            | "sparc64"
            | "uname26"
    )
}

fn subcommand(args: &[String], sub: &[&str]) -> bool {
    let words: Vec<&str> = args
        .iter()
        .map(String::as_str)
        .filter(|a| !a.starts_with('-'))
        .collect();
    words.starts_with(sub)
}

/// `ld-linux-x86-64.so.2` and its kin, which run their argument.
pub(crate) fn is_loader(name: &str) -> bool {
    (name.starts_with("ld-linux")
        || name.starts_with("ld-musl")
        || name.starts_with("ld64.so")
        || name.starts_with("ld-2."))
        && name.contains(".so")
        || name == "ld.so"
}

fn table(walk: &mut Walk<'_>, wrapper: &Wrapper, args: &[String], call: &mut Call) -> Option<Peeled> {
    let grammar = Grammar {
        values: wrapper.values,
        long_values: wrapper.long_values,
        in_order: wrapper.inner != Inner::Nothing,
        one_dash: wrapper.one_dash,
    };
    let mut options = Options::parse(args, &grammar);
    let mut words = std::mem::take(&mut options.operands);
    let mut after_sub = wrapper.sub.len();
    while after_sub > 0 && !words.is_empty() {
        words.remove(0);
        after_sub -= 1;
    }
    if !wrapper.sub.is_empty() {
        let more = Options::parse(&words, &grammar);
        options.flags.extend(more.flags);
        words = more.operands;
    }
    let mut peeled = Peeled::default();
    let texts: Vec<&Flag> = options
        .flags
        .iter()
        .filter(|f| wrapper.text_options.iter().any(|n| matches(&f.name, n)))
        .collect();
    for flag in &texts {
        peeled.scripts.extend(flag.value.clone());
    }
    // A tracer's output may go to a command.
    let piped = options.value(&["-o", "--output"]);
    if let Some(script) = piped.and_then(|to| to.strip_prefix(['|', '!']))
        && wrapper.name.ends_with("trace")
    {
        peeled.scripts.push(script.to_owned());
    }
    if let Some(class) = wrapper.class {
        call.part
            .class(class, format!("`{}` {}", wrapper.name, wrapper.why));
    }
    for _ in 0..wrapper.skip {
        if !words.is_empty() {
            words.remove(0);
        }
    }
    if wrapper.skip > 0
        && words
            .first()
            .is_some_and(|w| matches!(w.as_str(), "--" | "-c" | "--command"))
    {
        let text = words.remove(0);
        if text != "--" {
            peeled.scripts.push(words.join(" "));
            return Some(peeled);
        }
    }
    while words.first().is_some_and(|w| is_assignment(w)) && wrapper.assignments {
        let word = words.remove(0);
        let (variable, value) = word.split_once('=').unwrap_or((&word, ""));
        peeled.env.push((variable.to_owned(), value.to_owned()));
    }
    if wrapper.name == "start-stop-daemon" {
        if let Some(program) = options.value(&["-x", "--exec", "-a"]) {
            words.insert(0, program.to_owned());
        }
        words.retain(|w| w != "--");
    }
    match wrapper.inner {
        Inner::Words if !words.is_empty() => peeled.commands.push(words),
        // No command of its own: each argument is one.
        Inner::Text if words.first().is_some_and(|w| w.starts_with(":::")) => {
            let commands = words.into_iter().filter(|w| !w.starts_with(":::"));
            peeled.scripts.extend(commands);
        }
        Inner::Text if !words.is_empty() => peeled.scripts.push(words.join(" ")),
        Inner::Texts => peeled.scripts.extend(words),
        Inner::Words | Inner::Text | Inner::Nothing => {}
    }
    if peeled.commands.is_empty() && peeled.scripts.is_empty() {
        return None;
    }
    if let Some(dir) = options.value(wrapper.dir_options) {
        peeled.cwd = Some(dir.to_owned());
    }
    if wrapper.contained {
        peeled.place = Some(Place::Container);
    }
    let _ = walk;
    Some(peeled)
}

/// Judges what a wrapper wraps.
pub(crate) fn follow(walk: &mut Walk<'_>, name: &str, mut call: Call, peeled: Peeled) -> Stream {
    for finding in &mut call.part.findings {
        finding.accounted = true;
    }
    let own = walk.own_dirs();
    for (variable, text) in &peeled.env {
        environment::assigned(variable, text, &own, &mut call.part);
    }
    let stdin = if peeled.feeds {
        call.stdin.clone()
    } else {
        Stream::Inherited
    };
    let outer_env = std::mem::take(&mut call.env);
    let text = call.part.text.clone();
    walk.keep(call.part);
    if !walk.enter() {
        return Stream::Inherited;
    }
    let saved = (walk.state.clone(), walk.place.clone(), walk.sudo);
    if let Some(dir) = &peeled.cwd {
        walk.change_directory(dir);
    }
    if let Some(place) = peeled.place {
        walk.place = place;
    }
    walk.sudo |= peeled.sudo;
    let mut printed = Stream::Inherited;
    for argv in peeled.commands {
        let env = outer_env.iter().chain(&peeled.env).cloned().collect();
        let inner = Call {
            env,
            ..Call::inner(argv, stdin.clone(), &text)
        };
        printed = printed.then(walk.call(inner));
    }
    for script in peeled.scripts {
        if value::is_open(&script) {
            let mut part = crate::analysis::Part {
                text: text.clone(),
                ..Default::default()
            };
            part.concern(
                "unresolved-command",
                format!(
                    "`{name}` runs `{}`, which is only known when it runs",
                    value::show(&script)
                ),
            );
            walk.keep(part);
        } else {
            printed = printed.then(walk.nested_script(&value::show(&script), stdin.clone()));
        }
    }
    (walk.state, walk.place, walk.sudo) = saved;
    walk.calls -= 1;
    printed
}
