//! The shipped facts: a static table, searched by name, and the findings it gives for a command line.

mod matching;
mod table;

pub(crate) use matching::{Invocation, Use, option_given};
pub use table::{Context, Entry, Recipe, Trigger};

use crate::analysis::Part;
use crate::finding::{Finding, Function, Situation};
use crate::shell::state::Stream;

/// The entry of a program, by name or alias, also where the name carries a version: `python3.11`, `vim.basic`.
pub fn lookup(name: &str) -> Option<Entry> {
    table::entry(number(name)?)
}

/// Whether a program has an entry.
pub(crate) fn is_known(name: &str) -> bool {
    number(name).is_some()
}

fn number(name: &str) -> Option<usize> {
    if crate::shell::wrappers::is_loader(name) {
        return table::find("ld.so");
    }
    table::find(name).or_else(|| {
        let plain = unversioned(name);
        if plain == name { None } else { table::find(plain) }
    })
}

/// Every entry, in the order of their names.
pub fn entries() -> impl Iterator<Item = Entry> {
    (0..).map_while(table::entry)
}

fn exact(name: &str) -> Option<Entry> {
    table::entry(table::find(name)?)
}

/// A program's name without version or variant: `python3.11` is python, `vim.basic` is vim, `gcc-12` is gcc.
pub(crate) fn unversioned(name: &str) -> &str {
    if let Some((stem, variant)) = name.split_once('.')
        && matches!(
            variant,
            "basic"
                | "tiny"
                | "nox"
                | "gtk3"
                | "athena"
                | "openbsd"
                | "traditional"
                | "exe"
                | "real"
                | "distrib"
        )
    {
        return stem;
    }
    let stem = name
        .trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
        .trim_end_matches('-');
    if stem.len() < 2 { name } else { stem }
}

/// What a program could be made to do, whatever its arguments.
pub fn potential(name: &str) -> Option<Finding> {
    let entry = lookup(name)?;
    let functions = entry.functions();
    let mut finding = Finding::new(
        entry.name,
        functions,
        &Situation::default(),
        "what this program can be made to do",
    );
    finding.invoked = false;
    Some(finding)
}

/// Adds the findings of one call to its part.
pub(crate) fn findings(
    name: &str,
    argv: &[String],
    situation: &Situation,
    stdin: &Stream,
    staged: bool,
    part: &mut Part,
) {
    let args = argv.get(1..).unwrap_or_default();
    let call = Invocation {
        name,
        args,
        situation,
        stdin,
        staged,
    };
    if let Some(entry) = lookup(name) {
        part.findings.extend(matching::invoked(&entry, &call));
    }
    // An entry that is called through another program by its own name.
    if let Some(entry) = args
        .first()
        .and_then(|first| exact(first))
        .filter(|e| e.recipes.iter().any(|r| r.trigger.program == name))
    {
        part.findings.extend(matching::invoked(&entry, &call));
    }
}

impl Entry {
    /// Its functions, gravest first.
    pub fn functions(&self) -> Vec<Function> {
        let mut out: Vec<Function> = self.recipes.iter().map(|r| r.function).collect();
        out.sort_unstable();
        out.dedup();
        out
    }
}
