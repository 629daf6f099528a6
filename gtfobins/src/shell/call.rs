//! One simple command with its words known: which kind of thing it is, and who looks into it.

use super::state::{Rights, Stream};
use super::value;
use super::walk::{Place, Walk};
use super::{builtins, environment, interpreters, operands, wrappers};
use crate::analysis::Part;
use crate::facts::Context;
use crate::{facts, tools};
use std::rc::Rc;

/// A simple command about to run.
pub(crate) struct Call {
    pub(crate) argv: Vec<String>,
    /// Assignments in front of it.
    pub(crate) env: Vec<(String, String)>,
    pub(crate) stdin: Stream,
    /// What is already known of it: its text and redirections.
    pub(crate) part: Part,
    /// The program's file, where the command names one.
    pub(crate) file: Option<String>,
}

impl Call {
    /// The words after the program.
    pub(crate) fn args(&self) -> &[String] {
        self.argv.get(1..).unwrap_or_default()
    }

    /// The same call of another argv.
    pub(crate) fn inner(argv: Vec<String>, stdin: Stream, text: &str) -> Self {
        let part = Part {
            text: text.to_owned(),
            ..Part::default()
        };
        Self {
            argv,
            env: Vec::new(),
            stdin,
            part,
            file: None,
        }
    }
}

/// Directories whose programs are what their names say.
const SYSTEM_DIRS: &[&str] = &[
    "/bin",
    "/sbin",
    "/usr/bin",
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
];

