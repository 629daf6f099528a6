//! The table that describes an applet's command line. Help, completions, man pages, manifests and schemas
//! read it; the parser obeys it. Holds no applet's own words.

pub(crate) mod cluster;
mod help;
mod kind;
mod limits;
mod man;
pub mod mode;
pub mod moment;
mod names;
pub mod owner;
mod parsed;
pub(crate) mod parser;
pub(crate) mod remote;
mod suggest;
mod tool;
mod utcp;

pub use help::{EXIT_CODES, usage_lines};
pub use kind::{Kind, RESOURCES, resource};
pub use limits::{MAX_ARGUMENT_BYTES, MAX_LINE_BYTES, MAX_OPERANDS};
pub use parsed::Parsed;
pub use tool::{Traits, property};
pub use utcp::{utcp_absent, utcp_arguments, utcp_manual};

/// A line that does not fit the grammar; nothing was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageError {
    /// One line, lower case, no final period.
    pub message: String,
    /// What to write instead, `` for nothing.
    pub hint: String,
}

impl UsageError {
    /// An error with a way out.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// The command line of one applet.
#[derive(Debug)]
pub struct Grammar {
    /// Its own options, without the common ones.
    pub options: &'static [Opt],
    /// The shapes of its operands; the first whose `when` option is present counts, the one without `when` is
    /// the everyday form. The last one is the form that tools with named arguments use.
    pub forms: &'static [Form],
    /// Options that exclude each other.
    pub alternatives: &'static [&'static [&'static str]],
}

/// One shape of operands.
#[derive(Debug)]
pub struct Form {
    /// The option whose presence selects this form.
    pub when: Option<&'static str>,
    /// The operands in order; at most one of them takes several.
    pub operands: &'static [Operand],
}

/// One operand, or a run of operands of the same kind.
#[derive(Clone, Copy, Debug)]
pub struct Operand {
    /// The name under which the value is found; an option may share it.
    pub key: &'static str,
    /// What it must look like.
    pub kind: Kind,
    /// How many are taken.
    pub count: Count,
    /// One line, no final period.
    pub help: &'static str,
}

/// How many operands a place takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Exactly one.
    One,
    /// One or more.
    Some,
    /// None or more.
    Any,
}

/// One option.
#[derive(Clone, Copy, Debug)]
pub struct Opt {
    /// Its long name, without the hyphens; also the name under which its value is found.
    pub key: &'static str,
    /// A second long name.
    pub alias: Option<&'static str>,
    /// Short names.
    pub shorts: &'static str,
    /// What follows the hyphen of a word that is its value as a whole, and no cluster of short names: `-x` of chmod.
    pub dashed: &'static str,
    /// What its value must look like, or that it has none.
    pub kind: Kind,
    /// May be given several times.
    pub repeats: bool,
    /// Offered to tools with named arguments.
    pub tool: bool,
    /// The value that holds where it is absent, for help and schemas.
    pub default: Option<&'static str>,
    /// One line, no final period.
    pub help: &'static str,
}

impl Opt {
    /// An option without a value.
    pub const fn flag(key: &'static str, shorts: &'static str, help: &'static str) -> Self {
        Self::value(key, shorts, Kind::Flag, help)
    }

    /// An option with a value.
    pub const fn value(key: &'static str, shorts: &'static str, kind: Kind, help: &'static str) -> Self {
        Self {
            key,
            alias: None,
            shorts,
            dashed: "",
            kind,
            repeats: false,
            tool: true,
            default: None,
            help,
        }
    }

    /// The same, with a second long name.
    pub const fn alias(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }

    /// The same, with words that are its value where they begin with a hyphen and one of these.
    pub const fn dashed(mut self, first: &'static str) -> Self {
        self.dashed = first;
        self
    }

    /// The same, accepted several times.
    pub const fn repeats(mut self) -> Self {
        self.repeats = true;
        self
    }

    /// The same, for the command line alone: another option says it to tools with named arguments.
    pub const fn line_only(mut self) -> Self {
        self.tool = false;
        self
    }

    /// The same, with the value that holds where it is absent.
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }
}

impl Operand {
    /// Exactly one operand.
    pub const fn one(key: &'static str, kind: Kind, help: &'static str) -> Self {
        Self {
            key,
            kind,
            count: Count::One,
            help,
        }
    }

    /// One or more operands.
    pub const fn some(key: &'static str, kind: Kind, help: &'static str) -> Self {
        Self {
            key,
            kind,
            count: Count::Some,
            help,
        }
    }

    /// Any number of operands.
    pub const fn any(key: &'static str, kind: Kind, help: &'static str) -> Self {
        Self {
            key,
            kind,
            count: Count::Any,
            help,
        }
    }
}

impl Operand {
    /// How it is written in a usage line: `PATH...`.
    pub fn meta(&self) -> String {
        let name = self.key.to_uppercase().replace('-', "_");
        match self.count {
            Count::One => name,
            Count::Some => format!("{name}..."),
            Count::Any => format!("[{name}...]"),
        }
    }
}

/// The options that every applet accepts.
pub static COMMON: &[Opt] = &[
    Opt::flag("json", "", "print errors and refusals as one JSON object").line_only(),
    Opt::value(
        "wait",
        "",
        Kind::Number { min: 0, max: 86_400 },
        "where the call is escalated, wait this many seconds for a person's answer",
    )
    .line_only(),
    Opt::value(
        "identity",
        "",
        Kind::Identity,
        "claim an identity; recorded as claimed, never believed",
    )
    .line_only(),
    Opt::flag("help", "", "print this help").line_only(),
    Opt::flag("version", "", "print the version").line_only(),
];

impl Grammar {
    /// The option of exactly this long name, the applet's own before the common ones.
    pub fn long(&self, name: &str) -> Option<&'static Opt> {
        self.all_options()
            .find(|opt| opt.key == name || opt.alias == Some(name))
    }

    /// The option of exactly this short name.
    pub fn short(&self, name: char) -> Option<&'static Opt> {
        self.options.iter().find(|opt| opt.shorts.contains(name))
    }

    /// The option that a word of a hyphen and this character is the value of.
    pub fn dashed(&self, first: char) -> Option<&'static Opt> {
        self.options.iter().find(|opt| opt.dashed.contains(first))
    }

    /// Its own options, then the common ones that it does not itself define.
    pub fn all_options(&self) -> impl Iterator<Item = &'static Opt> {
        let own = self.options;
        own.iter().chain(
            COMMON
                .iter()
                .filter(move |common| own.iter().all(|opt| opt.key != common.key)),
        )
    }

    /// The form for tools with named arguments.
    pub fn tool_form(&self) -> Option<&'static Form> {
        self.forms.last()
    }
}
