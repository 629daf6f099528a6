//! The table itself, generated from `facts.json` and `supplement.json` when the crate is built: text and numbers,
//! no pointers, so that a program that asks nothing of it pays nothing for it when it is loaded.

use crate::finding::Function;

/// Where a recipe applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// To anyone.
    Unprivileged,
    /// Through sudo.
    Sudo,
    /// Where the program is set-user-ID.
    Suid,
    /// Where the program file has capabilities.
    Capabilities,
}

/// One binary.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name in the database.
    pub name: &'static str,
    /// Other names.
    pub aliases: Vec<&'static str>,
    /// What it can be made to do.
    pub recipes: Vec<Recipe>,
    /// Why it is in the supplement, empty for upstream's own.
    pub reason: &'static str,
}

/// One way to make a binary do something.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// What is done.
    pub function: Function,
    /// Where it works.
    pub contexts: Vec<Context>,
    /// Capabilities it needs in that context.
    pub capabilities: Vec<&'static str>,
    /// The binary whose functions are inherited, empty for none.
    pub from: &'static str,
    /// What gives it away.
    pub trigger: Trigger,
}

/// What gives a recipe away on a command line.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Another name under which the recipe calls the program, empty for none.
    pub program: &'static str,
    /// Leading words.
    pub subcommands: Vec<&'static str>,
    /// Options that must all be there.
    pub options: Vec<&'static str>,
    /// Variables, one of which must be set.
    pub env: Vec<&'static str>,
    /// Some operand must be there.
    pub operand: bool,
    /// It is driven by its input.
    pub interactive: bool,
    /// It obeys files that were written before.
    pub prepared: bool,
}

include!(concat!(env!("OUT_DIR"), "/table.rs"));

/// Number of the entry with this name or alias.
pub(super) fn find(name: &str) -> Option<usize> {
    let known = |start: &u32, length: &u8| {
        let start = *start as usize;
        NAMES.get(start..start + usize::from(*length)).unwrap_or_default()
    };
    let at = NAME_PLACES
        .binary_search_by(|(start, length, _)| known(start, length).cmp(name))
        .ok()?;
    NAME_PLACES.get(at).map(|(_, _, entry)| usize::from(*entry))
}

/// The entry of this number, read from its record.
pub(super) fn entry(number: usize) -> Option<Entry> {
    let start = *PLACES.get(number)? as usize;
    let end = PLACES.get(number + 1).map_or(RECORDS.len(), |end| *end as usize);
    let mut fields = RECORDS.get(start..end)?.split(FIELD);
    let mut next = || fields.next().unwrap_or_default();
    Some(Entry {
        name: next(),
        aliases: words(next()),
        reason: next(),
        recipes: parts(next(), RECIPE).map(recipe).collect(),
    })
}

fn recipe(record: &'static str) -> Recipe {
    let mut fields = record.split(PART);
    let mut next = || fields.next().unwrap_or_default();
    let function = next();
    let contexts = next();
    let (capabilities, from, program) = (words(next()), next(), next());
    let (subcommands, options, env) = (words(next()), words(next()), words(next()));
    let marks = next();
    Recipe {
        function: Function::ALL
            .into_iter()
            .find(|known| known.name() == function)
            .unwrap_or(Function::Shell),
        contexts: Context::ALL
            .into_iter()
            .filter(|context| contexts.contains(context.letter()))
            .collect(),
        capabilities,
        from,
        trigger: Trigger {
            program,
            subcommands,
            options,
            env,
            operand: marks.contains('o'),
            interactive: marks.contains('i'),
            prepared: marks.contains('p'),
        },
    }
}

fn words(list: &'static str) -> Vec<&'static str> {
    parts(list, WORD).collect()
}

fn parts(list: &'static str, separator: char) -> impl Iterator<Item = &'static str> {
    list.split(separator).filter(|part| !part.is_empty())
}

impl Context {
    const ALL: [Self; 4] = [Self::Unprivileged, Self::Sudo, Self::Suid, Self::Capabilities];

    /// The letter in a record.
    const fn letter(self) -> char {
        match self {
            Self::Unprivileged => 'n',
            Self::Sudo => 's',
            Self::Suid => 'u',
            Self::Capabilities => 'c',
        }
    }
}