impl Walk<'_> {
    /// Judges one simple command and says what it prints.
    pub(crate) fn call(&mut self, mut call: Call) -> Stream {
        if !self.step() {
            return Stream::Inherited;
        }
        while call
            .argv
            .first()
            .is_some_and(|w| w.is_empty() || w.chars().all(|c| c == value::SPREAD))
        {
            call.argv.remove(0);
        }
        self.surround(&mut call);
        let own = if call.env.is_empty() {
            Vec::new()
        } else {
            self.own_dirs()
        };
        for (name, text) in &call.env {
            environment::assigned(name, text, &own, &mut call.part);
        }
        let Some(word) = call.argv.first().cloned() else {
            self.keep(call.part);
            return Stream::Inherited;
        };
        if !value::is_static(&word) {
            let why = format!(
                "the program is `{}`, which is only known when it runs",
                value::show(&word)
            );
            call.part.concern("unresolved-command", why);
            self.keep(call.part);
            return Stream::Decoded(value::show(&word));
        }
        if !word.is_ascii() {
            call.part.concern(
                "hidden-character",
                format!("the program's name `{word}` is not plain ASCII"),
            );
        }
        if let Some(body) = self.state.functions.get(&word).cloned() {
            self.called.push(Rc::clone(&body));
            let args = call.args().to_vec();
            self.keep(call.part);
            return self.function_body(&body, Some(args));
        }
        let name = self.program(&word, &mut call.part);
        call.file = word.contains('/').then(|| self.absolute(&word));
        if let Some(first) = call.argv.first_mut() {
            *first = name.clone();
        }
        self.dispatch(&name, call)
    }

    /// Tells the part its words, where it runs and with what.
    fn surround(&self, call: &mut Call) {
        call.part.argv = call.argv.iter().map(|w| value::show(w)).collect();
        if self.place != Place::Here {
            return;
        }
        call.part.dir.clone_from(&self.state.cwd);
        call.part.values = call.env.iter().map(|(_, text)| value::show(text)).collect();
        let globs = call
            .argv
            .iter()
            .filter(|w| value::is_glob(w) && !value::is_open(w));
        call.part.globs = globs.map(|w| value::show(&self.absolute(w))).collect();
    }

    fn dispatch(&mut self, name: &str, mut call: Call) -> Stream {
        if let Some(printed) = builtins::run(self, name, &mut call) {
            self.keep(call.part);
            return printed;
        }
        let situation = self.situation(name, &call);
        if interpreters::is_shell(name) {
            return interpreters::shell(self, name, call, &situation);
        }
        facts::findings(
            name,
            &call.argv,
            &situation,
            &call.stdin,
            self.stage(),
            &mut call.part,
        );
        if let Some(peeled) = wrappers::peel(self, name, &mut call) {
            let args = call.args().to_vec();
            operands::tell(self, name, peeled.own_words(&args), &mut call);
            tools::fetched(name, &args, &mut call);
            return wrappers::follow(self, name, call, peeled);
        }
        let printed = tools::run(self, name, &mut call);
        let all = call.args().len();
        operands::tell(self, name, all, &mut call);
        self.keep(call.part);
        printed
    }

    pub(crate) fn situation(&self, name: &str, call: &Call) -> crate::finding::Situation {
        let exported = self
            .state
            .variables
            .iter()
            .filter(|(_, v)| v.exported)
            .map(|(n, _)| n.clone());
        let rights = self.rights(name, call);
        crate::finding::Situation {
            sudo: self.sudo,
            suid: rights.suid,
            capabilities: rights.capabilities,
            interactive: self.scope.interactive,
            fed_stdin: call.stdin.is_fed(),
            env: call.env.iter().map(|(n, _)| n.clone()).chain(exported).collect(),
        }
    }

    /// What the program's own file gives it; asked only where some recipe depends on it.
    fn rights(&self, name: &str, call: &Call) -> Rights {
        let depends = |entry: facts::Entry| {
            let contexts = entry.recipes.iter().flat_map(|r| &r.contexts);
            contexts
                .into_iter()
                .any(|c| matches!(c, Context::Suid | Context::Capabilities))
        };
        match self.scope.rights {
            Some(rights) if self.place == Place::Here && facts::lookup(name).is_some_and(depends) => {
                let search = call
                    .env
                    .iter()
                    .rev()
                    .find(|(n, _)| n == "PATH")
                    .map(|(_, text)| text);
                let search = search.or_else(|| self.state.variables.get("PATH")?.elements.first());
                rights(
                    call.file.as_deref().unwrap_or(name),
                    search.unwrap_or(&self.scope.search),
                )
            }
            _ => Rights::default(),
        }
    }

    /// The name a program is judged by, when its path has been seen through.
    fn program(&mut self, word: &str, part: &mut Part) -> String {
        if !word.contains('/') {
            return word.to_owned();
        }
        let mut path = self.absolute(word);
        while let Some(rest) = path
            .strip_prefix("/proc/self/root")
            .or_else(|| path.strip_prefix("/proc/1/root"))
        {
            path = rest.to_owned();
        }
        if let Some(made) = self.made.get(&path).cloned() {
            match (&made.content, &made.copy_of) {
                (_, Some(origin)) => {
                    part.concern(
                        "renamed-program",
                        format!(
                            "`{word}` is a copy of `{}` made by this command",
                            value::show(origin)
                        ),
                    );
                    return value::base(origin).to_owned();
                }
                (Some(text), None) => {
                    let text = text.clone();
                    self.made_script(&text, word, part);
                }
                (None, None) => {
                    part.concern(
                        "unresolved-command",
                        format!("`{word}` was written by this command and its content is not known"),
                    );
                }
            }
            return value::base(&path).to_owned();
        }
        let dir = value::parent(&path);
        if !SYSTEM_DIRS.contains(&dir)
            && let Some(resolve) = self.scope.resolve
            && let Some(real) = resolve(&path)
        {
            let base = value::base(&real);
            if base != value::base(&path) && (facts::is_known(base) || tools::is_known(base)) {
                return base.to_owned();
            }
        }
        value::base(&path).to_owned()
    }

    /// Looks into a script that the same text wrote before running it.
    fn made_script(&mut self, text: &str, word: &str, part: &mut Part) {
        let first = text.lines().next().unwrap_or_default();
        match first.strip_prefix("#!") {
            Some(line) if !interpreters::names_shell(line) => {
                if let Some(why) = interpreters::script_constructs(line, text) {
                    part.concern(
                        "made-script",
                        format!("`{word}` was written by this command and {why}"),
                    );
                }
            }
            _ => {
                self.nested_script(text, Stream::Inherited);
            }
        }
    }
}
