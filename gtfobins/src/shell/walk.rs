//! Follows a parsed text command by command: what runs, with which words, directory, input and variables.
//! Both branches of a condition are followed, loops once for each known value.

use super::ast::{Assignment, Command, Kind, List, Pipeline, Redirect, Word};
use super::call::Call;
use super::parse::{self, Trouble};
use super::state::{Made, ShellScope, State, Stream};
use crate::analysis::{Analysis, Concern, Part, Weight};
use crate::finding::{Finding, Function, Situation};
use std::{collections::BTreeMap, rc::Rc};

/// Most simple commands that are followed, loops and calls unfolded.
const MAX_STEPS: usize = 2_000;
/// Most text that nested shells may run, all of it together.
const MAX_NESTED_BYTES: usize = 256 * 1024;
/// Most words of one command.
pub(super) const MAX_WORDS: usize = 2_048;
/// How deep functions, nested shells and wrappers may call each other.
const MAX_CALLS: u32 = 24;
/// How deep commands and the values of parameters may stand within each other, functions and nested shells included.
const MAX_NESTING: u32 = 160;
/// Where commands run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// On this machine, as the caller.
    #[default]
    Here,
    /// On another machine.
    Remote(String),
    /// In a container whose files are its own.
    Container,
}

/// The analysis under way.
pub(crate) struct Walk<'s> {
    pub(crate) scope: &'s ShellScope,
    pub(crate) state: State,
    pub(crate) made: BTreeMap<String, Made>,
    /// Directories that `mktemp -d` made on the way, as paths are shown.
    pub(crate) fresh: Vec<String>,
    pub(crate) out: Analysis,
    pub(crate) place: Place,
    pub(crate) sudo: bool,
    pub(crate) calls: u32,
    /// Concerns met while words were expanded, for the part they belong to.
    pub(crate) raised: Vec<Concern>,
    /// Functions met, and those of them that were called.
    pub(crate) defined: Vec<Rc<Command>>,
    pub(crate) called: Vec<Rc<Command>>,
    steps: usize,
    nested_bytes: usize,
    nesting: u32,
}

/// Analyses a command text as a shell with this scope would read it.
pub fn analyse(text: &str, scope: &ShellScope) -> Analysis {
    let mut walk = Walk {
        scope,
        state: State {
            cwd: Some(scope.cwd.clone()).filter(|d| d.starts_with('/')),
            ..State::default()
        },
        made: BTreeMap::new(),
        fresh: Vec::new(),
        out: Analysis::default(),
        place: Place::Here,
        sudo: false,
        calls: 0,
        raised: Vec::new(),
        defined: Vec::new(),
        called: Vec::new(),
        steps: 0,
        nested_bytes: 0,
        nesting: 0,
    };
    if let Some(concern) = super::hidden::hidden_characters(text) {
        let part = Part {
            text: text.to_owned(),
            concerns: vec![concern],
            ..Part::default()
        };
        walk.out.parts.push(part);
    }
    walk.script(text, Stream::Inherited);
    // A function that is only defined is judged too: a later command may call it.
    while !walk.defined.is_empty() && walk.out.refused.is_none() {
        for body in std::mem::take(&mut walk.defined) {
            if !walk.called.iter().any(|called| Rc::ptr_eq(called, &body)) {
                walk.function_body(&body, None);
            }
        }
    }
    walk.settle();
    walk.doubt_fresh();
    walk.out
}

