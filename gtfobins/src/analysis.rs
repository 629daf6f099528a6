//! What an analysis says: parts, their effects on things with a name, findings, and what stayed unknown.
//! Neutral values; whoever holds a policy turns them into intents and verdicts.

use crate::finding::Finding;

/// The analysis of a whole command text.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// Every simple command found, in the order met.
    pub parts: Vec<Part>,
    /// Set when the text was not understood or a limit was reached: deny.
    pub refused: Option<String>,
}

/// One simple command.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Its words, expanded; unknown pieces are shown as `…`.
    pub argv: Vec<String>,
    /// Its text as written.
    pub text: String,
    /// The directory it runs in, none where that is not known or on another machine.
    pub dir: Option<String>,
    /// The values of the assignments in front of it.
    pub values: Vec<String>,
    /// Its words that the shell replaces by the names that match, as absolute paths.
    pub globs: Vec<String>,
    /// What GTFOBins says of it.
    pub findings: Vec<Finding>,
    /// What it does to things with a name.
    pub effects: Vec<Effect>,
    /// What speaks against it whatever policy allows.
    pub concerns: Vec<Concern>,
    /// Paths among its words that no effect names: what it does with them is not known.
    pub operands: Vec<Operand>,
}

/// A path that a program is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operand {
    /// Absolute path; `*` and `?` stand for what a glob supplies.
    pub path: String,
    /// Whether the option it is given by says that it is written.
    pub writes: bool,
}

/// Something a part does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Domain: `filesystem`, `network`, `process`, `ssh`, `kubernetes`, `privilege`, ...
    pub domain: &'static str,
    /// Operation in it.
    pub operation: &'static str,
    /// Role of the target: `path`, `source`, `destination`, `referent`, `host`, ...
    pub role: &'static str,
    /// Absolute path; `*` stands for names that a glob or a listing supplies.
    pub path: Option<String>,
    /// Whether that path is what the words may also mean, if something unknown in them is empty or a `cd` failed.
    pub guessed: bool,
    /// Host name or address.
    pub host: String,
    /// Remote user.
    pub user: String,
    /// Port.
    pub port: Option<u16>,
    /// Kubernetes namespace.
    pub namespace: String,
    /// Kubernetes resource kind.
    pub resource: String,
    /// Container.
    pub container: String,
    /// Program, pod or package name.
    pub name: String,
    /// URL.
    pub url: String,
    /// What kind of use this is, for rules: `class`, `recursive`, `mode`, `why`.
    pub params: Vec<(&'static str, String)>,
    /// What comes to the path, where that is a destination.
    pub arrivals: Vec<Arrival>,
    /// Whether the path is a directory to trees that come, whatever stands there.
    pub into: bool,
    /// Whether the path is in a directory that the same text made under a name of its own, and that is empty yet.
    pub fresh: bool,
}

/// What a copy or a move brings to its destination.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// Absolute path of what it is made of; `*` and `?` stand for what a glob supplies. Empty where it is no file.
    pub source: String,
    /// What it is called in a directory; `.` where it becomes the directory itself.
    pub name: String,
    /// Whether everything below it comes along.
    pub tree: bool,
    /// Names that do not come along, wherever they lie in it; those that end in a slash only where they are directories.
    pub excluded: Vec<String>,
}

/// Why a part must not simply run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// Name shown as the rule.
    pub rule: &'static str,
    /// How much it weighs.
    pub weight: Weight,
    /// One line.
    pub why: String,
}

/// How much a concern weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// A person has to look.
    Escalate,
    /// Never.
    Deny,
}

/// Longest reason.
const MAX_WHY_CHARS: usize = 300;

fn shortened(why: String) -> String {
    if why.len() <= MAX_WHY_CHARS {
        return why;
    }
    why.chars().take(MAX_WHY_CHARS).chain("...".chars()).collect()
}

impl Part {
    /// Adds a concern once.
    pub(crate) fn concern(&mut self, rule: &'static str, why: impl Into<String>) {
        self.weigh(rule, Weight::Escalate, why.into());
    }

    /// Adds a concern that nothing answers, once.
    pub(crate) fn forbid(&mut self, rule: &'static str, why: impl Into<String>) {
        self.weigh(rule, Weight::Deny, why.into());
    }

    fn weigh(&mut self, rule: &'static str, weight: Weight, why: String) {
        let concern = Concern {
            rule,
            weight,
            why: shortened(why),
        };
        if !self.concerns.contains(&concern) {
            self.concerns.push(concern);
        }
    }

    /// Adds a use of the program that rules can name by its class.
    pub(crate) fn class(&mut self, class: &'static str, why: impl Into<String>) {
        let name = self.argv.first().cloned().unwrap_or_default();
        self.effects.push(Effect {
            domain: "process",
            operation: "exec",
            role: "program",
            name,
            params: vec![("class", class.to_owned()), ("why", why.into())],
            ..Effect::default()
        });
    }
}
