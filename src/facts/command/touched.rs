//! Which objects a command touches, as they are now: what a person's yes to it holds for. Looks them up and judges
//! nothing; whatever may name an object counts, for one too many only asks once more.

use super::Surroundings;
use globset::{Glob, GlobMatcher};
use gtfobins::Part;
use policy::{Target, TargetFacts};
use std::{
    collections::BTreeSet,
    ffi::OsString,
    os::unix::fs::PermissionsExt,
    path::{Component, Path, PathBuf},
};

/// Most names that a command may hold, and most that are looked through for its globs.
const MAX_NAMES: usize = 16_384;
/// Longest path of Linux (PATH_MAX).
const MAX_PATH_BYTES: usize = 4096;
/// What stands around a path within a word: `key=path`, `@path`, `from:to`, quotes in a program's text.
const AROUND: &[char] = &[
    '=', ':', ',', '@', ';', '<', '>', '(', ')', '|', '!', '"', '\'', '`', ' ', '\t', '\n',
];

/// More than a person's yes can hold for.
pub(super) struct TooMany;

/// The objects that a command's words name, its directory and its programs; `judged` are those of its effects.
pub(super) fn objects(
    parts: &[Part],
    judged: Vec<TargetFacts>,
    around: &Surroundings,
) -> Result<Vec<TargetFacts>, TooMany> {
    let mut names = Names::default();
    names.add("directory", PathBuf::from(&around.shell.cwd))?;
    for part in parts {
        let program = part.argv.first().filter(|name| !name.contains('/'));
        if let Some(file) = program.and_then(|name| searched(name, &around.shell.search)) {
            names.add("program", file)?;
        }
        for word in part.argv.iter().chain(&part.values) {
            for piece in pieces(word) {
                if let Some(path) = path(piece, part.dir.as_deref(), &around.shell.home) {
                    names.add("word", path)?;
                }
            }
        }
        for glob in &part.globs {
            names.matches(glob)?;
        }
    }
    let named = names.all.into_iter().map(|(role, path)| {
        let target = Target::path(role, "read", path);
        around.resolver.facts(&target)
    });
    Ok(judged.into_iter().chain(named).map(settled).collect())
}

/// What makes a glob of a name.
const GLOB: &[char] = &['*', '?', '['];

/// Names met, each once, in one order.
#[derive(Default)]
struct Names {
    all: BTreeSet<(&'static str, PathBuf)>,
    looked_through: usize,
}

impl Names {
    fn add(&mut self, role: &'static str, path: PathBuf) -> Result<(), TooMany> {
        self.all.insert((role, path));
        if self.all.len() > MAX_NAMES {
            return Err(TooMany);
        }
        Ok(())
    }

    /// Adds what matches an absolute glob now.
    fn matches(&mut self, pattern: &str) -> Result<(), TooMany> {
        let mut found = vec![PathBuf::new()];
        for component in Path::new(pattern).components() {
            let name = component.as_os_str().to_str().unwrap_or_default();
            match component {
                Component::Normal(_) if name.contains(GLOB) => {
                    let matcher = matcher(name);
                    let mut below = Vec::new();
                    for dir in &found {
                        below.extend(
                            self.names_in(dir, matcher.as_ref())?
                                .into_iter()
                                .map(|n| dir.join(n)),
                        );
                    }
                    found = below;
                }
                _ => found.iter_mut().for_each(|path| path.push(component)),
            }
        }
        found.into_iter().try_for_each(|path| self.add("word", path))
    }

    fn names_in(&mut self, dir: &Path, matcher: Option<&GlobMatcher>) -> Result<Vec<OsString>, TooMany> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            self.looked_through += 1;
            if self.looked_through > MAX_NAMES {
                return Err(TooMany);
            }
            let name = entry.file_name();
            if matcher.is_none_or(|matcher| matcher.is_match(&name)) {
                names.push(name);
            }
        }
        Ok(names)
    }
}

/// The glob of one name; none where it is not understood, and then stands for every name. Braces were expanded before.
fn matcher(name: &str) -> Option<GlobMatcher> {
    let plain = name.replace('\\', "\\\\").replace('{', "\\{").replace('}', "\\}");
    Glob::new(&plain).ok().map(|glob| glob.compile_matcher())
}

/// The first program of this name where programs are searched.
fn searched(name: &str, search: &str) -> Option<PathBuf> {
    let dirs = search.split(':').filter(|dir| dir.starts_with('/'));
    dirs.map(|dir| Path::new(dir).join(name)).find(|path| {
        std::fs::metadata(path)
            .is_ok_and(|status| status.is_file() && status.permissions().mode() & 0o111 != 0)
    })
}

/// A word and whatever within it may be a path.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    // `-fFILE`
    let attached = word.strip_prefix('-').and_then(|rest| {
        let option = rest.chars().next()?;
        rest.strip_prefix(option)
    });
    std::iter::once(word).chain(attached).chain(word.split(AROUND))
}

/// The path that a piece would be; none where it is not known, or too long for one.
fn path(piece: &str, dir: Option<&str>, home: &str) -> Option<PathBuf> {
    if piece.is_empty() || piece.contains(['…', '\0']) || piece.len() > MAX_PATH_BYTES {
        return None;
    }
    if let Some(rest) = piece.strip_prefix("~/") {
        return Some(Path::new(home).join(rest));
    }
    let path = Path::new(piece);
    if path.is_absolute() {
        return Some(path.to_owned());
    }
    dir.map(|dir| Path::new(dir).join(path))
}

/// An object without what changes by itself. A directory that is not taken away is told by which it is: its times change
/// with every file that is made in it. What a process has in /proc has its number in its path.
fn settled(mut facts: TargetFacts) -> TargetFacts {
    if facts.kind == "dir" && !matches!(&*facts.operation, "delete" | "move") {
        (facts.size, facts.links) = (0, 0);
        if let Some(object) = facts
            .extra
            .get_mut("object")
            .and_then(|object| object.as_object_mut())
        {
            object.retain(|key, _| !matches!(key.as_str(), "modified" | "changed"));
        }
    }
    let Some(rest) = facts.path.strip_prefix("/proc/") else {
        return facts;
    };
    let number = std::process::id().to_string();
    let own = rest
        .strip_prefix(&number)
        .filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let path = match own {
        // What a descriptor leads to is another pipe in each process.
        Some(rest) => format!(
            "/proc/self{}",
            rest.split_once("/fd/").map_or(rest, |(above, _)| above)
        ),
        None => facts.path,
    };
    TargetFacts {
        role: facts.role,
        domain: facts.domain,
        operation: facts.operation,
        path,
        ..TargetFacts::default()
    }
}