impl Walk<'_> {
    /// Parses and follows a text; what cannot be parsed is refused.
    pub(crate) fn script(&mut self, text: &str, stdin: Stream) -> Stream {
        match parse::script(text) {
            Ok(list) => self.list(&list, stdin),
            Err(Trouble::Limit(what)) => {
                self.limit(what);
                Stream::Inherited
            }
            Err(Trouble::Syntax { at, what }) => {
                let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
                let why = format!("the command cannot be read as bash: {what} (line {line}, byte {at})");
                let part = Part {
                    text: text.to_owned(),
                    concerns: vec![Concern {
                        rule: "unresolved-command",
                        weight: Weight::Escalate,
                        why,
                    }],
                    ..Part::default()
                };
                self.out.parts.push(part);
                Stream::Inherited
            }
        }
    }

    /// A text that another program hands to a shell.
    pub(crate) fn nested_script(&mut self, text: &str, stdin: Stream) -> Stream {
        let saved = self.state.clone();
        let printed = self.script_here(text, stdin);
        self.state = saved;
        printed
    }

    /// A text that this shell runs itself, keeping what it changes.
    pub(crate) fn script_here(&mut self, text: &str, stdin: Stream) -> Stream {
        self.nested_bytes += text.len();
        if self.nested_bytes > MAX_NESTED_BYTES {
            self.limit("the command runs more text than is followed");
        }
        if self.out.refused.is_some() || !self.enter() {
            return Stream::Inherited;
        }
        let printed = self.script(text, stdin);
        self.calls -= 1;
        printed
    }

    pub(crate) fn enter(&mut self) -> bool {
        if self.calls >= MAX_CALLS {
            self.limit("commands call each other too deeply");
            return false;
        }
        self.calls += 1;
        true
    }

    /// Directories that are the caller's own, wherever they lie.
    pub(crate) fn own_dirs(&self) -> Vec<String> {
        let dirs = [
            Some(self.scope.cwd.clone()),
            Some(self.scope.home.clone()),
            self.scope.root.clone(),
        ];
        dirs.into_iter().flatten().filter(|d| d.len() > 1).collect()
    }

    /// Whether the text wrote files that a later program may obey.
    pub(crate) fn stage(&self) -> bool {
        !self.made.is_empty()
    }

    pub(crate) fn limit(&mut self, what: &str) {
        if self.out.refused.is_none() {
            self.out.refused = Some(what.to_owned());
        }
    }

    pub(crate) fn concern(&mut self, rule: &'static str, why: &str) {
        self.raised.push(Concern {
            rule,
            weight: Weight::Escalate,
            why: why.to_owned(),
        });
    }

    /// Gives concerns raised outside any command a part of their own.
    fn settle(&mut self) {
        if !self.raised.is_empty() {
            let concerns = std::mem::take(&mut self.raised);
            self.out.parts.push(Part {
                concerns,
                ..Part::default()
            });
        }
    }

    /// Counts a step; false once the analysis has to stop.
    pub(crate) fn step(&mut self) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            self.limit("the command runs more commands than are followed");
        }
        self.out.refused.is_none()
    }

    pub(crate) fn list(&mut self, list: &List, stdin: Stream) -> Stream {
        let mut printed = Stream::Inherited;
        for statement in &list.0 {
            let mut before = Vec::new();
            for (number, pipeline) in statement.chain.iter().enumerate() {
                if self.out.refused.is_some() {
                    return printed;
                }
                // Behind `&&` and `||` it may not run.
                if number > 0 {
                    before.push(self.standing());
                }
                let more = self.pipeline(pipeline, stdin.clone());
                printed = printed.then(more);
            }
            before.into_iter().for_each(|standing| self.may_stand(standing));
        }
        printed
    }

    fn pipeline(&mut self, pipeline: &Pipeline, stdin: Stream) -> Stream {
        if pipeline.timed && !pipeline.commands.is_empty() {
            let situation = Situation {
                sudo: self.sudo,
                ..Situation::default()
            };
            let finding = Finding::new(
                "time",
                vec![Function::Shell],
                &situation,
                "`time` runs a command, which is judged itself",
            );
            let part = Part {
                argv: vec!["time".to_owned()],
                text: "time".to_owned(),
                findings: vec![finding.accounted()],
                ..Part::default()
            };
            self.out.parts.push(part);
        }
        match pipeline.commands.as_slice() {
            [] => Stream::Inherited,
            [only] => self.command(only, stdin),
            many => {
                let mut flow = stdin;
                for command in many {
                    let saved = self.state.clone();
                    flow = self.command(command, flow);
                    self.state = saved;
                    if matches!(flow, Stream::Inherited) {
                        flow = Stream::Text(String::new());
                    }
                }
                flow
            }
        }
    }

    pub(crate) fn subshell(&mut self, list: &List, stdin: Stream) -> Stream {
        let saved = self.state.clone();
        let printed = self.list(list, stdin);
        self.state = saved;
        printed
    }

    pub(crate) fn command(&mut self, command: &Command, stdin: Stream) -> Stream {
        if !self.step() {
            return Stream::Inherited;
        }
        self.within(|walk| walk.kind(command, stdin)).unwrap_or_default()
    }

    /// Follows what stands within what is followed; none where that goes too deep for the stack of a thread.
    pub(super) fn within<T>(&mut self, follow: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.nesting >= MAX_NESTING {
            self.limit("commands stand within each other too deeply");
            return None;
        }
        self.nesting += 1;
        let followed = follow(self);
        self.nesting -= 1;
        Some(followed)
    }

    fn kind(&mut self, command: &Command, stdin: Stream) -> Stream {
        match &command.kind {
            Kind::Simple { assignments, words } => self.simple(command, assignments, words, stdin),
            Kind::Function { name, body } => {
                let body = Rc::new((**body).clone());
                self.defined.push(Rc::clone(&body));
                self.state.functions.insert(name.clone(), body);
                Stream::Inherited
            }
            compound => {
                let mut part = Part {
                    text: command.text.clone(),
                    ..Part::default()
                };
                let (stdin, kept) = self.redirects(&command.redirects, stdin, &mut part);
                self.keep(part);
                let printed = self.compound(compound, stdin);
                if kept { printed } else { Stream::Inherited }
            }
        }
    }

    /// Keeps a part that says something beyond its text.
    pub(crate) fn keep(&mut self, mut part: Part) {
        part.concerns.append(&mut self.raised);
        if !part.argv.is_empty() || !part.effects.is_empty() || !part.concerns.is_empty() {
            self.out.parts.push(part);
        }
    }

    /// Follows a function's body with its arguments, or with unknown ones.
    pub(crate) fn function_body(&mut self, body: &Command, args: Option<Vec<String>>) -> Stream {
        if !self.enter() {
            return Stream::Inherited;
        }
        let called = args.is_some();
        let saved = (!called).then(|| self.state.clone());
        let positional = std::mem::replace(&mut self.state.positional, args);
        let printed = self.command(body, Stream::Inherited);
        self.state.positional = positional;
        if let Some(saved) = saved {
            self.state = saved;
        }
        self.calls -= 1;
        printed
    }

    fn simple(
        &mut self,
        command: &Command,
        assignments: &[Assignment],
        words: &[Word],
        stdin: Stream,
    ) -> Stream {
        let mut env = Vec::new();
        for assignment in assignments {
            let elements = self.assigned(assignment);
            if !words.is_empty() {
                self.given_value(&assignment.name, &elements.join(" "));
            }
            env.push((assignment.name.clone(), elements));
        }
        let argv = self.fields(words);
        if argv.len() > MAX_WORDS {
            self.limit("a command has more words than are read");
            return Stream::Inherited;
        }
        let mut part = Part {
            text: command.text.clone(),
            ..Part::default()
        };
        if argv.is_empty() {
            let own = self.own_dirs();
            for (name, elements) in env {
                super::environment::assigned(&name, &elements.join(" "), &own, &mut part);
                self.assign(&name, elements, false);
            }
            let (_, _) = self.redirects(&command.redirects, stdin, &mut part);
            self.keep(part);
            // `$(<file)` prints the file.
            return match command.redirects.as_slice() {
                [
                    Redirect {
                        op: super::ast::RedirectOp::Read,
                        ..
                    },
                ] if words.is_empty() => Stream::Output("a file".to_owned()),
                _ => Stream::Inherited,
            };
        }
        let (stdin, kept) = self.redirects(&command.redirects, stdin, &mut part);
        let env = env
            .into_iter()
            .map(|(name, elements)| (name, elements.join(" ")))
            .collect();
        let files = super::redirect::written(&command.redirects, self);
        let printed = self.call(Call {
            argv,
            env,
            stdin,
            part,
            file: None,
        });
        super::redirect::made(files, &printed, self);
        if kept { printed } else { Stream::Inherited }
    }
}
